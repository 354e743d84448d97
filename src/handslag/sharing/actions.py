"""Recording consent on a case, withdrawing it, telling by law, and joining two parties' cases of one person."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.knowing import held_unknown, record_for
from handslag.cases.locking import joined_to, locked
from handslag.cases.models import Case
from handslag.cases.queries import holdings, visible_cases, visible_cases_of
from handslag.disclosure import actions as disclosure
from handslag.disclosure.models import Consent, Disclosure
from handslag.disclosure.queries import covers, unsigned
from handslag.disclosure.rules import IDENTITY
from handslag.foundation import clock, days
from handslag.foundation.acting import action
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.handovers import actions as handovers
from handslag.handovers import returning
from handslag.handovers import rules as handover_rules
from handslag.handovers.models import Handover
from handslag.handovers.wording import written
from handslag.journal.actions import record
from handslag.parties.may import operate
from handslag.parties.models import Post
from handslag.parties.queries import holding_posts, posts_near
from handslag.parties.rules import HOLDING_ROLES, LEAD
from handslag.parties.viewer import Viewer
from handslag.persons.queries import known_as
from handslag.sharing.answering import answerers
from handslag.sharing.queries import answered_at

HAND_BACK = gettext_noop("The consent has ended: the case goes back to the party that opened it")
JOIN = "join"
PERSON = "person"
"""How the journal names the person who has signed in as herself."""


def _acting_post(actor: Viewer, case: Case) -> Post:
    """The post from which the actor records: one at the holder's unit; the holder's own for the system."""
    return actor.post_in(case.holder.unit_id) or case.holder


def _require_between_parties(case: Case, agreed: disclosure.Agreed) -> None:
    if case.person.is_protected:
        raise Refused(_("The person has protected identity, so nothing is told to other parties through Handslag."))
    ours = {case.party_id, case.holder.party_id}
    if not all(flow.from_party_id in ours or flow.to_unit_id == case.holder.unit_id for flow in agreed.flows):
        raise Refused(_("A consent that is recorded here concerns this party. Choose what it tells or is told."))


@action(may.change)
def give_consent(actor: Viewer, case_id: int, agreed: disclosure.Agreed) -> Consent:
    """Records what the person of a case agreed to. What the holder's party tells begins at this instant; what other
    parties tell begins when they have confirmed it.

    Whoever may act on the case records it. Raises Refused for a consent that does not say all that it must.
    """
    case = locked(case_id)
    _require_between_parties(case, agreed)
    consent = disclosure.record_consent(_acting_post(actor, case), case.person.subject, agreed)
    _journal_told(actor, case, "consent_given", consent.disclosures.all(), consent=consent.pk)
    return consent


def _answers_for(actor: Viewer, ids: Iterable[int]) -> None:
    """A caseworker of the unit that answers for what the party tells: it holds the person, is offered, or held."""
    found = list(Disclosure.objects.filter(pk__in=list(ids)))
    if not found or len(answered_at(actor, found)) < len(found):
        raise NotAllowed(_("Only the party that tells can confirm it, at the unit that answers for the person there."))


def _answering(actor: Viewer, disclosures: list[Disclosure]) -> tuple[Case, Post]:
    """The case in which the actor's party answers, locked, and the post from which the actor does."""
    first = disclosures[0]
    answerer = answerers([(first.subject, first.from_party_id)])[first.subject, first.from_party_id]
    post = actor.post_in(answerer.unit_id)
    if any((d.subject, d.from_party_id) != (first.subject, first.from_party_id) for d in disclosures):
        raise NotAllowed(_("Confirm one party's lines about one person at a time."))
    if post is None or any(d.recorded_by.user_id == post.user_id for d in disclosures):
        raise NotAllowed(_("Somebody else than the one who recorded the consent confirms it."))
    return locked(answerer.case_id), post


@action(_answers_for)
def confirm_telling(actor: Viewer, ids: Iterable[int], seen: str, *, is_tested: bool) -> list[Disclosure]:
    """Lets what the actor's party tells by a consent that another party recorded begin: one line, or several of one
    person. The actor has seen the consent and made the secrecy test (OSL 2009:400 10:1, 12:2).

    Raises NotAllowed for the one who recorded it, Refused without the test, Overtaken where nothing waits any more.
    """
    found = list(Disclosure.objects.filter(pk__in=list(ids)).select_related("recorded_by"))
    case, post = _answering(actor, found)
    if not is_tested:
        raise Refused(_("Make the secrecy test first, and tick that you have made it."), "is_tested")
    begun = disclosure.confirm(post, found, seen)
    if not begun:
        raise Overtaken(_("Nothing waits for your confirmation any more."))
    _journal_told(actor, case, "consent_confirmed", begun, seen=seen)
    return begun


