"""The publication as a workbook: a sheet a table, and the notes first."""

import re
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from handslag.statistics.reports.publication import Grid, Publication, Value

ALWAYS = datetime(2000, 1, 1)
"""When every workbook says that it was made: the same figures give the same bytes."""


def _title(name: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 characters, and no other's."""
    short = re.sub(r"[\[\]:*?/\\]", "-", name)[:28]
    number = 1
    while (found := short if number == 1 else f"{short[:25]}~{number}") in taken:
        number += 1
    taken.add(found)
    return found


def _fill(sheet: Worksheet, grid: Grid, caption: Format, head: Format) -> None:
    sheet.write_string(0, 0, grid.caption, caption)
    for place, name in enumerate((grid.stub, *(column.name for column in grid.columns))):
        sheet.write_string(2, place, name, head)
    for number, row in enumerate(grid.rows, start=3):
        sheet.write_row(number, 0, [row.label, *(_cell(value) for value in row.cells)])
    sheet.freeze_panes(3, 1)
    sheet.set_column(0, 0, 44)


def _cell(value: Value) -> str | float:
    if value.number is None or value.is_share:
        return value.text
    return value.number


def write_workbook(publication: Publication, path: Path) -> None:
    """Writes the .xlsx file. Counts are numbers, shares with their intervals text, hidden cells `..`."""
    with Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": ALWAYS})
        caption, heading = (book.add_format({"bold": True, "font_size": size}) for size in (13, 14))
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "bottom"})
        notes, taken = book.add_worksheet(publication.words["notes"]), {publication.words["notes"]}
        notes.write_string(0, 0, publication.title, heading)
        notes.set_column(0, 0, 120)
        lines = list(publication.notes)
        for section in publication.sections:
            lines += [section.heading, *section.sentences, *(f"{name}: {text}" for name, text in section.facts)]
            for grid in section.grids:
                _fill(book.add_worksheet(_title(grid.name, taken)), grid, caption, head)
        notes.write_column(1, 0, lines)
