"""The association officer's pages: the year at a glance, economy, the board, and noting in the books."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.associations import actions, counting, dated, queries, rules
from handslag.associations.missing import missing_in
from handslag.associations.models import Noted
from handslag.associations.noting import KINDS
from handslag.associations.pages import rows
from handslag.associations.pages.forms import FORMS
from handslag.associations.pages.money import agreed, kronor, percent, thousands
from handslag.associations.pages.wording import heading_of, version_words
from handslag.associations.queries import Books
from handslag.associations.writing import as_csv, as_workbook
from handslag.foundation import clock
from handslag.foundation.errors import Overtaken
from handslag.parties.rules import ASSOCIATION_ROLES
from handslag.parties.viewer import Request
from handslag.ui.access import page
from handslag.ui.dates import when
from handslag.ui.submission import carried_out, tried

YEARS_BACK = 3
PAGES = (
    ("association-year", gettext_lazy("The year")),
    ("association-economy", gettext_lazy("Economy")),
    ("association-board", gettext_lazy("Board and goals")),
    ("association-report", gettext_lazy("Annual report")),
)
"""Pages of a year."""
BOARD_KINDS = ("decision", "goal")


def _books(request: Request, year: int | None = None) -> Books:
    books = queries.books_of(request.viewer, year or clock.today().year)
    if books is None:
        raise Http404
    return books


def _shown(request: Request, template: str, books: Books, name: str, **more: Any) -> HttpResponse:
    today = clock.today()
    years = range(today.year - YEARS_BACK, today.year + 2)
    context = {
        "books": books,
        "years": [(year, reverse(name, args=[year])) for year in sorted({*years, books.year})],
        "tabs": [(label, reverse(tab, args=[books.year]), tab == name) for tab, label in PAGES],
    }
    return render(request, f"associations/{template}.html", context | more)


@page(*ASSOCIATION_ROLES)
def overview(request: Request, year: int | None = None) -> HttpResponse:
    """The year at a glance: what is allocated and spent, the measures, the goals, and the report that is due."""
    books = _books(request, year)
    latest = next((p for p in reversed(books.positions) if not queries.is_forecast(p)), None)
    since = clock.today().replace(day=1)
    is_now = books.year == since.year
    waiting = counting.waiting_at(books.association, clock.midnight(since)) if is_now else None
    tiles = (
        (_("Allocated"), thousands(books.allocated), "association-economy"),
        (_("Budgeted"), thousands(books.total.budget), "association-economy"),
        (_("Outcome so far"), thousands(books.total.outcome), "association-economy"),
        (_("Own capital"), thousands(latest.own_capital if latest else None), "association-economy"),
    )
    return _shown(
        request, "year", books, "association-year",
        tiles=[(label, told, reverse(name, args=[books.year])) for label, told, name in tiles],
        measures=rows.measure_table(books, waiting),
        month=since,
        groups=rows.group_table(books.figures["target_group"]) if books.figures else None,
        goals=rows.goal_table(books),
        to_report=_to_report(books),
    )  # fmt: skip


def _to_report(books: Books) -> dict[str, Any] | None:
    """The report that is due next: of the year before, until it is made, by 31 March."""
    before, today = Books(books.association, clock.today().year - 1), clock.today()
    if books.year != today.year or before.reports:
        return None
    due = rules.due_on(before.year)
    return {"year": before.year, "due": due, "when": when(due, today), "missing": len(missing_in(before))}


@page(*ASSOCIATION_ROLES)
def report(request: Request, year: int) -> HttpResponse:
    """The annual report's figures: what is missing, and those that were made."""
    books, today = _books(request, year), clock.today()
    if request.method == "POST":
        made = tried(
            request,
            lambda: actions.make_report(request.viewer, books.association.pk, year),
            _("The report is made. Its figures stay as they are now."),
        )
        return redirect(f"{reverse('association-report', args=[year])}{'#h-made' if made else ''}")
    due = rules.due_on(year)
    return _shown(
        request, "report", books, "association-report",
        missing=_missing(books), due=due, due_when=when(due, today), is_over=year < today.year,
        is_late=due < today and not books.reports,
    )  # fmt: skip


FORMS_OF_REPORT = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_workbook),
    "csv": ("text/csv; charset=utf-8", as_csv),
}


@page(*ASSOCIATION_ROLES)
def fetch(request: Request, report_id: UUID, ending: str) -> HttpResponse:
    """A report that was made, to download."""
    found = queries.report_of(request.viewer, report_id)
    if found is None or ending not in FORMS_OF_REPORT:
        raise Http404
    kind, write = FORMS_OF_REPORT[ending]
    answer = HttpResponse(write(found), content_type=kind)
    name = f"finsam-{found.year}-{found.number}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _missing(books: Books) -> list[tuple[str, str]]:
    """What the year's report lacks, each with where it is noted."""
    found = []
    for gap in missing_in(books):
        chosen = f"?measure={gap.measure}" if gap.measure else ""
        stands = reverse("association-board" if gap.is_of_board else "association-economy", args=[books.year])
        new = gap.kind and reverse("note-in-books", args=[books.year, gap.kind]) + chosen
        found.append((gap.words, new or stands))
    return found


