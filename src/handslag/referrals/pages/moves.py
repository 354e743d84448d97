"""How a waiting list was moved while somebody waited, in words that name nobody."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from handslag.foundation.clock import day_of
from handslag.reference import codes
from handslag.referrals.models import Referral
from handslag.referrals.queries import moves_during


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A move in the line, as somebody in it reads it."""

    on: str
    what: str
    why: str


def move_lines(referral: Referral) -> list[MoveLine]:
    """The moves in the line since somebody came to it, the latest first."""
    return [
        MoveLine(
            day_of(move.at).isoformat(),
            (
                _("moved from place {old} to {new}")
                if move.referral_id == referral.pk
                else _("somebody else was moved from place {old} to {new}")
            ).format(old=move.from_place, new=move.to_place),
            codes.label("referral_move_reason", move.reason),
        )
        for move in moves_during(referral)
    ]