@action(_answers_for)
def refuse_telling(actor: Viewer, ids: Iterable[int]) -> list[Disclosure]:
    """Ends what another party recorded that the actor's party would tell, before it began.

    Raises Overtaken where nothing waits any more.
    """
    found = list(Disclosure.objects.filter(pk__in=list(ids), begins_at__isnull=True).select_related("recorded_by"))
    if not found:
        raise Overtaken(_("Nothing waits for your confirmation any more."))
    case, post = _answering(actor, found)
    ended = disclosure.end(post, found)
    _journal_told(actor, case, "consent_refused", ended)
    return ended


@action(may.change)
def tell_by_law(actor: Viewer, case_id: int, told: disclosure.Statutory) -> list[Disclosure]:
    """Records that the holder's party tells a unit of another what a statute covers, and why."""
    case = locked(case_id)
    if case.person.is_protected:
        raise Refused(_("The person has protected identity, so nothing is told to other parties through Handslag."))
    made = disclosure.record_statutory(_acting_post(actor, case), case.person.subject, told)
    _journal_told(actor, case, "told_by_law", made, statute=told.statute)
    return made


def _journal_told(actor: Viewer, case: Case, verb: str, told: Iterable[Disclosure], **details) -> None:
    flows = [[d.from_party_id, d.to_unit_id, d.group] for d in told]
    cases.journal(actor, verb, case, flows=flows, **details)


def _may_withdraw(actor: Viewer, ids: Iterable[int]) -> None:
    """To withdraw must be as easy as to give: any caseworker of either party who reaches the person may note it."""
    found = list(Disclosure.objects.filter(pk__in=list(ids)).select_related("to_unit"))
    if not found:
        raise Refused(_("Choose at least one line that still stands."))
    about = visible_cases(actor).filter(person__subject__in={d.subject for d in found}).order_by()
    reached = set(about.values_list("person__subject", flat=True))
    for told in found:
        if told.subject not in reached or not _concerned(actor, told):
            raise NotAllowed(_("Only a caseworker of a party that the consent concerns can withdraw it."))


def _concerned(actor: Viewer, told: Disclosure) -> list[Post]:
    """The posts from which the actor works with persons at a party that a disclosure concerns."""
    parties = {told.from_party_id, told.to_unit.party_id}
    return [post for post in actor.reach if post.role in HOLDING_ROLES and post.party_id in parties]


def _oneself(subject: str) -> None:
    """The person, who has signed in as herself."""
    if not subject:
        raise NotAllowed(_("Only the person can do this."))


@action(_may_withdraw)
def withdraw(actor: Viewer, ids: Iterable[int], case_id: int) -> list[Disclosure]:
    """Ends disclosures at once, as the person asked, and parts cases that were joined under them. Whoever holds a case
    and could no longer reach its person gives it back at once to a party that can.

    `case_id` is the case in which it was noted. Raises Refused when nothing is left to end.
    """
    case = locked(case_id)
    found = Disclosure.objects.filter(pk__in=list(ids), subject=case.person.subject).select_related("to_unit")
    here = actor.post_in(case.holder.unit_id)
    ended: list[Disclosure] = []
    for told in found.order_by("id"):
        posts = _concerned(actor, told)
        ended += disclosure.end(here if here in posts else posts[0], [told])
    if not ended:
        raise Refused(_("Choose at least one line that still stands."))
    _journal_told(actor, case, "consent_withdrawn", ended)
    settle(actor, ended[0].subject)
    return ended


@action(_oneself)
def sign_own(subject: str, consent_id: UUID) -> None:
    """Notes that the person, signed in with e-ID, agrees to a consent that was recorded of her. What another party
    tells by it still begins when that party has made the secrecy test.

    Raises Overtaken where it is signed already, or nothing of it stands any more.
    """
    consent = unsigned(subject).select_for_update(of=("self",)).filter(public_id=consent_id).first()
    if consent is None:
        raise Overtaken(_("There is nothing left to sign here."))
    disclosure.sign(consent)
    record(PERSON, "consent_signed", "person", known_as(subject), consent=consent.pk)


@action(_oneself)
def withdraw_own(subject: str, ids: Iterable[UUID]) -> None:
    """Ends what the person has consented to, at once. What is told by law is not the person's to end.

    Raises Refused when nothing is chosen that still stands.
    """
    chosen = Disclosure.objects.filter(public_id__in=list(ids), subject=subject, consent__isnull=False)
    ended = disclosure.end(None, chosen)
    if not ended:
        raise Refused(_("Choose at least one line that still stands."))
    flows = [[d.from_party_id, d.to_unit_id, d.group] for d in ended]
    record(PERSON, "consent_withdrawn", "person", known_as(subject), flows=flows)
    settle(Viewer(None, is_system=True, name=PERSON), subject)


def settle(actor: Viewer, subject: str) -> int:
    """After some of a person's bases have ended: parts cases that they held together, and gives back those whose holder
    could no longer reach the person. Returns how many cases changed."""
    return _part_uncovered(actor, subject) + give_back_unknown(actor, person__subject=subject)


def give_back_unknown(actor: Viewer, **among: object) -> int:
    """Gives the cases (among some) that are held by who could not reach the person back to a party that can. Returns
    how many."""
    given, unknown = 0, held_unknown().filter(**among).order_by("id")
    for case_id in list(unknown.values_list("id", flat=True)):
        case = locked(case_id)
        if post := _who_knows(case):
            returning.give_back(actor, case, post)
            given += 1
    return given


