"""What is told to whom, in a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from handslag.disclosure.models import Disclosure
from handslag.reference import codes
from handslag.sharing.queries import is_standing
from handslag.ui.dates import minute
from handslag.ui.tables import Column, Table, plain, state, table, tick


@dataclass(frozen=True, slots=True)
class DisclosureRow:
    """That one party tells a unit of another one group of information."""

    id: UUID
    group: str
    law: str
    told_by: str
    told_to: str
    until: str
    ended: str
    """When it ended; empty while it stands."""


def disclosure_row(disclosure: Disclosure) -> DisclosureRow:
    """A disclosure in a list."""
    until = disclosure.until.isoformat()
    law = f"{codes.label('statutory_basis', disclosure.statute)}: {disclosure.reason}" if disclosure.statute else ""
    return DisclosureRow(
        id=disclosure.public_id,
        group=codes.label("information_group", disclosure.group),
        law=law,
        told_by=disclosure.from_party.name,
        told_to=f"{disclosure.to_unit.name} ({disclosure.to_unit.party.name})",
        until=until,
        ended="" if is_standing(disclosure) else minute(disclosure.ended_at) or until,
    )


def _box(row: DisclosureRow) -> SafeString:
    label = f"{row.group}: {row.told_by} – {row.told_to}"
    return plain("") if row.ended else tick("disclosure", str(row.id), label)


def _state_cell(row: DisclosureRow) -> SafeString:
    if row.ended:
        return state(_("ended"), "withdrawn", row.ended)
    return state(_("shown"), "accepted", _("until {day}").format(day=row.until))


def disclosure_table(disclosures: Iterable[Disclosure], *, may_withdraw: bool) -> Table:
    """Disclosures in a table; those that stand can be ticked by who may withdraw them."""
    columns = (
        Column(_("Choose"), _box, is_heading_hidden=True) if may_withdraw else None,
        Column(_("What"), lambda row: plain(row.group, row.law), is_head=True),
        Column(_("From"), lambda row: plain(row.told_by)),
        Column(_("To"), lambda row: plain(f"→ {row.told_to}")),
        Column(_("State"), _state_cell),
    )
    return table(columns, map(disclosure_row, disclosures))
