"""On which basis a page shows what it shows, in words."""

from django.utils.translation import gettext as _

from handslag.cases.visibility import CaseVisibility
from handslag.disclosure.rules import CONSENT, OWN, Basis
from handslag.reference import codes


def basis_label(basis: Basis | None) -> str:
    """A basis in words; that there is none, where there is none."""
    if basis is None:
        return _("not disclosed")
    if basis.kind == OWN:
        return _("our own record")
    until = _("until {day}").format(day=basis.until)
    name = _("the person's consent") if basis.kind == CONSENT else codes.label("statutory_basis", basis.code)
    return f"{name}, {until}"


def basis_lines(visible: CaseVisibility) -> list[dict]:
    """Each group of information with the basis on which it is shown; empty where all of it is the own record."""
    found = visible.by_group()
    if all(basis and basis.kind == OWN for basis in found.values()) and visible.shows_everything:
        return []
    return [
        {"group": codes.label("information_group", group), "basis": basis_label(basis), "shown": basis is not None}
        for group, basis in found.items()
    ]
