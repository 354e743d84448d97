"""Reading cases: only what the viewer may see."""

from datetime import date, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from handslag.cases.models import Case, PastStep
from handslag.cases.rules import WARN_DAYS, Spell
from handslag.cases.visibility import CaseVisibility
from handslag.disclosure.queries import disclosed_to
from handslag.disclosure.rules import IDENTITY
from handslag.foundation import clock, keys
from handslag.foundation.acting import reading
from handslag.foundation.errors import Refused
from handslag.foundation.rooms import rooms
from handslag.parties.models import Unit
from handslag.parties.viewer import Viewer
from handslag.persons.models import Person
from handslag.persons.rules import INITIALS

SHOWN = ("person__identity", "holder__user", "holder__unit")


def _told(viewer: Viewer) -> QuerySet:
    """What is disclosed to the viewer about the case at hand, by the party that opened it or the one that holds it."""
    by_either = Q(from_party=OuterRef("party")) | Q(from_party=OuterRef("holder__party"))
    return disclosed_to(viewer).order_by().filter(by_either, subject=OuterRef("person__subject"))


def _opened(viewer: Viewer) -> list[QuerySet]:
    """Rows with a case that the rooms above open to the viewer, such as handovers of the viewer's places."""
    return [reach.rows(viewer) for room in rooms().values() for reach in room.reaches]


def _reach(viewer: Viewer) -> Q:
    """That a case is held at the viewer's place, opened to it by another room, or disclosed to it."""
    if not (viewer.unit_ids or viewer.officer_party_ids):
        return Q(pk__in=())
    opened = (Q(Exists(rows.filter(case=OuterRef("pk")))) for rows in _opened(viewer))
    return reduce(or_, opened, Q(holder_id__in=viewer.case_post_ids) | Q(Exists(_told(viewer))))


def held_cases(viewer: Viewer) -> QuerySet[Case]:
    """Cases held at the viewer's units, or at the parties whose cooperation officer the viewer is."""
    return Case.objects.filter(holder_id__in=viewer.case_post_ids).select_related(*SHOWN)


def visible_cases(viewer: Viewer) -> QuerySet[Case]:
    """Every case that the viewer reaches. What of it may be seen is said by `visibility`.

    For lookups: narrow it by case, person or reference. To go through all of them would begin at every case there is.
    """
    return Case.objects.filter(_reach(viewer)).select_related(*SHOWN)


def open_cases(viewer: Viewer) -> QuerySet[Case]:
    """Cases that the viewer holds, or the viewer's place, and that are open."""
    return held_cases(viewer).filter(closed_at__isnull=True, joined_to__isnull=True)


def disclosed_cases(viewer: Viewer) -> QuerySet[Case]:
    """Open cases that others hold and of which something is disclosed to the viewer's units; the latest first."""
    return (
        Case.objects.filter(Exists(_told(viewer)), person__subject__in=_told_subjects(viewer), closed_at__isnull=True)
        .exclude(holder_id__in=viewer.case_post_ids)
        .select_related(*SHOWN)
        .order_by("-id")
    )


def _told_subjects(viewer: Viewer) -> list[str]:
    """People of whom something is disclosed to the viewer: few, so that their cases are found by them."""
    return list(disclosed_to(viewer).order_by().values_list("subject", flat=True).distinct())


def _told_persons(viewer: Viewer, named: Q) -> list[int]:
    """Ids of the records of people whose identity is disclosed to the viewer and who are `named`.

    Each party's are found by its index of people, not by going through all that others have on them.
    """
    by_party: dict[int, list[str]] = {}
    told = disclosed_to(viewer).filter(group=IDENTITY).order_by().values_list("from_party_id", "subject").distinct()
    for party_id, subject in told:
        by_party.setdefault(party_id, []).append(subject)
    theirs = (Q(party_id=party_id, subject__in=subjects) for party_id, subjects in by_party.items())
    either = reduce(or_, theirs, Q(pk__in=()))
    return list(Person.objects.filter(either).filter(named).order_by().values_list("pk", flat=True))


def held_by(viewer: Viewer) -> QuerySet[Case]:
    """Open cases that the viewer holds, also as a stand-in; what is due first comes first."""
    return (
        Case.objects.filter(holder_id__in=viewer.post_ids, closed_at__isnull=True, joined_to__isnull=True)
        .select_related(*SHOWN)
        .order_by("next_step_on", "id")
    )


def steps_for(viewer: Viewer) -> QuerySet[Case]:
    """Open cases that others hold, in which the viewer has the next step."""
    return (
        Case.objects.filter(next_step_by_id__in=viewer.post_ids, closed_at__isnull=True, joined_to__isnull=True)
        .exclude(holder_id__in=viewer.post_ids)
        .select_related(*SHOWN)
        .order_by("next_step_on", "id")
    )


def _may_know(viewer: Viewer) -> Q:
    """That the viewer may see who the person is: the own party's record, or a basis that covers the identity."""
    told = disclosed_to(viewer).filter(
        group=IDENTITY, subject=OuterRef("person__subject"), from_party=OuterRef("party")
    )
    return Q(party_id__in=viewer.own_party_ids) | Q(Exists(told))


def _begins(path: str, name: str) -> Q:
    begins = Q(**{f"{path}identity__search_name__startswith": name})
    if len(name) < INITIALS:
        return begins
    return begins & Q(**{f"{path}identity__search_initials": name[:INITIALS]})


