"""Reading the catalogue: what there is for a person, the nearest first. It holds no persons, and is open to everyone at
work."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case as Either
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Sum, Value, When

from handslag.cases.visibility import CaseVisibility
from handslag.foundation import clock
from handslag.foundation.acting import reading
from handslag.foundation.rooms import rooms
from handslag.measures import rules
from handslag.measures.folding import fold
from handslag.measures.models import Activity, ForGroup, Measure
from handslag.parties.models import Association, Party
from handslag.parties.rules import ASSOCIATION_ROLES
from handslag.parties.viewer import Viewer
from handslag.reference import codes


@dataclass(frozen=True)
class Place:
    """From where nearness is told; empty where it is not known."""

    municipality_code: str = ""
    county_code: str = ""


@dataclass(frozen=True)
class Wanted:
    """What is looked for in the catalogue; what is empty leaves all."""

    words: str = ""
    county: str = ""
    target_group: str = ""
    direction: str = ""
    detail: str = ""
    language: str = ""
    has_free_places: bool = False
    has_ended: bool = False
    """Whether those that have ended are shown too."""


def _whole() -> QuerySet[Measure]:
    return Measure.objects.filter(is_listed=True).select_related("association", "owner")


def _goes_on(today: date) -> Q:
    return Q(ends_on__isnull=True) | Q(ends_on__gte=today)


@dataclass(frozen=True)
class Nearness:
    """How near measures are to a place: told of one, and for the database to order by."""

    place: Place
    association_ids: frozenset[int]
    """The associations of which the municipality is a member."""

    def of(self, measure: Measure) -> int:
        """How near a measure is (rules)."""
        if measure.municipality_code == self.place.municipality_code:
            return rules.AT_HOME
        if measure.association_id in self.association_ids:
            return rules.NEAR
        return rules.IN_COUNTY if measure.municipality_code[:2] == self.place.county_code else rules.FARTHER

    @property
    def order(self) -> Either:
        """The same as SQL."""
        near = [
            When(municipality_code=self.place.municipality_code, then=Value(rules.AT_HOME)),
            When(association_id__in=self.association_ids, then=Value(rules.NEAR)),
            When(municipality_code__startswith=self.place.county_code or "-", then=Value(rules.IN_COUNTY)),
        ]
        return Either(*near, default=Value(rules.FARTHER), output_field=IntegerField())


def nearness_to(place: Place) -> Nearness:
    """How near measures are to a place."""
    members = Association.objects.filter(members__code=f"KOM-{place.municipality_code}")
    return Nearness(place, frozenset(members.values_list("pk", flat=True)))


def place_of(viewer: Viewer) -> Place:
    """Where the viewer works: the municipality, where the viewer's party is one, and the unit's county."""
    party = next((post.party for post in viewer.reach if post.party), None)
    unit = next((post.unit for post in viewer.reach if post.unit), None)
    code = party.code.removeprefix("KOM-") if party and party.kind == "KOM" else ""
    return Place(code, unit.county_code if unit else "")


def catalogue(wanted: Wanted, near: Nearness) -> QuerySet[Measure]:
    """Measures as they are looked for: the nearest first, then by name."""
    found = _whole()
    for word in fold(wanted.words).split():
        found = found.filter(searched__contains=word)
    if wanted.county:
        found = found.filter(municipality_code__startswith=wanted.county)
    if wanted.target_group:
        found = found.filter(_is_for((wanted.target_group,)))
    for name in ("direction", "detail"):
        if value := getattr(wanted, name):
            found = found.filter(**{name: value})
    if wanted.language:
        found = found.filter(_spoken(wanted.language))
    if wanted.has_free_places:
        found = found.filter(direction=rules.INDIVIDUAL).exclude(pk__in=_full())
    if not wanted.has_ended:
        found = found.filter(_goes_on(clock.today()))
    return found.annotate(nearness=near.order).order_by("nearness", "name", "id")


@reading
def _taken(**of: Any) -> Counter[int]:
    """How many places are taken, by the measure's id."""
    taken = Counter[int]()
    for rows in (rows for room in rooms().values() for rows in room.taking_places):
        taken.update(dict(rows().filter(**of).order_by().values_list("measure").annotate(Count("pk"))))
    return taken


def places_taken(measure_id: int) -> int:
    """How many places of a measure are taken."""
    return _taken(measure=measure_id)[measure_id]


