"""The register extract (GDPR art. 15): all that a party holds about a person, to read and to carry away."""

import json
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.cases.queries import holdings
from handslag.disclosure.models import Disclosure
from handslag.foundation import clock, keys
from handslag.foundation.errors import NotAllowed, Refused
from handslag.foundation.wall import action
from handslag.handovers.models import Handover
from handslag.journal.queries import changes_of, details, looks_at
from handslag.parties.models import Party
from handslag.parties.viewer import Viewer
from handslag.persons.models import Person
from handslag.rights.models import Rectification


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _fields(row: object, *names: str) -> dict:
    return {name: _text(getattr(row, name)) for name in names}


def _case(case: Case) -> dict:
    return {
        **_fields(case, "reference", "municipality_code", "target_groups", "opened_at", "closed_at", "outcome"),
        **_fields(case, "next_responsible", "person_wants_no_more", "livelihood", "livelihood_degree"),
        **_fields(case, "livelihood_since", "livelihood_ends_on", "next_step", "next_step_on", "suspended_until"),
        "holders": [
            {"from": _text(s.since), "until": _text(s.until), "who": str(s.what.user), "unit": str(s.what.unit)}
            for s in holdings(case)
        ],
        "past_livelihoods": [
            _fields(p, "kind", "degree", "since", "until") for p in case.past_livelihoods.order_by("since", "id")
        ],
        "past_steps": [
            {**_fields(s, "text", "due_on", "ended_at", "was_done", "note"), "by": str(s.by.user)}
            for s in case.past_steps.select_related("by__user").order_by("ended_at", "id")
        ],
        "handovers": [_handover(h) for h in Handover.objects.filter(case=case).order_by("id")],
        "rectified": [_rectified(r) for r in Rectification.objects.filter(case=case).order_by("id")],
        "changes": [
            {**_fields(e, "at", "actor", "acting_for", "verb"), "details": details(e)} for e in changes_of(case.pk)
        ],
        "looks": [_fields(e, "at", "actor", "acting_for", "verb", "basis", "address") for e in looks_at([case.pk])],
    }


def _handover(handover: Handover) -> dict:
    said = handover.messages.select_related("by__user").order_by("at", "id")
    return {
        **_fields(handover, "reason", "brief", "promised", "needed_by", "offered_at", "state", "answered_at"),
        **_fields(handover, "first_contact_at", "contact_result", "decline_reason"),
        "from": str(handover.sender),
        "to": str(handover.to_unit),
        "said": [{**_fields(m, "at", "verb", "text"), "by": str(m.by)} for m in said],
    }


def _rectified(change: Rectification) -> dict:
    before, after = (keys.decrypt(sealed) if sealed else "" for sealed in (change.sealed_before, change.sealed_after))
    return {**_fields(change, "field", "at", "reason"), "before": before, "after": after, "by": str(change.by)}


def _told(disclosure: Disclosure) -> dict:
    consent = disclosure.consent
    return {
        **_fields(disclosure, "group", "statute", "reason", "begins_at", "until", "ended_at"),
        "from": disclosure.from_party.name,
        "to": str(disclosure.to_unit),
        "consent": consent and _fields(consent, "purpose", "manner", "witness", "given_on", "until", "gdpr_basis"),
    }


@action
def extract(actor: Viewer, party_code: str, number: str) -> dict:
    """All that the party holds about the person with this identity number, as plain values. For the operator.

    It is journalled in each case. Raises Refused where the party has no record of the person.
    """
    if not actor.is_system:
        raise NotAllowed(_("Only the operator can do this."))
    party = Party.objects.filter(code=party_code).first()
    if party is None:
        raise Refused(_("No party has the code “{code}”.").format(code=party_code))
    person = Person.objects.filter(party=party, subject=keys.blind(number)).select_related("identity").first()
    if person is None:
        raise Refused(_("The party has no record of this person."))
    mine = Case.objects.filter(person=person).select_related("holder__user", "holder__unit", "person").order_by("id")
    disclosures = Disclosure.objects.filter(subject=person.subject).select_related("from_party", "to_unit", "consent")
    told = [d for d in disclosures.order_by("id") if party.pk in (d.from_party_id, d.to_unit.party_id)]
    made = {
        "made_on": clock.today().isoformat(),
        "controller": party.name,
        "identity_number": number,
        **_fields(person.identity, "given_name", "family_name"),
        **_fields(person, "sex"),
        "cases": [_case(case) for case in mine],
        "disclosures": [_told(d) for d in told],
    }
    for case in mine:
        cases.journal(actor, "exported", case)
    return made


def write(extracted: dict, folder: Path, document: bytes) -> list[Path]:
    """Writes the extract as JSON and as the document to read, readable for the owner alone. Returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for name, content in (
        ("extract.json", json.dumps(extracted, ensure_ascii=False, indent=2).encode()),
        ("extract.pdf", document),
    ):
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(content)
        found.append(path)
    return found
