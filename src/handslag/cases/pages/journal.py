"""The journal of a case, as its viewer may read it."""

from handslag.cases.pages.page import CasePage
from handslag.journal.pages.lines import change_line, sentence
from handslag.journal.queries import changes_of

MOST_LINES = 50


def journal(page: CasePage) -> dict:
    """What was done with the case, latest first."""
    return {"lines": [change_line(entry, sentence(entry)) for entry in changes_of(page.case.pk)[:MOST_LINES]]}
