"""The demo world's consents: behind most handovers, some withdrawn, some about to run out, some that reveal a case.

What the other party tells by them it has confirmed, but for some of what is offered and not answered yet.
"""

import random
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import F

from handslag.cases.models import Case
from handslag.disclosure.models import Consent, Disclosure
from handslag.disclosure.rules import GROUPS, HEALTH, IDENTITY, LIVELIHOOD, MEETINGS, PLAN, WORK_EDUCATION
from handslag.foundation import clock
from handslag.handovers import rules
from handslag.handovers.models import Handover
from handslag.parties.models import Post, Unit
from handslag.simulation.bulk import update_many
from handslag.simulation.places import FOCUS_COUNTY, Places, unit_of

PURPOSE = "Så att ni som hjälper mig kan planera tillsammans och jag slipper berätta allt flera gånger."
SHARES = {"closed": 0.0, rules.COMPLETED: 0.5, rules.OFFERED: 0.85, rules.ASKED: 1.0}
USUAL_SHARE = 0.9
OUT, BACK = (IDENTITY, LIVELIHOOD, PLAN, MEETINGS), (PLAN, MEETINGS)
CONFIRMED_SHARE = 0.7
REVEALED = 6


def _consent(rng: random.Random, places: Places, subject: str, post: Post, given_on: date, on: date) -> Consent:
    oral = rng.random() < 0.15
    return Consent(
        subject=subject,
        purpose=PURPOSE,
        manner="oral" if oral else rng.choice(("written", "written", "electronic")),
        witness=next(other for other in places.holders[unit_of(post).pk] if other != post) if oral else None,
        given_on=given_on,
        until=on + timedelta(days=rng.choice((12, 25, 90, 180, 300, 400))),
        gdpr_basis="public_task",
        recorded_by=post,
        recorded_at=clock.midnight(given_on),
    )


def _flows(consent: Consent, sender: Post, unit: Unit, out: Iterable[str], back: Iterable[str]) -> list[Disclosure]:
    own = unit_of(sender)
    told = {"begins_at": consent.recorded_at, "confirmed_by": consent.recorded_by}
    flows = [(own.party_id, unit.pk, group, told) for group in out]
    flows += [(unit.party_id, own.pk, group, {}) for group in back]
    return [
        Disclosure(
            subject=consent.subject,
            from_party_id=party_id,
            to_unit_id=unit_id,
            group=group,
            consent=consent,
            until=consent.until,
            recorded_by=consent.recorded_by,
            **begun,
        )
        for party_id, unit_id, group, begun in flows
    ]


def agree(rng: random.Random, places: Places, told: Iterable[tuple[Case, Unit]], on: date) -> None:
    """Consents by which a unit is told of people by who holds them, and tells of its part."""
    consents, disclosures = [], []
    for case, unit in told:
        if unit.party_id == case.holder.party_id:
            continue
        given_on = max(case.opened_at.date(), on - timedelta(days=700))
        consent = _consent(rng, places, case.person.subject, case.holder, given_on, on)
        consents.append((consent, places.holders[unit.pk][0]))
        disclosures += _flows(consent, case.holder, unit, OUT, BACK)
    Consent.objects.bulk_create((consent for consent, _post in consents), batch_size=2000)
    Disclosure.objects.bulk_create(disclosures, batch_size=2000)
    _confirm({consent.pk: post for consent, post in consents})


def _confirm(confirmers: dict[int, Post]) -> None:
    """Lets what the other party tells by consents begin; `confirmers` are its people, by the consent's id."""
    waiting = Disclosure.objects.filter(consent_id__in=list(confirmers), begins_at__isnull=True).order_by("id")
    rows = waiting.values_list("id", "consent_id", "consent__manner", "consent__recorded_at")
    update_many(
        "disclosure_disclosure",
        ("begins_at", "confirmed_by_id", "seen"),
        [(at, confirmers[c].pk, "witness" if manner == "oral" else "document", pk) for pk, c, manner, at in rows],
    )


def write(rng: random.Random, places: Places, offers: list[tuple[Handover, Post, str]], on: date) -> None:
    """Writes the consents behind offers that are about to be written; those without one lose their words."""
    cases = {handover.case_id for handover, *_rest in offers}
    people = Case.objects.filter(pk__range=(min(cases, default=0), max(cases, default=0))).order_by()
    rows = people.values_list("pk", "person__subject", "person__is_protected")
    known = {pk: (subject, is_protected) for pk, subject, is_protected in rows}
    consents, disclosures, confirmers = [], [], []
    for handover, receiver, state in offers:
        subject, is_protected = known[handover.case_id]
        if is_protected or rng.random() > SHARES.get(state, USUAL_SHARE):
            handover.brief = handover.promised = ""
            continue
        given_on = handover.offered_at.date() - timedelta(days=1)
        consent = _consent(rng, places, subject, handover.sender, given_on, on)
        consents.append(consent)
        out = (*OUT, HEALTH) if rng.random() < 0.3 else OUT
        disclosures += _flows(consent, handover.sender, handover.to_unit, out, BACK)
        if state not in rules.PENDING or rng.random() < CONFIRMED_SHARE:
            confirmers.append((consent, receiver))
    Consent.objects.bulk_create(consents, batch_size=2000)
    Disclosure.objects.bulk_create(disclosures, batch_size=2000)
    _confirm({consent.pk: receiver for consent, receiver in confirmers})
    _withdraw(rng, consents)


def _withdraw(rng: random.Random, consents: list[Consent]) -> None:
    ended = [consent.pk for consent in consents if rng.random() < 0.03]
    withdrawn = Disclosure.objects.filter(consent_id__in=ended[:400], group__in=(HEALTH, LIVELIHOOD, WORK_EDUCATION))
    withdrawn.update(ended_at=clock.now(), ended_by=F("recorded_by"))


def reveal(rng: random.Random, places: Places, on: date) -> None:
    """A few people of the demo's own place have a case with two parties, and a consent by which both come to know."""
    units = [unit.pk for unit in places.every_unit if unit.county_code == FOCUS_COUNTY]
    here = Case.objects.filter(holder__unit_id__in=units, person__is_protected=False)
    by_subject: dict[str, list[Case]] = {}
    for case in here.select_related("person", "holder__unit").order_by("id"):
        by_subject.setdefault(case.person.subject, []).append(case)
    pairs = [found[:2] for found in by_subject.values() if len(found) > 1][:REVEALED]
    for one, other in pairs:
        consent = _consent(rng, places, one.person.subject, one.holder, on - timedelta(days=3), on)
        consent.save()
        Disclosure.objects.bulk_create(_flows(consent, one.holder, unit_of(other.holder), GROUPS, GROUPS))
        _confirm({consent.pk: other.holder})
