"""An assessment's states in words."""

from django.utils.translation import gettext as _

from handslag.assessments import rules


def state_label(state: str) -> str:
    """A state's name in the reader's language."""
    return {
        rules.WAITING: _("waiting for the assessment"),
        rules.ASSESSING: _("assessment going on"),
        rules.PLANNED_PREPARATORY: _("work-preparatory measure planned"),
        rules.ACTIVE_PREPARATORY: _("work-preparatory measure going on"),
        rules.PLANNED_DIRECTED: _("work-directed measure planned"),
        rules.ACTIVE_DIRECTED: _("work-directed measure going on"),
        rules.COMPLETED: _("ended as planned"),
        rules.BROKEN_OFF: _("broken off"),
    }[state]
