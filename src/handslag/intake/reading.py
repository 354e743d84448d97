"""Reading rows of text out of .csv and .xlsx files, whatever state the files are in."""

import csv
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from xml.etree.ElementTree import ParseError  # noqa: S405  (the exception alone; openpyxl parses with defusedxml)

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from handslag.foundation.files import Column
from handslag.intake import limits
from handslag.intake.columns import CASES
from handslag.intake.problems import Unreadable

FORMULA_SIGNS = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Row:
    """A row's number as a spreadsheet shows it, its cells by column, and the columns that hold a formula."""

    number: int
    cells: dict[str, str]
    formulas: tuple[str, ...] = ()
    surplus: bool = False


def rows(path: Path, columns: tuple[Column, ...] = CASES) -> Iterator[Row]:
    """The rows of a .csv (UTF-8, comma or semicolon) or .xlsx file with these `columns`; blank rows are left out.

    Raises Unreadable for a file that is too large, empty, damaged, in another encoding, or without the right heading.
    """
    limits.check_size(path.stat().st_size)
    readers = {".csv": _csv_rows, ".xlsx": _xlsx_rows}
    reader = readers.get(path.suffix.lower())
    if not reader:
        raise Unreadable(_("The file is neither .csv nor .xlsx. Save it as one of them."))
    return _named(reader(path), columns)


def _named(raw: Iterable[tuple[list[str], set[int]]], columns: tuple[Column, ...]) -> Iterator[Row]:
    heading, found = None, False
    for number, (cells, formulas) in enumerate(raw, start=1):
        limits.check_row(number, len(cells))
        if heading is None:
            heading = _heading(cells, columns)
        elif any(cells):
            found = True
            named = dict.fromkeys((column.name for column in columns), "")
            named |= zip(heading, cells + [""] * (len(heading) - len(cells)), strict=False)
            in_formula = tuple(heading[i] for i in sorted(formulas) if i < len(heading))
            yield Row(number, named, in_formula, any(cells[len(heading) :]))
    if not found:
        raise Unreadable(_("The file holds no rows. Put at least one row below the heading."))


def _heading(cells: list[str], columns: tuple[Column, ...]) -> list[str]:
    names = [column.name for column in columns]
    heading = [cell.strip().lower() for cell in cells]
    while heading and not heading[-1]:
        heading.pop()
    missing = [column.name for column in columns if column.name not in heading and not column.may_lack]
    if missing:
        message = _("Columns are missing: {names}. “handslag template” writes a file with all of them.")
        raise Unreadable(message.format(names=", ".join(missing)), 1, missing[0])
    for index, name in enumerate(heading):
        if name not in names or name in heading[:index]:
            message = _("The column “{name}” is unknown or stands twice. Remove it.")
            raise Unreadable(message.format(name=name), 1, name)
    return heading


def _csv_rows(path: Path) -> Iterator[tuple[list[str], set[int]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline(limits.MOST_CHARACTERS)
            file.seek(0)
            delimiter = ";" if first.count(";") > first.count(",") else ","
            lines = limits.Lines(file)
            for cells in csv.reader(lines, delimiter=delimiter, strict=True):
                lines.next_row()
                yield [c.strip() for c in cells], {i for i, c in enumerate(cells) if c.startswith(FORMULA_SIGNS)}
    except UnicodeDecodeError:
        message = _("The file is not in UTF-8 from this line on. Save it as “CSV UTF-8”.")
        raise Unreadable(message, _first_line_not_utf8(path)) from None
    except csv.Error as error:
        raise Unreadable(_("The file is not proper CSV: {error}.").format(error=error)) from None


def _first_line_not_utf8(path: Path) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _is_formula(cell) -> bool:
    return cell.data_type == "f" or (isinstance(cell.value, str) and cell.value.startswith(FORMULA_SIGNS))


def _xlsx_rows(path: Path) -> Iterator[tuple[list[str], set[int]]]:
    damaged = _("The workbook is damaged or incomplete. Open it in a spreadsheet program and save it again as .xlsx.")
    try:
        with zipfile.ZipFile(path) as archive:
            limits.check_workbook(archive)
        book = load_workbook(path, read_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for cells in sheet.iter_rows():
            yield [_text(c.value) for c in cells], {i for i, c in enumerate(cells) if _is_formula(c)}
    except (
        zipfile.BadZipFile,
        zlib.error,
        InvalidFileException,
        ParseError,
        KeyError,
        IndexError,
        ValueError,
        EOFError,
        OSError,
        TypeError,
        RuntimeError,
        NotImplementedError,
    ):
        raise Unreadable(damaged) from None
