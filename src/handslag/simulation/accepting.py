"""How the demo world's offers were accepted: at once where the receiver is told who the person is, and on the condition
that all three meet where not; and which parties have met whom by it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from handslag.cases.models import Acquaintance, Case
from handslag.foundation.clock import day_of
from handslag.handovers import rules
from handslag.handovers.models import Handover
from handslag.handovers.wording import FIRST_CONTACT, JOINT_CONTACT, written
from handslag.parties.models import Post
from handslag.persons.models import Identity, Person
from handslag.simulation.bulk import update_many
from handslag.simulation.places import unit_of

Offer = tuple[Handover, Post, str]
ACCEPTED_AFTER = 24
"""Hours from an offer to its acceptance."""
MET_AFTER, NOTED_AFTER = 48, 49
"""Hours from an offer to the joint first contact, and to its being noted."""
TABLE, MOVES = "handovers_handover", ("holder_id", "holder_since", "next_step_by_id")


def is_told(handover: Handover) -> bool:
    """Whether a consent stands behind an offer: then it carries words, and tells who the person is."""
    return handover.brief != ""


def accept(offers: Iterable[Offer], contact_at: Callable[[datetime, str], datetime]) -> None:
    """Accepts offers and moves their cases at the same instants, then completes those that are."""
    offers = list(offers)
    told = [offer for offer in offers if is_told(offer[0])]
    met = [offer for offer in offers if not is_told(offer[0]) and offer[2] != rules.ACCEPTED]
    awaited = [offer for offer in offers if not is_told(offer[0]) and offer[2] == rules.ACCEPTED]
    _at_once(told, contact_at)
    _agreed(awaited, contact_at)
    _met(met)
    _acquaint([*(offer for offer in told if offer[2] != rules.ACCEPTED), *met])
    moves = [(post.pk, _later(handover, NOTED_AFTER), post.pk, handover.case_id) for handover, post, _state in met]
    update_many("cases_case", MOVES, moves)


def _later(handover: Handover, hours: int) -> datetime:
    return handover.offered_at + timedelta(hours=hours)


def _at_once(offers: list[Offer], contact_at: Callable[[datetime, str], datetime]) -> None:
    accepts, moves, completions, pending = [], [], [], []
    for handover, post, state in offers:
        at = _later(handover, ACCEPTED_AFTER)
        contact = contact_at(at, state)
        accepts.append((rules.ACCEPTED, at, at, post.pk, contact, handover.pk))
        moves.append((post.pk, at, post.pk, handover.case_id))
        if state == rules.ACCEPTED:
            pending.append((written(FIRST_CONTACT), day_of(contact), handover.case_id))
        else:
            completions.append((rules.COMPLETED, contact, rules.HELD, handover.pk))
    update_many(TABLE, ("state", "awaiting_since", "answered_at", "accepted_by_id", "first_contact_at"), accepts)
    update_many("cases_case", MOVES, moves)
    update_many(TABLE, ("state", "awaiting_since", "contact_result"), completions)
    update_many("cases_case", ("next_step", "next_step_on"), pending)


def _agreed(offers: list[Offer], contact_at: Callable[[datetime, str], datetime]) -> None:
    """The sender holds, and all three are to meet."""
    agreed, steps = [], []
    for handover, post, state in offers:
        at = _later(handover, ACCEPTED_AFTER)
        contact = contact_at(at, state)
        agreed.append((rules.CONDITIONAL, at, post.pk, contact, handover.pk))
        steps.append((written(JOINT_CONTACT), day_of(contact), handover.case_id))
    update_many(TABLE, ("state", "awaiting_since", "accepted_by_id", "first_contact_at"), agreed)
    update_many("cases_case", ("next_step", "next_step_on"), steps)


def _met(offers: list[Offer]) -> None:
    """All three have met and the person agreed; the cases move after, when it is known who has met whom."""
    _agreed(offers, lambda at, _state: at + timedelta(hours=MET_AFTER - ACCEPTED_AFTER))
    noted = [(rules.COMPLETED, at := _later(h, NOTED_AFTER), at, rules.HELD, h.pk) for h, *_rest in offers]
    update_many(TABLE, ("state", "awaiting_since", "answered_at", "contact_result"), noted)


def _acquaint(offers: list[Offer]) -> None:
    """The receivers' parties keep whom they have met as their own record."""
    ids = [handover.case_id for handover, *_rest in offers]
    cases = {case.pk: case for case in Case.objects.filter(pk__in=ids).select_related("person__identity").order_by()}
    met = [(handover, post, cases[handover.case_id]) for handover, post, _state in offers]
    subjects = {case.person.subject for case in cases.values()}
    own = {(p.party_id, p.subject): p for p in Person.objects.filter(subject__in=subjects).order_by()}
    fresh: dict[tuple[int, str], tuple[Person, Person]] = {}
    for _handover, post, case in met:
        key = (unit_of(post).party_id, case.person.subject)
        if key not in own and key not in fresh:
            told = case.person
            same = {"sex": told.sex, "start_year": told.start_year, "is_protected": told.is_protected}
            fresh[key] = (Person(party_id=key[0], subject=key[1], **same), told)
    Person.objects.bulk_create(person for person, _told in fresh.values())
    named = ((person, told.identity) for person, told in fresh.values() if not told.is_protected)
    Identity.objects.bulk_create(_copy(person, identity) for person, identity in named)
    own |= {key: person for key, (person, _told) in fresh.items()}
    Acquaintance.objects.bulk_create(
        Acquaintance(
            case=case,
            person=own[unit_of(post).party_id, case.person.subject],
            law=unit_of(post).party.kind,
            by=post,
            at=_later(handover, NOTED_AFTER),
        )
        for handover, post, case in met
    )


def _copy(person: Person, identity: Identity) -> Identity:
    same = ("sealed_number", "given_name", "family_name", "search_name", "search_initials")
    return Identity(person=person, **{name: getattr(identity, name) for name in same})
