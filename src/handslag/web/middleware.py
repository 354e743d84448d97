"""Who is asking, in which language, and the refusal of every view that does not say whom it is for."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import translation

from handslag.parties.queries import viewer_of
from handslag.parties.viewer import Viewer
from handslag.web.access import may_enter

NOBODY = Viewer(None)


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


class deny_by_default:  # noqa: N801  (named as the function that it stands for)
    """Sets `request.viewer`, and refuses every view that is not marked for its visitors (see access.py)."""

    def __init__(self, get_response):
        self._get_response = get_response

    def __call__(self, request):
        response = self._get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request, view, args, kwargs):
        if request.resolver_match.namespaces[:1] == ["api"]:
            return None
        request.viewer = viewer_of(request.user) if request.user.is_authenticated else NOBODY
        decision = may_enter(view, request)
        if decision is False:
            raise PermissionDenied
        return decision
