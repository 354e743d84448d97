"""FKUI's markup, written once."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the design system; decoration only, hidden from screen readers."""
    sprite = static("vendor/fkui/icons.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#f-icon-{}"></use></svg>', sprite, name
    )
