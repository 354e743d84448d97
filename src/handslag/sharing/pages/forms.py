"""What is filled in about consent and disclosure."""

from collections.abc import Iterable
from typing import cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from handslag.disclosure.rules import SIGNATURE
from handslag.parties.models import Party, Post, Unit
from handslag.parties.pages.fields import PostChoice, UnitChoice, named_unit
from handslag.reference import codes
from handslag.reference.fields import listed, several_listed
from handslag.ui.forms import DayField, Form, MinuteField, words

MOST_UNITS = 6


class UnitsForm(Form):
    """With whom the person agrees that we speak."""

    unit = forms.MultipleChoiceField(
        label=_("Units"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one unit to go on.")},
    )

    def __init__(self, *args, units: Iterable[Unit], **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(str(unit.public_id), named_unit(unit)) for unit in units]
        field = cast(forms.MultipleChoiceField, self.fields["unit"])
        field.choices, field.help_text = choices, gettext("At most {most}.").format(most=MOST_UNITS)

    def clean_unit(self) -> list[str]:
        """Not more than one consent has room for."""
        if len(self.cleaned_data["unit"]) > MOST_UNITS:
            raise forms.ValidationError(gettext("Choose at most {most} units.").format(most=MOST_UNITS))
        return self.cleaned_data["unit"]


class ConsentForm(Form):
    """What the person agreed to: why, what each party tells, until when, and how it was given."""

    purpose = words(3, label=_("What is the consent for?"), max_length=500)

    def __init__(self, *args, units: Iterable[Unit], own: Party, witnesses: QuerySet[Post], **kwargs):
        fields: dict[str, forms.Field] = dict(type(self).base_fields)
        for unit in units:
            out = gettext("{own} tells {unit} about").format(own=own.name, unit=named_unit(unit))
            back = gettext("{party} tells us about").format(party=unit.party.name)
            fields[f"out_{unit.public_id}"] = several_listed("information_group", label=out)
            fields[f"in_{unit.public_id}"] = several_listed("information_group", label=back)
        self.base_fields = fields | _HOW  # type: ignore[misc]  # Django copies them from here for this form alone
        super().__init__(*args, **kwargs)
        cast(PostChoice, self.fields["witness"]).queryset = witnesses


_HOW = {
    "given_on": DayField(label=_("When was it given?")),
    "until": DayField(label=_("Until when does it hold?"), 
        help_text=_("At most two years; the person can withdraw any part of it at any time.")),
    "manner": listed("consent_manner", label=_("How was it given?")),
    "witness": PostChoice(
        label=_("Who else heard it, if it was oral"), queryset=Post.objects.none(), required=False,
        empty_label=_("Nobody"), help_text=_("A colleague at one of the units, another than you."),
    ),
    "gdpr_basis": listed(
        "gdpr_basis", label=_("Basis for handling the data (GDPR)"),
        help_text=_("Consent lifts secrecy (OSL). It is not the basis for handling personal data."),
    ),
}  # fmt: skip


class ConfirmForm(Form):
    """What of a consent that another party recorded may be told, and on what it was seen that the person agrees."""

    lines = forms.MultipleChoiceField(label=_("What may we tell?"), widget=forms.CheckboxSelectMultiple)
    seen = listed("consent_seen", label=_("What have you seen of the consent?"))
    is_tested = forms.BooleanField(
        label=_("I have made the secrecy test: the person has agreed to this, and no other secrecy stands against it.")
    )

    def __init__(self, *args, waiting, refuses, is_signed, **kwargs):
        super().__init__(*args, **kwargs)
        seen = cast(forms.ChoiceField, self.fields["seen"])
        seen.choices = [choice for choice in seen.choices if is_signed or choice[0] != SIGNATURE]
        for name in ("seen", "is_tested") if refuses else ():
            self.fields[name].required = False
        self.fields["lines"].choices = [
            (str(line.public_id), f"{codes.label('information_group', line.group)} → {named_unit(line.to_unit)}")
            for line in waiting
        ]


class StatutoryForm(Form):
    """What is told by law: to whom, on which statute, why, until when."""

    to_unit = UnitChoice(label=_("To which unit?"), queryset=Unit.objects.none())
    statute = listed("statutory_basis", label=_("By which law?"))
    reason = forms.CharField(label=_("Why does the law ask for it?"), max_length=300)
    until = DayField(label=_("Shown until"))

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to_unit"].queryset = units


class JoinForm(Form):
    """The joint first contact that is proposed."""

    first_contact_at = MinuteField(label=_("Proposed first contact together with the person"))
