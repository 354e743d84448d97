"""Pages are compressed only where no other site asked for them (BREACH)."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class OwnPagesCompressed(GZipMiddleware):
    """Compresses an answer, with Django's random padding, where the browser says that our own page asked for it.

    Whoever can make a browser ask for addresses of their choice, and sees how long the answers are, could find out
    what stands in a compressed page beside what the address put there. Another site's wish is therefore answered
    plainly, as is whoever does not say whose wish it is: no page can write `Sec-Fetch-Site` itself.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, compressed or as it is."""
        if request.headers.get("Sec-Fetch-Site") == "same-origin":
            return super().process_response(request, response)
        return response
