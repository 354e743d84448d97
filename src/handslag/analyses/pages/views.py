"""The analyst's pages: what was asked for, how far it has come, the attacker's word, and what may be fetched."""

from collections.abc import Callable
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from handslag.analyses import actions, queries, rules
from handslag.analyses.folders import Kept
from handslag.analyses.models import Release
from handslag.analyses.pages import rows, wording
from handslag.analyses.pages.forms import AskForm
from handslag.analyses.publishing import address_of, publish_release
from handslag.analyses.rules import ANALYST
from handslag.foundation import clock
from handslag.foundation.errors import Refused
from handslag.parties.viewer import Request, Viewer
from handslag.statistics.reports.specification import report as specified
from handslag.statistics.reports.specification import reports
from handslag.ui.access import page
from handslag.ui.dates import minute
from handslag.ui.paging import page_of
from handslag.ui.submission import carried_out, tried

MAIN_FORMS = ("report.pdf", "report.html", "report.xlsx")


@page(ANALYST)
def every(request: Request) -> HttpResponse:
    """All that was asked for, and the ways on."""
    shown = page_of(queries.releases(), request)
    return render(request, "analyses/analyses.html", {"table": rows.release_table(shown.rows), "page": shown})


@page(ANALYST)
def ledger(request: Request) -> HttpResponse:
    """What has been told, in reports and answers, wherever it was made."""
    return render(request, "analyses/ledger.html", {"table": rows.told_table(queries.told_before())})


@page(ANALYST)
def ask(request: Request) -> HttpResponse:
    """Chooses a report, its year, its data and the versions of its definitions."""
    form = AskForm(request.POST or None)
    form.carried = {"upon": request.POST.get("upon") or clock.now().isoformat()}
    made: list[Release] = []

    def act(_given: dict) -> None:
        made.append(actions.ask_release(request.viewer, form.told, _instant(form.carried["upon"])))

    if carried_out(request, form, act, _("The report is being made. You can leave this page and come back.")):
        return redirect("analysis", made[0].public_id)
    counted = [(spec.title[wording.language()], _counted(spec.name, {})) for spec in reports().values()]
    return render(request, "analyses/ask.html", {"form": form, "counted": counted})


def _instant(text: str) -> datetime:
    """When the asker last saw what there is; now where that makes no sense."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return clock.now()
    return min(found, clock.now()) if found.tzinfo else clock.now()


def _counted(report: str, versions: dict[str, int]) -> list[tuple[str, str, str, str]]:
    """What a report counts: each definition's name, label, what counts and what not."""
    told = wording.language()
    found = queries.definitions_of(specified(report), versions)
    return [(one.name[told], one.label, one.counts[told], one.excludes[told]) for one in found]


def _found(release_id: UUID) -> Release:
    release = queries.release_of(release_id)
    if release is None:
        raise Http404
    return release


def _state(release: Release) -> dict[str, Any]:
    return {
        "release": release,
        "state": release.state,
        "label": wording.state_label(release.state),
        "colour": wording.COLOURS.get(release.state, wording.WRONG),
        "phase": wording.phase_label(release.phase),
        "step": rows.step_of(release),
        "percent": release.done * 100 // release.steps if release.steps else None,
        "before": queries.before_in_line(release) if release.state == rules.WAITING else 0,
    }


@page(ANALYST)
def show(request: Request, release_id: UUID) -> HttpResponse:
    """One report: how far it has come, or what came of it."""
    release = _found(release_id)
    context = _state(release) | {
        "title": f"{wording.title_of(release.report)} {release.year}",
        "words": wording.ending_words(release),
        "source": wording.source_label(release.source),
        "asked": minute(release.asked_at),
        "counted": _counted(release.report, rules.versions_of(release.versions)),
    }
    if release.ending == rules.RELEASED:
        context |= _released(release)
    return render(request, "analyses/analysis.html", context)


def _released(release: Release) -> dict[str, Any]:
    kept = Kept(release.public_id)
    told, figures = kept.manifest, kept.figures
    if told is None or figures is None:
        return {"is_away": True}
    files = [PurePosixPath(name) for name in kept.files()]
    return {
        "attacked": rows.attacked_table(told["attacked"]),
        "compared": rows.compared_table(figures["published"]),
        "sentences": figures["sentences"][wording.language()],
        "data_day": told["data_day"],
        "known_before": told["known_before"]["tables"],
        "whole": [(name, [path for path in files if str(path) == f"{name}/{path.name}" and path.name in MAIN_FORMS])
                  for name in told["languages"]],
        "tables": [path for path in files if path.parent.name == "tables"
                   and path.parts[0] == wording.language()],
        "can_publish": queries.can_publish(),
        "address": address_of(release),
        "published": minute(release.published_at),
    }  # fmt: skip


@page(ANALYST)
def progress(request: Request, release_id: UUID) -> HttpResponse:
    """How far a report has come, for the page that shows it; when it has ended, the page is shown anew."""
    release = _found(release_id)
    response = render(request, "analyses/_progress.html", _state(release))
    if release.state not in (rules.WAITING, rules.RUNNING):
        response.headers["HX-Refresh"] = "true"
    return response


def _acted(request: Request, release_id: UUID, act: Callable[[Viewer, int], object], done: str) -> HttpResponse:
    release = _found(release_id)
    tried(request, lambda: act(request.viewer, release.pk), done)
    return redirect("analysis", release_id)


@page(ANALYST)
@require_POST
def again(request: Request, release_id: UUID) -> HttpResponse:
    """Has a report made again whose making was broken off."""
    return _acted(request, release_id, actions.run_again, _("The report is being made again."))


@page(ANALYST)
@require_POST
def call_off(request: Request, release_id: UUID) -> HttpResponse:
    """Calls off a report that nobody is making."""
    return _acted(request, release_id, actions.call_off_release, _("The report is called off."))


@page(ANALYST)
@require_POST
def publish(request: Request, release_id: UUID) -> HttpResponse:
    """Publishes a release in the operator's folder."""
    return _acted(request, release_id, publish_release, _("The report is published."))


@page(ANALYST)
def one_file(request: Request, release_id: UUID, name: str) -> HttpResponse:
    """A file of a release, by the name that its manifest gives it."""
    release = _found(release_id)
    try:
        content = actions.fetch_file(request.viewer, release.pk, name)
    except Refused:
        raise Http404 from None
    if content is None:
        raise Http404
    return _attached(content, PurePosixPath(name).name, "application/octet-stream")


@page(ANALYST)
def every_file(request: Request, release_id: UUID) -> HttpResponse:
    """All files of a release in one."""
    release = _found(release_id)
    try:
        content = actions.fetch_all(request.viewer, release.pk)
    except Refused:
        raise Http404 from None
    return _attached(content, f"{release.report}-{release.year}-{release.public_id.hex[-8:]}.zip", "application/zip")


def _attached(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file to be kept, never shown within our own pages."""
    return HttpResponse(content, kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
