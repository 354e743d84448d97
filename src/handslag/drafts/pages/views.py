"""Saving what is typed, while it is typed."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from handslag.cases.pages.views import reached
from handslag.drafts.actions import save_draft
from handslag.drafts.pages.desk import known, names, typed
from handslag.drafts.queries import also_writing
from handslag.foundation.errors import Refused
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Request
from handslag.ui.access import page
from handslag.ui.dates import minute


@page(*HOLDING_ROLES)
@require_POST
def save(request: Request, case_id: UUID, form: str) -> HttpResponse:
    """Saves a draft; answers when it was saved and who else writes, or why it was not."""
    case = reached(request, case_id)
    try:
        draft = save_draft(request.viewer, case.pk, form, typed(request.POST), known(request))
    except Refused as refused:
        return JsonResponse({"told": refused.message}, status=409)
    told = _("Saved {at}.").format(at=minute(draft.saved_at))
    also = names(also_writing(request.viewer, case, form))
    return JsonResponse({"number": draft.number, "told": f"{told} {also}".strip()})
