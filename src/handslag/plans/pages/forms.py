"""What is filled in about a plan."""

from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.parties.models import Post
from handslag.parties.pages.fields import PostChoice
from handslag.plans.actions import Planned, Words
from handslag.reference.fields import listed
from handslag.ui.forms import DayField, Form, words


class WordsForm(Form):
    """What the plan says."""

    goal = words(2, label=_("Goal, in the person's own words where you can"), max_length=2000)
    support = words(3, label=_("Need for support, as it is assessed"), max_length=4000, required=False)
    duties = words(3, label=_("The person's duties"), max_length=4000, required=False)
    direction = words(
        2,
        label=_("Direction"),
        max_length=2000,
        required=False,
        help_text=_("Which work or studies, and where in the country."),
    )
    other = words(3, label=_("What else is needed to carry out the plan"), max_length=4000, required=False)
    note = words(2, label=_("What came of the review"), max_length=2000, required=False)

    def __init__(self, *args, is_first: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if is_first:
            del self.fields["note"]

    @property
    def words(self) -> Words:
        """The words that were filled in."""
        return Words(**self.cleaned_data)


class StepForm(Form):
    """A step: what, who, when, what the person does, and the measure that is asked for."""

    text = forms.CharField(label=_("What is to be done?"), max_length=200)
    to = PostChoice(label=_("By whom?"), queryset=Post.objects.none(), empty_label=_("Choose"))
    due_on = DayField(label=_("By when?"))
    person_does = words(2, label=_("What does the person do?"), max_length=500, required=False)
    measure = listed("rehabilitation_direction", label=_("Measure that is asked for"), required=False)
    begins_on = DayField(label=_("First day of the measure"), required=False)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people
        self.fields["to"].label_from_instance = lambda post: f"{post.user}, {post.unit}"

    @property
    def planned(self) -> Planned:
        """The step that was filled in."""
        return Planned(**self.cleaned_data)


class EndStepForm(Form):
    """What came of a step."""

    was_done = forms.ChoiceField(
        label=_("What came of it?"),
        widget=forms.RadioSelect,
        choices=[("yes", _("It is done")), ("no", _("It will not be done"))],
        initial="yes",
    )


class EndPlanForm(Form):
    """How a plan ends."""

    ending = listed("plan_ending", label=_("How does it end?"))
