"""The code lists: small, sourced vocabularies that every record uses.

A list is a CSV file (code, label_sv, label_en, source). An administrator changes one by placing a file of the same
name in `HANDSLAG_HOME/codes/`; it replaces the list that ships with the product from the next start.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from handslag.foundation.errors import Refused

SHIPPED = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Code:
    """One entry of a code list, with its label in both languages and where it comes from."""

    code: str
    label_sv: str
    label_en: str
    source: str
    covers: str = ""
    """Of a statutory basis: the groups of information that it opens, with semicolons between."""

    @property
    def label(self) -> str:
        """The label in the language of the reader."""
        return self.label_en if (get_language() or "sv").startswith("en") else self.label_sv


def lists() -> list[str]:
    """The names of all code lists."""
    return sorted(path.stem for path in SHIPPED.glob("*.csv"))


@cache
def entries(list_name: str) -> dict[str, Code]:
    """The codes of `list_name` in the list's own order; raises KeyError for a list that does not exist."""
    own = settings.HANDSLAG_HOME / "codes" / f"{list_name}.csv"
    path = own if own.exists() else SHIPPED / f"{list_name}.csv"
    if list_name not in lists():
        raise KeyError(list_name)
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: Code(**row) for row in csv.DictReader(file)}


def exists(list_name: str, code: str) -> bool:
    """Whether `code` is in the list."""
    return code in entries(list_name)


def require(list_name: str, code: str, field: str) -> None:
    """Raises Refused for a code that is not in the list, beside the form field of that name."""
    if not exists(list_name, code):
        raise Refused(_("Choose one of the values in the list."), field)


def label(list_name: str, code: str) -> str:
    """The reader's label for `code`; the code itself where the list no longer has it."""
    entry = entries(list_name).get(code)
    return entry.label if entry else code


def choices(list_name: str) -> list[tuple[str, str]]:
    """(code, label) pairs for a form field."""
    return [(code, entry.label) for code, entry in entries(list_name).items()]
