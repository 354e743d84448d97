"""What is filled in about a joint assessment."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from handslag.assessments import rules
from handslag.assessments.actions import Ending, Request, lines
from handslag.assessments.models import Part
from handslag.assessments.rules import Spell
from handslag.assessments.signing import Content
from handslag.cases.pages.forms import DEGREE_CHOICES
from handslag.parties.models import Post, Unit
from handslag.parties.pages.fields import PostChoice, UnitChoice
from handslag.reference import codes
from handslag.reference.fields import EMPTY, listed
from handslag.ui.forms import DayField, Form, words

SPELLS = range(1, rules.MOST_SPELLS + 1)


class UnitsField(forms.ModelMultipleChoiceField):
    """Any number of units, by their public ids, with their parties."""

    def __init__(self, **kwargs):
        super().__init__(Unit.objects.none(), to_field_name="public_id", widget=forms.CheckboxSelectMultiple, **kwargs)

    def label_from_instance(self, unit: Unit) -> str:
        return UnitChoice.label_from_instance(self, unit)  # type: ignore[arg-type]  # the same words


class AskForm(Form):
    """What a joint assessment is for, and who is asked."""

    purpose = words(3, label=_("What is the joint assessment for?"), max_length=2000)
    wanted_by = DayField(label=_("By which day is it to be done?"))
    units = UnitsField(label=_("Which units are called?"))
    documents = words(
        3,
        label=_("Documents to gather, one on each line"),
        max_length=2000,
        required=False,
        help_text=_("Such as a certificate, an employer's plan or an earlier assessment."),
    )

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = units

    @property
    def request(self) -> Request:
        """What was filled in."""
        data = self.cleaned_data
        return Request(data["purpose"], data["wanted_by"], tuple(data["units"]), lines(data["documents"]))


class CallForm(Form):
    """One more unit."""

    unit = UnitChoice(label=_("Which unit?"), queryset=Unit.objects.none(), empty_label=_("Choose"))

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units


class PartForm(Form):
    """A party's part: the person's own words first, the party's standpoint last."""

    own_words = words(
        4, label=_("What does the person say, in the person's own words?"), max_length=4000, required=False
    )
    goal = words(2, label=_("The person's own goal"), max_length=2000, required=False)
    no_words_reason = listed("no_words_reason", label=_("Why is that empty, where it is?"), required=False)
    livelihood = listed("livelihood", label=_("Livelihood"), required=False)
    livelihood_since = DayField(label=_("Livelihood since"), required=False)
    diagnosis_chapter = listed("diagnosis_chapter", label=_("Diagnosis chapter (ICD-10-SE)"), required=False)
    prognosis = listed("prognosis", label=_("Prognosis of the certificate"), required=False)
    prognosis_days = listed("prognosis_days", label=_("Within how many days"), required=False)
    obstacles = words(3, label=_("Obstacles"), max_length=4000, required=False)
    occupation = listed("occupation", label=_("Occupation"), required=False)
    education = listed("education", label=_("Education"), required=False)
    work = words(3, label=_("Work and education, in words"), max_length=4000, required=False)
    resources = words(3, label=_("Resources"), max_length=4000, required=False)
    standpoint = words(4, label=_("Our party's standpoint"), max_length=4000)
    dissents = forms.BooleanField(label=_("Our party does not agree with the others"), required=False)
    dissent_reason = words(2, label=_("Why we do not agree"), max_length=2000, required=False)
    settle_by = DayField(label=_("By which day is it to be settled?"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for n in SPELLS:
            self.fields |= _spell_fields(n)
        self.dress()

    def sections(self) -> list[tuple[Any, list[list[forms.BoundField]], list[list[forms.BoundField]]]]:
        """The form in sections, each with its heading, its rows of fields, and further spells that nobody has used."""
        found = []
        for heading, rows in SECTIONS:
            fields = [[self[name] for name in row] for row in rows]
            further = [row for row in fields if row[0].name in _FURTHER and not _is_used(row)]
            found.append((heading, [row for row in fields if row not in further], further))
        return found

    def clean(self) -> dict[str, Any]:
        """A spell has a degree and a first day, or is left out."""
        data = super().clean() or {}
        for n in SPELLS:
            degree, since, until = (data.get(f"{part}_{n}") for part in _SPELL)
            if (degree or until) and not since:
                self.add_error(f"since_{n}", gettext("A spell says its degree and its first day."))
            if since and not degree:
                self.add_error(f"degree_{n}", gettext("A spell says its degree and its first day."))
        return data

    @property
    def content(self) -> Content:
        """What was filled in."""
        data = self.cleaned_data
        spells = tuple(
            Spell(data[f"degree_{n}"], data[f"since_{n}"], data[f"until_{n}"]) for n in SPELLS if data[f"since_{n}"]
        )
        return Content(spells=spells, **{name: data[name] for name in self.base_fields})


_SPELL = ("degree", "since", "until")
_FURTHER = frozenset(f"{_SPELL[0]}_{n}" for n in SPELLS[1:])
SECTIONS = (
    (_("The person"), (("own_words",), ("goal",), ("no_words_reason",))),
    (_("Livelihood"), (("livelihood", "livelihood_since"),)),
    (_("Health"), (("diagnosis_chapter",), ("obstacles",))),
    (
        _("Certificate"),
        (("prognosis", "prognosis_days"), *(tuple(f"{part}_{n}" for part in _SPELL) for n in SPELLS)),
    ),
    (_("Work, education and resources"), (("occupation", "education"), ("work",), ("resources",))),
    (_("Our standpoint"), (("standpoint",), ("dissents",), ("dissent_reason",), ("settle_by",))),
)
"""How the form is laid out: the person first."""


def _is_used(row: list[forms.BoundField]) -> bool:
    return any(field.value() or field.errors for field in row)


def _spell_fields(n: int) -> dict[str, forms.Field]:
    return {
        f"degree_{n}": forms.TypedChoiceField(
            label=_("Certificate, spell {n}: degree").format(n=n),
            choices=DEGREE_CHOICES, coerce=int, empty_value=None, required=False,
        ),
        f"since_{n}": DayField(label=_("Spell {n}: first day").format(n=n), required=False),
        f"until_{n}": DayField(label=_("Spell {n}: last day").format(n=n), required=False),
    }  # fmt: skip


def filled(part: Part) -> dict[str, Any]:
    """What stands in a signed part, for the form."""
    told = {name: getattr(part, name) for name in PartForm.base_fields}
    for n, spell in enumerate(rules.read(part.spells)[: rules.MOST_SPELLS], start=1):
        told |= {f"degree_{n}": spell.degree, f"since_{n}": spell.since, f"until_{n}": spell.until}
    return told


class StepForm(Form):
    """The plan's goal and the next step, in which every assessment ends."""

    goal = words(2, label=_("Goal of the plan, in the person's own words where you can"), max_length=2000)
    text = forms.CharField(label=_("What happens next?"), max_length=200)
    due_on = DayField(label=_("When?"))
    to = PostChoice(label=_("By whom?"), queryset=Post.objects.none(), empty_label=_("Choose"))

    def __init__(self, *args, people, has_plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people
        if has_plan:
            del self.fields["goal"]
        self.dress()

    @property
    def ending(self) -> Ending:
        """What was filled in."""
        return Ending(**{"goal": "", **self.cleaned_data})


class EndForm(StepForm):
    """What an assessment ends in."""

    outcome = listed("assessment_outcome", label=_("What follows?"))
    field_order = ("outcome", "goal", "text", "due_on", "to")


class BreakForm(StepForm):
    """Why an assessment is broken off, and what happens next all the same."""

    reason = forms.ChoiceField(
        label=_("Why is it broken off?"),
        choices=lambda: [*EMPTY, *((code, codes.label("end_reason", code)) for code in rules.BREAKS)],
    )
    field_order = ("reason", "goal", "text", "due_on", "to")
