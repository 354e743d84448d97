"""The journal of a case, as its viewer may read it."""

from itertools import islice

from django.urls import reverse

from handslag.cases.pages.page import CasePage
from handslag.cases.visibility import CaseVisibility
from handslag.journal.models import Entry
from handslag.journal.pages.lines import change_line, items, sentence
from handslag.journal.queries import latest_changes

MOST_LINES = 8


def is_shown(visible: CaseVisibility, entry: Entry) -> bool:
    """Whether a line may be read: by the rule of the information that it tells. The minimal record is for all."""
    return not entry.group or visible.shows(entry.group, entry.party)


def journal(page: CasePage) -> dict:
    """The latest of what was done with the case, and where the rest stands; what no basis shows is left out."""
    latest = latest_changes.rows(None, page.case.pk)
    shown = islice((entry for entry in latest if is_shown(page.visible, entry)), MOST_LINES)
    has_more = len(latest) > MOST_LINES
    return {
        "lines": items(change_line(entry, sentence(entry)) for entry in shown),
        "more": reverse("case-journal", args=[page.case.public_id]) if has_more else "",
    }
