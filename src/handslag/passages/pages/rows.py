"""Passages in lists."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.cases.pages.rows import case_row, holder_column, person_column
from handslag.cases.visibility import visibilities
from handslag.foundation import clock
from handslag.parties.viewer import Viewer
from handslag.passages.queries import shown_clocks
from handslag.passages.rules import TO_OFFER, WITHIN
from handslag.passages.wording import stage_label
from handslag.ui.dates import end_tone, when
from handslag.ui.tables import Column, Table, link, moment, plain, table


def passage_table(viewer: Viewer, cases: Iterable[Case]) -> Table:
    """Cases in which a passage is to be prepared: when the benefit ends, and how far it has come."""
    today = clock.today()
    seen = visibilities(viewer, cases, with_past=True)
    shown = shown_clocks(seen)
    clocks = {visible.case.public_id: shown.get(visible.case.pk) for visible in seen}
    rows = [case_row(visible, today) for visible in seen]

    def ends(row):
        found = clocks[row.id]
        if found is None:
            return plain(_("not disclosed"))
        return moment(when(found.ends_on, today), end_tone(found.ends_on, today, WITHIN), found.ends_on.isoformat())

    def state(row):
        found = clocks[row.id]
        if found is None:
            return plain("")
        label = stage_label(found.stage)
        return link(label, reverse("passage-step", args=[row.id, "offer"])) if found.stage == TO_OFFER else plain(label)

    columns = (
        person_column(),
        Column(_("Benefit ends"), ends),
        Column(_("Transition meeting"), state),
        holder_column(),
    )
    return table(columns, rows)
