"""The register extract as an accessible PDF: the same content as the file, in sections and pairs."""

from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from handslag.ui.documents import pdf


def _pairs(value: object, name: str = "") -> Iterator[list[str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _pairs(inner, f"{name} {key}".strip().replace("_", " "))
    elif isinstance(value, list):
        for index, inner in enumerate(value, start=1):
            yield from _pairs(inner, f"{name} {index}")
    elif value not in (None, ""):
        yield [name, str(value)]


def extract_pdf(extracted: dict) -> bytes:
    """All of an extract, to read."""
    about = {key: value for key, value in extracted.items() if key not in ("cases", "disclosures")}
    sections = [{"heading": _("About me"), "lines": [*_pairs(about)]}]
    sections += [{"heading": f"{_('Case')} {c['reference']}", "lines": [*_pairs(c)]} for c in extracted["cases"]]
    sections.append({"heading": _("What was told to others, and to us"), "lines": [*_pairs(extracted["disclosures"])]})
    return pdf(
        Path(__file__).with_suffix(".typ"),
        {
            "title": _("Register extract"),
            "intro": _("All that {controller} holds about me in Handslag, {day}.").format(
                controller=extracted["controller"], day=extracted["made_on"]
            ),
            "sections": sections,
            "heads": [_("What"), _("Content")],
            "none": _("Nothing."),
        },
    )
