"""The passage out of a programme on the case page and in lists."""

from collections.abc import Iterable, Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.cases.pages.page import Button, CasePage
from handslag.cases.pages.rows import case_row, holder_column, person_column
from handslag.cases.visibility import visibilities
from handslag.foundation import clock
from handslag.parties.viewer import Viewer
from handslag.passages import rules
from handslag.passages.models import Discharge, SickLeave
from handslag.passages.programme import Illness, shown_illness, shown_illnesses
from handslag.passages.wording import ill_stage_label
from handslag.reference import codes
from handslag.ui.dates import end_tone, iso, when
from handslag.ui.tables import Column, Table, moment, plain, table

SOON = 15
"""Days before the last day in a programme from which it is coloured: the day on which the passage is prepared."""


def illness_on(page: CasePage) -> Illness | None:
    """The passage of the page's case, as far as its viewer may see it."""
    return page.once("illness", lambda page: shown_illness(page.visible) if _may_be_ill(page) else None)


def _may_be_ill(page: CasePage) -> bool:
    return page.case.is_open and page.has(SickLeave, Discharge)


def _deadline(found: Illness):
    """What the law's next day is: the last day back, or the day on which who is wholly ill must leave."""
    if found.discharge:
        return _("Last day to come back"), rules.last_day_back(found.discharge.left_on)
    assert found.leave, "who has not left is ill"
    return _("Leaves the programme at the latest"), rules.leaves_from(found.leave.since)


def _facts(found: Illness) -> Iterator[tuple[str, str]]:
    if leave := found.leave:
        yield _("Programme"), codes.label("programme", leave.programme)
        until = f" – {leave.until}" if leave.until else ""
        yield _("Ill"), f"{leave.degree} %, {leave.since}{until}"
        if found.is_wholly_ill:
            yield _("Certificate at AF from"), iso(rules.day_number(leave.since, rules.CERTIFICATE_FROM))
    if adaptation := found.adaptation:
        answer = _("can be adapted") if adaptation.can_adapt else _("cannot be adapted")
        yield _("Adaptation examined"), f"{adaptation.examined_on}, {answer}, {adaptation.by.user}"
    if found.discharge:
        yield _("Left the programme"), f"{found.discharge.left_on}, {found.discharge.by.user}"
        yield _("The way back"), _("open for a year, where no new period of unemployment insurance is earned")


def illness_part(page: CasePage) -> dict | None:
    """The passage out of a programme, where a participant is ill, or left and is not back."""
    found = illness_on(page)
    if found is None:
        return None
    is_timed = found.discharge is not None or found.is_wholly_ill
    label, day = _deadline(found)
    return {
        "deadline": label if is_timed else "",
        "day": iso(day),
        "day_in": when(day, page.today),
        "tone": end_tone(day, page.today, rules.BACK_WARNED if found.discharge else SOON + 1),
        "ill_day": "" if found.discharge or not is_timed else found.day,
        "stage": ill_stage_label(found.stage),
        "facts": list(_facts(found)),
    }


def buttons(page: CasePage) -> Iterator[Button]:
    """What comes next in the passage out of a programme, and noting that a participant is ill."""
    found, case = illness_on(page), page.case
    if not page.visible.sees("livelihood") or not (found or case.livelihood == rules.SUPPORT):
        return

    def to(verb: str) -> str:
        return reverse("programme-step", args=[case.public_id, verb])

    if found and found.discharge:
        is_ending = found.stage in (rules.BACK_ENDS, rules.BACK_ENDED)
        yield Button(_("Note the way back"), to("way-back"), is_primary=is_ending)
        return
    if case.holder.party.kind != "AF":
        return
    if found and found.is_wholly_ill:
        is_due = found.stage == rules.TO_EXAMINE
        yield Button(_("Examine adaptation"), to("adaptation"), is_primary=is_due)
        if found.day > rules.LONGEST:
            yield Button(_("Leaves the programme"), to("leave"), is_primary=found.stage == rules.TO_LEAVE)
    yield Button(_("Sick leave"), to("sick-leave"))


def illness_table(viewer: Viewer, cases: Iterable[Case]) -> Table:
    """Participants who are ill or left: the law's next day, and how far it has come."""
    today = clock.today()
    seen = visibilities(viewer, cases, with_past=True)
    shown = shown_illnesses(seen)
    found = {visible.case.public_id: shown.get(visible.case.pk) for visible in seen}
    rows = [case_row(visible, today) for visible in seen]

    def day(row):
        illness = found[row.id]
        if illness is None:
            return plain(_("not disclosed"))
        label, on = _deadline(illness)
        soon = rules.BACK_WARNED if illness.discharge else SOON + 1
        return moment(when(on, today), end_tone(on, today, soon), f"{label} {on}")

    def state(row):
        illness = found[row.id]
        return plain(ill_stage_label(illness.stage) if illness else "")

    columns = (person_column(), Column(_("The law's day"), day), Column(_("How far"), state), holder_column())
    return table(columns, rows)
