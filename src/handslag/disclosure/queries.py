"""Reading bases: what a viewer may see of a person, and who is told what."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Protocol

from django.db.models import Exists, OuterRef, Q, QuerySet

from handslag.disclosure.models import Consent, Disclosure
from handslag.disclosure.rules import WARN_DAYS, Basis, basis_of
from handslag.foundation import clock, days
from handslag.foundation.prepared import prepared
from handslag.parties.models import Unit
from handslag.parties.viewer import Viewer

SHOWN = ("from_party", "to_unit__party", "consent__witness__user", "consent__witness__unit", "confirmed_by__user")


def active(on: date | None = None) -> QuerySet[Disclosure]:
    """Disclosures that hold on `on` (default today)."""
    return Disclosure.objects.filter(ended_at__isnull=True, until__gte=on or clock.today(), begins_at__isnull=False)


def unconfirmed(on: date | None = None) -> QuerySet[Disclosure]:
    """What others recorded and the party that tells has not confirmed, as long as it would hold on `on`."""
    return Disclosure.objects.filter(ended_at__isnull=True, until__gte=on or clock.today(), begins_at__isnull=True)


def _to_units(viewer: Viewer) -> Q:
    return Q(to_unit_id__in=viewer.unit_ids) | Q(to_unit__party_id__in=viewer.officer_party_ids)


def disclosed_to(viewer: Viewer) -> QuerySet[Disclosure]:
    """What is disclosed today to the viewer's units, or parties."""
    found = active()
    if not viewer.officer_party_ids:
        return found.filter(to_unit_id__in=viewer.unit_ids)
    return found.filter(_to_units(viewer))


class KnownPerson(Protocol):
    """A person as one party knows the person."""

    @property
    def subject(self) -> str: ...
    @property
    def party_id(self) -> int: ...


Bases = Mapping[tuple[int, str], Basis]
"""Of one person, the basis of what each party tells of each group."""


@prepared("unit_ids", "officer_party_ids")
def _told_about(viewer: Viewer, subjects: Collection[str]) -> QuerySet:
    told = disclosed_to(viewer).filter(subject__in=subjects).order_by("-statute", "id")
    return told.values_list("subject", "from_party_id", "group", "consent_id", "statute", "until")


def bases(viewer: Viewer, subjects: Iterable[str]) -> Mapping[str, Bases]:
    """For each person, the basis of each group that a party tells the viewer today; a consent before a statute."""
    found: dict[str, dict[tuple[int, str], Basis]] = {}
    for subject, party_id, group, *ground in _told_about.rows(viewer, frozenset(subjects)):
        found.setdefault(subject, {})[party_id, group] = basis_of(*ground)
    return found


@prepared()
def _told_to_anyone(_viewer: None, subject: str) -> QuerySet:
    return active().filter(subject=subject).order_by().values_list("pk", flat=True)[:1]


def is_told_about(subject: str) -> bool:
    """Whether anything about a person is disclosed to anyone today."""
    return bool(_told_to_anyone.rows(None, subject))


@prepared()
def _flow(_viewer: None, subject: str, from_party_id: int, to_unit_id: int, group: str) -> QuerySet:
    told = active().filter(subject=subject, from_party_id=from_party_id, to_unit_id=to_unit_id, group=group)
    return told.order_by().values_list("pk", flat=True)[:1]


def covers(
    subject: str, from_party_id: int, to_unit: Unit, group: str, on: date | None = None, *, is_held: bool = False
) -> bool:
    """Whether a party may tell a unit this group of information about a person on `on` (default today). Its own units
    may always.

    Where it `is_held`, the basis cannot end before this transaction does.
    """
    if to_unit.party_id == from_party_id:
        return True
    if on is None and not is_held:
        return bool(_flow.rows(None, subject, from_party_id, to_unit.pk, group))
    told = active(on).filter(subject=subject, from_party_id=from_party_id, to_unit=to_unit, group=group)
    return (told.select_for_update() if is_held else told).exists()


def units_told(subject: str, from_party_id: int, group: str) -> list[Unit]:
    """Units of other parties that a party may tell this group of information about a person today."""
    told = active().filter(subject=subject, from_party_id=from_party_id, group=group).order_by().values("to_unit")
    return list(Unit.objects.filter(pk__in=told).select_related("party").order_by("party__name", "name"))


def disclosures_about(viewer: Viewer, subject: str) -> QuerySet[Disclosure]:
    """Everything that was ever disclosed about a person from or to the viewer's own parties, latest first."""
    own = viewer.own_party_ids
    concerns = Q(from_party_id__in=own) | Q(to_unit__party_id__in=own)
    return Disclosure.objects.filter(concerns, subject=subject).select_related(*SHOWN).order_by("-id")


def by_consent(disclosures: Iterable[Disclosure]) -> dict[Consent | None, list[Disclosure]]:
    """Disclosures under their consents; those on a statute under None."""
    found = defaultdict(list)
    for disclosure in disclosures:
        found[disclosure.consent].append(disclosure)
    return dict(found)


def unsigned(subject: str) -> QuerySet[Consent]:
    """Consents of a person that still open something, or would, and that the person has not signed; oldest first."""
    standing = Disclosure.objects.filter(ended_at__isnull=True, until__gte=clock.today(), consent=OuterRef("pk"))
    return Consent.objects.filter(Exists(standing), subject=subject, signed_at__isnull=True).order_by("id")


def ending_soon(on: date) -> QuerySet[Disclosure]:
    """What holds on `on` and runs out within 30 days of it, soonest first."""
    return active(on).filter(until__lt=days.add_days(on, WARN_DAYS)).order_by("until", "id")


def disclosures_extracted(person: KnownPerson) -> QuerySet[Disclosure]:
    """What the person's party tells others, or is told, about the person; for the person's extract."""
    concerns = Q(from_party_id=person.party_id) | Q(to_unit__party_id=person.party_id)
    return Disclosure.objects.filter(concerns, subject=person.subject).select_related("from_party", "to_unit")


def consents_extracted(person: KnownPerson) -> QuerySet[Consent]:
    """Consents of the person that concern the person's party; for the person's extract."""
    concerned = disclosures_extracted(person).order_by().values("consent")
    return Consent.objects.filter(pk__in=concerned).select_related("recorded_by__user", "recorded_by__unit")
