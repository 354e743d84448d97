"""Who has looked at a person: the list that the person has a right to, on the page and printed."""

from pathlib import Path
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from handslag.cases.pages.rows import case_row
from handslag.cases.pages.views import reached
from handslag.cases.queries import own_case_ids
from handslag.cases.visibility import visibility
from handslag.foundation import clock
from handslag.journal.pages.lines import AccessLine, access_lines
from handslag.journal.queries import looks_at, own_looks
from handslag.parties.rules import CASE_ROLES
from handslag.parties.viewer import Request
from handslag.ui.access import PERSON, page
from handslag.ui.documents import pdf, pdf_response
from handslag.ui.paging import page_of
from handslag.ui.sessions import person_of
from handslag.ui.tables import Column, Table, plain, table

PRINTED = 2000
FILE_NAME = "vem-har-tittat.pdf"


def access_table(lines: list[AccessLine], *, shows_address: bool) -> Table:
    """Looks in a table."""
    acting_for = _("for {name}")
    columns = (
        Column(_("When"), lambda line: plain(line.at)),
        Column(
            _("Who"),
            lambda line: plain(line.who, acting_for.format(name=line.acting_for) if line.acting_for else ""),
            is_head=True,
        ),
        Column(_("How"), lambda line: plain(line.how)),
        Column(_("On which basis"), lambda line: plain(line.basis)),
        Column(_("From address"), lambda line: plain(line.address)) if shows_address else None,
    )
    return table(columns, lines)


@page(*CASE_ROLES)
def show(request: Request, case_id: UUID) -> HttpResponse:
    """Everyone who was shown the case, latest first."""
    case = reached(request, case_id)
    found = page_of(looks_at([case.pk]), request, 50)
    row = case_row(visibility(request.viewer, case), clock.today())
    shown = access_table(access_lines(found.rows, [case.pk], request.viewer.own_party_ids), shows_address=True)
    return render(request, "rights/access_log.html", {"case": row, "table": shown, "page": found})


@page(*CASE_ROLES)
def printed(request: Request, case_id: UUID) -> HttpResponse:
    """The same list to hand to the person, as an accessible PDF."""
    case = reached(request, case_id)
    row = case_row(visibility(request.viewer, case), clock.today())
    lines = access_lines(looks_at([case.pk])[:PRINTED], [case.pk])
    return pdf_response(_document(f"{row.name} ({case.reference})", lines), FILE_NAME)


def own(subject: str) -> dict:
    """Who has looked, as the person reads it."""
    return {"table": access_table(_own_lines(subject), shows_address=False)}


def _own_lines(subject: str) -> list[AccessLine]:
    cases = own_case_ids(subject)
    return access_lines(own_looks(cases), cases)


@page(PERSON)
def own_printed(request: Request) -> HttpResponse:
    """Who has looked, for the person to keep."""
    return pdf_response(_document("", _own_lines(person_of(request) or "")), FILE_NAME)


def _document(name: str, lines: list[AccessLine]) -> bytes:
    return pdf(
        Path(__file__).with_suffix(".typ"),
        {
            "title": _("Who has looked at what is noted about me"),
            "name": name,
            "heads": [_("When"), _("Who"), _("How"), _("On which basis")],
            "lines": [
                [line.at, " / ".join(filter(None, (line.who, line.acting_for))), line.how, line.basis] for line in lines
            ],
            "none": _("Nobody has looked."),
        },
    )
