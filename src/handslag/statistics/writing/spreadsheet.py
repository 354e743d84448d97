"""The publication as a workbook: a sheet a table, and the notes first."""

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from handslag.statistics.reports.publication import Grid, Publication, Value

STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</)")


def _title(name: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 characters, and no other's."""
    short = re.sub(r"[\[\]:*?/\\]", "-", name)[:28]
    number = 1
    while (found := short if number == 1 else f"{short[:25]}~{number}") in taken:
        number += 1
    taken.add(found)
    return found


def _fill(sheet: Worksheet, grid: Grid) -> None:
    sheet.append([grid.caption])
    sheet.append([])
    sheet.append([grid.stub, *(column.name for column in grid.columns)])
    for row in grid.rows:
        sheet.append([row.label, *(_cell(value) for value in row.cells)])
    sheet["A1"].font = Font(bold=True, size=13)
    for cell in sheet[3]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="bottom")
    sheet.freeze_panes = "B4"
    sheet.column_dimensions["A"].width = 44


def _cell(value: Value) -> str | float:
    if value.number is None or value.is_share:
        return value.text
    return value.number


def write_workbook(publication: Publication, path: Path) -> None:
    """Writes the .xlsx file. Counts are numbers, shares with their intervals text, hidden cells `..`."""
    book = Workbook()
    first, taken = book.worksheets[0], {publication.words["notes"]}
    first.title = publication.words["notes"]
    first.append([publication.title])
    first["A1"].font = Font(bold=True, size=14)
    first.column_dimensions["A"].width = 120
    for note in publication.notes:
        first.append([note])
    for section in publication.sections:
        first.append([section.heading])
        for text in (*section.sentences, *(f"{name}: {text}" for name, text in section.facts)):
            first.append([text])
        for grid in section.grids:
            _fill(book.create_sheet(_title(grid.name, taken)), grid)
    _save(book, path)


def _save(book: Workbook, path: Path) -> None:
    """Saves without any word of when: the same figures give the same bytes."""
    made = BytesIO()
    book.save(made)
    with ZipFile(made) as old, ZipFile(path, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = STAMP.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", content)
            new.writestr(ZipInfo(name), content, ZIP_DEFLATED)
