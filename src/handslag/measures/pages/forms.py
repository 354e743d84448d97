"""What is filled in about a measure, and what is looked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.measures.actions import Described, Locked
from handslag.measures.models import Measure
from handslag.measures.queries import Wanted
from handslag.measures.rules import LONGEST, MOST
from handslag.parties.models import Party
from handslag.reference.fields import EMPTY, listed, several_listed
from handslag.ui.forms import DayField, Form, words

LOCKED = ("direction", "follow_up", "has_esf")


def _flag(**kwargs) -> forms.BooleanField:
    return forms.BooleanField(required=False, **kwargs)


class MeasureForm(Form):
    """A measure: what is locked once it is made, and what can be changed."""

    asked = {"places": _("of an individual measure"), "planned_a_year": _("of an individual measure")}

    name = forms.CharField(label=_("Name"), max_length=150)
    direction = listed(
        "measure_direction",
        label=_("Direction"),
        help_text=_("Cannot be changed later. A measure with both parts is two measures, with different names."),
    )
    follow_up = listed("follow_up_method", label=_("How is it followed up?"), help_text=_("Cannot be changed later."))
    has_esf = _flag(label=_("The European Social Fund (ESF) takes part in the funding. Cannot be changed later."))
    detail = listed("measure_detail", label=_("Detailed direction"))
    description = words(4, label=_("What is done?"), max_length=4000)
    target_groups = several_listed("target_group", label=_("For whom?"))
    parties = forms.ModelMultipleChoiceField(
        queryset=Party.objects.none(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        label=_("Which parties carry it? At least two."),
    )
    owner = forms.ModelChoiceField(
        queryset=Party.objects.none(), to_field_name="code", label=_("Who owns it?"), empty_label=_("Choose")
    )
    municipality_code = listed("municipality", label=_("In which municipality?"))
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day, if it is decided"), required=False)
    places = forms.IntegerField(label=_("Places"), required=False, min_value=1)
    planned_a_year = forms.IntegerField(label=_("Planned participants a year"), required=False, min_value=1)
    languages = several_listed("language", label=_("Languages that are spoken there"))
    accessibility = words(2, label=_("Accessibility"), max_length=1000, required=False)
    how_to_refer = words(2, label=_("How does one refer somebody?"), max_length=1000)
    contact = forms.CharField(label=_("Whom does one ask?"), max_length=200)
    is_open_data = _flag(label=_("Publish it as open data, which anybody may read"))

    def __init__(self, *args, members, is_new: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parties"].queryset = self.fields["owner"].queryset = members  # type: ignore[attr-defined]
        homes = [(party.code.removeprefix("KOM-"), party.name) for party in members if party.kind == "KOM"]
        self.fields["municipality_code"].choices = [*EMPTY, *homes]  # type: ignore[attr-defined]
        if not is_new:
            for name in LOCKED:
                del self.fields[name]

    @property
    def locked(self) -> Locked:
        """What never changes."""
        return Locked(**{name: self.cleaned_data[name] for name in LOCKED})

    @property
    def described(self) -> Described:
        """What can be changed."""
        told = {name: value for name, value in self.cleaned_data.items() if name not in LOCKED}
        told |= {name: tuple(told[name]) for name in ("parties", "target_groups", "languages")}
        return Described(**told)


class ActivityForm(Form):
    """What a structural measure did on a day."""

    kind = listed("activity_kind", label=_("What was it?"))
    day = DayField(label=_("Which day?"))
    hours = forms.IntegerField(label=_("How many hours?"), min_value=1, max_value=LONGEST)
    reached = forms.IntegerField(
        label=_("How many people at work did it reach?"),
        help_text=_("Those of all parties who took part. Nobody is named."),
        min_value=1,
        max_value=MOST,
    )


def present(measure: Measure) -> dict:
    """What a measure says now, as a form's first values."""
    names = ("name", "detail", "description", "municipality_code", "starts_on", "ends_on", "places", "planned_a_year")
    more = ("accessibility", "how_to_refer", "contact", "is_open_data")
    return {name: getattr(measure, name) for name in (*names, *more)} | {
        "owner": measure.owner.code,
        "parties": [carrier.party.code for carrier in measure.carriers.all()],
        "target_groups": [group.target_group for group in measure.groups.all()],
        "languages": measure.languages.split(";"),
    }


class SearchForm(Form):
    """What is looked for in the catalogue."""

    q = forms.CharField(label=_("Words"), required=False, max_length=100)
    county = listed("county", label=_("County"), required=False)
    target_group = listed("target_group", label=_("Target group"), required=False)
    detail = listed("measure_detail", label=_("Detailed direction"), required=False)
    language = listed("language", label=_("Language"), required=False)
    direction = listed("measure_direction", label=_("Direction"), required=False)
    has_free_places = _flag(label=_("Has free places"))
    has_ended = _flag(label=_("Show those that have ended too"))

    def __init__(self, *args, sees_free: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not sees_free:
            del self.fields["has_free_places"]
        for name in ("county", "target_group", "detail", "language", "direction"):
            field: Any = self.fields[name]
            field.choices = [("", _("All")), *list(field.choices)[1:]]

    @property
    def wanted(self) -> Wanted:
        """What is looked for; what makes no sense leaves all."""
        given = dict(self.cleaned_data) if self.is_valid() else {}
        return Wanted(words=given.pop("q", ""), **given)
