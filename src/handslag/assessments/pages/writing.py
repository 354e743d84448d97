"""Writing a part of a joint assessment, signing it, and reading its versions side by side."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
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
from handslag.drafts.pages.desk import Desk, desk, saved_by_button
from handslag.foundation import clock
from handslag.foundation.errors import Overtaken
from handslag.parties.rules import CASE_ROLES, HOLDING_ROLES
from handslag.parties.viewer import Request
from handslag.ui.access import page
from handslag.ui.submission import carried_out

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

    def sign(self, form: PartForm) -> None:
        """Signs what was filled in. Where a colleague signed meanwhile, both are shown before it is signed anew."""
        try:
            actions.sign_part(self.request.viewer, self.assessment.pk, form.content, self.upon)
        except Overtaken:
            form.carried = {UPON: str(self.number)}
            raise


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
    """Writes and signs the own party's part; what is typed is saved as it is typed."""
    writing = _writing(request, assessment_id)
    if _saved(request, writing.visible.case, writing):
        return redirect("assessment-part", assessment_id)
    form = PartForm(request.POST or None, initial=writing.initial())
    form.carried = {UPON: str(writing.upon)}
    done = _("Your party's part is signed. It does not change; what you change is a new version.")
    if carried_out(request, form, lambda _data: writing.sign(form), done):
        return redirect("assessment", assessment_id)
    later = writing.before if writing.before and writing.before.number != writing.upon else None
    stale = later or (writing.before if form.carried[UPON] != str(writing.upon) else None)
    return render(
        request,
        "assessments/part.html",
        {
            "case": case_row(writing.visible, clock.today()),
            "row": assessment_row(writing.assessment, writing.visible),
            "assessment": writing.assessment,
            "form": form,
            "desk": writing.desk,
            "texts": writing.desk.texts(form),
            "later": shown(writing.visible, stale) if stale else None,
            "number": writing.number + 1,
        },
    )


def _saved(request: Request, case: Case, writing: Writing) -> bool:
    try:
        saved = saved_by_button(request, case, writing.desk.form)
    except Overtaken as overtaken:
        messages.error(request, overtaken.message)
        return False
    if saved:
        messages.success(request, _("The draft is saved. It is not signed."))
    return saved


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
