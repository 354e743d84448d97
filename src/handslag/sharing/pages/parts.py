"""The pieces of the case page and the person's page that tell of consent and of joined cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.actions import obstacle_to_closing
from handslag.cases.models import Case
from handslag.cases.pages.page import Button, CasePage
from handslag.cases.queries import visible_cases, visible_cases_of
from handslag.cases.visibility import visibilities
from handslag.disclosure.models import Disclosure
from handslag.disclosure.queries import is_told_about
from handslag.reference import codes
from handslag.sharing.actions import joinable_of
from handslag.sharing.queries import own_disclosures, own_unsigned


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A case that the person has at another party."""

    id: UUID
    reference: str
    party: str
    holder: str


def _elsewhere(case: Case) -> Elsewhere:
    return Elsewhere(case.public_id, case.reference, case.party.name, f"{case.holder.user}, {case.holder.unit}")


def _main(page: CasePage) -> Case | None:
    main_id = page.case.joined_to_id
    return visible_cases(page.viewer).filter(pk=main_id).select_related("party").first() if main_id else None


def joined_to(page: CasePage) -> dict | None:
    """The case in which the work is done, where this one is joined to another."""
    main = _main(page)
    if main is None:
        return None
    visibilities(page.viewer, [main])
    return {"other": _elsewhere(main)}


def joined(page: CasePage) -> dict | None:
    """The person's cases at other parties that are joined to this one, or that a consent lets be joined to it."""
    case, viewer = page.case, page.viewer
    if not (case.joined_to_id or is_told_about(case.person.subject)):
        return None
    known = visible_cases_of(viewer, case.person.subject, besides=case.pk)
    here, others = [other for other in known if other.joined_to_id == case.pk], joinable_of(case, known)
    if not (here or others):
        return None
    visibilities(viewer, [*here, *others])
    return {
        "joined": [*map(_elsewhere, here)],
        "joinable": [*map(_elsewhere, others)],
        "may_propose": page.may_act and not obstacle_to_closing(case),
    }


def sharing_link(page: CasePage) -> Iterator[Button]:
    """Who is told what."""
    yield Button(_("Consent and disclosure"), reverse("sharing", args=[page.case.public_id]))


def told(subject: str) -> dict:
    """What is told about the person today, as the person reads it."""
    return {"told": [*map(_told, own_disclosures(subject))]}


def _told(disclosure: Disclosure) -> dict:
    return {
        "id": disclosure.public_id,
        "what": codes.label("information_group", disclosure.group),
        "from": disclosure.from_party.name,
        "to": f"{disclosure.to_unit.name} ({disclosure.to_unit.party.name})",
        "until": disclosure.until.isoformat(),
        "waits": not disclosure.begins_at,
        "law": codes.label("statutory_basis", disclosure.statute) if disclosure.statute else "",
    }


def to_sign(subject: str) -> dict | None:
    """The consents that the person can sign; nothing where there are none."""
    waiting = own_unsigned(subject)
    return (
        {"to_sign": [{"consent": consent, "lines": [*map(_told, lines)]} for consent, lines in waiting]}
        if waiting
        else None
    )
