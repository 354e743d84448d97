"""What is filled in to bring cases in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.cases.pages.forms import DEGREE_CHOICES
from handslag.reference.fields import listed, several_listed
from handslag.ui.forms import DayField, Form


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
    target_groups = several_listed("target_group", label=_("Need groups"))
    livelihood = listed("livelihood", label=_("Livelihood"))
    livelihood_degree = forms.ChoiceField(label=_("Degree"), choices=DEGREE_CHOICES, required=False)
    livelihood_ends_on = DayField(label=_("Last day of the livelihood, if decided"), required=False)
    next_step = forms.CharField(label=_("What happens next?"), max_length=200)
    next_step_on = DayField(label=_("When?"))


class FileForm(Form):
    """The file, and whether to take it or only try."""

    file = forms.FileField(label=_("File (.xlsx or .csv)"))
    only_try = forms.BooleanField(label=_("Only check, take nothing"), required=False, initial=True)
