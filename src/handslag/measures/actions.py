"""Keeping the catalogue: the only code that writes measures. Each action is one transaction and is journalled."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.dating import require_day
from handslag.foundation.errors import Overtaken, Refused
from handslag.journal.actions import record
from handslag.measures import may, rules
from handslag.measures.folding import fold
from handslag.measures.models import Carrier, ForGroup, Measure
from handslag.measures.queries import places_taken
from handslag.parties.models import Association, Party, Post
from handslag.parties.viewer import Viewer
from handslag.reference import codes


@dataclass(frozen=True)
class Locked:
    """What never changes once a measure is made."""

    direction: str
    follow_up: str
    has_esf: bool


@dataclass(frozen=True)
class Described:
    """What can be told of a measure, and changed."""

    name: str
    description: str
    detail: str
    starts_on: date
    owner: Party
    parties: tuple[Party, ...]
    municipality_code: str
    how_to_refer: str
    contact: str
    ends_on: date | None = None
    target_groups: tuple[str, ...] = ()
    places: int | None = None
    planned_a_year: int | None = None
    languages: tuple[str, ...] = ()
    accessibility: str = ""
    is_open_data: bool = False


@action(may.keep)
def make_measure(
    actor: Viewer, association_id: int, locked: Locked, described: Described, by: Post | None = None
) -> Measure:
    """Adds a measure to an association's catalogue; `by` vouches for it where the operator brings it in.

    Raises Refused, with the field, for what is not as the national follow-up asks: fewer than two of the association's
    members, an owner who is none of them, a name that another measure has, an individual measure without places.
    """
    measure = _new(association_id, locked, described)
    measure.by = may.voucher(actor, association_id, by)
    _describe(measure, described)
    _add(measure, described)
    measure.is_listed = True
    measure.save(update_fields=["is_listed"])
    record(actor.label, "measure_made", "measure", measure.pk, association=association_id)
    return measure


def _new(association_id: int, locked: Locked, described: Described) -> Measure:
    codes.require("measure_direction", locked.direction, "direction")
    codes.require("follow_up_method", locked.follow_up, "follow_up")
    measure = Measure(association_id=association_id, made_at=clock.now(), **vars(locked))
    _require(measure, described)
    return measure


def require_measure(association_id: int, locked: Locked, described: Described) -> None:
    """Raises Refused, with the field, for a measure that could not be made."""
    _new(association_id, locked, described)


@action(may.change)
def change_measure(actor: Viewer, measure_id: int, upon: datetime, described: Described) -> Measure:
    """Tells a measure anew. `upon` is when it was last changed, as the one who changes it saw it.

    Raises Overtaken where somebody else has changed it since, and Refused as `make_measure`.
    """
    measure = Measure.objects.select_for_update().get(pk=measure_id)
    if measure.changed_at != upon:
        raise Overtaken(
            _("Somebody else has changed this measure meanwhile. See what it says now, and change it again.")
        )
    _require(measure, described)
    _require_room_for_all(measure, described)
    _add(measure, described)
    _describe(measure, described)
    measure.carriers.exclude(party__in=described.parties).delete()
    measure.groups.exclude(target_group__in=described.target_groups).delete()
    record(actor.label, "measure_changed", "measure", measure.pk, association=measure.association_id)
    return measure


def _require_room_for_all(measure: Measure, told: Described) -> None:
    """Raises Refused for fewer places than are taken."""
    taken = places_taken(measure.pk)
    if told.places is not None and told.places < taken:
        raise Refused(_("Places cannot be fewer than those that are taken: {taken}.").format(taken=taken), "places")


def _describe(measure: Measure, told: Described) -> None:
    for name in ("name", "description", "accessibility", "how_to_refer", "contact"):
        setattr(measure, name, getattr(told, name).strip())
    for name in ("detail", "starts_on", "ends_on", "owner", "municipality_code", "places", "planned_a_year"):
        setattr(measure, name, getattr(told, name))
    place = codes.entries("municipality")[told.municipality_code].label_sv
    measure.languages = ";".join(told.languages)
    measure.is_open_data = told.is_open_data
    measure.searched = fold(f"{measure.name} {measure.description} {place}")
    measure.changed_at = clock.now()
    measure.save()


def _add(measure: Measure, told: Described) -> None:
    """Adds the parties and target groups that are told and not there yet."""
    carriers = set(measure.carriers.values_list("party_id", flat=True))
    groups = set(measure.groups.values_list("target_group", flat=True))
    Carrier.objects.bulk_create([Carrier(measure=measure, party=p) for p in told.parties if p.pk not in carriers])
    ForGroup.objects.bulk_create(
        [ForGroup(measure=measure, target_group=g) for g in told.target_groups if g not in groups]
    )


def _require(measure: Measure, told: Described) -> None:
    _require_codes(told)
    for name in ("name", "description", "how_to_refer", "contact"):
        if not getattr(told, name).strip():
            raise Refused(_("Fill this in."), name)
    for name, day in (("starts_on", told.starts_on), ("ends_on", told.ends_on)):
        if day:
            require_day(day, rules.SPAN, name, leads=True)
    if told.ends_on and told.ends_on < told.starts_on:
        raise Refused(_("The last day is before the first day. Change one of them."), "ends_on")
    named = Measure.objects.filter(association_id=measure.association_id, name=told.name.strip())
    if named.exclude(pk=measure.pk).exists():
        raise Refused(_("The association has a measure of this name already. Choose another name."), "name")
    _require_parties(measure, told)
    _require_places(measure, told)


def _require_codes(told: Described) -> None:
    codes.require("measure_detail", told.detail, "detail")
    codes.require("municipality", told.municipality_code, "municipality_code")
    for name, chosen in (("target_group", told.target_groups), ("language", told.languages)):
        for code in chosen:
            codes.require(name, code, f"{name}s")


def _require_parties(measure: Measure, told: Described) -> None:
    members = set(Association.objects.get(pk=measure.association_id).members.values_list("pk", flat=True))
    if strangers := [party for party in told.parties if party.pk not in members]:
        raise Refused(_("{name} is not a member of the association.").format(name=strangers[0]), "parties")
    if len({party.pk for party in told.parties}) < rules.FEWEST_PARTIES:
        raise Refused(_("At least two of the association's members carry a measure. Choose one more."), "parties")
    if told.owner not in told.parties:
        raise Refused(_("Who owns the measure is one of the parties that carry it. Choose one of them."), "owner")


def _require_places(measure: Measure, told: Described) -> None:
    for name in ("places", "planned_a_year"):
        number = getattr(told, name)
        if not rules.needs_places(measure.direction):
            if number is not None:
                raise Refused(_("A structural measure has no places. Leave this empty."), name)
        elif number is None or not 1 <= number <= rules.MOST:
            raise Refused(_("Write a number from 1 to {most}.").format(most=rules.MOST), name)
