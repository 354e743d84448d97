"""In which language a page is told, and when a session ends."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.utils import translation
from django.utils.translation import gettext as _

from handslag.ui.sessions import person_of

SEEN_EVERY = 60
"""Seconds between notes that a session is in use."""


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
