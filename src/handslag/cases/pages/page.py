"""The case page as the rooms meet it: whose page it is, and what of the case its viewer sees."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model

from handslag.cases import rules
from handslag.cases.models import Case
from handslag.cases.pages.rows import CaseRow, case_row
from handslag.cases.queries import hanging_on
from handslag.cases.visibility import CaseVisibility, visibility
from handslag.foundation import clock
from handslag.parties.viewer import Viewer


@dataclass(frozen=True)
class Button:
    """Something that can be done from the case page: a link, or a form that is posted at once."""

    label: str
    url: str
    is_primary: bool = False
    is_posted: bool = False


@dataclass(frozen=True)
class CasePage:
    """One viewing of one case. `found` keeps what a room has asked for, so that it need not ask again."""

    viewer: Viewer
    case: Case
    visible: CaseVisibility
    today: date
    row: CaseRow
    found: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def may_act(self) -> bool:
        """Whether the viewer may change the case."""
        case = self.case
        return case.is_worked_in and rules.may_act(self.viewer, case.holder_id, case.holder.unit_id)

    def has(self, *models: type[Model]) -> bool:
        """Whether rows of some of these models hang on the case, or on those joined to it."""
        hanging: frozenset[type[Model]] = self.once("hanging", lambda page: hanging_on(page.case))
        return not hanging.isdisjoint(models)

    def once(self, name: str, find: Callable[["CasePage"], Any]) -> Any:
        """What `find` finds, asked for once a page."""
        if name not in self.found:
            self.found[name] = find(self)
        return self.found[name]


def case_page(viewer: Viewer, case: Case) -> CasePage:
    """The page of a case that the viewer reaches."""
    visible, today = visibility(viewer, case), clock.today()
    return CasePage(viewer, case, visible, today, case_row(visible, today))
