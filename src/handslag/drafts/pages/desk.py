"""The desk at which somebody writes: the own draft of a form, and who else writes in it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.cases.pages.changing import carried, changed
from handslag.cases.pages.rows import case_row
from handslag.cases.visibility import visibility
from handslag.drafts import queries
from handslag.drafts.actions import Content, drop, save_draft
from handslag.drafts.models import Draft
from handslag.foundation import clock
from handslag.foundation.errors import Refused
from handslag.parties.viewer import Request, Viewer
from handslag.ui.dates import minute
from handslag.ui.forms import Form
from handslag.ui.submission import tried

NUMBER = "draft_number"
ASIDE = frozenset({"csrfmiddlewaretoken", "draft_number", "draft", "version", "once"})
"""What is posted besides the form's own fields."""


def typed(posted: QueryDict) -> Content:
    """What was typed in a form, by the names of its fields."""
    return {name: values[0] if len(values) == 1 else values for name, values in posted.lists() if name not in ASIDE}


def known(request: HttpRequest) -> int:
    """The number of the saving that the page was written upon."""
    told = request.POST.get(NUMBER, "")
    return int(told) if told.isdecimal() and len(told) < 10 else 0


def names(drafts: list[Draft]) -> str:
    """Who writes in the same form, and when they last saved; empty where nobody does."""
    if not drafts:
        return ""
    told = ", ".join(f"{draft.author} ({minute(draft.saved_at)})" for draft in drafts)
    return _("Also writing here: {names}. Neither replaces the other's text.").format(names=told)


@dataclass(frozen=True)
class Desk:
    """A form about a case as one author writes it."""

    case: Case
    form: str
    own: Draft | None
    others: list[Draft]

    @property
    def url(self) -> str:
        """Where it is saved while it is written."""
        return reverse("draft", args=[self.case.public_id, self.form])

    @property
    def number(self) -> int:
        """The number of the last saving."""
        return self.own.number if self.own else 0

    @property
    def saved(self) -> str:
        """When it was last saved; empty where it was not."""
        return minute(self.own.saved_at) if self.own else ""

    @property
    def content(self) -> dict[str, Any]:
        """What was typed."""
        return queries.content_of(self.own)

    @property
    def also(self) -> str:
        """Who else writes here, in words."""
        return names(self.others)

    def texts(self, form: Form) -> list[tuple[str, list[tuple[str, str]]]]:
        """What the others have typed, and what the author saved from another window: for each, the fields in which it
        differs from what stands in the form."""
        mine = {name: form[name].value() or "" for name in form.fields}
        drafts = [*([self.own] if self.own else []), *self.others]
        return [(str(draft.author), _differing(form, queries.content_of(draft), mine)) for draft in drafts]


def _differing(form: Form, theirs: dict[str, Any], mine: dict[str, Any]) -> list[tuple[str, str]]:
    told = ((field.label, theirs.get(name), mine[name]) for name, field in form.fields.items())
    return [(str(label), str(text)) for label, text, own in told if text and str(text) != str(own)]


def desk(viewer: Viewer, case: Case, form: str) -> Desk:
    """The viewer's desk for a form about a case that the viewer reaches."""
    return Desk(case, form, queries.own_draft(viewer, case, form), queries.also_writing(viewer, case, form))


def written(
    request: Request, case: Case, name: str, form: Form, act: Callable[[dict], object], done: str
) -> Desk | None:
    """As `changed`, for a long form, which is saved as a draft of this name while it is written.

    It comes up as it was left. None where it was carried out, and its draft is gone; else the desk at which it is
    written on: what was refused, or sent by the button that only saves, is in the draft.
    """
    own = queries.content_of(queries.own_draft(request.viewer, case, name))
    form.initial = own or form.initial

    def noted(data: dict) -> None:
        act(data)
        drop(request.viewer, case, name)

    if "draft" in request.POST:
        form.initial, form.is_bound, form.carried = dict(typed(request.POST)), False, carried(case)
        save = lambda: save_draft(request.viewer, case.pk, name, typed(request.POST), known(request))  # noqa: E731
        tried(request, save, _("The draft is saved. Nothing of it is noted yet."))
    elif changed(request, case, form, noted, done):
        return None
    elif request.method == "POST":
        kept(request, case, name)
    return desk(request.viewer, case, name)


def writing_page(request: Request, case: Case, form: Form, at: Desk, heading: str, save: str) -> HttpResponse:
    """A long form about a case, under the case's head, with what others write in it."""
    row = case_row(visibility(request.viewer, case), clock.today())
    context = {"case": row, "form": form, "desk": at, "texts": at.texts(form), "heading": heading, "save": save}
    return render(request, "drafts/form.html", context)


def kept(request: Request, case: Case, form: str) -> None:
    """Saves what was sent and refused, so that it is there when the page is opened again."""
    with suppress(Refused):
        save_draft(request.viewer, case.pk, form, typed(request.POST), known(request))
