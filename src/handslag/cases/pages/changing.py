"""Changing a case from a form: the form carries what it was filled in upon, and a key of its own."""

from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.cases.order import Stale, changes_since, in_order, version_of
from handslag.cases.pages.journal import is_shown
from handslag.cases.visibility import visibility
from handslag.foundation.errors import Refused
from handslag.foundation.rooms import record_of
from handslag.journal.pages.lines import change_line, sentence
from handslag.parties.viewer import Request, Viewer
from handslag.ui.forms import Form
from handslag.ui.submission import carried_out, tried


def changed(request: Request, case: Case, form: Form, act: Callable[[dict], object], done: str) -> bool:
    """As `carried_out`, for a change of a case: sent twice it is done once, and what was filled in upon an older state
    is refused, with what stands now beside what was filled in."""

    def in_turn(data: dict) -> None:
        try:
            in_order(request.viewer, {case.pk: _version(request)}, _key(request), lambda: act(data))
        except Stale as stale:
            raise Refused(" ".join((stale.message, *_now(request, case, form, stale.since)))) from None

    if carried_out(request, form, in_turn, done):
        return True
    form.carried = carried(case)
    return False


def pressed(request: Request, case: Case, act: Callable[[], object], done: str) -> bool:
    """As `tried`, for a button that changes a case: pressed twice it is done once, and pressed on an older state it is
    refused, with what was done meanwhile."""

    def in_turn() -> None:
        try:
            in_order(request.viewer, {case.pk: _version(request)}, _key(request), act)
        except Stale as stale:
            told = done_since(request.viewer, case.pk, stale.since)
            raise Refused(
                " ".join((stale.message, *told, _("Look at it, and press again if it shall hold.")))
            ) from None

    return tried(request, in_turn, done)


def carried(case: Case) -> dict[str, str]:
    """What goes unseen with a form or a button about a case: how far the case has come, and a key of its own."""
    return {"version": str(version_of(case.pk)), "once": str(uuid4())}


def version_told(text: str) -> int | None:
    """How far a case had come when the page was made, as the page tells it; None where it tells nothing."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _version(request: HttpRequest) -> int | None:
    return version_told(request.POST.get("version", ""))


def _key(request: HttpRequest) -> str | None:
    """What tells a press from another: a page's buttons share what they carry, and differ by where they lead."""
    once = request.POST.get("once")
    return f"{once} {request.path}" if once else None


def done_since(viewer: Viewer, case_id: int, since: int) -> list[str]:
    """What was done with a case meanwhile, in sentences, as far as the viewer may see it."""
    now = Case.objects.select_related("person", "holder__user", "holder__unit", "holder__party").get(pk=case_id)
    visible = visibility(viewer, now)
    changes = [entry for entry in changes_since(case_id, since) if is_shown(visible, entry)]
    lines = [change_line(entry, sentence(entry)) for entry in changes]
    return [f"{line.who}, {line.at}: {line.what}." for line in lines]


def _now(request: Request, case: Case, form: Form, since: int) -> list[str]:
    """What was done meanwhile and what stands now, as far as the viewer may see it."""
    now = Case.objects.select_related("person", "holder__user", "holder__unit", "holder__party").get(pk=case.pk)
    visible, columns = visibility(request.viewer, now), record_of(Case).columns
    told = done_since(request.viewer, case.pk, since)
    for name, field in form.fields.items():
        if name in columns and (value := visible.value(name)):
            told.append(_("Now stands in “{field}”: {value}.").format(field=field.label, value=value))
    return [*told, _("What you wrote stands below. Compare, and save again if it shall hold.")]