def _who_knows(case: Case) -> Post | None:
    """Somebody at work at a unit that can reach the person: who held last there, else the lead, else a colleague.

    Where nobody is left at such a unit, somebody at another of the party that opened the case. None where it has
    nobody at work at all: then it stands on the ladder (waits.py).
    """
    posts = [spell.what for spell in reversed(holdings(case))]
    knowing = (post for post in posts if record_for(case, post.unit))
    return next((found for post in knowing if (found := _at_work(post))), None) or _opener(case)


def _at_work(post: Post) -> Post | None:
    if post.is_active:
        return post
    colleagues = holding_posts(post.unit)
    return colleagues.filter(role=LEAD).first() or colleagues.first()


def _opener(case: Case) -> Post | None:
    """Somebody at work at the party that opened a case: near the unit that held it last there, a lead before others."""
    near = _last_own_post(case).unit
    return posts_near(near).first() if near else None


def _part_uncovered(actor: Viewer, subject: str) -> int:
    joined = Case.objects.filter(person__subject=subject, joined_to__isnull=False, closed_at__isnull=True)
    parted = 0
    for case_id in joined.order_by("id").values_list("id", flat=True):
        case = locked(case_id)
        if not covers(subject, case.party_id, case.holder.unit, IDENTITY):
            _part(actor, case)
            parted += 1
    return parted


def _part(actor: Viewer, case: Case) -> None:
    """Gives a joined case back its own life. The party that opened it takes it back; until then it stays held by name
    by who has met the person, and by nobody who has not: then it goes back at once."""
    case.joined_to = None
    day = days.add_working_days(clock.today(), handover_rules.ANSWER_DAYS)
    cases.end_pause(case)
    cases.put_next_step(case, written(HAND_BACK), day, case.holder, was_done=False)
    case.save()
    cases.journal(actor, "parted", case)
    knows = record_for(case, case.holder.unit)
    post = _at_work(_last_own_post(case)) or _opener(case)
    if post and (not knows or case.handovers.filter(state__in=handover_rules.OPEN).exists()):
        returning.give_back(actor, case, post)
    else:
        returning.return_to(actor, case, _last_own_post(case))


def part_others(actor: Viewer, case: Case) -> None:
    """Parts the cases that were joined to one whose person turns out to be somebody else."""
    for joined in joined_to(case):
        _part(actor, locked(joined.pk))


def _last_own_post(case: Case) -> Post:
    return [spell.what for spell in holdings(case) if spell.what.party_id == case.party_id][-1]


@action(operate)
def part_expired(actor: Viewer) -> int:
    """Parts every joined case whose basis ran out, and gives back those whose holder could not reach the person any
    more. For the watch; returns how many cases changed."""
    joined = Case.objects.filter(joined_to__isnull=False, closed_at__isnull=True).values_list("person__subject")
    parted = sum(_part_uncovered(actor, subject) for (subject,) in joined.order_by().distinct())
    return parted + give_back_unknown(actor)


def joinable(actor: Viewer, case: Case) -> list[Case]:
    """What `joinable_of` finds among the person's cases."""
    return joinable_of(case, visible_cases_of(actor, case.person.subject))


def joinable_of(case: Case, known: list[Case]) -> list[Case]:
    """Of a person's cases that the actor reaches, those at other parties that are open and that consents in both
    directions reveal to the actor's unit."""
    if case.joined_to_id or not case.is_open:
        return []
    others = (other for other in known if other.party_id != case.party_id)
    return [other for other in others if other.is_worked_in and _covers_both(case, other)]


def _covers_both(case: Case, other: Case) -> bool:
    subject = case.person.subject
    return covers(subject, case.party_id, other.holder.unit, IDENTITY) and covers(
        subject, other.party_id, case.holder.unit, IDENTITY
    )


@action(may.change)
def propose_joining(actor: Viewer, case_id: int, other_id: int, first_contact_at: datetime) -> Handover:
    """Offers the holder of the person's case at another party to take this one over too: one case, one holder.

    Raises NotAllowed unless consents in both directions reveal each case to the other's unit.
    """
    case = locked(case_id)
    other = next((found for found in joinable(actor, case) if found.pk == other_id), None)
    if other is None:
        raise NotAllowed(_("No consent covers both cases. Record the person's consent first."))
    if other.pk == case.pk or other.holder_id == case.holder_id:
        raise Overtaken(_("You hold both cases already."))
    day = days.add_working_days(clock.today(), handover_rules.ANSWER_DAYS)
    offer = handovers.Offer(
        other.holder.unit,
        other.holder,
        JOIN,
        written(gettext_noop("The person has a case with each of us and agrees that they become one."))
        if handovers.may_tell(case, case.holder.party_id, other.holder.unit)
        else "",
        "",
        day,
        first_contact_at,
        joins=other,
    )
    return handovers.offer_handover(actor, case.pk, offer)
