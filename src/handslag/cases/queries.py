"""Reading cases: only what the viewer may see."""

from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from handslag.cases.models import Case
from handslag.cases.rules import WARN_DAYS, Spell
from handslag.foundation import clock
from handslag.parties.models import Unit
from handslag.parties.viewer import Viewer

SHOWN = ("person", "holder__user", "holder__unit")


def visible_cases(viewer: Viewer) -> QuerySet[Case]:
    """Cases held at the viewer's units, or at the parties whose cooperation officer the viewer is."""
    return Case.objects.filter(holder_id__in=viewer.case_post_ids).select_related(*SHOWN)


def open_cases(viewer: Viewer) -> QuerySet[Case]:
    """Visible cases that are open."""
    return visible_cases(viewer).filter(closed_at__isnull=True)


def held_by(viewer: Viewer) -> QuerySet[Case]:
    """Open cases that the viewer holds, also as a stand-in; what is due first comes first."""
    return (
        Case.objects.filter(holder_id__in=viewer.post_ids, closed_at__isnull=True)
        .select_related(*SHOWN)
        .order_by("next_step_on", "id")
    )


def steps_for(viewer: Viewer) -> QuerySet[Case]:
    """Open cases that others hold, in which the viewer has the next step."""
    return (
        Case.objects.filter(next_step_by_id__in=viewer.post_ids, closed_at__isnull=True)
        .exclude(holder_id__in=viewer.post_ids)
        .select_related(*SHOWN)
        .order_by("next_step_on", "id")
    )


def search(viewer: Viewer, text: str) -> QuerySet[Case]:
    """Visible cases by identity number (12 or 10 digits), whole reference, or the beginning of the person's name."""
    text = " ".join(text.replace("\x00", "").split())
    digits = text.replace("-", "").replace(" ", "")
    if digits.isdigit() and len(digits) in (10, 12):
        centuries = ("",) if len(digits) == 12 else ("19", "20")
        matches = Q(person__identity_number__in=[century + digits for century in centuries]) | Q(reference=text)
    else:
        matches = Q(reference=text) | Q(person__search_name__startswith=text.casefold())
        if " " in text:
            given, family = text.casefold().split(" ", 1)
            matches |= Q(person__search_name__startswith=f"{family} {given}")
    return visible_cases(viewer).filter(matches).order_by("person__search_name", "-opened_at", "id")


def cases_of_unit(unit: Unit) -> QuerySet[Case]:
    """Open cases held at a unit, what is due first."""
    return (
        Case.objects.filter(holder__unit=unit, closed_at__isnull=True)
        .select_related(*SHOWN)
        .order_by("next_step_on", "id")
    )


def load_of_unit(unit: Unit) -> dict[int, dict[str, int]]:
    """Per post of a unit: open cases held, of which overdue, and next steps owned."""
    rows = (
        Case.objects.filter(holder__unit=unit, closed_at__isnull=True)
        .values("holder_id")
        .annotate(held=Count("id"), overdue=Count("id", filter=Q(next_step_on__lt=clock.today())))
        .order_by()
    )
    return {row["holder_id"]: {"held": row["held"], "overdue": row["overdue"]} for row in rows}


def ending_within(cases: QuerySet[Case], day: date, days: int) -> QuerySet[Case]:
    """Of `cases`, those whose livelihood ends before `day` + `days`, or has ended; soonest first."""
    return cases.filter(livelihood_ends_on__lt=day + timedelta(days=days)).order_by("livelihood_ends_on", "id")


def overdue_on(cases: QuerySet[Case], day: date) -> QuerySet[Case]:
    """Of `cases`, those whose next step should have been taken before `day`; oldest first."""
    return cases.filter(next_step_on__lt=day).order_by("next_step_on", "id")


def holdings(case: Case) -> list[Spell]:
    """Everyone who held the case, in order, as spells of posts."""
    past = list(case.past_holdings.select_related("holder__user", "holder__unit").order_by("until"))
    spells, since = [], case.opened_at
    for point in past:
        spells.append(Spell(since, point.until, point.holder))
        since = point.until
    return [*spells, Spell(since, case.closed_at, case.holder)]


def livelihoods(case: Case) -> list[Spell]:
    """What the person lived on, in order, as spells of (kind, degree)."""
    past = case.past_livelihoods.order_by("since", "id")
    spells = [Spell(p.since, p.until, (p.kind, p.degree)) for p in past]
    after_last_day = case.livelihood_ends_on and case.livelihood_ends_on + timedelta(days=1)
    return [*spells, Spell(case.livelihood_since, after_last_day, (case.livelihood, case.livelihood_degree))]


def past_steps(case: Case) -> QuerySet:
    """The next steps that are behind, latest first."""
    return case.past_steps.select_related("by__user").order_by("-ended_at", "-id")


def due_counts(viewer: Viewer, day: date) -> dict[str, int]:
    """Of the open cases the viewer holds: how many in all, overdue, due on `day`, and with a livelihood ending soon."""
    return Case.objects.filter(holder_id__in=viewer.post_ids, closed_at__isnull=True).aggregate(
        held=Count("id"),
        overdue=Count("id", filter=Q(next_step_on__lt=day)),
        today=Count("id", filter=Q(next_step_on=day)),
        ending=Count("id", filter=Q(livelihood_ends_on__lt=day + timedelta(days=WARN_DAYS))),
    )
