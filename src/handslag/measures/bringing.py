"""Files of measures that are there: the columns of the catalogue, read as `make_measure` takes them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.foundation.acting import action
from handslag.foundation.errors import Refused
from handslag.foundation.files import NO, YES, Column, Entered, Register, Values
from handslag.measures import may, rules
from handslag.measures.actions import Described, Locked, make_measure, require_measure
from handslag.measures.models import Measure
from handslag.parties.models import Party, Post
from handslag.parties.viewer import Viewer

FLAGS = ("has_esf", "is_open_data")
SEVERAL = ("target_groups", "languages")
NUMBERS = ("places", "planned_a_year")
COLUMNS = (
    Column("name", 150),
    Column("direction", 20, codes="measure_direction"),
    Column("follow_up", 20, codes="follow_up_method"),
    Column("has_esf", 3, optional=True),
    Column("detail", 30, codes="measure_detail"),
    Column("description", 4000, has_lines=True),
    Column("target_groups", 300, optional=True, several=True, codes="target_group"),
    Column("parties", 200, several=True),
    Column("owner", 8),
    Column("municipality_code", 4, codes="municipality"),
    Column("starts_on", 10, days=rules.SPAN),
    Column("ends_on", 10, optional=True, days=rules.SPAN),
    Column("places", 5, optional=True, is_number=True),
    Column("planned_a_year", 5, optional=True, is_number=True),
    Column("languages", 100, optional=True, several=True, codes="language"),
    Column("accessibility", 1000, optional=True, has_lines=True),
    Column("how_to_refer", 1000, has_lines=True),
    Column("contact", 200),
    Column("is_open_data", 3, optional=True),
)
WORDS = ("name", "detail", "description", "municipality_code", "accessibility", "how_to_refer", "contact")


def _parties(names: Sequence[str]) -> dict[str, Party]:
    found = {party.code: party for party in Party.objects.filter(code__in=names)}
    if unknown := [name for name in names if name not in found]:
        raise Refused(_("No party has the code “{code}”.").format(code=unknown[0]), "parties")
    return found


def _read(told: Values) -> tuple[Locked, Described]:
    """What a row says, as the action takes it. Raises Refused, with the column."""
    for name in FLAGS:
        if told[name].lower() not in YES + NO:
            raise Refused(_("Write yes or no, or leave the cell empty."), name)
    parties = _parties(told["parties"])
    owner = parties.get(told["owner"])
    if owner is None:
        raise Refused(_("Who owns the measure is one of the parties that carry it. Choose one of them."), "owner")
    locked = Locked(told["direction"], told["follow_up"], told["has_esf"].lower() in YES)
    described = Described(
        **{name: told[name] for name in (*WORDS, "starts_on", "ends_on", *NUMBERS, *SEVERAL)},
        owner=owner,
        parties=tuple(parties.values()),
        is_open_data=told["is_open_data"].lower() in YES,
    )
    return locked, described


def _faults(association_id: int, told: Values) -> Iterator[tuple[str, str]]:
    taken = Measure.objects.filter(association_id=association_id, name=told["name"]).exists()
    if taken:  # (told of as known, or as other content)
        return
    try:
        require_measure(association_id, *_read(told))
    except Refused as refused:
        yield refused.field or "", refused.message


def _told(told: Values) -> tuple[Any, ...]:
    flags = (told[name].lower() in YES for name in FLAGS)
    several = (tuple(sorted(set(told[name]))) for name in (*SEVERAL, "parties"))
    names = (*WORDS, "direction", "follow_up", "owner", "starts_on", "ends_on", *NUMBERS)
    return (*flags, *several, *(told[name] for name in names))


def _known(association_id: int) -> Mapping[Any, Any]:
    """The measures that are there, as rows of a file would tell them."""
    found = Measure.objects.filter(association_id=association_id).select_related("owner")
    return {m.name: _told(_as_row(m)) for m in found.prefetch_related("groups", "carriers__party")}


def _as_row(measure: Measure) -> dict[str, Any]:
    names = (*WORDS, "direction", "follow_up", "starts_on", "ends_on", *NUMBERS)
    return {name: getattr(measure, name) for name in names} | {
        **{name: "yes" if getattr(measure, name) else "no" for name in FLAGS},
        "target_groups": [group.target_group for group in measure.groups.all()],
        "languages": [code for code in measure.languages.split(";") if code],
        "parties": [carrier.party.code for carrier in measure.carriers.all()],
        "owner": measure.owner.code,
    }


def may_bring_in(actor: Viewer, entered: Sequence[Entered]) -> None:
    """The operator, or an officer of every association that is told of."""
    for association_id in {row.association_id for row in entered}:
        may.keep(actor, association_id)


@action(may_bring_in)
def bring_in_measures(actor: Viewer, entered: Sequence[Entered]) -> None:
    """Adds measures to catalogues, all of them or none. Raises Refused as `make_measure` does."""
    posts = Post.objects.in_bulk({row.by_id for row in entered})
    for row in entered:
        make_measure(actor, row.association_id, *_read(row.values), by=posts[row.by_id])


REGISTER = Register(
    "measures",
    gettext_lazy("Measures"),
    COLUMNS,
    _faults,
    lambda told: told["name"],
    _told,
    _known,
    bring_in_measures,
)
