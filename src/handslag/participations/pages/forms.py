"""What is filled in about a participation. Each coding rule of the national follow-up stands at its field."""

from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.measures.models import Measure
from handslag.participations import rules
from handslag.participations.models import Participation
from handslag.parties.models import Unit
from handslag.parties.pages.fields import PublicChoice, UnitChoice
from handslag.reference.fields import EMPTY, listed
from handslag.ui.forms import DayField, Form, words

DIRECTLY_BEFORE = _(
    "Directly before is within the week before the first day. Parental benefit and pension are “other”."
)
OCCUPATION = _("Employed but unable to work is not working: choose “other”. Labour-market training is studying.")


class EarlierChoice(PublicChoice):
    """A choice among a person's participations."""

    def label_from_instance(self, earlier: Participation) -> str:
        return f"{earlier.referral.measure.name}, {earlier.started_on}"


class StartForm(Form):
    """How it is with somebody at the start."""

    started_on = DayField(label=_("First day"))
    target_group = listed(
        "target_group",
        label=_("Need group"),
        help_text=_("The group that the person belongs to now, not by livelihood alone."),
    )
    livelihood = listed("livelihood", label=_("Livelihood before"), required=False, help_text=DIRECTLY_BEFORE)
    occupation = listed("occupation", label=_("Occupation before"), required=False, help_text=OCCUPATION)
    education = listed("education", label=_("Education"), required=False, help_text=_("The highest that is completed."))
    support_months = forms.IntegerField(
        label=_("Months in public support before"),
        required=False,
        min_value=0,
        max_value=rules.LONGEST_SUPPORT,
        help_text=_(
            "Public support is unemployment insurance, benefits from Försäkringskassan and social assistance. Parental "
            "benefit and pension are not. Leave out breaks of up to one month. 100 % is 40 hours a week."
        ),
    )
    moved_from = EarlierChoice(
        label=_("Goes on from"),
        queryset=Participation.objects.none(),
        required=False,
        empty_label=_("No other measure"),
        help_text=_("When the person moves here from another measure."),
    )

    def __init__(self, *args, earlier, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["moved_from"].queryset = earlier
        if not earlier.exists():
            del self.fields["moved_from"]


class EndForm(Form):
    """How it is with somebody at the end, and what comes next."""

    ended_on = DayField(label=_("Last day"))
    end_reason = forms.ChoiceField(label=_("Why does it end?"))
    outcome = listed("outcome", label=_("What came of it?"))
    livelihood_after = listed(
        "livelihood",
        label=_("Livelihood after"),
        required=False,
        help_text=_(
            "Directly after is within the week after the last day. Whether sickness insurance was left is worked out."
        ),
    )
    occupation_after = listed("occupation", label=_("Occupation after"), required=False, help_text=OCCUPATION)
    next_step = words(
        3,
        label=_("What comes next?"),
        required=False,
        max_length=2000,
        help_text=_("Who holds the person reads it. To another party only what a consent or a law covers."),
    )
    asked = {"next_step": _("asked for where it may be told")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = listed("end_reason").choices
        self.fields["end_reason"].choices = [one for one in known if one[0] != rules.MIS_REGISTERED]


class AwayForm(Form):
    """From when somebody is away, and why."""

    from_on = DayField(label=_("Away from"))
    reason = listed("interruption_reason", label=_("Why?"), help_text=_("The place is kept."))


class BackForm(Form):
    """From when somebody is back."""

    until_on = DayField(label=_("First day back"))


class AttendanceForm(Form):
    """Whether somebody came on a day."""

    day = DayField(label=_("Day"))
    came = forms.ChoiceField(label=_("Did the person come?"), choices=[*EMPTY, ("yes", _("Yes")), ("no", _("No"))])


class FollowUpForm(Form):
    """How it goes, some months after."""

    is_reached = forms.ChoiceField(
        label=_("Was the person reached?"), choices=[*EMPTY, ("yes", _("Yes")), ("no", _("No, nobody answered"))]
    )
    livelihood = listed("livelihood", label=_("Livelihood now"), required=False)
    occupation = listed("occupation", label=_("Occupation now"), required=False, help_text=OCCUPATION)
    asked = {name: _("asked for when the person was reached") for name in ("livelihood", "occupation")}


class SureForm(Form):
    """A step that asks for nothing more."""


class MeasureChoice(PublicChoice):
    """A choice among measures."""

    def label_from_instance(self, measure: Measure) -> str:
        return measure.name


class AnonymousForm(Form):
    """A participant of whom only sex and the year of the start are kept."""

    unit = UnitChoice(label=_("Your unit"), queryset=Unit.objects.none())
    measure = MeasureChoice(label=_("Measure"), queryset=Measure.objects.none())
    sex = listed("sex", label=_("Sex"))
    start_year = forms.IntegerField(label=_("Year of the start"), min_value=2000, max_value=2099)

    def __init__(self, *args, units, measures, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset, self.fields["measure"].queryset = units, measures
