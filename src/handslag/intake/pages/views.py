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
from handslag.intake.actions import Outcome, import_cases
from handslag.intake.columns import NAMES
from handslag.intake.pages.forms import FileForm, NewCaseForm
from handslag.intake.single import open_one
from handslag.intake.template import write_template
from handslag.parties.rules import HOLDING_ROLES, LEAD
from handslag.parties.viewer import Request
from handslag.ui.access import page


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


def _take(request: Request, uploaded: UploadedFile, only_try: bool) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{Path(uploaded.name or '').suffix.lower()}"
        with path.open("wb") as file:
            for chunk in uploaded.chunks():
                file.write(chunk)
        return import_cases(request.viewer, path, dry_run=only_try)


def _beside(outcome: Outcome) -> list[dict]:
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
                    for name in NAMES
                    if wrong.get(name) or name in ("case_ref", "given_name", "family_name")
                ],
            }
        )
    return shown


@page(LEAD)
def bring_in(request: Request) -> HttpResponse:
    """Takes a case file in, all or nothing."""
    form = FileForm(request.POST or None, request.FILES or None)
    context = {"form": form, "columns": NAMES}
    if request.method == "POST" and form.is_valid():
        only_try = form.cleaned_data["only_try"]
        outcome = _take(request, form.cleaned_data["file"], only_try)
        context |= {
            "outcome": outcome,
            "only_try": only_try,
            "beside": _beside(outcome),
            "whole_file": [p for p in outcome.problems if p.row not in outcome.wrong_rows][:50],
            "more": len(outcome.problems) > 500,
        }
    return render(request, "intake/bring_in.html", context)


@page(LEAD)
def template(request: Request, kind: str) -> FileResponse:
    """An empty case file to fill in."""
    if kind not in ("csv", "xlsx"):
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"handslag-cases.{kind}"
        write_template(path, [])
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
