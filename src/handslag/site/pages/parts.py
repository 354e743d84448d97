"""Pieces of composed pages."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from handslag.foundation.rooms import Part


def rendered(request: HttpRequest, part: Part, filling: dict | None, **context: Any) -> str:
    """A piece's markup; empty where there is nothing to fill it with."""
    return "" if filling is None else render_to_string(part.template, {**context, **filling}, request)
