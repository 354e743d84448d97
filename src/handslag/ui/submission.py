"""Carrying out an action from a form: one way for every page."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from handslag.foundation.errors import Refused
from handslag.ui.forms import Form


def carried_out(request: HttpRequest, form: Form, act: Callable[[dict], object], done: str) -> bool:
    """Whether a posted form was valid and its action taken; otherwise the form shows what to mend."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except Refused as refused:
        form.refuse(refused)
        return False
    messages.success(request, done)
    return True


def tried(request: HttpRequest, act: Callable[[], object], done: str) -> bool:
    """Takes an action that has no form; a refusal is shown on the next page."""
    try:
        act()
    except Refused as refused:
        messages.error(request, refused.message)
        return False
    messages.success(request, done)
    return True
