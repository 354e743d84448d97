"""A scan of the whole test run: no identity number in an address, a header, a log line, a mail, or a page not meant for it.

The middleware sees every request that any test makes, by client or by browser; the handler sees every log record. What
they find fails the test that was running.
"""

import logging
import re

from django.core import mail

from handslag.persons.rules import identity_number_problem

FOUND: list[str] = []
CANDIDATE = re.compile(r"(?<![0-9])((?:19|20)[0-9]{6})[-+]?([0-9]{4})(?![0-9])")
MEANT_FOR = {
    "case",  # the case page names the person
    "rectify",  # the number may be what is wrong
    "new-case",  # what was typed comes back beside its error
    "import",  # so does a wrong row of a file
    "search",  # and what was searched for
    "api:show_case",
    "consent",  # the form to sign
}


def numbers_in(text: str) -> list[str]:
    """Proper identity numbers in a text, the last four digits left out."""
    found = ("".join(match.groups()) for match in CANDIDATE.finditer(text))
    return [f"{number[:8]}-????" for number in found if not identity_number_problem(number)]


def middleware(get_response):
    """Looks at each request and answer."""

    def scan(request):
        response = get_response(request)
        page = request.resolver_match.view_name if request.resolver_match else "?"
        where = f"{request.method} {page}"
        for name, text in (("address", request.get_full_path()), ("headers", str(response.headers))):
            FOUND.extend(f"{number} in the {name} of {where}" for number in numbers_in(text))
        if page not in MEANT_FOR and not response.streaming and "pdf" not in response.headers.get("Content-Type", ""):
            body = response.content.decode("utf-8", "replace")
            FOUND.extend(f"{number} in the body of {where}" for number in numbers_in(body))
        return response

    return scan


class Handler(logging.Handler):
    """Looks at each log record."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(("faker", "hypothesis")):
            return
        FOUND.extend(f"{number} in a log line of {record.name}" for number in numbers_in(record.getMessage()))


HANDLER = Handler(level=logging.DEBUG)


def watch_logs() -> None:
    """Looks at log records of every kind from here on; logging that is configured anew loses its handlers."""
    if HANDLER not in logging.getLogger().handlers:
        logging.getLogger().addHandler(HANDLER)


def found() -> list[str]:
    """What was found since the last time, mails included."""
    for message in getattr(mail, "outbox", []):
        FOUND.extend(f"{number} in a mail" for number in numbers_in(f"{message.subject} {message.body}"))
    told = list(FOUND)
    FOUND.clear()
    return told
