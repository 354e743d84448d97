"""The journal of a case, as its viewer may read it."""

from itertools import islice

from handslag.cases.pages.page import CasePage
from handslag.cases.visibility import CaseVisibility
from handslag.journal.models import Entry
from handslag.journal.pages.lines import change_line, sentence
from handslag.journal.queries import latest_changes

MOST_LINES = 50


def is_shown(visible: CaseVisibility, entry: Entry) -> bool:
    """Whether a line may be read: by the rule of the information that it tells. The minimal record is for all."""
    return not entry.group or visible.shows(entry.group, entry.party)


def journal(page: CasePage) -> dict:
    """What was done with the case, latest first; what no basis shows to the viewer is left out."""
    shown = (entry for entry in latest_changes.rows(None, page.case.pk) if is_shown(page.visible, entry))
    return {"lines": [change_line(entry, sentence(entry)) for entry in islice(shown, MOST_LINES)]}
