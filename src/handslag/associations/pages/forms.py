"""What is filled in to keep the books, a form a kind."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.associations import rules
from handslag.associations.models import Noted
from handslag.associations.noting import KINDS
from handslag.associations.pages.money import Whole, agreed, amount
from handslag.associations.queries import Books, measures_of, payers_of
from handslag.foundation import clock
from handslag.measures.models import Measure
from handslag.parties.models import Party
from handslag.reference.fields import listed
from handslag.ui.forms import DayField, Form, words


def _measure(**kwargs) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        queryset=Measure.objects.none(), to_field_name="public_id", label=_("Which measure?"), **kwargs
    )


def _signed(label: object) -> Whole:
    return amount(label=label, min_value=-rules.MOST)


class NotedForm(Form):
    """What all kinds have in common: the key is chosen once, and a correction may be asked for its reason."""

    kind = ""
    asked = {"reason": _("where the year has been reported")}

    reason = forms.CharField(label=_("Why is it changed?"), max_length=200, required=False)

    def __init__(self, *args, books: Books, noted: Noted | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self._books = books
        self._choose("measure", measures_of(books.association))
        self._choose("party", payers_of(books.association))
        for name in KINDS[self.kind].key if noted else ():
            self.fields.pop(name, None)
        if noted:
            self.fields["is_struck"] = forms.BooleanField(label=_("Strike it: it was noted by mistake"), required=False)
        self.order_fields([*(name for name in self.fields if name not in ("reason", "is_struck"))])
        if not noted and not books.reports:
            del self.fields["reason"]
        self.dress()

    def _choose(self, name: str, among: object) -> None:
        if name in self.fields:
            self.fields[name].queryset = among  # type: ignore[attr-defined]

    @property
    def reason_given(self) -> str:
        """Why it is changed."""
        return self.cleaned_data.get("reason", "")

    def values(self) -> dict[str, Any]:
        """What is filled in, by the columns of the kind."""
        return {"year": self._books.year, **self.cleaned_data}

    @classmethod
    def of(cls, noted: Noted) -> Mapping[str, Any]:
        """What a version says, as the form's first values."""
        return {name: getattr(noted, name) for name in KINDS[cls.kind].columns}


class AllocationForm(NotedForm):
    """What a member pays for the year."""

    kind = "allocation"
    party = forms.ModelChoiceField(
        queryset=Party.objects.none(),
        to_field_name="code",
        label=_("Who pays?"),
        help_text=_("The state's part, also that of Arbetsförmedlingen, is paid by Försäkringskassan."),
        empty_label=_("Choose"),
    )
    amount = amount(label=_("Amount in kronor"))
    share = forms.DecimalField(
        label=_("Agreed share of the whole, in per cent"),
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        max_digits=5,
        localize=True,
    )

    def values(self) -> dict[str, Any]:
        """What is filled in, with the share in hundredths of a per cent."""
        told = super().values()
        return told | {"share": None if told["share"] is None else int(told["share"].scaleb(2))}

    @classmethod
    def of(cls, noted: Noted) -> Mapping[str, Any]:
        """What a version says."""
        return {**super().of(noted), "share": agreed(getattr(noted, "share", None))}


class CostForm(NotedForm):
    """A row of the year's costs."""

    kind = "cost"
    measure = _measure(required=False, empty_label=_("None: administration"))
    is_esf = forms.BooleanField(label=_("Paid by the European Social Fund (ESF)"), required=False)
    description = forms.CharField(label=_("What does it pay for?"), max_length=200)
    budget = amount(label=_("Budget in kronor"))
    outcome = amount(label=_("Outcome in kronor, when it is known"), required=False)

    def __init__(self, *args, noted: Noted | None = None, **kwargs):
        super().__init__(*args, noted=noted, **kwargs)
        self._measure = getattr(noted, "measure", None)
        if noted and not (self._measure and self._measure.has_esf):
            del self.fields["is_esf"]

    def values(self) -> dict[str, Any]:
        """What is filled in; the kind follows from the measure and from who pays."""
        told = super().values()
        of_measure = rules.ESF_COST if told.get("is_esf") else rules.MEASURE_COST
        measure = self._measure or told.get("measure")
        return told | {"kind": of_measure if measure or told.get("is_esf") else rules.ADMINISTRATION}

    @classmethod
    def of(cls, noted: Noted) -> Mapping[str, Any]:
        """What a version says."""
        return {**super().of(noted), "is_esf": getattr(noted, "kind", "") == rules.ESF_COST}


class PlannedForm(NotedForm):
    """For how many participants a measure is budgeted."""

    kind = "planned"
    measure = _measure(empty_label=_("Choose"))
    number = Whole(label=_("Budgeted participants in the year"), min_value=0, max_value=rules.MOST_PARTICIPANTS)


class PositionForm(NotedForm):
    """Own capital and liquid funds at the end of a month."""

    kind = "position"
    month = forms.TypedChoiceField(
        label=_("At the end of which month?"),
        choices=[(number, f"{number:02}") for number in range(1, rules.DECEMBER + 1)],
        coerce=int,
        help_text=_("A month that is not over yet is a forecast."),
    )
    own_capital = _signed(_("Own capital in kronor"))
    liquid_funds = _signed(_("Liquid funds in kronor"))


class DecisionForm(NotedForm):
    """What the board decided."""

    kind = "decision"
    on = DayField(label=_("Day of the meeting"), initial=clock.today)
    number = forms.CharField(label=_("Paragraph of the minutes"), max_length=20)
    text = words(4, label=_("What did the board decide?"), max_length=2000)
    measure = _measure(required=False, empty_label=_("None in particular"))


def _decided(**kwargs) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=_("By which decision of the board?"), **kwargs)


class _Decided(NotedForm):
    """What rests on a decision of the board."""

    def __init__(self, *args, books: Books, **kwargs):
        super().__init__(*args, books=books, **kwargs)
        by_id = {str(decision.public_id): decision for decision in books.decisions}
        field: Any = self.fields["decision"]
        told = [(key, f"{d.on:%Y-%m-%d} {d.number}: {d.text[:60]}") for key, d in by_id.items()]
        field.choices = [("", _("Choose") if field.required else _("None")), *told]
        field.coerce = by_id.get
        field.empty_value = None
        chosen = self.initial.get("decision")
        if chosen:
            self.initial = {**self.initial, "decision": str(chosen.public_id)}


class AgreementForm(_Decided):
    """That the association and those that carry a measure have agreed."""

    kind = "agreement"
    measure = _measure(empty_label=_("Choose"))
    signed_on = DayField(label=_("Signed on"))
    decision = _decided(required=False)


class GoalForm(_Decided):
    """A goal of the board, and the measure of its result."""

    kind = "goal"
    asked = {**NotedForm.asked, "result": _("when it is known")}
    decision = _decided()
    text = forms.CharField(label=_("Goal"), max_length=300)
    measure = _measure(required=False, empty_label=_("The whole association"))
    indicator = listed("goal_indicator", label=_("By what is the result measured?"))
    target = Whole(label=_("How much is the goal?"), min_value=0, max_value=rules.MOST)
    result = Whole(label=_("Result"), min_value=0, max_value=rules.MOST, required=False)


FORMS: dict[str, type[NotedForm]] = {
    form.kind: form
    for form in (AllocationForm, CostForm, PlannedForm, PositionForm, DecisionForm, AgreementForm, GoalForm)
}
"""The form of each kind."""
