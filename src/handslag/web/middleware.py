"""Who is asking, in which language, and the refusal of every view that does not say whom it is for."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.utils import translation
from django.utils.translation import gettext as _

from handslag.journal.actions import record_looks
from handslag.parties import wall
from handslag.parties.queries import viewer_of
from handslag.parties.viewer import Viewer
from handslag.web.access import may_enter
from handslag.web.addresses import address_of
from handslag.web.person.entering import person_of

SEEN_EVERY = 60
"""Seconds between notes that a session is in use."""
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


def ending_sessions(get_response):
    """Ends a session that has been idle too long, or has lasted too long however busy."""

    def middleware(request):
        now, session = int(time.time()), request.session
        if request.user.is_authenticated or person_of(request):
            began, seen = session.setdefault("began_at", now), session.get("seen_at", now)
            if now - seen > settings.HANDSLAG_IDLE_MINUTES * 60 or now - began > settings.HANDSLAG_SESSION_HOURS * 3600:
                logout(request)
                messages.info(request, _("You have been signed out, because time had passed."))
            elif now - session.get("seen_at", 0) >= SEEN_EVERY:
                session["seen_at"] = now
        return get_response(request)

    return middleware


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
