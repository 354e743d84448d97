"""The administrator sees whether mail goes out; not what it says, nor to whom."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from handslag.outbox import queries, rules
from handslag.outbox.models import Letter
from handslag.parties.rules import FREE_ROLES
from handslag.parties.viewer import Request
from handslag.ui.access import page
from handslag.ui.dates import minute
from handslag.ui.paging import page_of
from handslag.ui.tables import Column, Table, plain, table

(ADMINISTRATOR,) = FREE_ROLES


def _table(letters: list[Letter]) -> Table:
    columns = (
        Column(_("Letter"), lambda row: plain(str(row.public_id)[:8], row.kind), is_head=True),
        Column(_("Queued"), lambda row: plain(minute(row.queued_at))),
        Column(_("Tries"), lambda row: plain(str(row.tries), row.trouble)),
        Column(
            _("Next try"),
            lambda row: plain(_("refused for good") if row.ending == rules.REFUSED else minute(row.due_at)),
        ),
    )
    return table(columns, letters)


@page(ADMINISTRATOR)
def outbox(request: Request) -> HttpResponse:
    """How much waits, since when, and what is in trouble."""
    shown, oldest = page_of(queries.in_trouble(), request), queries.oldest_trouble()
    context = {
        "is_on": settings.HANDSLAG_SENDS_MAIL,
        "waiting": queries.waiting().order_by().count(),
        "since": minute(oldest.queued_at) if oldest else "",
        "table": _table(shown.rows),
        "page": shown,
    }
    return render(request, "outbox/outbox.html", context)
