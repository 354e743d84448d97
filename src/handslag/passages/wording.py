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
