"""Measures in lists."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from handslag.foundation import clock
from handslag.measures import rules
from handslag.measures.models import Measure
from handslag.measures.queries import Nearness, activities_of, shown_free
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.ui.dates import iso
from handslag.ui.tables import Column, Table, link, plain, table

MOST_LINES = 100


def near_label(nearness: int) -> str:
    """How near a measure is, in words."""
    told = {
        rules.AT_HOME: _("in the municipality"),
        rules.NEAR: _("the municipality is a member"),
        rules.IN_COUNTY: _("in the county"),
    }
    return told.get(nearness, "")


def groups_of(measure: Measure) -> list[str]:
    """The labels of a measure's target groups."""
    return [codes.label("target_group", group.target_group) for group in measure.groups.all()]


def runs_label(measure: Measure) -> str:
    """From when until when a measure goes on, where that is worth telling."""
    if measure.starts_on > clock.today():
        return _("from {day}").format(day=measure.starts_on)
    return _("until {day}").format(day=iso(measure.ends_on)) if measure.ends_on else ""


def places_label(measure: Measure, free: int | None = None) -> str:
    """How many places there are, and how many of them are free, where that is given."""
    if measure.places is None:
        return codes.label("measure_direction", measure.direction)
    if free is None:
        return ngettext("{number} place", "{number} places", measure.places).format(number=measure.places)
    told = ngettext("{free} of {number} place free", "{free} of {number} places free", measure.places)
    return told.format(free=free, number=measure.places)


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """What a structural measure did on a day."""

    public_id: UUID
    kind: str
    day: str
    hours: int
    reached: int


def activity_lines(measure: Measure) -> list[ActivityLine]:
    """The latest activities of a structural measure."""
    return [
        ActivityLine(one.public_id, codes.label("activity_kind", one.kind), iso(one.day), one.hours, one.reached)
        for one in activities_of(measure)[:MOST_LINES]
    ]


def _name(measure: Measure) -> SafeString:
    return link(measure.name, reverse("measure", args=[measure.public_id]), measure.association.name)


def measure_table(
    viewer: Viewer,
    measures: Iterable[Measure],
    near: Nearness,
    why: Callable[[Measure], str] | None = None,
    refer: Callable[[Measure], str] | None = None,
) -> Table:
    """Measures in a table; `why` says of each why it is proposed, `refer` where one refers the person there."""
    rows = list(measures)
    prefetch_related_objects(rows, "groups")
    free = shown_free(viewer, rows)
    columns = (
        Column(_("Measure"), _name, is_head=True),
        Column(_("Why?"), lambda m: plain(why(m))) if why else None,
        Column(_("For whom?"), lambda m: plain(", ".join(groups_of(m)))),
        Column(
            _("Where?"),
            lambda m: plain(codes.label("municipality", m.municipality_code), "" if why else near_label(near.of(m))),
        ),
        Column(_("Places"), lambda m: plain(places_label(m, free.get(m.pk)), runs_label(m))),
        Column(_("Refer"), lambda m: link(_("Refer"), refer(m)), is_heading_hidden=True) if refer else None,
    )
    return table(columns, rows)
