"""In which language a page is told, and when a session ends."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.utils import translation
from django.utils.translation import gettext as _

from handslag.ui.addresses import address_of
from handslag.ui.sessions import ADDRESS, BEGAN, DEVICE, SEEN, person_of

SEEN_EVERY = 60
"""Seconds between notes that a session is in use."""
LONGEST_DEVICE = 200


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
    """Ends a session that has been idle too long, or has lasted too long however busy, also by a clock that jumped."""

    def middleware(request):
        now, session = int(time.time()), request.session
        if request.user.is_authenticated or person_of(request):
            if BEGAN not in session:
                session[BEGAN], session[ADDRESS] = now, address_of(request)
                session[DEVICE] = request.headers.get("User-Agent", "")[:LONGEST_DEVICE]
            idle, whole = abs(now - session.get(SEEN, now)), abs(now - session[BEGAN])
            if idle > settings.HANDSLAG_IDLE_MINUTES * 60 or whole > settings.HANDSLAG_SESSION_HOURS * 3600:
                logout(request)
                messages.info(request, _("You have been signed out, because time had passed."))
            elif abs(now - session.get(SEEN, 0)) >= SEEN_EVERY:
                session[SEEN] = now
        return get_response(request)

    return middleware