@page(*ASSOCIATION_ROLES)
def economy(request: Request, year: int) -> HttpResponse:
    """Who pays, what it costs, and what is left."""
    books = _books(request, year)
    shares = [a.share for a in books.allocations if a.share is not None]
    reasonable = books.reasonable
    return _shown(
        request, "economy", books, "association-economy",
        paid=rows.paid_table(books.paid) if books.allocations else None,
        law=dated.law_of(books.year),
        allocations=rows.allocation_table(books.allocations),
        allocated=kronor(books.allocated),
        agreed=percent(agreed(sum(shares))) if shares and sum(shares) != rules.WHOLE_SHARE else "",
        administration=rows.cost_table(books.administration),
        administered=_summed(books.administered),
        measures=[(of, rows.cost_table(of.costs), _summed(of.sums())) for of in books.measures],
        total=_summed(books.total),
        left=kronor(books.allocated - books.total.budget),
        positions=rows.position_table(books.positions),
        reasonable=reasonable and (kronor(reasonable[0]), percent(reasonable[1].percent), reasonable[1]),
        above=_above(books),
    )  # fmt: skip


def _summed(found: rules.Sums) -> tuple[str, str]:
    return kronor(found.budget), kronor(found.outcome)


def _above(books: Books) -> str:
    """How much of the latest own capital is above what is reasonable; empty where that is not known, or none."""
    known = [p for p in books.positions if not queries.is_forecast(p)]
    if not (books.reasonable and known):
        return ""
    above = known[-1].own_capital - books.reasonable[0]
    return kronor(above) if above > 0 else ""


@page(*ASSOCIATION_ROLES)
def board(request: Request, year: int) -> HttpResponse:
    """What the board decided, and the goals that it set for the year."""
    books = _books(request, year)
    return _shown(
        request, "board", books, "association-board",
        goals=rows.goal_table(books), decisions=rows.decision_table(books.decisions),
    )  # fmt: skip


def _back(kind: str, year: int) -> str:
    return reverse("association-board" if kind in BOARD_KINDS else "association-economy", args=[year])


@page(*ASSOCIATION_ROLES)
def note(request: Request, year: int, kind: str) -> HttpResponse:
    """Notes something new in the books of a year."""
    books = _books(request, year)
    if kind not in KINDS:
        raise Http404
    form = FORMS[kind](request.POST or None, books=books, initial={"measure": request.GET.get("measure")})

    def act(_data: dict) -> None:
        actions.note_in_books(request.viewer, books.association.pk, kind, form.values(), form.reason_given)

    if carried_out(request, form, act, _("It is noted.")):
        return redirect(_back(kind, year))
    context = {"form": form, "heading": heading_of(kind), "books": books, "back": _back(kind, year)}
    return render(request, "associations/form.html", context)


def _year_of(noted: Noted) -> int:
    return getattr(noted, "year", None) or clock.today().year


@page(*ASSOCIATION_ROLES)
def change(request: Request, kind: str, noted_id: UUID) -> HttpResponse:
    """Notes a new version of what stands in the books, or strikes it; earlier versions stay to be read."""
    now = queries.present_of(request.viewer, kind, noted_id)
    if now is None:
        raise Http404
    books = _books(request, _year_of(now))
    form = FORMS[kind](request.POST or None, books=books, noted=now, initial=FORMS[kind].of(now))
    form.carried = {"upon": request.POST.get("upon", str(now.public_id))}
    is_overtaken = form.carried["upon"] != str(now.public_id)

    def act(data: dict) -> None:
        if is_overtaken:
            raise Overtaken(_("Somebody else has corrected this meanwhile. See below what it says now."))
        given = (request.viewer, now.association_id, kind, now.public_id)
        if data["is_struck"]:
            actions.strike_from_books(*given, form.reason_given)
        else:
            actions.correct_books(*given, form.values(), form.reason_given)

    if not now.is_struck and carried_out(request, form, act, _("It is changed. The earlier version stays to be read.")):
        return redirect(_back(kind, books.year))
    if now.is_struck and request.method == "POST":
        messages.error(request, _("This was struck meanwhile."))
        return redirect(_back(kind, books.year))
    context = {
        "form": form,
        "heading": heading_of(kind, now),
        "books": books,
        "back": _back(kind, books.year),
        "noted": now,
        "is_overtaken": is_overtaken,
        "versions": [version_words(kind, version) for version in queries.versions_of(now)],
    }
    return render(request, "associations/form.html", context)
