"""Reading rows of text out of .csv and .xlsx files, whatever state the files are in."""

import csv
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from xml.etree.ElementTree import ParseError  # noqa: S405  (the exception alone; openpyxl parses with defusedxml)

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from handslag.intake.columns import CASES, Column

MEGABYTE = 1024 * 1024
UNPACKED = 12
"""How many times larger than its file limit a workbook may be when unpacked."""
FORMULA_SIGNS = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Problem:
    """What is wrong, where (row 0 is the file as a whole, row 1 its heading), and how to mend it."""

    row: int
    column: str
    message: str


class Unreadable(Exception):
    """The file cannot be read on; carries the problem."""

    def __init__(self, message: str, row: int = 0, column: str = ""):
        super().__init__(message)
        self.problem = Problem(row, column, message)


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
    limit = settings.HANDSLAG_IMPORT_MAX_MB
    if path.stat().st_size > limit * MEGABYTE:
        raise Unreadable(_("The file is larger than {limit} MB. Divide it into smaller files.").format(limit=limit))
    if path.stat().st_size == 0:
        raise Unreadable(_("The file is empty. Choose a file with a heading row and at least one case."))
    readers = {".csv": _csv_rows, ".xlsx": _xlsx_rows}
    reader = readers.get(path.suffix.lower())
    if not reader:
        raise Unreadable(_("The file is neither .csv nor .xlsx. Save it as one of them."))
    return _named(reader(path), columns)


def _named(raw: Iterable[tuple[list[str], set[int]]], columns: tuple[Column, ...]) -> Iterator[Row]:
    heading, found = None, False
    for number, (cells, formulas) in enumerate(raw, start=1):
        if heading is None:
            heading = _heading(cells, columns)
        elif any(cells):
            found = True
            named = dict.fromkeys((column.name for column in columns), "")
            named |= zip(heading, cells + [""] * (len(heading) - len(cells)), strict=False)
            in_formula = tuple(heading[i] for i in sorted(formulas) if i < len(heading))
            yield Row(number, named, in_formula, any(cells[len(heading) :]))
    if not found:
        raise Unreadable(_("The file holds no cases. Put at least one row below the heading."))


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
            first = file.readline()
            file.seek(0)
            delimiter = ";" if first.count(";") > first.count(",") else ","
            for cells in csv.reader(file, delimiter=delimiter, strict=True):
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
            unpacked = sum(item.file_size for item in archive.infolist())
            if unpacked > UNPACKED * settings.HANDSLAG_IMPORT_MAX_MB * MEGABYTE:
                raise Unreadable(_("The workbook is too large when unpacked. Divide it into smaller files."))
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
    ):
        raise Unreadable(damaged) from None
