"""Releases in words."""

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from handslag.analyses import rules, work
from handslag.analyses.models import Release
from handslag.statistics.definitions.catalogue import definition
from handslag.statistics.reports.specification import report as specified


def language() -> str:
    """The reader's language, of those that reports have."""
    return "en" if (get_language() or "").startswith("en") else "sv"


def title_of(report: str) -> str:
    """A report's title."""
    return specified(report).title[language()]


def units_name(units: str) -> str:
    """What is counted."""
    return definition(units).name[language()]


def state_label(state: str) -> str:
    """A release's state."""
    return {
        rules.WAITING: _("waits to be made"),
        rules.RUNNING: _("is being made"),
        rules.LOST: _("was broken off"),
        rules.RELEASED: _("released"),
        rules.UNSAFE: _("not released: unsafe"),
        rules.UNSOUND: _("not released: data not sound"),
        rules.NOTHING: _("not released: no data"),
        rules.FAILED: _("not released: went wrong"),
        rules.CALLED_OFF: pgettext("report", "called off"),
    }[state]


COLOURS = {
    rules.RELEASED: "completed",
    rules.WAITING: "offered",
    rules.RUNNING: "accepted",
    rules.CALLED_OFF: "withdrawn",
}
"""The colour of each state, as the house has them; of all that went wrong it is the same."""
WRONG = "declined"


def ending_words(release: Release) -> str:
    """What came of a release that was not released, and what to do."""
    return {
        rules.UNSAFE: _(
            "The attacker could work out somebody's cell, with what earlier releases tell. Nothing was released, and "
            "nothing can be fetched. Publish the figures with the next year's, or ask the operator, who sees which "
            "cell it is."
        ),
        rules.UNSOUND: _(
            "The data are not as the schema says. Nothing was released. The operator sees what is wrong with "
            "“handslag statistics validate”."
        ),
        rules.NOTHING: _("The data have nothing for {year}. Is it the right year and source?").format(
            year=release.year
        ),
        rules.FAILED: _("Something went wrong. Nothing was released. The operator finds it in the server's log."),
        rules.CALLED_OFF: _("It was called off before it was made."),
    }.get(release.ending, "")


def phase_label(phase: str) -> str:
    """What is being done."""
    return {
        work.WRITING: _("Gathers the facts, without names and numbers"),
        work.WAITING_FOR_LEDGER: _("Waits for the ledger of earlier releases"),
        work.CHECKING: _("Checks the data"),
        "counting": _("Counts"),
        "protecting": _("Protects small cells, and attacks the result"),
    }.get(phase, _("Begins"))


def source_label(source: str) -> str:
    """Where the data come from."""
    return {rules.OWN: _("What caseworkers have noted here"), rules.FOLDER: _("The operator's folder")}[source]
