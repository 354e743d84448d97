"""The own sessions: where one is signed in, and the way to end what was left open."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from handslag.ui.access import PERSON, SIGNED_IN, page
from handslag.ui.dates import minute
from handslag.ui.sessions import Standing, end_sessions, sessions_of
from handslag.ui.tables import Column, SafeString, plain, table, tick


def _chosen(one: Standing) -> SafeString:
    if one.is_this:
        return plain(_("This one"))
    return tick("session", one.name, _("End the session of {when}").format(when=minute(one.began)))


@page(SIGNED_IN, PERSON)
def sessions(request: HttpRequest) -> HttpResponse:
    """Lists the own sessions, and ends those that are chosen."""
    if request.method == "POST":
        ended = end_sessions(request, request.POST.getlist("session"))
        messages.success(request, _("{count} sessions are ended.").format(count=ended))
        return redirect("sessions")
    columns = (
        Column(_("End"), _chosen),
        Column(_("Device"), lambda one: plain(one.device or "–"), is_head=True),
        Column(_("Address"), lambda one: plain(one.address)),
        Column(_("Signed in"), lambda one: plain(minute(one.began))),
        Column(_("Last used"), lambda one: plain(minute(one.seen))),
    )
    found = sessions_of(request)
    return render(request, "entrance/sessions.html", {"table": table(columns, found), "others": len(found) > 1})
