"""The product with one page more: the shell for somebody signed in, with nothing in it. The bench's baseline."""

import os

from handslag.wsgi import application  # (before all that needs the settings)

# isort: split

from django.shortcuts import render
from django.urls import path

from handslag.parties import wall
from handslag.site.urls import urlpatterns as product
from handslag.ui.access import SIGNED_IN, page
from tests.bench_parts import telling

if os.environ.get("HANDSLAG_BENCH_NO_WALL"):  # to tell what the database's wall costs
    wall.enter = lambda *_who: None
if os.environ.get("HANDSLAG_BENCH_PARTS"):
    application = telling(application)


@page(SIGNED_IN)
def empty(request):
    """The shell with nothing in it."""
    return render(request, "base.html")


urlpatterns = [*product, path("bench-empty/", empty)]
