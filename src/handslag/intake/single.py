"""A single case registered by hand, checked exactly as a row of a file."""

from typing import Any

from django.utils.translation import gettext as _

from handslag.cases.opening import open_cases
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Refused
from handslag.foundation.wall import lifted
from handslag.intake.checking import check_rows
from handslag.intake.columns import NAMES
from handslag.intake.problems import Problem
from handslag.intake.reading import Row
from handslag.parties.viewer import Viewer


def open_one(actor: Viewer, fields: dict[str, Any]) -> tuple[int | None, list[Problem]]:
    """Opens a case from a form's fields (named as the file's columns), held by the actor from today.

    Returns the case's id, or None and what is wrong. Raises NotAllowed for someone who cannot hold a case.
    """
    post = next(iter(p for p in actor.posts if p.unit_id in actor.unit_ids), None)
    if post is None or post.unit is None or post.party is None:
        raise NotAllowed(_("Only a caseworker or a team lead can open a case."))
    cells = {name: str(fields.get(name) or "") for name in NAMES}
    cells |= {
        "identity_number": cells["identity_number"].replace("-", ""),
        "target_groups": ";".join(fields.get("target_groups", [])),
        "party": post.party.code,
        "unit": post.unit.code,
        "caseworker": post.user.email,
        "opened_on": clock.today().isoformat(),
    }
    with lifted():
        checked = check_rows([Row(1, cells)], frozenset({post.unit.pk}), leads=actor.leads(post.unit.pk))
    if checked.known:
        return None, [Problem(1, "case_ref", _("The case is registered already."))]
    if checked.problems:
        return None, checked.problems
    try:
        (case_id,) = open_cases(actor, [draft for _row, draft in checked.drafts])
    except Refused as refused:
        return None, [Problem(0, refused.field or "", refused.message)]
    return case_id, []
