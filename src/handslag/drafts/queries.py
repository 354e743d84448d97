"""Reading drafts: one's own, and those of colleagues who write in the same form."""

import json
from typing import Any

from handslag.cases.models import Case
from handslag.drafts.models import Draft
from handslag.parties.viewer import Viewer


def content_of(draft: Draft | None) -> dict[str, Any]:
    """What stands in a draft, by the names of the form's fields."""
    return json.loads(draft.content) if draft and draft.content else {}


def own_draft(viewer: Viewer, case: Case, form: str) -> Draft | None:
    """The viewer's own draft of a form; None where there is none."""
    return Draft.objects.filter(author=viewer.user, case=case, form=form).first() if viewer.user else None


def also_writing(viewer: Viewer, case: Case, form: str) -> list[Draft]:
    """Drafts of the same form by others of the viewer's parties, the latest first."""
    same = Draft.objects.filter(case=case, form=form, post__party_id__in=viewer.own_party_ids).exclude(content="")
    return list(same.exclude(author=viewer.user).select_related("author").order_by("-saved_at", "-id"))
