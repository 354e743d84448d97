"""Accessible PDF (tagged, PDF/UA-1) by Typst. Text goes in as data, never as markup, so nothing in it is run."""

import json
from pathlib import Path

import typst
from django.http import HttpResponse
from django.utils.translation import get_language

ROOT = Path(__file__).parent.parent
"""The package: a document's template may import the common look, as "/ui/documents.typ"."""


def pdf(template: Path, content: dict) -> bytes:
    """The document that `template` (a room's .typ file) makes of `content` (what JSON can hold)."""
    data = {"language": (get_language() or "sv")[:2], **content}
    return typst.compile(
        template,
        root=ROOT,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A PDF to download."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
