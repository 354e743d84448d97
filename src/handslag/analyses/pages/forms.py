"""What an analyst chooses."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.analyses import queries, rules
from handslag.analyses.actions import Asked
from handslag.analyses.pages.wording import language, source_label, title_of
from handslag.foundation import clock
from handslag.statistics.definitions.catalogue import Definition
from handslag.statistics.reports.specification import reports
from handslag.ui.forms import DayField, Form


class AskForm(Form):
    """A report to be made. Of each definition that has versions one can be chosen."""

    asked = {"data_day": gettext_lazy("of the operator's folder")}

    report = forms.ChoiceField(label=gettext_lazy("Report"), widget=forms.RadioSelect)
    year = forms.IntegerField(label=gettext_lazy("Year"))
    source = forms.ChoiceField(label=gettext_lazy("From what?"), widget=forms.RadioSelect)
    data_day = DayField(label=gettext_lazy("Of which day are the data?"), required=False)
    contact = forms.CharField(
        label=gettext_lazy("Who answers questions about it?"),
        max_length=100,
        help_text=gettext_lazy("As published in every table: best a unit, not a person."),
    )
    email = forms.EmailField(label=gettext_lazy("At which e-mail address?"), max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["report"].choices = [(name, title_of(name)) for name in reports()]  # type: ignore[attr-defined]
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            (source, source_label(source)) for source in queries.sources()
        ]
        self.fields["year"].initial = queries.last_whole_year(clock.today())
        self.fields["source"].initial = rules.OWN
        if len(queries.sources()) == 1:
            del self.fields["data_day"]
        for name, several in queries.versions().items():
            self.fields[name] = _version_field(several)
        self.dress()

    @property
    def told(self) -> Asked:
        """What was chosen."""
        given = self.cleaned_data
        names = ("report", "year", "source", "contact", "email")
        versions = {name: int(given[name]) for name in queries.versions()}
        return Asked(**{name: given[name] for name in names}, versions=versions, data_day=given.get("data_day"))


def _version_field(several: list[Definition]) -> forms.ChoiceField:
    newest = several[0].version

    def label(one: Definition) -> str:
        number = _("{number}, the newest").format(number=one.version) if one.version == newest else one.version
        told = _("Version {number}: {counts} Not counted: {excludes}")
        return told.format(number=number, counts=one.counts[language()], excludes=one.excludes[language()])

    return forms.ChoiceField(
        label=_("How is “{name}” counted?").format(name=several[0].name[language()]),
        widget=forms.RadioSelect,
        choices=[(str(one.version), label(one)) for one in several],
        initial=str(newest),
    )
