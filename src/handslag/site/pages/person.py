"""The person's own page: who is responsible now, what is told to whom, who has looked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from handslag.foundation.rooms import placed
from handslag.site.pages.parts import filled
from handslag.ui.access import PERSON, page
from handslag.ui.sessions import person_of


@page(PERSON)
def me(request: HttpRequest) -> HttpResponse:
    """All of it on one page."""
    return render(request, "site/person.html", {"parts": filled(placed("person_page"), person_of(request))})
