"""What must be right of any cell, whatever its column means."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from handslag.foundation.files import YES, Column
from handslag.intake.reading import Row


def shape_problems(row: Row, columns: tuple[Column, ...]) -> Iterator[tuple[str, str]]:
    """(column, message) for each cell that is a formula, empty, too long, or broken over lines."""
    if row.surplus:
        yield "", _("The row has more cells than the heading. Remove those to the right.")
    is_protected = row.cells.get("protected_identity", "").lower() in YES
    for column in columns:
        text = row.cells[column.name]
        if column.name in row.formulas:
            yield column.name, _("The cell holds a formula. Write its value as plain text.")
        elif is_protected and column.identifying:
            if text:
                yield column.name, _("The person has protected identity. Leave the cell empty.")
        elif not text and not column.optional:
            yield column.name, _("The cell is empty. Fill it in.")
        elif len(text) > column.longest:
            yield column.name, _("The text is too long: at most {most} characters.").format(most=column.longest)
        elif any(ord(character) < 32 for character in (_in_one_line(text) if column.has_lines else text)):
            yield column.name, _("The cell holds line breaks or control characters. Remove them.")


def _in_one_line(text: str) -> str:
    return text.replace("\r\n", " ").replace("\n", " ")
