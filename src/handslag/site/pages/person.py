"""The person's own page: who is responsible now, what is told to whom, who has looked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from handslag.foundation.rooms import placed
from handslag.site.pages.parts import rendered
from handslag.ui.access import PERSON, page
from handslag.ui.sessions import person_of


@page(PERSON)
def me(request: HttpRequest) -> HttpResponse:
    """All of it on one page."""
    subject = person_of(request)
    parts = [rendered(request, part, part.fill(subject)) for part in placed("person_page")]
    return render(request, "site/person.html", {"parts": parts})
