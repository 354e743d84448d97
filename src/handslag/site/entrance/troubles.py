"""The pages for what went wrong, in the reader's language and without a stack trace."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _trouble(request: HttpRequest, status: int, heading: str, text: str) -> HttpResponse:
    return render(request, "entrance/trouble.html", {"heading": heading, "text": text}, status=status)


def bad_request(request: HttpRequest) -> HttpResponse:
    """400."""
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


def broken(request: HttpRequest) -> HttpResponse:
    """500, without asking the database for anything."""
    return _trouble(
        request,
        500,
        _("Something broke here"),
        _("Nothing was changed. Try again; if it happens again, tell your support."),
    )
