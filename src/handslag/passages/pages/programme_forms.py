"""What is filled in about the passage out of a programme."""

from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.passages import rules
from handslag.reference.fields import listed
from handslag.ui.forms import DayField, Form


class SickLeaveForm(Form):
    """That a participant is ill, to a degree, from a day on."""

    since = DayField(label=_("From which day?"))
    degree = forms.TypedChoiceField(
        label=_("How ill?"),
        widget=forms.RadioSelect,
        coerce=int,
        choices=[
            (rules.WHOLLY, _("Wholly (100 %)")),
            *((degree, f"{degree} %") for degree in reversed(rules.DEGREES) if degree != rules.WHOLLY),
            (rules.WELL, _("Well again, from this day")),
        ],
    )
    programme = listed("programme", label=_("From which programme?"))


class AdaptationForm(Form):
    """What was found of adapting the programme."""

    examined_on = DayField(label=_("When was it examined?"))
    can_adapt = forms.ChoiceField(
        label=_("Can the programme be adapted, so that the person can take part again?"),
        widget=forms.RadioSelect,
        choices=[("yes", _("Yes")), ("no", _("No"))],
        help_text="2007:414 § 13 a",
    )


class DischargeForm(Form):
    """That the participant left."""

    left_on = DayField(label=_("When did the person leave the programme?"), help_text="2007:414 § 13 a")


class WayBackForm(Form):
    """What came of the way back."""

    result = forms.ChoiceField(
        label=_("What came of the way back?"),
        widget=forms.RadioSelect,
        choices=[(rules.RETURNED, _("Back in the programme")), (rules.STAYS_OUT, _("Does not come back"))],
        help_text="2007:414 § 14 a",
    )
    result_on = DayField(label=_("When?"))