def _named(text: str, path: str = "") -> Q:
    """That a person's name begins so: "family", or "given family". `path` leads to the person."""
    matches = _begins(path, text.casefold())
    if " " in text:
        given, family = text.casefold().split(" ", 1)
        matches |= _begins(path, f"{family} {given}")
    return matches


def _by_name(viewer: Viewer, text: str) -> set[int]:
    """Ids of cases by the person's name, looked for in each place that the viewer reaches by itself."""
    own = _named(text, "person__") & _may_know(viewer)
    places = (
        Q(holder_id__in=viewer.case_post_ids) & own,
        *(Q(pk__in=rows.values("case_id")) & own for rows in _opened(viewer)),
        Q(Exists(_told(viewer)), person_id__in=_told_persons(viewer, _named(text))),
    )
    return {pk for place in places for pk in Case.objects.filter(place).order_by().values_list("pk", flat=True)}


def _by_number(viewer: Viewer, digits: str) -> set[int]:
    centuries = ("",) if len(digits) == 12 else ("19", "20")
    subjects = [keys.blind(century + digits) for century in centuries]
    known = Q(person__subject__in=subjects, person__identity__isnull=False) & _may_know(viewer)
    return set(visible_cases(viewer).filter(known).order_by().values_list("pk", flat=True))


def search(viewer: Viewer, text: str) -> QuerySet[Case]:
    """Visible cases by identity number (12 or 10 digits), whole reference, or the beginning of the person's name.

    Number and name find only persons whose identity the viewer may see.
    """
    text = " ".join(text.replace("\x00", "").split())
    digits = text.replace("-", "").replace(" ", "")
    found = set(visible_cases(viewer).filter(reference=text).order_by().values_list("pk", flat=True))
    if digits.isdigit() and len(digits) in (10, 12):
        found |= _by_number(viewer, digits)
    elif text:
        found |= _by_name(viewer, text)
    whole = Case.objects.filter(pk__in=found).select_related(*SHOWN)
    return whole.order_by("person__identity__search_name", "-opened_at", "id")


def cases_of_unit(unit: Unit) -> QuerySet[Case]:
    """Open cases held at a unit, what is due first."""
    return (
        Case.objects.filter(holder__unit=unit, closed_at__isnull=True, joined_to__isnull=True)
        .select_related(*SHOWN)
        .order_by("next_step_on", "id")
    )


def case_numbers(unit: Unit, public_ids: list[UUID]) -> list[int]:
    """The ids of cases that are open and held at the unit. Raises Refused where one of the public ids is of no such."""
    found = list(cases_of_unit(unit).filter(public_id__in=public_ids).values_list("pk", flat=True))
    if len(found) < len(set(public_ids)):
        raise Refused(_("One of the chosen cases is no longer held at the unit. Choose again."))
    return found


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


def holdings(case: Case) -> list[Spell]:
    """Everyone who held the case, in order, as spells of posts."""
    past = list(case.past_holdings.select_related("holder__user", "holder__unit").order_by("until"))
    spells, since = [], case.opened_at
    for point in past:
        spells.append(Spell(since, point.until, point.holder))
        since = point.until
    return [*spells, Spell(since, case.closed_at, case.holder)]


def livelihoods(visible: CaseVisibility) -> list[Spell]:
    """What the person lived on, in order, as spells of (kind, degree): those that the viewer may see."""
    case = visible.case
    past = case.past_livelihoods.order_by("since", "id")
    spells = [Spell(p.since, p.until, (p.kind, p.degree)) for p in past if visible.sees("kind", p)]
    if not visible.value("livelihood"):
        return spells
    after_last_day = case.livelihood_ends_on and case.livelihood_ends_on + timedelta(days=1)
    return [*spells, Spell(case.livelihood_since, after_last_day, (case.livelihood, case.livelihood_degree))]


def past_steps(visible: CaseVisibility, most: int) -> list[PastStep]:
    """The next steps that are behind and that the viewer may see, latest first."""
    found = visible.case.past_steps.select_related("by__user").order_by("-ended_at", "-id")[:most]
    return [step for step in found if visible.sees("text", step)]


def due_counts(viewer: Viewer, day: date) -> dict[str, int]:
    """Of the open cases the viewer holds: how many in all, overdue, due on `day`, and with a livelihood ending soon."""
    mine = Case.objects.filter(holder_id__in=viewer.post_ids, closed_at__isnull=True, joined_to__isnull=True)
    return mine.aggregate(
        held=Count("id"),
        overdue=Count("id", filter=Q(next_step_on__lt=day)),
        today=Count("id", filter=Q(next_step_on=day)),
        ending=Count("id", filter=Q(livelihood_ends_on__lt=day + timedelta(days=WARN_DAYS))),
    )


@reading
def own_cases(subject: str) -> list[Case]:
    """The person's cases at every party, open ones first, with who holds them; for the person."""
    found = Case.objects.filter(person__subject=subject).select_related("party", "holder__user", "holder__unit__party")
    return sorted(found.order_by("-id"), key=lambda case: not case.is_open)


@reading
def own_case_ids(subject: str) -> list[int]:
    """Ids of the person's cases at every party; for the person."""
    return list(Case.objects.filter(person__subject=subject).order_by().values_list("pk", flat=True))
