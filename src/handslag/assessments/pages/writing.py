"""Writing a part of a joint assessment, signing it, and reading its versions side by side."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from handslag.assessments import actions, queries
from handslag.assessments.models import Assessment, Part
from handslag.assessments.pages.forms import PartForm, filled
from handslag.assessments.pages.rows import assessment_row
from handslag.assessments.pages.showing import shown, side_by_side
from handslag.assessments.pages.views import found
from handslag.cases.models import Case
from handslag.cases.pages.rows import case_row
from handslag.cases.visibility import CaseVisibility
from handslag.drafts.actions import save_draft
from handslag.drafts.pages.desk import Desk, desk, kept, known, typed
from handslag.foundation import clock
from handslag.parties.rules import CASE_ROLES, HOLDING_ROLES
from handslag.parties.viewer import Request
from handslag.ui.access import page
from handslag.ui.submission import carried_out, tried

UPON = "upon"
"""The form carries the number of the version that it was written upon."""


@dataclass
class Writing:
    """One author's writing of a party's part."""

    request: Request
    assessment: Assessment
    visible: CaseVisibility
    before: Part | None
    """The version that counts now."""
    desk: Desk

    @property
    def number(self) -> int:
        """The number of the version that counts now."""
        return self.before.number if self.before else 0

    @property
    def upon(self) -> int:
        """The version that what is written was written upon."""
        told = self.request.POST.get(UPON) or self.desk.content.get(UPON) or self.number
        return int(told) if str(told).isdecimal() and len(str(told)) < 6 else 0

    def initial(self) -> dict[str, Any]:
        """What stands in the form: the draft, else the version before, else what the case tells."""
        if self.desk.content:
            return self.desk.content
        if self.before:
            return filled(self.before)
        return {
            "livelihood": self.visible.value("livelihood") or "",
            "livelihood_since": self.visible.value("livelihood_since"),
        }


def _writing(request: Request, assessment_id: UUID) -> Writing:
    assessment, visible = found(request, assessment_id)
    case = visible.case
    post = actions.post_taking_part(request.viewer, assessment, case)
    if post is None or not case.is_open:
        raise Http404
    at = desk(request.viewer, case, actions.form_of(assessment))
    return Writing(request, assessment, visible, actions.latest(assessment, post.party_id), at)


@page(*HOLDING_ROLES)
def write(request: Request, assessment_id: UUID) -> HttpResponse:
    """Writes and signs the own party's part; what is typed is saved as it is typed.

    Where a colleague signed a later version meanwhile, it is shown beside what was written, which is then written upon
    that one: to sign again is to choose.
    """
    writing, is_draft = _writing(request, assessment_id), "draft" in request.POST
    upon, case = writing.upon, writing.visible.case
    if is_draft and _saved(request, case, writing):
        return redirect("assessment-part", assessment_id)
    form = PartForm(request.POST or None, initial=writing.initial())
    form.carried = {UPON: str(writing.number)}

    def sign(_data: dict) -> None:
        actions.sign_part(request.viewer, writing.assessment.pk, form.content, upon)

    done = _("Your party's part is signed. It does not change; what you change is a new version.")
    if not is_draft and carried_out(request, form, sign, done):
        return redirect("assessment", assessment_id)
    if request.method == "POST":
        kept(request, case, writing.desk.form)
    at = desk(request.viewer, case, writing.desk.form)
    later = writing.before if writing.number != upon else None
    return render(
        request,
        "assessments/part.html",
        {
            "row": assessment_row(writing.assessment, writing.visible),
            "form": form,
            "desk": at,
            "texts": at.texts(form),
            "later": shown(writing.visible, later) if later else None,
            "number": writing.number + 1,
        },
    )


def _saved(request: Request, case: Case, writing: Writing) -> bool:
    return tried(
        request,
        lambda: save_draft(request.viewer, case.pk, writing.desk.form, typed(request.POST), known(request)),
        _("The draft is saved. It is not signed."),
    )


@page(*CASE_ROLES)
def versions(request: Request, assessment_id: UUID) -> HttpResponse:
    """All versions of each party's part, side by side, with what differs marked."""
    assessment, visible = found(request, assessment_id)
    parties = [
        {
            "name": parts[0].party.name,
            "heads": [shown(visible, part) for part in parts],
            "lines": list(side_by_side(visible, parts)),
        }
        for _party, group in groupby(queries.versions_of(assessment), key=lambda part: part.party_id)
        if (parts := list(group))
    ]
    row = assessment_row(assessment, visible)
    return render(
        request,
        "assessments/versions.html",
        {"case": case_row(visible, clock.today()), "row": row, "parties": parties},
    )
