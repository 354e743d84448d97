"""The own meetings as a calendar, at a secret address that can be ended."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from handslag.cases.visibility import visibilities
from handslag.meetings import feeds, queries
from handslag.meetings.calendar import feed as written
from handslag.parties import wall
from handslag.parties.queries import viewer_of
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Request
from handslag.ui.access import EVERYONE, page
from handslag.ui.dates import minute
from handslag.ui.submission import tried


@page(*HOLDING_ROLES)
def address(request: Request) -> HttpResponse:
    """Tells whether there is an address, and makes one anew; it is shown this once."""
    made = ""
    if request.method == "POST":
        made = settings.HANDSLAG_ADDRESS + reverse("calendar-feed", args=[feeds.make_feed(request.viewer)])
    own = queries.own_feed(request.viewer)
    context = {"made": made, "since": minute(own.made_at) if own else ""}
    return render(request, "meetings/calendar.html", context)


@page(*HOLDING_ROLES)
@require_POST
def end(request: Request) -> HttpResponse:
    """Ends the address."""
    tried(request, lambda: feeds.end_feed(request.viewer), _("The calendar address is ended."))
    return redirect("calendar")


@page(EVERYONE)
def feed(request: Request, secret: str) -> HttpResponse:
    """The calendar at an address, for whoever knows it: when the owner's meetings are, and no more."""
    found = queries.feed_of(secret)
    if found is None:
        raise Http404
    request.viewer = viewer_of(found.user)
    wall.enter_as(request.viewer)
    meetings = queries.in_calendar(request.viewer)
    visibilities(request.viewer, [meeting.case for meeting, _moves in meetings])
    return HttpResponse(written(meetings), content_type="text/calendar; charset=utf-8")
