"""Lists on composed pages: the first of each on the page, and each whole list on a page of its own."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render

from handslag.foundation.rooms import Section, placed
from handslag.parties.viewer import Request, Viewer
from handslag.ui.paging import Wanted, fetch, page_of
from handslag.ui.tables import Table


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section with the first of its rows."""

    section: Section
    found: QuerySet
    table: Table
    has_more: bool

    @property
    def count(self) -> int:
        """How many there are in all; counted only where not all are shown."""
        return self.found.order_by().count() if self.has_more else len(self.table.rows)


def shown_sections(viewer: Viewer, page: str) -> list[ShownSection]:
    """The sections of a composed page (`work` or `board`), in their order."""
    sections = [section for section in placed(page) if not section.is_apart]
    found = [section.find(viewer) for section in sections]
    fetched = fetch(*(Wanted(f, 0, section.short + 1) for section, f in zip(sections, found, strict=True)))
    return [
        ShownSection(section, whole, section.table(viewer, rows[: section.short]), len(rows) > section.short)
        for section, whole, rows in zip(sections, found, fetched, strict=True)
    ]


def whole_section(request: Request, page: str, name: str) -> HttpResponse:
    """All of one section of a composed page, page by page."""
    section = next((section for section in placed(page) if section.name == name), None)
    if section is None:
        raise Http404
    shown = page_of(section.find(request.viewer), request)
    context = {"heading": section.heading, "table": section.table(request.viewer, shown.rows), "page": shown}
    return render(request, "site/section.html", context)
