"""Bringing cases in from a file, with the errors shown beside the rows."""

import tempfile
from pathlib import Path

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from handslag.intake.actions import Outcome, import_cases
from handslag.intake.columns import NAMES
from handslag.intake.template import write_template
from handslag.web.access import LEADS, page
from handslag.web.forms import Form


class FileForm(Form):
    """The file, and whether to take it or only try."""

    file = forms.FileField(label=_("Case file (.xlsx or .csv)"))
    only_try = forms.BooleanField(label=_("Only check, take nothing"), required=False, initial=True)


def _take(request: HttpRequest, uploaded, only_try: bool) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{Path(uploaded.name).suffix.lower()}"
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


@page(*LEADS)
def bring_in(request: HttpRequest) -> HttpResponse:
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
    return render(request, "lead/bring_in.html", context)


@page(*LEADS)
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty case file to fill in."""
    if kind not in ("csv", "xlsx"):
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"handslag-cases.{kind}"
        write_template(path, [])
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
