"""The whole catalogue for the parties' systems: what everybody at work reads on its pages."""

from datetime import date
from uuid import UUID

from django.http import Http404
from ninja import Field, Query, Router, Schema

from handslag.measures import queries
from handslag.measures.models import Measure
from handslag.measures.queries import Place, Wanted
from handslag.parties.viewer import Request
from handslag.ui.api import Paging, Problem, part

router = Router()


class MeasureLine(Schema):
    """A measure in the catalogue."""

    id: UUID = Field(alias="public_id")
    name: str
    association: str = Field(alias="association.name")
    description: str
    direction: str
    detail: str
    target_groups: list[str]
    municipality_code: str
    starts_on: date
    ends_on: date | None
    owner: str = Field(alias="owner.code")
    parties: list[str]
    places: int | None
    free_places: int | None
    planned_a_year: int | None
    languages: list[str]
    accessibility: str
    how_to_refer: str
    contact: str

    @staticmethod
    def resolve_target_groups(measure: Measure) -> list[str]:
        """The codes of the target groups."""
        return sorted(group.target_group for group in measure.groups.all())

    @staticmethod
    def resolve_parties(measure: Measure) -> list[str]:
        """The codes of the parties that carry it."""
        return sorted(carrier.party.code for carrier in measure.carriers.all())

    @staticmethod
    def resolve_languages(measure: Measure) -> list[str]:
        """The codes of the languages."""
        return [code for code in measure.languages.split(";") if code]


class MeasurePage(Schema):
    """A page of measures."""

    items: list[MeasureLine]
    page: int
    limit: int
    has_next: bool


class Asked(Paging):
    """What is looked for; what is empty leaves all."""

    words: str = Field("", max_length=100)
    county: str = Field("", max_length=2)
    target_group: str = Field("", max_length=40)
    direction: str = Field("", max_length=20)
    detail: str = Field("", max_length=30)
    language: str = Field("", max_length=10)
    has_free_places: bool = False
    has_ended: bool = False

    @property
    def wanted(self) -> Wanted:
        """The same, as the catalogue is asked."""
        return Wanted(**self.model_dump(exclude={"page", "limit"}))


def _lines(measures: list[Measure]) -> list[Measure]:
    free = queries.free_places(measures)
    for measure in measures:
        measure.free_places = free.get(measure.pk)  # type: ignore[attr-defined]  # told beside the columns
    return measures


def _place(request: Request) -> Place:
    party = request.auth.party
    return Place(party.code.removeprefix("KOM-") if party.kind == "KOM" else "", party.county_code)


@router.get("", response={200: MeasurePage, 401: Problem, 422: Problem})
def list_measures(request: Request, asked: Query[Asked]):
    """Measures, the nearest to the party first."""
    found = queries.catalogue(asked.wanted, queries.nearness_to(_place(request)))
    return part(found.prefetch_related("groups", "carriers__party"), asked, _lines)


class ActivityLine(Schema):
    """What a structural measure did on a day, and how many people at work it reached."""

    id: UUID = Field(alias="public_id")
    kind: str
    day: date
    hours: int
    reached: int


class ActivityPage(Schema):
    """A page of activities."""

    items: list[ActivityLine]
    page: int
    limit: int
    has_next: bool


@router.get("/{uuid:measure_id}/activities", response={200: ActivityPage, 401: Problem, 404: Problem, 422: Problem})
def list_activities(request: Request, measure_id: UUID, paging: Query[Paging]):
    """What a structural measure did, the latest first."""
    return part(queries.activities_of(_measure(measure_id)), paging, list)


def _measure(measure_id: UUID) -> Measure:
    measure = queries.measure_of(measure_id)
    if measure is None:
        raise Http404
    return measure


@router.get("/{uuid:measure_id}", response={200: MeasureLine, 401: Problem, 404: Problem, 422: Problem})
def show_measure(request: Request, measure_id: UUID):
    """One measure."""
    return _lines([_measure(measure_id)])[0]
