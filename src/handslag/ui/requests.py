"""A request as views get it."""

from typing import Any

from django.http import HttpRequest


class Request(HttpRequest):
    """A request, with who is asking: `site/middleware.py` sets the viewer before any view is entered."""

    viewer: Any
