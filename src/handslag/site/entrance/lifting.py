"""Views that read and write how accounts are proved: passwords, second factors, codes. No other can (PostgreSQL)."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from handslag.foundation.wall import lifted


def past_the_wall(view: Callable) -> Callable:
    """Has a view answer with the wall lifted, until its page is made. For signing in and the own account alone."""

    @wraps(view)
    def answered(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        with lifted():
            response = view(request, *args, **kwargs)
            return response.render() if isinstance(response, TemplateResponse) else response

    return answered
