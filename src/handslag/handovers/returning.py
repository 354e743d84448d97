"""A handover back: the party that opened a parted case has it again."""

from django.utils import timezone

from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.foundation import clock, days
from handslag.handovers import rules
from handslag.handovers.actions import Offer, make_handover, make_offer
from handslag.handovers.models import Handover
from handslag.handovers.steps import move, say, take_over
from handslag.handovers.wording import BACK_AT_ONCE
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer

RETURN = "consent_ended"
"""The reason of a handover by which a parted case goes back."""


def return_to(actor: Viewer, case: Case, post: Post) -> Handover:
    """Offers a parted case back to somebody of the party that opened it, without words: the basis for them is gone."""
    day = days.add_working_days(clock.today(), rules.ANSWER_DAYS)
    at = timezone.make_aware(rules.proposed_contact(clock.today(), days.add_working_days))
    receiver = post if post.is_active else None
    return make_offer(actor, case, Offer(post.unit, receiver, RETURN, "", "", day, at))


def give_back(actor: Viewer, case: Case, post: Post) -> Handover:
    """Gives a case at once to somebody who can reach the person: the consent ended before its holder met the person.

    No answer is waited for, so that the person is never held by who could not reach her; the new contact is booked, and
    the lead of the unit is alarmed (waits.py). What was on its way with the case ends.
    """
    for going in case.handovers.filter(state__in=rules.OPEN).select_related("to_unit"):
        verb = "give_back" if going.state == rules.ACCEPTED else "withdraw"
        move(going, verb, clock.now())
        going.save()
        say(going, case.holder, verb)
    day = days.add_working_days(clock.today(), rules.ANSWER_DAYS)
    at = timezone.make_aware(rules.proposed_contact(clock.today(), days.add_working_days))
    now = cases.next_instant(case)
    handover = make_handover(case, Offer(post.unit, post, RETURN, "", "", day, at), now)
    move(handover, "accept", now)
    handover.accepted_by, handover.first_contact_at = post, at
    handover.save()
    say(handover, case.holder, "give_back")
    take_over(actor, handover, post, BACK_AT_ONCE, "handover_returned")
    return handover
