"""List rows as the templates show them: dates and labels made once, in Python, so that pages stay fast."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from handslag.cases.models import Case
from handslag.cases.rules import WARN_DAYS
from handslag.cases.sight import Sight, sights
from handslag.foundation import clock
from handslag.handovers import rules as handover_rules
from handslag.handovers.models import Handover
from handslag.handovers.wording import state_label
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.watch import rules as watch_rules
from handslag.watch.models import Escalation

NEEDED_SOON_DAYS = 14


def when(day: date | None, today: date) -> str:
    """How far off a day is, in words; empty for none."""
    if day is None:
        return ""
    days = (day - today).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days > 1:
        return ngettext("in {n} day", "in {n} days", days).format(n=days)
    return ngettext("{n} day ago", "{n} days ago", -days).format(n=-days)


def minute(at) -> str:
    """An instant as day and time of day in Sweden."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _due_tone(day: date, today: date) -> str:
    return "late" if day < today else "now" if day == today else ""


def _end_tone(day: date | None, today: date, soon: int = WARN_DAYS) -> str:
    if day is None:
        return ""
    days = (day - today).days
    return "late" if days < 0 else "soon" if days < soon else ""


def person_name(sight: Sight) -> str:
    """The person's name; where hidden or anonymous, words that tell so."""
    if sight.identity:
        return sight.identity.name
    person = sight.case.person
    if person.start_year:
        sex = _("woman") if person.sex == "woman" else _("man")
        return _("Anonymous participant ({sex}, {year})").format(sex=sex, year=person.start_year)
    return _("A person, not disclosed")


def case_row(sight: Sight, today: date) -> dict:
    """A case in a list."""
    case, ends = sight.case, sight.livelihood_ends_on
    plan = sight.shows_plan
    return {
        "id": case.pk,
        "url": reverse("case", args=[case.pk]),
        "name": person_name(sight),
        "reference": case.reference,
        "step": case.next_step if plan else _("not disclosed"),
        "due": case.next_step_on.isoformat() if plan else "",
        "due_in": when(case.next_step_on, today) if plan else "",
        "due_tone": _due_tone(case.next_step_on, today) if plan else "",
        "livelihood": livelihood_label(sight),
        "ends": ends.isoformat() if ends else "",
        "ends_in": when(ends, today),
        "ends_tone": _end_tone(ends, today),
        "holder": str(case.holder.user),
        "unit": case.holder.unit.name,
        "paused_until": case.suspended_until.isoformat() if case.suspended_until and plan else "",
        "closed": minute(case.closed_at),
    }


def livelihood_label(sight: Sight) -> str:
    """What the person lives on, with its degree; words that tell so where it is hidden or not noted."""
    case = sight.case
    if not sight.shows_livelihood:
        return _("not disclosed")
    return codes.label("livelihood", case.livelihood) if case.livelihood else _("not noted")


def case_rows(viewer: Viewer, cases: Iterable[Case]) -> list[dict]:
    """Cases in a list, as the viewer may see them."""
    today = clock.today()
    return [case_row(sight, today) for sight in sights(viewer, cases)]


def handover_row(handover: Handover, sight: Sight, today: date) -> dict:
    """A handover in a list."""
    waiting = timezone.localtime(handover.awaiting_since).date()
    contact = handover.first_contact_at
    contact_on = timezone.localtime(contact).date() if contact else None
    is_pending, is_booked = handover.state in handover_rules.PENDING, handover.state == handover_rules.ACCEPTED
    return {
        "url": reverse("handover", args=[handover.pk]),
        "name": person_name(sight),
        "reference": handover.case.reference,
        "sender": f"{handover.sender.user}, {handover.sender.unit}",
        "receiver": f"{handover.to_post.user}, {handover.to_unit}" if handover.to_post else handover.to_unit.name,
        "reason": codes.label("handover_reason", handover.reason),
        "needed_by": handover.needed_by.isoformat(),
        "needed_in": when(handover.needed_by, today),
        "needed_tone": _end_tone(handover.needed_by, today, NEEDED_SOON_DAYS) if is_pending else "",
        "state": state_label(handover.state),
        "state_code": handover.state,
        "waited": when(waiting, today),
        "contact": minute(contact),
        "contact_in": when(contact_on, today),
        "contact_tone": _due_tone(contact_on, today) if is_booked else "",
    }


def handover_rows(viewer: Viewer, handovers: Iterable[Handover]) -> list[dict]:
    """Handovers in a list, as the viewer may see them."""
    handovers, today = list(handovers), clock.today()
    seen = sights(viewer, [handover.case for handover in handovers])
    return [handover_row(handover, sight, today) for handover, sight in zip(handovers, seen, strict=True)]


def kind_label(kind: str) -> str:
    """What is silent, in words."""
    return {
        watch_rules.UNANSWERED_HANDOVER: _("Unanswered handover"),
        watch_rules.UNANSWERED_QUESTION: _("Unanswered question"),
        watch_rules.MISSED_CONTACT: _("Missed first contact"),
        watch_rules.OVERDUE_STEP: _("Overdue next step"),
    }[kind]


def rung_label(rung: int) -> str:
    """A rung of the ladder, in words."""
    return {
        watch_rules.OWER: _("who owes the answer"),
        watch_rules.LEAD: _("team lead"),
        watch_rules.OFFICER: _("cooperation officer"),
        watch_rules.JOINT: _("both parties' cooperation officers"),
    }[rung]


def escalation_row(escalation: Escalation, sight: Sight, today: date) -> dict:
    """An escalation in a list."""
    case, handover = escalation.case, escalation.handover
    url = reverse("handover", args=[handover.pk]) if handover else reverse("case", args=[case.pk])
    return {
        "url": url,
        "name": person_name(sight),
        "reference": case.reference,
        "kind": kind_label(escalation.kind),
        "rung": rung_label(escalation.rung),
        "is_gap": escalation.is_gap,
        "since": escalation.waiting_since.isoformat(),
        "waited": when(escalation.waiting_since, today),
        "holder": f"{case.holder.user}, {case.holder.unit}",
        "receiver": handover.to_unit.name if handover else "",
    }


def escalation_rows(viewer: Viewer, escalations: Iterable[Escalation]) -> list[dict]:
    """Escalations in a list, as the viewer may see them."""
    escalations, today = list(escalations), clock.today()
    seen = sights(viewer, [escalation.case for escalation in escalations])
    return [escalation_row(escalation, sight, today) for escalation, sight in zip(escalations, seen, strict=True)]
