"""Bringing cases in: one by hand, or many from a file, with the errors shown beside the rows."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.queries import public_id
from handslag.intake.actions import CASES, Kind, kinds
from handslag.intake.pages.forms import FileForm, NewCaseForm
from handslag.intake.single import open_one
from handslag.intake.taking import Outcome
from handslag.intake.template import write_template
from handslag.parties.rules import ASSOCIATION_ROLES, HOLDING_ROLES, LEAD
from handslag.parties.viewer import Request
from handslag.ui.access import page

ENDINGS = ("xlsx", "csv")
BRINGERS = (LEAD, *ASSOCIATION_ROLES)


@page(*HOLDING_ROLES)
def new(request: Request) -> HttpResponse:
    """Registers a case by hand; the one who registers it holds it."""
    form = NewCaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        case_id, problems = open_one(request.viewer, form.cleaned_data)
        for problem in problems:
            form.add_error(problem.column if problem.column in form.fields else None, problem.message)
        if case_id:
            messages.success(request, _("The case is open, and you hold it."))
            return redirect("case", public_id(case_id))
    return render(request, "intake/new_case.html", {"form": form, "cancel": reverse("my-work")})


def _own_kinds(request: Request) -> dict[str, Kind]:
    """The kinds of files that the viewer brings in."""
    return {name: kind for name, kind in kinds().items() if request.viewer.roles.intersection(kind.roles)}


def _kind(request: Request, name: str) -> Kind:
    """The kind of file of this name, where the viewer brings it in; else a page that says nothing is here."""
    own = _own_kinds(request)
    if name not in own:
        raise Http404
    return own[name]


def _take(request: Request, kind: Kind, uploaded: UploadedFile, only_try: bool) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{Path(uploaded.name or '').suffix.lower()}"
        with path.open("wb") as file:
            for chunk in uploaded.chunks():
                file.write(chunk)
        return kind.take(request.viewer, path, dry_run=only_try)


def _beside(outcome: Outcome, kind: Kind) -> list[dict]:
    """Rows with problems, each cell with what is wrong with it."""
    by_row: dict[int, dict[str, list[str]]] = {}
    for problem in outcome.problems:
        by_row.setdefault(problem.row, {}).setdefault(problem.column, []).append(problem.message)
    shown = []
    for number, cells in sorted(outcome.wrong_rows.items()):
        wrong = by_row.get(number, {})
        shown.append(
            {
                "number": number,
                "whole": wrong.get("", []),
                "cells": [
                    (name, cells[name], wrong.get(name, []))
                    for name in kind.names
                    if wrong.get(name) or name in kind.shown
                ],
            }
        )
    return shown


def _address(page: str, name: str, *more: str) -> str:
    """Of a page for files of a kind: cases have it by itself."""
    if name == CASES:
        return reverse(page, args=more)
    return reverse(page.replace("import", "import-history"), args=[name, *more])


@page(*BRINGERS)
def bring_in(request: Request, name: str = CASES) -> HttpResponse:
    """Takes a file in, all or nothing."""
    kind = _kind(request, name)
    form = FileForm(request.POST or None, request.FILES or None)
    context = {
        "form": form,
        "columns": kind.names,
        "kinds": [(other.words, _address("import", key), key == name) for key, other in _own_kinds(request).items()],
        "templates": [(f".{ending}", _address("import-template", name, ending)) for ending in ENDINGS],
    }
    if request.method == "POST" and form.is_valid():
        only_try = form.cleaned_data["only_try"]
        outcome = _take(request, kind, form.cleaned_data["file"], only_try)
        context |= {
            "outcome": outcome,
            "only_try": only_try,
            "beside": _beside(outcome, kind),
            "whole_file": [p for p in outcome.problems if p.row not in outcome.wrong_rows][:50],
            "more": len(outcome.problems) > 500,
        }
    return render(request, "intake/bring_in.html", context)


@page(*BRINGERS)
def template(request: Request, ending: str, name: str = CASES) -> FileResponse:
    """An empty file to fill in."""
    kind = _kind(request, name)
    if ending not in ENDINGS:
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"handslag-{name}.{ending}"
        write_template(path, [], kind.names)
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
