"""Who may do what with a participation: the measure's staff, and who holds the person."""

from django.utils.translation import gettext as _

from handslag.foundation.errors import NotAllowed, Overtaken
from handslag.participations import rules
from handslag.participations.models import Participation
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer
from handslag.referrals import rules as referrals
from handslag.referrals.models import Referral
from handslag.referrals.steps import acting_post, locked_referral, not_your_step


def post_of(actor: Viewer, referral: Referral, side: str) -> Post:
    """The post from which the actor takes a side's steps. Raises NotAllowed where there is none."""
    post = acting_post(actor, referral, side)
    if post is None:
        raise not_your_step()
    return post


def may_start(actor: Viewer, referral_id: int) -> None:
    """Who works for the measure, of somebody who has a place and has not started."""
    referral = locked_referral(referral_id)
    post_of(actor, referral, referrals.MEASURE)
    if referral.state != referrals.ACCEPTED or Participation.objects.filter(referral=referral_id).exists():
        raise Overtaken(_("The person has no place that waits for a start. See what has become of the referral."))
    if not referral.case.is_open:
        raise Overtaken(
            _("The person's case is closed. Note that the place was left, or let the case be opened again.")
        )


def _referral_of(participation_id: int) -> int:
    return Participation.objects.filter(pk=participation_id).values_list("referral_id", flat=True).first() or 0


def _may(actor: Viewer, participation_id: int, side: str) -> None:
    post_of(actor, locked_referral(_referral_of(participation_id)), side)


def may_work_with(actor: Viewer, participation_id: int) -> None:
    """Who works for the measure."""
    _may(actor, participation_id, referrals.MEASURE)


def may_see(actor: Viewer, participation_id: int) -> None:
    """Who holds the person, stands in, or leads the holder's unit."""
    _may(actor, participation_id, referrals.REFERRER)


def may_follow_up(actor: Viewer, participation_id: int) -> None:
    """Who holds the person, or held last, stands in, or leads the unit; of a participation that counts."""
    _may(actor, participation_id, referrals.REFERRER)
    if Participation.objects.filter(pk=participation_id, end_reason__in=rules.WITHOUT_NEXT).exists():
        raise NotAllowed(_("Nothing is asked after what was registered by mistake, or of who has died."))


def begun(actor: Viewer, participation_id: int) -> tuple[Participation, Post]:
    """The participation with its locked referral, and the post from which the measure's staff act."""
    participation = Participation.objects.select_related("started_by").get(pk=participation_id)
    participation.referral = locked_referral(participation.referral_id)
    return participation, post_of(actor, participation.referral, referrals.MEASURE)


def goes_on(participation: Participation) -> None:
    """Raises Overtaken where it has ended."""
    if participation.ended_on:
        raise Overtaken(_("The person left the measure {day}.").format(day=participation.ended_on))
