"""Taking in a file of staff: parties, units, users and their posts, all of it or nothing."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from handslag.intake.columns import STAFF
from handslag.intake.problems import Problem, Unreadable
from handslag.intake.reading import Row, rows
from handslag.intake.shape import shape_problems
from handslag.parties.hiring import Hire, hire
from handslag.parties.rules import PARTY_ROLES, UNIT_ROLES
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.reference.authorities import Authority, authorities

ROLES = (*UNIT_ROLES, *PARTY_ROLES)


def _problems(row: Row, known: dict[str, Authority]) -> Iterator[tuple[str, str]]:
    cells = row.cells
    yield from shape_problems(row, STAFF)
    if cells["party"] and cells["party"] not in known:
        yield "party", _("No party has the code “{code}”.").format(code=cells["party"])
    if cells["role"] and cells["role"] not in ROLES:
        yield "role", _("The role is one of: {roles}.").format(roles=", ".join(ROLES))
    try:
        validate_email(cells["email"])
    except ValidationError:
        yield "email", _("This is not an e-mail address.")
    yield from _place_problems(cells)


def _place_problems(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    if cells["role"] not in UNIT_ROLES:
        if cells["unit"]:
            yield "unit", _("The role belongs to the whole party. Leave the unit empty.")
        return
    for name in ("unit", "unit_name"):
        if not cells[name]:
            yield name, _("The role belongs to a unit. Name the unit.")
    if not codes.exists("county", cells["county_code"]):
        message = _("“{code}” is not in the code list. “handslag codes {list}” shows the codes.")
        yield "county_code", message.format(code=cells["county_code"], list="county")


def import_staff(actor: Viewer, path: Path) -> dict:
    """Reads a staff file (.csv or .xlsx) and takes all of it or nothing; what is there already stays as it is.

    Returns {"ok", "rows", "imported", "errors"} as an import of cases does. For the system alone.
    """
    known = {authority.code: authority for authority in authorities()}
    hires, problems = [], []
    try:
        for row in rows(path, STAFF):
            found = [Problem(row.number, column, message) for column, message in _problems(row, known)]
            problems += found
            if not found:
                hires.append(Hire(authority=known[row.cells["party"]], **_fields(row)))
    except Unreadable as unreadable:
        problems.append(unreadable.problem)
    imported = 0 if problems else hire(actor, hires)
    errors = [asdict(problem) for problem in problems]
    return {"ok": not problems, "rows": len(hires), "imported": imported, "errors": errors}


def _fields(row: Row) -> dict[str, str]:
    return {column.name: row.cells[column.name] for column in STAFF if column.name != "party"}
