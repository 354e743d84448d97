"""The pages for what went wrong, in the reader's language and without a stack trace."""

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from handslag.foundation import failures


def _trouble(request: HttpRequest, status: int, heading: str, text: str) -> HttpResponse:
    return render(request, "entrance/trouble.html", {"heading": heading, "text": text}, status=status)


def bad_request(request: HttpRequest) -> HttpResponse:
    """400; an upload that is too large is told so."""
    if isinstance(sys.exception(), RequestDataTooBig):
        text = _("The file is larger than {limit} MB. Divide it into smaller files.")
        return _trouble(request, 400, _("The file is too large"), text.format(limit=settings.HANDSLAG_IMPORT_MAX_MB))
    return _trouble(request, 400, _("That could not be understood"), _("Go back and try again."))


def forbidden(request: HttpRequest) -> HttpResponse:
    """403."""
    return _trouble(
        request,
        403,
        _("This page is not for you"),
        _("Your role does not have the right to it. If you think that is wrong, speak with your team lead."),
    )


def not_found(request: HttpRequest) -> HttpResponse:
    """404; the same whether the thing does not exist or the viewer may not know of it."""
    return _trouble(
        request,
        404,
        _("There is nothing here"),
        _("The address is wrong, or the person is held by another unit than yours."),
    )


def too_many(request: HttpRequest) -> HttpResponse:
    """429."""
    return _trouble(request, 429, _("Too many attempts"), _("Wait a while and try again."))


BUSY_SECONDS = 10
"""After how long it is worth to try again."""


def broken(request: HttpRequest) -> HttpResponse:
    """500, or what the database's failure calls for, without asking it for anything."""
    status, heading, text = told_of(sys.exception())
    response = _trouble(request, status, heading, text)
    if status == 503:
        response.headers["Retry-After"] = str(BUSY_SECONDS)
    return response


def told_of(error: BaseException | None) -> tuple[int, str, str]:
    """Status, heading and words for what went wrong. The words say whether anything has changed."""
    if failures.was_busy(error):
        text = _("Others were saving just then, or there was too much to go through. Nothing was changed. Try again.")
        return 503, _("It took too long"), text
    if failures.was_full(error):
        text = _("There is no room left to save in. Nothing was changed, and nothing is lost. Tell your support.")
        return 507, _("It could not be saved"), text
    if failures.was_gone(error):
        text = _("The database did not answer. If you were saving, look whether it was saved before you try again.")
        return 503, _("The database is not there just now"), text
    return 500, _("Something broke here"), _("Nothing was changed. Try again; if it happens again, tell your support.")
