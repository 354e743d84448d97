"""What sender and receiver fill in, step by step."""

from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.parties.models import Post, Unit
from handslag.parties.pages.fields import PostChoice, UnitChoice, receiver_choices
from handslag.reference.fields import listed
from handslag.ui.forms import DayField, Form, MinuteField, words


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
    next_unit = UnitChoice(label=_("Which unit?"), queryset=Unit.objects.none(), required=False)
    text = words(2, label=_("A few words to the sender"), required=False, max_length=2000)
    asked = {"next_unit": _("if it goes on to another unit")}

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
    text = words(2, label=_("Why another time?"), required=False, max_length=500)


class MissForm(Form):
    """When it is tried again to reach the person."""

    first_contact_at = MinuteField(label=_("When do you try again?"))
    text = words(2, label=_("Note"), required=False, max_length=500)


class MeetForm(Form):
    """That the joint first contact was held, and what the person said."""

    person_agrees = forms.BooleanField(
        label=_("We have met, the three of us. The person agrees that the receiver takes over."), required=False
    )


class ContactForm(Form):
    """How the first contact went, and what follows."""

    contact_result = listed("contact_result", label=_("How did it go?"))
    next_step = forms.CharField(label=_("What happens next?"), max_length=200)
    next_step_on = DayField(label=_("When?"))
    text = words(2, label=_("Note"), required=False, max_length=500)