def free_places(measures: Iterable[Measure]) -> dict[int, int]:
    """Of individual measures, how many places each has free now, by its id."""
    places = {measure.pk: measure.places for measure in measures if measure.places is not None}
    taken = _taken(measure__in=places) if places else Counter()
    return {pk: max(0, number - taken[pk]) for pk, number in places.items()}


def shown_free(viewer: Viewer, measures: Iterable[Measure]) -> dict[int, int]:
    """The same, for those who see it (rules.SEE_FREE); empty for others."""
    return free_places(measures) if viewer.roles & rules.SEE_FREE else {}


def _full() -> list[int]:
    """Ids of the measures of which every place is taken."""
    taken = _taken()
    places = Measure.objects.filter(pk__in=taken).order_by().values_list("pk", "places")
    return [pk for pk, number in places if number is not None and taken[pk] >= number]


def _spoken(code: str) -> Q:
    """That a code is one of the languages, which have semicolons between."""
    ends = Q(languages__startswith=f"{code};") | Q(languages__endswith=f";{code}")
    return Q(languages=code) | ends | Q(languages__contains=f";{code};")


def _is_for(groups: Collection[str]) -> Exists:
    return Exists(ForGroup.objects.filter(measure=OuterRef("pk"), target_group__in=groups))


def fitting(groups: Collection[str], near: Nearness) -> QuerySet[Measure]:
    """Individual measures not far from a place: those for any of the target groups first, then the nearest."""
    found = _whole().filter(_goes_on(clock.today()), direction=rules.INDIVIDUAL)
    is_for = Either(When(_is_for(groups), then=Value(0)), default=Value(1), output_field=IntegerField())
    found = found.annotate(nearness=near.order, is_other=is_for).filter(nearness__lt=rules.FARTHER)
    return found.order_by("is_other", "nearness", "name", "id")


def proposable(other_than: Measure) -> QuerySet[Measure]:
    """Individual measures that go on, of the same county as another one: what can be proposed in its place."""
    near = _whole().filter(_goes_on(clock.today()), direction=rules.INDIVIDUAL)
    near = near.filter(municipality_code__startswith=other_than.municipality_code[:2])
    return near.exclude(pk=other_than.pk).order_by("name", "id")


def groups_and_place(visible: CaseVisibility) -> tuple[list[str], Place]:
    """A person's target groups and place, as far as the viewer may know them."""
    groups = [code for code in str(visible.value("target_groups") or "").split(";") if code]
    code, unit = str(visible.value("municipality_code") or ""), visible.case.holder.unit
    return groups, Place(code, code[:2] or (unit.county_code if unit else ""))


def measure_of(public_id: UUID) -> Measure | None:
    """A measure by its public id."""
    return _whole().filter(public_id=public_id).prefetch_related("groups", "carriers__party").first()


def own_associations(viewer: Viewer) -> QuerySet[Association]:
    """The associations whose catalogue the viewer keeps."""
    ids = [post.association_id for post in viewer.reach if post.role in ASSOCIATION_ROLES]
    return Association.objects.filter(pk__in=ids).order_by("name")


def members_of(association: Association) -> QuerySet[Party]:
    """The parties of an association, by name."""
    return association.members.order_by("name")


def published() -> QuerySet[Measure]:
    """Measures that associations publish as open data, and that have not ended."""
    found = _whole().filter(_goes_on(clock.today()), is_open_data=True)
    return found.prefetch_related("groups", "carriers__party").order_by("id")


def labels(list_name: str, chosen: str) -> list[str]:
    """The labels of codes with semicolons between."""
    return [codes.label(list_name, code) for code in chosen.split(";") if code]


def activities_of(measure: Measure) -> QuerySet[Activity]:
    """What a structural measure did, the latest first; what was struck is left out."""
    return measure.activities.filter(is_struck=False).order_by("-day", "-id")


def reached_in(measures: Iterable[Measure], year: int) -> dict[int, tuple[int, int]]:
    """(activities, people reached) of structural measures in a year, by key; those without are left out."""
    found = Activity.objects.filter(measure__in=list(measures), day__year=year, is_struck=False)
    counted = found.values("measure_id").annotate(number=Count("pk"), people=Sum("reached")).order_by("measure_id")
    return {row["measure_id"]: (row["number"], row["people"]) for row in counted}
