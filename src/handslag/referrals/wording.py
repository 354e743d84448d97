"""The referral's states in words."""

from django.utils.translation import gettext as _

from handslag.reference import codes
from handslag.referrals import rules
from handslag.referrals.models import Referral


def state_label(state: str) -> str:
    """A state's name in the reader's language."""
    return {
        rules.OFFERED: _("waits for the measure's answer"),
        rules.ASKED: _("the measure asks"),
        rules.WAITING: _("on the waiting list"),
        rules.INVITED: _("a place is offered"),
        rules.ACCEPTED: _("has a place"),
        rules.ENDED: _("has left"),
        rules.DECLINED: _("declined"),
        rules.WITHDRAWN: _("withdrawn"),
    }[state]


def waits_told(referral: Referral, place: int) -> str:
    """Where somebody stands in a waiting list and for what: “place 3; waits for a group start 2027-03-01”."""
    reason = codes.label("referral_wait_reason", referral.wait_reason)
    if referral.expected_on:
        told = _("place {place}; waits for {reason} {day}")
        return told.format(place=place, reason=reason, day=referral.expected_on)
    return _("place {place}; waits for {reason}").format(place=place, reason=reason)
