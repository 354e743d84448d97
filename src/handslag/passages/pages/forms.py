"""What is filled in about a passage."""

from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.parties.models import Unit
from handslag.parties.pages.fields import UnitChoice
from handslag.passages import rules
from handslag.passages.actions import Ending
from handslag.reference import codes
from handslag.reference.fields import listed
from handslag.ui.forms import DayField, Form


def _benefits() -> list[tuple[str, str]]:
    return [(code, codes.label("livelihood", code)) for code in rules.BENEFITS]


class EndingForm(Form):
    """How a benefit ends."""

    benefit = forms.ChoiceField(label=_("Benefit"), choices=_benefits)
    cause = listed("passage_cause", label=_("Why it ends"))
    ends_on = DayField(label=_("Last day of the benefit, or the day of the refusal"))
    communicated_on = DayField(
        label=_("When was the coming decision sent for reply?"), required=False, help_text="SFB 110:13 a"
    )
    reply_by = DayField(label=_("Last day to reply"), required=False)

    @property
    def ending(self) -> Ending:
        """What was filled in."""
        return Ending(**self.cleaned_data)


class OfferForm(Form):
    """That a transition meeting was offered."""

    offered_on = DayField(label=_("When was it offered?"))
    with_unit = UnitChoice(
        label=_("With which unit?"), queryset=Unit.objects.none(), empty_label=_("Not decided"), required=False
    )

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["with_unit"].queryset = units


class AnswerForm(Form):
    """What the person answered."""

    answer = forms.ChoiceField(
        label=_("What did the person answer?"),
        widget=forms.RadioSelect,
        choices=[(rules.ACCEPTED, _("Yes, to meet")), (rules.DECLINED, _("No"))],
    )
    answered_on = DayField(label=_("When?"))


class JobForm(Form):
    """Whether there is a job to go back to."""

    has_job = forms.ChoiceField(
        label=_("Does the person have a job to go back to?"),
        widget=forms.RadioSelect,
        choices=[("yes", _("Yes, and needs no transition meeting")), ("no", _("No"))],
    )
