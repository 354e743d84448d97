"""Files of an association's economy: what members pay, costs, and budgeted participants, by year."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.associations import rules
from handslag.associations.actions import note_in_books
from handslag.associations.models import Allocation, Cost, Planned, Report
from handslag.associations.noting import KINDS
from handslag.associations.queries import present
from handslag.foundation.acting import action
from handslag.foundation.errors import Refused
from handslag.foundation.files import Column, Entered, Register, Values
from handslag.measures.bringing import may_bring_in
from handslag.measures.models import Measure
from handslag.parties.models import Association, Party, Post
from handslag.parties.viewer import Viewer
from handslag.reference import codes

ALLOCATION, PLANNED = "allocation", "planned"
COLUMNS = (
    Column("year", 4, is_number=True),
    Column("kind", 20, codes="economy_row"),
    Column("party", 8, optional=True),
    Column("measure", 150, optional=True),
    Column("description", 200, optional=True),
    Column("allocated", 12, optional=True, is_number=True),
    Column("agreed_share", 6, optional=True),
    Column("budget", 12, optional=True, is_number=True),
    Column("outcome", 12, optional=True, is_number=True),
    Column("participants", 6, optional=True, is_number=True),
)
USED = {
    ALLOCATION: ("party", "allocated", "agreed_share"),
    rules.ADMINISTRATION: ("description", "budget", "outcome"),
    rules.MEASURE_COST: ("measure", "description", "budget", "outcome"),
    rules.ESF_COST: ("measure", "description", "budget", "outcome"),
    PLANNED: ("measure", "participants"),
}
"""Which columns a row of a kind fills in."""
NAMED = {"amount": "allocated", "share": "agreed_share", "number": "participants"}
"""Columns of the books that files name otherwise."""


def _share(text: str) -> int | None:
    """An agreed share in hundredths of a per cent. Raises Refused for a text that is none."""
    try:
        hundredths = Decimal(text.replace(",", ".")).scaleb(2) if text else None
        if hundredths is None or hundredths == int(hundredths):
            return None if hundredths is None else int(hundredths)
    except (InvalidOperation, ValueError, OverflowError):
        pass
    raise Refused(_("Write a share in per cent, with two decimals at most."), "agreed_share")


def _measure(association_id: int, name: str) -> Measure | None:
    return Measure.objects.filter(association_id=association_id, name=name, is_listed=True).first()


def _read(association_id: int, told: Values) -> tuple[str, dict[str, Any]]:
    """What a row says, as the action takes it: the kind, and what is noted. Raises Refused, with the column."""
    year, kind = told["year"], told["kind"]
    if kind == ALLOCATION:
        party = Party.objects.filter(code=told["party"]).first()
        return ALLOCATION, {
            "year": year,
            "party": party,
            "amount": told["allocated"],
            "share": _share(told["agreed_share"]),
        }
    measure = _measure(association_id, told["measure"])
    if kind != rules.ADMINISTRATION and measure is None:
        raise Refused(_("The association has no measure of this name. Bring the measure in first."), "measure")
    if kind == PLANNED:
        return PLANNED, {"year": year, "measure": measure, "number": told["participants"]}
    noted = {name: told[name] for name in ("budget", "outcome", "description")}
    return "cost", {"year": year, "measure": measure, "kind": kind, **noted}


def _faults(association_id: int, told: Values) -> Iterator[tuple[str, str]]:
    for column in COLUMNS[2:]:
        if column.name not in USED[told["kind"]] and told[column.name] not in ("", None):
            label = codes.label("economy_row", told["kind"])
            yield column.name, _("A row of the kind “{kind}” leaves this cell empty.").format(kind=label)
    try:
        kind, values = _read(association_id, told)
        KINDS[kind].require(Association.objects.get(pk=association_id), values)
    except Refused as refused:
        yield NAMED.get(refused.field or "", refused.field or ""), refused.message
    if Report.objects.filter(association_id=association_id, year=told["year"]).exists():
        yield "year", _("The year has been reported. Change its books by hand, and say why.")


def _key(told: Values) -> Hashable:
    return tuple(told[name] for name in ("year", "kind", "party", "measure", "description"))


def _told(told: Values) -> Hashable:
    share = told["agreed_share"].replace(",", ".")
    return (*(told[name] for name in ("allocated", "budget", "outcome", "participants")), share and Decimal(share))


def _known(association_id: int) -> Mapping[Any, Hashable]:
    """What stands in the books, as rows of a file would tell it."""
    association = Association.objects.get(pk=association_id)
    return {_key(row): _told(row) for row in _rows(association)}


def _rows(association: Association) -> Iterator[dict[str, Any]]:
    words = ("party", "measure", "description", "agreed_share")
    empty: dict[str, Any] = {column.name: "" if column.name in words else None for column in COLUMNS}
    for a in present(Allocation, association).select_related("party"):
        share = "" if a.share is None else str(Decimal(a.share).scaleb(-2))
        told = {"kind": ALLOCATION, "party": a.party.code, "allocated": a.amount, "agreed_share": share}
        yield {**empty, "year": a.year, **told}
    for c in present(Cost, association).select_related("measure"):
        told = {"kind": c.kind, "budget": c.budget, "outcome": c.outcome, "description": c.description}
        yield {**empty, "year": c.year, "measure": c.measure.name if c.measure else "", **told}
    for p in present(Planned, association).select_related("measure"):
        yield {**empty, "year": p.year, "kind": PLANNED, "measure": p.measure.name, "participants": p.number}


@action(may_bring_in)
def bring_in_economy(actor: Viewer, entered: Sequence[Entered]) -> None:
    """Notes rows in the books, all of them or none. Raises Refused as `note_in_books` does."""
    posts = Post.objects.in_bulk({row.by_id for row in entered})
    for row in entered:
        kind, values = _read(row.association_id, row.values)
        note_in_books(actor, row.association_id, kind, values, by=posts[row.by_id])


REGISTER = Register("economy", gettext_lazy("Economy"), COLUMNS, _faults, _key, _told, _known, bring_in_economy)
