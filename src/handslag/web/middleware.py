"""Who is asking, in which language, and the refusal of every view that does not say whom it is for."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import translation

from handslag.journal.actions import record_looks
from handslag.parties import wall
from handslag.parties.queries import viewer_of
from handslag.parties.viewer import Viewer
from handslag.web.access import may_enter

NOBODY = Viewer(None, looks={})


def language(get_response):
    """Swedish, unless the reader has chosen English; the browser's own wish does not count."""

    def middleware(request):
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        code = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = get_response(request)
            response.headers.setdefault("Content-Language", code)
            return response

    return middleware


def address_of(request: HttpRequest) -> str:
    """From where a request came; behind trusted proxies, what the first of them saw."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.HANDSLAG_PROXIES
    return hops[-trusted] if trusted and len(hops) >= trusted else request.META.get("REMOTE_ADDR", "")


class deny_by_default:  # noqa: N801  (named as the function that it stands for)
    """Sets `request.viewer`, refuses every view that is not marked for its visitors, and journals who was shown whom.

    The request is answered from behind the wall (foundation/wall.py). What was shown is journalled before the answer
    leaves: where that fails, nobody sees it.
    """

    def __init__(self, get_response):
        self._get_response = get_response

    def __call__(self, request):
        request.viewer = NOBODY
        try:
            response = self._get_response(request)
            self._journal_looks(request)
        finally:
            wall.leave()
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    @staticmethod
    def _journal_looks(request) -> None:
        viewer = request.viewer
        if viewer.looks:
            match, address = request.resolver_match, address_of(request)[:45]
            record_looks(viewer.label, match.view_name, viewer.looks, address, match.kwargs.get("case_id"))

    def process_view(self, request, view, args, kwargs):
        is_api = request.resolver_match.namespaces[:1] == ["api"]
        if not is_api and request.user.is_authenticated:
            request.viewer = viewer_of(request.user)
        wall.enter_as(request.viewer)
        if is_api:
            return None
        decision = may_enter(view, request)
        if decision is False:
            raise PermissionDenied
        return decision
