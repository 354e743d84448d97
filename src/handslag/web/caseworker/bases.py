"""On which basis a page shows what it shows, in words."""

from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.cases.queries import visible_cases
from handslag.cases.sight import Sight, sights
from handslag.disclosure.queries import active
from handslag.disclosure.rules import CONSENT, OWN, Basis
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.sharing.actions import joinable
from handslag.web import rows


def basis_label(basis: Basis | None) -> str:
    """A basis in words; that there is none, where there is none."""
    if basis is None:
        return _("not disclosed")
    if basis.kind == OWN:
        return _("our own record")
    until = _("until {day}").format(day=basis.until)
    name = _("the person's consent") if basis.kind == CONSENT else codes.label("statutory_basis", basis.code)
    return f"{name}, {until}"


def basis_lines(sight: Sight) -> list[dict]:
    """Each group of information with the basis on which it is shown; empty where all of it is the own record."""
    found = sight.by_group()
    if all(basis and basis.kind == OWN for basis in found.values()) and sight.shows_everything:
        return []
    return [
        {"group": codes.label("information_group", group), "basis": basis_label(basis), "shown": basis is not None}
        for group, basis in found.items()
    ]


def joining_context(viewer: Viewer, case: Case) -> dict:
    """What the case page tells of the person's cases at other parties that a consent reveals."""
    if not (case.joined_to_id or active().filter(subject=case.person.subject).exists()):
        return {"joined": [], "joined_to": None, "joinable": []}
    joined = visible_cases(viewer).filter(joined_to=case).select_related("party").order_by("id")
    main = visible_cases(viewer).filter(pk=case.joined_to_id).first() if case.joined_to_id else None
    others = joinable(viewer, case)
    found = [*joined, *([main] if main else []), *others]
    seen = dict(zip((c.pk for c in found), sights(viewer, found), strict=True))
    return {
        "joined": [_short(seen[c.pk]) for c in joined],
        "joined_to": _short(seen[main.pk]) if main else None,
        "joinable": [_short(seen[c.pk]) for c in others],
    }


def _short(sight: Sight) -> dict:
    return {
        "id": sight.case.pk,
        "reference": sight.case.reference,
        "party": sight.case.party.name,
        "holder": f"{sight.case.holder.user}, {sight.case.holder.unit}",
        "name": rows.person_name(sight),
    }
