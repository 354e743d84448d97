"""Who has looked at a person: the list that the person has a right to, on the page and printed."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from handslag.cases.sight import sight
from handslag.foundation import clock
from handslag.journal.actions import LISTED
from handslag.journal.models import Entry
from handslag.journal.queries import looks_at
from handslag.web import rows
from handslag.web.access import CASE_ROLES, page
from handslag.web.caseworker.cases import visible
from handslag.web.caseworker.wording import basis_words, moment
from handslag.web.documents.pdf import pdf, pdf_response
from handslag.web.paging import page_of

PRINTED = 2000


def look_lines(entries: Iterable[Entry]) -> list[dict]:
    """Looks as the person reads them: when, who, how, on which basis, from where."""
    return [
        {
            "at": moment(entry.at),
            "who": entry.actor,
            "acting_for": entry.acting_for,
            "how": _("in a list") if entry.verb == LISTED else _("opened"),
            "basis": basis_words(entry.basis),
            "address": entry.address,
        }
        for entry in entries
    ]


@page(*CASE_ROLES)
def show(request: HttpRequest, case_id: int) -> HttpResponse:
    """Everyone who was shown the case, latest first."""
    case = visible(request, case_id)
    found = page_of(looks_at([case.pk]), request, 50)
    row = rows.case_row(sight(request.viewer, case), clock.today())
    return render(request, "caseworker/lookers.html", {"case": row, "lines": look_lines(found.rows), "page": found})


@page(*CASE_ROLES)
def printed(request: HttpRequest, case_id: int) -> HttpResponse:
    """The same list to hand to the person, as an accessible PDF."""
    case = visible(request, case_id)
    row = rows.case_row(sight(request.viewer, case), clock.today())
    lines = look_lines(looks_at([case.pk])[:PRINTED])
    return pdf_response(lookers_pdf(f"{row['name']} ({case.reference})", lines), "vem-har-tittat.pdf")


def lookers_pdf(name: str, lines: list[dict]) -> bytes:
    """The list of lookers as an accessible PDF."""
    return pdf(
        "lookers",
        {
            "title": _("Who has looked at what is noted about me"),
            "name": name,
            "heads": [_("When"), _("Who"), _("How"), _("On which basis")],
            "lines": [
                [line["at"], " / ".join(filter(None, (line["who"], line["acting_for"]))), line["how"], line["basis"]]
                for line in lines
            ],
            "none": _("Nobody has looked."),
        },
    )  # fmt: skip
