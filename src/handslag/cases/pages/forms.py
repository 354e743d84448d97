"""What is filled in about a case."""

from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.cases import rules
from handslag.cases.models import DEGREES
from handslag.cases.reopening import REASONS
from handslag.parties.models import Post
from handslag.parties.pages.fields import PostChoice
from handslag.reference import codes
from handslag.reference.fields import EMPTY, listed
from handslag.ui.forms import DayField, Form, words

DEGREE_CHOICES = [("", _("No degree")), *((degree, f"{degree} %") for degree in DEGREES)]


class NextStepForm(Form):
    """Ends one step and sets the next."""

    was_done = forms.ChoiceField(
        label=_("The present step"),
        choices=[("yes", _("Done")), ("no", _("Replaced by another"))],
        widget=forms.RadioSelect,
        initial="yes",
    )
    note = words(2, label=_("Note"), required=False, max_length=500)
    next_step = forms.CharField(label=_("What happens next?"), max_length=200)
    next_step_on = DayField(label=_("When?"))
    next_step_by = PostChoice(label=_("By whom?"), queryset=Post.objects.none())

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["next_step_by"].queryset = people


class LivelihoodForm(Form):
    """What the person lives on now."""

    livelihood = listed("livelihood", label=_("Livelihood"))
    livelihood_degree = forms.TypedChoiceField(
        label=_("Degree"), choices=DEGREE_CHOICES, coerce=int, empty_value=None, required=False
    )
    livelihood_since = DayField(label=_("From"))
    livelihood_ends_on = DayField(label=_("Last day, if decided"), required=False)


class PauseForm(Form):
    """Why and until when a case rests."""

    reason = listed("suspension_reason", label=_("Reason"))
    until = DayField(label=_("Pause until"), help_text=_("The next step moves with the pause."))


class ReopenForm(Form):
    """Why a closed case is opened again, who holds it and what happens next."""

    reason = forms.ChoiceField(label=_("Why is it opened again?"))
    holder = PostChoice(label=_("Who is responsible from now on?"), queryset=Post.objects.none())
    next_step = forms.CharField(label=_("What happens next?"), max_length=200)
    next_step_on = DayField(label=_("When?"))

    def __init__(self, *args, people, outcome, **kwargs):
        super().__init__(*args, **kwargs)
        fitting = [choice for choice in codes.choices(REASONS) if rules.undoes(choice[0], outcome)]
        self.fields["reason"].choices = [*EMPTY, *fitting]
        self.fields["holder"].queryset = people


class CloseForm(Form):
    """How a case ends, and who is next."""

    outcome = listed("outcome", label=_("Outcome"))
    ends_with = forms.ChoiceField(
        label=_("Who is responsible next?"),
        widget=forms.RadioSelect,
        required=False,
        choices=[("next", _("Somebody else is responsible")), ("no_more", _("The person wants no more"))],
    )
    next_responsible = forms.CharField(
        label=_("Who is responsible, by name or place"),
        max_length=200,
        required=False,
        help_text=_("Such as an employer, a school or a health centre."),
    )
    asked = {
        "ends_with": _("not after a death or a mis-registration"),
        "next_responsible": _("if somebody else is responsible"),
    }
