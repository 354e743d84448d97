"""What is filled in about a referral, step by step."""

from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.measures.models import Measure
from handslag.parties.models import Unit
from handslag.parties.pages.fields import PublicChoice, UnitChoice
from handslag.reference.fields import listed
from handslag.ui.forms import DayField, Form, words


class ReferForm(Form):
    """To which unit of a measure somebody is referred, and what is asked for."""

    to_unit = UnitChoice(label=_("Who receives it?"), queryset=Unit.objects.none())
    asked_for = words(
        4,
        label=_("What do you ask the measure for?"),
        required=False,
        max_length=4000,
        help_text=_("To another party only what a consent or a law covers. Without one, leave it empty."),
    )
    asked = {"asked_for": _("where a basis covers it")}

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to_unit"].queryset = units


class AcceptForm(Form):
    """A yes has a first day."""

    starts_on = DayField(label=_("First day in the measure"))


class WaitForm(Form):
    """For what the person waits, and until when."""

    wait_reason = listed("referral_wait_reason", label=_("What does the person wait for?"))
    expected_on = DayField(
        label=_("Expected when?"),
        required=False,
        help_text=_("Who referred and the person read the reason and the day."),
    )


class InviteForm(Form):
    """The place that is offered, and by when it is answered for."""

    starts_on = DayField(label=_("First day in the measure"))
    answer_by = DayField(
        label=_("Answer by"), help_text=_("When nobody has answered by then, it climbs. The place is kept meanwhile.")
    )


class MoveForm(Form):
    """Another place in line, and why."""

    place = forms.IntegerField(label=_("Which place in line?"), min_value=1)
    reason = listed("referral_move_reason", label=_("Why?"), help_text=_("Everybody in the line reads the reason."))


class MeasureChoice(PublicChoice):
    """A choice among measures, with their association."""

    def label_from_instance(self, measure: Measure) -> str:
        return f"{measure.name} ({measure.association.name})"


class DeclineForm(Form):
    """No, because, and who goes next."""

    decline_reason = listed("referral_decline_reason", label=_("Why can the person not come?"))
    proposed = MeasureChoice(
        label=_("Who goes next?"),
        queryset=Measure.objects.none(),
        required=False,
        empty_label=_("Who referred decides the way forward"),
        help_text=_("You can propose another measure. Who holds the person decides with the person."),
    )
    text = words(2, label=_("A few words to who referred"), required=False, max_length=2000)

    def __init__(self, *args, measures, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["proposed"].queryset = measures


class TextForm(Form):
    """A question, or an answer."""

    text = words(3, label=_("Your words"), max_length=2000)


class WithdrawForm(Form):
    """Why a referral is taken back."""

    text = words(2, label=_("A few words to the measure"), required=False, max_length=2000)


class SureForm(Form):
    """A step that asks for nothing more."""
