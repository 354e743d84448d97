"""What a caseworker fills in."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.cases.models import DEGREES
from handslag.parties.models import Post, Unit
from handslag.reference import codes
from handslag.web.forms import DayField, Form, MinuteField, words

EMPTY = [("", _("Choose"))]
DEGREE_CHOICES = [("", "–"), *((degree, f"{degree} %") for degree in DEGREES)]


def listed(list_name: str, **kwargs) -> forms.ChoiceField:
    """A choice from a code list, in the reader's language."""
    return forms.ChoiceField(choices=lambda: [*EMPTY, *codes.choices(list_name)], **kwargs)


class PostChoice(forms.ModelChoiceField):
    """A choice among people, shown by name."""

    def label_from_instance(self, post: Post) -> str:
        return str(post.user)


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


class CloseForm(Form):
    """How a case ends, and who is next."""

    outcome = listed("outcome", label=_("Outcome"))
    ends_with = forms.ChoiceField(
        label=_("Who is responsible next?"),
        widget=forms.RadioSelect,
        choices=[("next", _("Somebody else is responsible")), ("no_more", _("The person wants no more"))],
    )
    next_responsible = forms.CharField(
        label=_("Who is responsible, by name or place"),
        max_length=200,
        required=False,
        help_text=_("Such as an employer, a school or a health centre."),
    )


class NewCaseForm(Form):
    """A case registered by hand."""

    case_ref = forms.CharField(label=_("Your own reference"), max_length=40)
    identity_number = forms.CharField(
        label=_("Identity number, 12 digits"),
        max_length=13,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    given_name = forms.CharField(label=_("Given name"), max_length=60)
    family_name = forms.CharField(label=_("Family name"), max_length=60)
    municipality_code = listed("municipality", label=_("Municipality"))
    target_groups = forms.MultipleChoiceField(
        label=_("Need groups"),
        choices=lambda: codes.choices("target_group"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    livelihood = listed("livelihood", label=_("Livelihood"))
    livelihood_degree = forms.ChoiceField(label=_("Degree"), choices=DEGREE_CHOICES, required=False)
    livelihood_ends_on = DayField(label=_("Last day of the livelihood, if decided"), required=False)
    next_step = forms.CharField(label=_("What happens next?"), max_length=200)
    next_step_on = DayField(label=_("When?"))


class UnitChoice(forms.ModelChoiceField):
    """A choice among units, with their party."""

    def label_from_instance(self, unit: Unit) -> str:
        return named_unit(unit)


def named_unit(unit: Unit) -> str:
    """A unit's name with its party's, unless the name says it already."""
    return unit.name if unit.party.name in unit.name else f"{unit.name} ({unit.party.name})"


def receiver_choices(people: Iterable[Post]) -> list[tuple]:
    """Each unit as a group: the whole unit, then its people. A choice is "unit" or "unit-post" by their ids."""
    groups: dict[int, tuple[str, list]] = {}
    for post in people:
        whole = (str(post.unit_id), _("The whole unit"))
        _name, choices = groups.setdefault(post.unit_id, (named_unit(post.unit), [whole]))
        choices.append((f"{post.unit_id}-{post.pk}", str(post.user)))
    return [*EMPTY, *groups.values()]


class OfferForm(Form):
    """What a sender tells the receiver."""

    receiver = forms.ChoiceField(label=_("To whom?"), help_text=_("A whole unit, or a person by name."))
    reason = listed("handover_reason", label=_("Why?"))
    brief = words(
        5,
        label=_("What must the receiver know?"),
        required=False,
        max_length=4000,
        help_text=_("To another party only what a consent or a law covers. Without one, leave it empty."),
    )
    promised = words(2, label=_("What was promised to the person?"), required=False, max_length=2000)
    needed_by = DayField(label=_("When must the receiver have taken over?"))
    proposed_contact_at = MinuteField(label=_("Proposed first contact"))

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["receiver"].choices = receiver_choices(people)


class AcceptForm(Form):
    """Taking over is booking the first contact."""

    first_contact_at = MinuteField(label=_("First contact with the person"))
    holder = PostChoice(label=_("Who takes over?"), queryset=Post.objects.none())

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = people


class DeclineForm(Form):
    """No, because, and who goes next."""

    decline_reason = listed("decline_reason", label=_("Why can you not take over?"))
    goes = forms.ChoiceField(
        label=_("Who goes next?"),
        widget=forms.RadioSelect,
        choices=[("back", _("Back to the sender, who decides the way forward")), ("unit", _("On to another unit"))],
    )
    next_unit = UnitChoice(
        label=_("Which unit?"), queryset=Unit.objects.none(), empty_label=_("Choose"), required=False
    )
    text = words(2, label=_("A few words to the sender"), required=False, max_length=2000)

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["next_unit"].queryset = units


class TextForm(Form):
    """A question, an answer, or why an offer is withdrawn."""

    text = words(3, label=_("Your words"), max_length=2000)


class WithdrawForm(Form):
    """Why an offer is taken back."""

    text = words(2, label=_("A few words to the receiver"), required=False, max_length=2000)


class RebookForm(Form):
    """Another time for the first contact."""

    first_contact_at = MinuteField(label=_("First contact with the person"))
    text = words(2, label=_("Why another time?"), required=False, max_length=2000)


class ContactForm(Form):
    """How the first contact went, and what follows."""

    contact_result = listed("contact_result", label=_("How did it go?"))
    next_step = forms.CharField(label=_("What happens next?"), max_length=200)
    next_step_on = DayField(label=_("When?"))
    text = words(2, label=_("Note"), required=False, max_length=500)
