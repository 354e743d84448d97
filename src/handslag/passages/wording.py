"""How far a passage has come, in words."""

from django.utils.translation import gettext as _

from handslag.passages import rules


def stage_label(stage: str) -> str:
    """A stage in the reader's language."""
    return {
        rules.TO_OFFER: _("transition meeting not offered"),
        rules.OFFERED: _("offered, waiting for the person"),
        rules.TO_BOOK: _("accepted, not booked"),
        rules.BOOKED: _("transition meeting booked"),
        rules.HELD: _("transition meeting held"),
        rules.REFUSED_BY_PERSON: _("declined by the person"),
        rules.NEEDS_NONE: _("has a job to go back to"),
    }[stage]


def ill_stage_label(stage: str) -> str:
    """A stage of the passage out of a programme in the reader's language."""
    return {
        rules.WATCHED: _("ill, nothing to do yet"),
        rules.TO_EXAMINE: _("adaptation not examined"),
        rules.ADAPTED: _("the programme is adapted"),
        rules.TO_HAND_OVER: _("not handed over to Försäkringskassan"),
        rules.HANDED: _("offered to Försäkringskassan"),
        rules.TO_LEAVE: _("must leave the programme"),
        rules.OUT: _("out, the way back is open"),
        rules.BACK_ENDS: _("the way back ends soon"),
        rules.BACK_ENDED: _("the way back has ended"),
    }[stage]
