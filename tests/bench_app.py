"""The product with one page more: the shell for somebody signed in, with nothing in it. The bench's baseline."""

import os

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.shortcuts import render  # noqa: E402  (needs the settings)
from django.urls import path  # noqa: E402

from handslag.parties import wall  # noqa: E402
from handslag.site.urls import urlpatterns as product  # noqa: E402
from handslag.ui.access import SIGNED_IN, page  # noqa: E402
from tests.bench_parts import telling  # noqa: E402

if os.environ.get("HANDSLAG_BENCH_NO_WALL"):  # to tell what the database's wall costs
    wall.enter = lambda *_who: None
if os.environ.get("HANDSLAG_BENCH_PARTS"):
    application = telling(application)


@page(SIGNED_IN)
def empty(request):
    """The shell with nothing in it."""
    return render(request, "base.html")


urlpatterns = [*product, path("bench-empty/", empty)]
