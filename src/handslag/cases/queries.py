"""Reading cases: only what the viewer may see."""

from collections.abc import Collection
from datetime import date, timedelta
from functools import reduce
from operator import attrgetter, or_
from uuid import UUID

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet, Window

from handslag.cases.models import Case, PastHolding, PastLivelihood, PastStep, Reopening
from handslag.cases.rules import WARN_DAYS, Spell
from handslag.cases.visibility import CaseVisibility
from handslag.disclosure.queries import disclosed_to
from handslag.foundation import clock
from handslag.foundation.acting import reading
from handslag.foundation.prepared import prepared, whole
from handslag.foundation.rooms import rooms
from handslag.foundation.wall import lifted
from handslag.parties.models import Unit
from handslag.parties.viewer import Viewer

SHOWN = ("person__identity", "holder__user", "holder__unit")
JOINED = "_ids_with_joined"
REACHED_BY = ("post_ids", "case_post_ids", "unit_ids", "officer_party_ids", "own_party_ids")
"""The viewer's ids by which rooms let cases be reached."""


def told_of_case(viewer: Viewer) -> QuerySet:
    """What is disclosed to the viewer about the case at hand, by the party that opened it or the one that holds it."""
    by_either = Q(from_party=OuterRef("party")) | Q(from_party=OuterRef("holder__party"))
    return disclosed_to(viewer).order_by().filter(by_either, subject=OuterRef("person__subject"))


def opened_to(viewer: Viewer) -> list[QuerySet]:
    """Rows with a case that the rooms above open to the viewer, such as handovers of the viewer's places."""
    return [reach.rows(viewer) for room in rooms().values() for reach in room.reaches]


def _reach(viewer: Viewer) -> Q:
    """That a case is held at the viewer's place, opened to it by another room, or disclosed to it."""
    if not (viewer.unit_ids or viewer.officer_party_ids):
        return Q(pk__in=())
    opened = (Q(Exists(rows.filter(case=OuterRef("pk")))) for rows in opened_to(viewer))
    return reduce(or_, opened, Q(holder_id__in=viewer.case_post_ids) | Q(Exists(told_of_case(viewer))))


def held_cases(viewer: Viewer) -> QuerySet[Case]:
    """Cases held at the viewer's units, or at the parties whose cooperation officer the viewer is."""
    return Case.objects.filter(holder_id__in=viewer.case_post_ids).select_related(*SHOWN)


def visible_cases(viewer: Viewer) -> QuerySet[Case]:
    """Every case that the viewer reaches. What of it may be seen is said by `visibility`.

    For lookups: narrow it by case, person or reference. To go through all of them would begin at every case there is.
    """
    return Case.objects.filter(_reach(viewer)).select_related(*SHOWN)


@prepared(*REACHED_BY)
def _visible_case(viewer: Viewer, case_id: UUID) -> QuerySet[Case]:
    return visible_cases(viewer).filter(public_id=case_id)


def visible_case(viewer: Viewer, case_id: UUID) -> Case | None:
    """The case with this public id; None where there is none that the viewer reaches."""
    return next(iter(_visible_case.rows(viewer, case_id)), None)


@prepared(*REACHED_BY)
def _keys_of(viewer: Viewer, subject: str) -> QuerySet:
    return visible_cases(viewer).filter(person__subject=subject).order_by().values_list("pk", flat=True)


def visible_cases_of(viewer: Viewer, subject: str, besides: int | None = None) -> list[Case]:
    """Every case of a person that the viewer reaches, whoever opened it, oldest first, `besides` one at hand."""
    with lifted():  # (keys alone; the rows come from behind the wall)
        keys = frozenset(_keys_of.rows(viewer, subject)) - {besides}
    if not keys:
        return []
    return sorted(whole(Case, ("holder__unit__party", "party", *SHOWN)).rows(None, keys), key=attrgetter("pk"))


def open_cases(viewer: Viewer) -> QuerySet[Case]:
    """Cases that the viewer holds, or the viewer's place, and that are open."""
    return held_cases(viewer).filter(closed_at__isnull=True, joined_to__isnull=True)


@prepared(*REACHED_BY)
def disclosed_cases(viewer: Viewer) -> QuerySet[Case]:
    """Open cases that others hold and of which something is disclosed to the viewer's units; the latest first."""
    return (
        Case.objects.filter(
            Exists(told_of_case(viewer)), person__subject__in=told_subjects(viewer), closed_at__isnull=True
        )
        .exclude(holder_id__in=viewer.case_post_ids)
        .select_related(*SHOWN)
        .order_by("-id")
    )


def told_subjects(viewer: Viewer) -> QuerySet:
    """People of whom something is disclosed to the viewer: few, so that their cases are found by them."""
    return disclosed_to(viewer).order_by().values("subject")


@prepared("post_ids")
def held_by(viewer: Viewer) -> QuerySet[Case]:
    """Open cases that the viewer holds, also as a stand-in; what is due first comes first."""
    return (
        Case.objects.filter(holder_id__in=viewer.post_ids, closed_at__isnull=True, joined_to__isnull=True)
        .select_related(*SHOWN)
        .order_by("next_step_on", "id")
    )


@prepared("post_ids")
def steps_for(viewer: Viewer) -> QuerySet[Case]:
    """Open cases that others hold, in which the viewer has the next step."""
    return (
        Case.objects.filter(next_step_by_id__in=viewer.post_ids, closed_at__isnull=True, joined_to__isnull=True)
        .exclude(holder_id__in=viewer.post_ids)
        .select_related(*SHOWN)
        .order_by("next_step_on", "id")
    )


def cases_of_unit(unit: Unit) -> QuerySet[Case]:
    """Open cases held at a unit, what is due first."""
    return (
        Case.objects.filter(holder__unit=unit, closed_at__isnull=True, joined_to__isnull=True)
        .select_related(*SHOWN)
        .order_by("next_step_on", "id")
    )


