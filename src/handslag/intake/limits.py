"""How much a file may hold: whatever is in it, reading it takes seconds and little memory."""

import zipfile
from collections.abc import Iterator
from typing import TextIO

from django.conf import settings
from django.utils.translation import gettext as _

from handslag.intake.columns import CASES
from handslag.intake.problems import Unreadable

MEGABYTE = 1024 * 1024
MOST_CELLS = 100
"""In a row."""
MOST_CHARACTERS = 100_000
"""In a row of a CSV file."""
MOST_PROBLEMS = 5000
"""After so many the rest of a file is not checked."""
BYTES_A_ROW = 4096
ELEMENTS_A_ROW = 5 * len(CASES)
"""What a row takes in an unpacked workbook at most, with what belongs to it elsewhere there."""


def check_size(size: int) -> None:
    """Raises Unreadable for a file that is too large, or empty."""
    limit = settings.HANDSLAG_IMPORT_MAX_MB
    if size > limit * MEGABYTE:
        raise Unreadable(_("The file is larger than {limit} MB. Divide it into smaller files.").format(limit=limit))
    if size == 0:
        raise Unreadable(_("The file is empty. Choose a file with a heading row and at least one row below it."))


def check_row(number: int, cells: int) -> None:
    """Raises Unreadable for one row too many (row 1 is the heading), or one that is too wide."""
    most = settings.HANDSLAG_IMPORT_MAX_ROWS
    if number > most + 1:
        raise Unreadable(
            _("The file has more than {most} rows. Divide it into smaller files.").format(most=most), number
        )
    if cells > MOST_CELLS:
        message = _("The row has more than {most} cells. Remove those to the right.")
        raise Unreadable(message.format(most=MOST_CELLS), number)


class Lines:
    """The lines of a CSV file, while what makes up one row is not too long."""

    def __init__(self, file: TextIO):
        self._file, self._left, self._row = file, MOST_CHARACTERS, 1

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(self._left + 1):
            self._left -= len(line)
            if self._left < 0:
                message = _("The row is longer than {most} characters. Perhaps a quotation mark is not closed.")
                raise Unreadable(message.format(most=MOST_CHARACTERS), self._row)
            yield line

    def next_row(self) -> None:
        """A row is whole; what comes belongs to the next."""
        self._left, self._row = MOST_CHARACTERS, self._row + 1


def check_workbook(archive: zipfile.ZipFile) -> None:
    """Unpacks a workbook piece by piece, keeping nothing. Raises Unreadable where it unpacks to too much."""
    rows = settings.HANDSLAG_IMPORT_MAX_ROWS + 1000
    size = elements = 0
    for item in archive.infolist():
        with archive.open(item) as part:
            while piece := part.read(MEGABYTE):
                size, elements = size + len(piece), elements + piece.count(b"<") - piece.count(b"</")
                if size > rows * BYTES_A_ROW or elements > rows * ELEMENTS_A_ROW:
                    message = _(
                        "The workbook unpacks to more than {size} MB or {cells} cells. Put the sheet alone into a new "
                        "workbook, or divide it into smaller files."
                    )
                    most = rows * BYTES_A_ROW // MEGABYTE
                    raise Unreadable(message.format(size=most, cells=rows * len(CASES)))
