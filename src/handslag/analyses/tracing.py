"""The records behind a figure: for the operator alone, who answers for the microdata. Analysts see counts."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from handslag.analyses import folders, rules
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.journal.actions import record
from handslag.microdata.writing import write_microdata
from handslag.parties.may import operate
from handslag.parties.viewer import Viewer
from handslag.statistics.reports.tracing import trace


@action(operate)
def note_tracing(actor: Viewer, report: str, units: str, year: int) -> None:
    """Journals that the records behind a figure are listed, before they are."""
    record(actor.label, "records_traced", "installation", 0, report=report, units=units, year=year)


def trace_records(
    actor: Viewer, report: str, units: str, year: int, where: Mapping[str, str], versions: Mapping[str, int]
) -> list[tuple[str, date]]:
    """The records behind one figure of this installation's own facts, as (pseudonym, day).

    The pseudonyms are made for this list alone: they lead to nobody, and to no other list. Raises BadInput as `trace`
    of statistics does.
    """
    note_tracing(actor, report, units, year)
    folders.home().mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folders.home()) as own:
        folder = Path(own, "microdata")
        write_microdata(actor, folder, date(year - rules.YEARS_BEFORE, 1, 1), clock.today() - timedelta(days=1))
        return trace(report, units, folder, year, where, versions)
