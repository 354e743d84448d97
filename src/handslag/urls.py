"""Every address of the product, and who answers what went wrong: the API as a problem, the web as a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from handslag.api.problems import problem
from handslag.api.service import api
from handslag.web.entrance import troubles

urlpatterns = [
    path("", include("handslag.web.entrance.urls")),
    path("", include("handslag.web.caseworker.urls")),
    path("", include("handslag.web.lead.urls")),
    path("", include("handslag.web.person.urls")),
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
handler500 = _answer(500, troubles.broken)
