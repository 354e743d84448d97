"""The person's own page: who is responsible now, what is told to whom, who has looked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from handslag.reference import codes
from handslag.rights import own
from handslag.web import rows
from handslag.web.access import PERSON, page
from handslag.web.caseworker.lookers import look_lines, lookers_pdf
from handslag.web.documents.pdf import pdf_response
from handslag.web.doing import tried
from handslag.web.numbers import number
from handslag.web.person.entering import person_of


def _case(case) -> dict:
    contact = own.own_contact(case)
    return {
        "party": case.party.name,
        "is_open": case.is_open,
        "holder": case.holder.user.name,
        "unit": case.holder.unit.name,
        "since": rows.minute(case.holder_since)[:10],
        "closed": rows.minute(case.closed_at)[:10],
        "contact": f"{rows.minute(contact.first_contact_at)}, {contact.accepted_by.user}" if contact else "",
    }


def _told(disclosure) -> dict:
    return {
        "id": disclosure.pk,
        "what": codes.label("information_group", disclosure.group),
        "from": disclosure.from_party.name,
        "to": f"{disclosure.to_unit.name} ({disclosure.to_unit.party.name})",
        "until": disclosure.until.isoformat(),
        "law": codes.label("statutory_basis", disclosure.statute) if disclosure.statute else "",
    }


@page(PERSON)
def me(request: HttpRequest) -> HttpResponse:
    """All of it on one page."""
    subject = person_of(request)
    context = {
        "cases": [_case(case) for case in own.own_cases(subject)],
        "told": [_told(disclosure) for disclosure in own.own_disclosures(subject)],
        "looks": look_lines(own.own_looks(subject)),
    }
    return render(request, "person/me.html", context)


@page(PERSON)
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Takes back consent, line by line."""
    ids = [found for value in request.POST.getlist("disclosure") if (found := number(value))]
    tried(
        request,
        lambda: own.withdraw_own(person_of(request), ids),
        _("It is taken back. They no longer tell each other."),
    )
    return redirect("me")


@page(PERSON)
def lookers(request: HttpRequest) -> HttpResponse:
    """Who has looked, to keep."""
    return pdf_response(lookers_pdf("", look_lines(own.own_looks(person_of(request)))), "vem-har-tittat.pdf")
