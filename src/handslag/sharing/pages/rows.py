"""What is told to whom, in a table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from handslag.cases.pages.rows import person_name
from handslag.cases.visibility import visibilities
from handslag.disclosure.models import Consent, Disclosure
from handslag.foundation import clock
from handslag.foundation.clock import day_of
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.sharing.queries import case_by_subject, is_standing, lines_waiting
from handslag.ui.addresses import url_of
from handslag.ui.dates import minute, when
from handslag.ui.tables import Column, Table, link, moment, plain, state, table, tick


@dataclass(frozen=True, slots=True)
class DisclosureRow:
    """That one party tells a unit of another one group of information."""

    id: UUID
    group: str
    law: str
    told_by: str
    told_to: str
    until: str
    waits_for: str
    """The party that has not confirmed it yet; empty where nothing is lacking."""
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
        waits_for="" if disclosure.begins_at else disclosure.from_party.name,
        ended="" if is_standing(disclosure) else minute(disclosure.ended_at) or until,
    )


def _box(row: DisclosureRow) -> SafeString:
    label = f"{row.group}: {row.told_by} – {row.told_to}"
    return plain("") if row.ended else tick("disclosure", str(row.id), label)


def _state_cell(row: DisclosureRow) -> SafeString:
    if row.ended:
        return state(_("never told") if row.waits_for else _("ended"), "withdrawn", row.ended)
    if row.waits_for:
        return state(_("not told yet"), "offered", _("waits for {party} to confirm").format(party=row.waits_for))
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


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A consent that waits for a party's confirmation, in a list."""

    url: str
    name: str
    purpose: str
    parties: str
    since: str
    waited: str


def _waiting_rows(viewer: Viewer, consents: Iterable[Consent]) -> Iterator[WaitingRow]:
    consents = list(consents)
    if not consents:
        return
    lines, cases = lines_waiting(consents), case_by_subject(viewer, (consent.subject for consent in consents))
    shown = dict(zip(cases, visibilities(viewer, cases.values()), strict=True))
    for consent in consents:
        visible = shown[consent.subject]
        parties = sorted({line.from_party.name for line in lines.get(consent, [])})
        since = day_of(consent.recorded_at)
        yield WaitingRow(
            url=url_of("sharing", visible.case.public_id),
            name=person_name(visible),
            purpose=consent.purpose,
            parties=", ".join(parties),
            since=since.isoformat(),
            waited=when(since, clock.today()),
        )


def waiting_table(viewer: Viewer, consents: Iterable[Consent]) -> Table:
    """Consents that wait for confirmation, in a table."""
    columns = (
        Column(_("Person"), lambda row: link(row.name, row.url, row.purpose), is_head=True),
        Column(_("Whose information"), lambda row: plain(row.parties)),
        Column(_("Waiting since"), lambda row: moment(row.waited, "", row.since)),
    )
    return table(columns, _waiting_rows(viewer, consents))
