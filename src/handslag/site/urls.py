"""Every address of the product, and who answers what went wrong: the API as a problem, the web as a page."""

import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from handslag.api.service import api
from handslag.foundation.rooms import rooms
from handslag.site.entrance import troubles
from handslag.site.pages import board, case, person, work
from handslag.ui.api import problem

urlpatterns = [
    path("", include("handslag.site.entrance.urls")),
    path("my-work/", work.my_work, name="my-work"),
    path("my-work/<str:section>/", work.section, name="my-work-section"),
    path("watch/", board.board, name="watch"),
    path("watch/<str:section>/", board.section, name="watch-section"),
    path("cases/<uuid:case_id>/", case.show, name="case"),
    path("me/", person.me, name="me"),
    *(path("", include(room.urls)) for room in rooms().values() if room.urls),
    path("api/v1/", api.urls),
]


def _answer(status: int, page: Callable[[HttpRequest], HttpResponse]) -> Callable:
    def handler(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        if request.path.startswith("/api/"):
            return problem(request, status, "The path, the method or the request is not one of this API.")
        return page(request)

    return handler


handler400 = _answer(400, troubles.bad_request)
handler403 = _answer(403, troubles.forbidden)
handler404 = _answer(404, troubles.not_found)
handler429 = _answer(429, troubles.too_many)


def handler500(request: HttpRequest) -> HttpResponse:
    """What broke, or was busy or full."""
    if not request.path.startswith("/api/"):
        return troubles.broken(request)
    status, heading, text = troubles.told_of(sys.exception())
    return problem(request, status, f"{heading}. {text}")
