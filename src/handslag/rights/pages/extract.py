"""The register extract as an accessible PDF: the same content as the file, in sections and pairs."""

from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from handslag.rights.extract import Extract
from handslag.ui.documents import pdf


def _pairs(value: object, name: str = "") -> Iterator[list[str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _pairs(inner, f"{name} · {key}" if name else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value, start=1):
            yield from _pairs(inner, f"{name} {index}".strip())
    elif value not in (None, ""):
        yield [name, str(value)]


def extract_pdf(extracted: Extract) -> bytes:
    """All of an extract, to read: a section a record, in pairs of what and content."""
    words = extracted.words
    sections = [{"heading": name, "lines": [*_pairs(rows)]} for name, rows in words.items() if isinstance(rows, list)]
    return pdf(
        Path(__file__).with_suffix(".typ"),
        {
            "title": _("Register extract"),
            "intro": _("All that {controller} holds about me in Handslag, {day}.").format(
                controller=words["controller"], day=words["made_on"]
            ),
            "sections": sections,
            "heads": [_("What"), _("Content")],
            "none": _("Nothing."),
        },
    )
