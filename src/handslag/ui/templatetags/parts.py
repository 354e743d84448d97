"""Pages that are put together from pieces of several rooms."""

from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def piece(context: Context, name: str, filling: dict[str, Any]) -> SafeString:
    """A piece of the page, by its template's name and what fills it; it sees what the page sees."""
    with context.push(**filling):
        return get_template(name).template.render(context)  # type: ignore[attr-defined]  # Django's own engine
