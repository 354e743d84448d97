"""The handover's states and the texts of the product's own, in words."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from handslag.handovers import rules

JOINT_CONTACT = gettext_noop("First contact together with the receiver and the person")
AFTER_MEETING = gettext_noop("Plan the way forward with the person, after the joint first contact")
BACK_AT_ONCE = gettext_noop("The consent ended before the first contact: contact the person")
FIRST_CONTACT = gettext_noop("First contact with the person")
GONE_BACK = gettext_noop("The handover was declined: decide the way forward")


def state_label(state: str) -> str:
    """A state's name in the reader's language."""
    return {
        rules.OFFERED: _("waiting for an answer"),
        rules.ASKED: _("question asked"),
        rules.CONDITIONAL: _("accepted if the person agrees"),
        rules.ACCEPTED: _("accepted"),
        rules.DECLINED: _("declined"),
        rules.WITHDRAWN: _("withdrawn"),
        rules.RETURNED: _("gone back"),
        rules.COMPLETED: _("completed"),
    }[state]


def written(text: str) -> str:
    """A text of the product's own as it is stored in a case: in the installation's language."""
    with translation.override(settings.LANGUAGE_CODE):
        return _(text)