@reading
def public_id(case_id: int) -> UUID:
    """How a case that was just opened is named outside."""
    return Case.objects.values_list("public_id", flat=True).get(pk=case_id)


def load_of_unit(unit: Unit) -> dict[int, dict[str, int]]:
    """Per post of a unit: open cases held, of which overdue, and next steps owned."""
    rows = (
        Case.objects.filter(holder__unit=unit, closed_at__isnull=True, joined_to__isnull=True)
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


@prepared()
def _past_holdings(_viewer: None, case_id: int) -> QuerySet[PastHolding]:
    past = PastHolding.objects.filter(case_id=case_id)
    return past.select_related("holder__user", "holder__unit").order_by("until")


@prepared()
def _reopened(_viewer: None, case_id: int) -> QuerySet:
    return Reopening.objects.filter(case_id=case_id).order_by().values_list("closed_at", "at")


@prepared()
def _past_livelihoods(_viewer: None, case_id: int) -> QuerySet[PastLivelihood]:
    return PastLivelihood.objects.filter(case_id=case_id).order_by("since", "id")


@prepared()
def _joined_to(_viewer: None, case_id: int) -> QuerySet:
    return Case.objects.filter(joined_to_id=case_id).order_by().values_list("pk", flat=True)


def with_joined(case: Case) -> frozenset[int]:
    """The ids of a case and of those that are joined to it; asked once for each time that the case is loaded."""
    if JOINED not in case.__dict__:
        case.__dict__[JOINED] = frozenset([case.pk, *_joined_to.rows(None, case.pk)])
    found: frozenset[int] = case.__dict__[JOINED]
    return found


def _rooms_rows() -> list[type[Model]]:
    """The models whose rows hang on a case, of this room and of those above."""
    return [relation.field.model for relation in Case._meta.related_objects if relation.field.name == "case"]


@prepared()
def _has_rows(_viewer: None, case_ids: Collection[int]) -> QuerySet:
    rows = (Exists(model._default_manager.filter(case=OuterRef("pk"))) for model in _rooms_rows())
    return Case.objects.filter(pk__in=case_ids).order_by().values_list(*rows)


def hanging_on(case: Case) -> frozenset[type[Model]]:
    """The models of which rows hang on a case, or on those joined to it: who shows much of it asks for no others."""
    found = zip(*_has_rows.rows(None, with_joined(case)), strict=True)
    return frozenset(model for model, has_rows in zip(_rooms_rows(), found, strict=True) if any(has_rows))


def holdings(case: Case) -> list[Spell]:
    """Everyone who held the case, in order, as spells of posts. While it was closed nobody did."""
    spells, since, past = [], case.opened_at, _past_holdings.rows(None, case.pk)
    reopened = dict(_reopened.rows(None, case.pk)) if past else {}
    for point in past:
        spells.append(Spell(since, point.until, point.holder))
        since = reopened.get(point.until, point.until)
    return [*spells, Spell(since, case.closed_at, case.holder)]


def livelihoods(visible: CaseVisibility) -> list[Spell]:
    """What the person lived on, in order, as spells of (kind, degree): those that the viewer may see."""
    case = visible.case
    past = _past_livelihoods.rows(None, case.pk)
    spells = [Spell(p.since, p.until, (p.kind, p.degree)) for p in past if visible.sees("kind", p)]
    if not visible.value("livelihood"):
        return spells
    after_last_day = case.livelihood_ends_on and case.livelihood_ends_on + timedelta(days=1)
    return [*spells, Spell(case.livelihood_since, after_last_day, (case.livelihood, case.livelihood_degree))]


@prepared()
def _latest_steps(_viewer: None, case_id: int) -> QuerySet[PastStep]:
    past = PastStep.objects.filter(case_id=case_id).select_related("by__user")
    return past.order_by("-ended_at", "-id")[:MOST_STEPS]


def past_steps(visible: CaseVisibility) -> list[PastStep]:
    """The latest next steps that are behind and that the viewer may see, latest first."""
    return [step for step in _latest_steps.rows(None, visible.case.pk) if visible.sees("text", step)]


MOST_STEPS = 50
"""How many steps that are behind are read."""
COUNTED = ("held", "overdue", "today", "ending")


@prepared("post_ids")
def _counted(viewer: Viewer) -> QuerySet:
    today = clock.today()
    soon = today + timedelta(days=WARN_DAYS)
    held = held_by(viewer).order_by().select_related(None)
    counted = held.annotate(
        held=Window(Count("id")),
        overdue=Window(Count("id", filter=Q(next_step_on__lt=today))),
        today=Window(Count("id", filter=Q(next_step_on=today))),
        ending=Window(Count("id", filter=Q(livelihood_ends_on__lt=soon))),
    )
    return counted.values_list(*COUNTED)[:1]


def due_counts(viewer: Viewer) -> dict[str, int]:
    """Of the open cases the viewer holds: how many in all, overdue, due today, and with a livelihood ending soon."""
    counted = _counted.rows(viewer) or [[0] * len(COUNTED)]
    return dict(zip(COUNTED, counted[0], strict=True))


@reading
def own_cases(subject: str) -> list[Case]:
    """The person's cases at every party, open ones first, with who holds them; for the person."""
    found = Case.objects.filter(person__subject=subject).select_related("party", "holder__user", "holder__unit__party")
    return sorted(found.order_by("-id"), key=lambda case: not case.is_open)


@reading
def own_case_ids(subject: str) -> list[int]:
    """Ids of the person's cases at every party; for the person."""
    return list(Case.objects.filter(person__subject=subject).order_by().values_list("pk", flat=True))
