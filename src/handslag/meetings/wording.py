"""A meeting's states in words."""

from django.utils.translation import gettext as _

from handslag.meetings import rules


def state_label(state: str) -> str:
    """A state's name in the reader's language."""
    return {rules.BOOKED: _("booked"), rules.HELD: _("held"), rules.NOT_HELD: _("not held")}[state]
