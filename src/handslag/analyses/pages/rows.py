"""Releases, what was attacked, and comparisons, in tables."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.analyses import rules
from handslag.analyses.models import Release
from handslag.analyses.pages.wording import COLOURS, WRONG, language, state_label, title_of, units_name
from handslag.statistics.publishing.manifest import Attacked
from handslag.statistics.reports.words import number
from handslag.statistics.safety.ledger import Told
from handslag.ui.dates import minute
from handslag.ui.tables import Column, Table, labelled, link, plain, state, table


def release_table(releases: Iterable[Release]) -> Table:
    """What was asked for."""
    columns = (
        Column(
            _("Report"),
            lambda r: link(f"{title_of(r.report)} {r.year}", reverse("analysis", args=[r.public_id]), r.edition),
            is_head=True,
        ),
        Column(_("Ordered"), lambda r: plain(minute(r.asked_at), str(r.by.user))),
        Column(_("State"), lambda r: state(state_label(r.state), COLOURS.get(r.state, WRONG))),
        Column(_("Published"), lambda r: plain(minute(r.published_at))),
    )
    return table(columns, releases)


def attacked_table(attacked: Iterable[Attacked]) -> Table:
    """What the attacker tried."""
    columns = (
        Column(_("What is counted"), lambda a: plain(units_name(a["units"]), str(a["year"])), is_head=True),
        labelled(_("Cells"), lambda a: plain(number(a["cells"], language()))),
        labelled(_("Hidden"), lambda a: plain(number(a["hidden"], language()))),
        labelled(_("Worked out by the attacker"), lambda a: plain(number(a["falls"], language()))),
    )
    return table(columns, attacked)


def told_table(told: Iterable[Told]) -> Table:
    """What the ledger knows to have been told."""
    columns = (
        Column(_("Release"), lambda t: plain(_("Asked with noise") if t.edition == "ask" else t.edition), is_head=True),
        Column(_("Of whom and when"), lambda t: plain(_subject(t.subject))),
        labelled(_("Tables"), lambda t: plain(number(t.tables, language()))),
        labelled(_("Cells"), lambda t: plain(number(t.cells, language()))),
        labelled(_("Hidden"), lambda t: plain(number(t.hidden, language()))),
    )
    return table(columns, told)


def _subject(subject: str) -> str:
    units, _comma, year = subject.partition(", ")
    return f"{units_name(units)}, {year}"


def compared_table(published: Iterable[dict[str, Any]]) -> Table:
    """What was published before, beside ours."""

    def told(value: float | None, unit: str) -> str:
        text = ".." if value is None else number(value, language())
        return f"{text} %" if unit == "percent" and value is not None else text

    columns = (
        Column(_("Figure"), lambda p: plain(p["about"][language()], str(p["year"])), is_head=True),
        labelled(_("Published before"), lambda p: plain(told(p["published"], p["unit"]), p["source"][language()])),
        labelled(_("Here"), lambda p: plain(told(p["ours"], p["unit"]))),
    )
    return table(columns, published)


def step_of(release: Release) -> str:
    """How far a phase has come; empty where that is not known."""
    if release.steps:
        return _("{done} of {steps}").format(done=release.done, steps=release.steps)
    return number(release.done, language()) if release.done and release.state == rules.RUNNING else ""
