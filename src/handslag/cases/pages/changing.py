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
from handslag.parties.viewer import Request
from handslag.ui.forms import Form
from handslag.ui.submission import carried_out


def changed(request: Request, case: Case, form: Form, act: Callable[[dict], object], done: str) -> bool:
    """As `carried_out`, for a change of a case: sent twice it is done once, and what was filled in upon an older state
    is refused, with what stands now beside what was filled in."""

    def in_turn(data: dict) -> None:
        try:
            in_order(request.viewer, case.pk, _version(request), request.POST.get("once"), lambda: act(data))
        except Stale as stale:
            raise Refused(" ".join((stale.message, *_now(request, case, form, stale.since)))) from None

    if carried_out(request, form, in_turn, done):
        return True
    form.carried = {"version": str(version_of(case.pk)), "once": str(uuid4())}
    return False


def _version(request: HttpRequest) -> int | None:
    told = request.POST.get("version", "")
    return int(told) if told.isdecimal() and len(told) < 19 else None


def _now(request: Request, case: Case, form: Form, since: int) -> list[str]:
    """What was done meanwhile and what stands now, as far as the viewer may see it."""
    now = Case.objects.select_related("person", "holder__user", "holder__unit", "holder__party").get(pk=case.pk)
    visible, columns = visibility(request.viewer, now), record_of(Case).columns
    changes = [entry for entry in changes_since(case.pk, since) if is_shown(visible, entry)]
    lines = [change_line(entry, sentence(entry)) for entry in changes]
    told = [f"{line.who}, {line.at}: {line.what}." for line in lines]
    for name, field in form.fields.items():
        if name in columns and (value := visible.value(name)):
            told.append(_("Now stands in “{field}”: {value}.").format(field=field.label, value=value))
    return [*told, _("What you wrote stands below. Compare, and save again if it shall hold.")]
