"""A yearly report as a workbook for people and as CSV for machines."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from handslag.associations import rules
from handslag.associations.models import Report
from handslag.associations.reporting import Content
from handslag.reference import codes
from handslag.ui.dates import minute

ALWAYS = datetime(2000, 1, 1)
"""When every workbook says that it was made: the same report gives the same bytes."""
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
LISTS = {"direction": "measure_direction", "detail": "measure_detail", "follow_up": "follow_up_method"}
MEASURE = (
    *("name", "direction", "detail", "follow_up", "target_groups", "parties", "starts_on", "ends_on", "has_esf"),
    *("budget", "outcome", "esf_budget", "esf_outcome", "planned"),
    *("women", "men", "participants"),
)
"""What is told of a measure, in order."""
PEOPLE = ("women", "men", "participants")
HIDDEN = ".."
"""What stands for a count that is hidden: it is at least one."""
COLUMNS = (
    "record", "association", "year", "report", "definitions",
    "allocated_state", "allocated_regions", "allocated_municipalities", "own_capital", "liquid_funds", *MEASURE,
)  # fmt: skip
"""The columns of the CSV: a row for the association, one for its administration, and one for each measure
and each target group of its participants."""


def as_csv(report: Report) -> str:
    """The report as CSV, with codes as they stand in the code lists."""
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, restval="")
    writer.writeheader()
    for row in _rows(report):
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return written.getvalue()


def _rows(report: Report) -> Iterator[dict[str, Any]]:
    content = json.loads(report.content)
    always = {
        "association": content["association"],
        "year": report.year,
        "report": report.number,
        "definitions": report.definitions,
    }
    yield {
        "record": "association",
        **always,
        **dict(zip(COLUMNS[5:8], (content["allocated"][kind] for kind in rules.FINANCIERS), strict=True)),
        "own_capital": content["own_capital"],
        "liquid_funds": content["liquid_funds"],
    }
    yield {"record": "administration", **always, **content["administration"]}
    for measure in content["measures"]:
        yield {"record": "measure", **always, **{name: measure[name] for name in MEASURE}, **_people(content, measure)}
    for group in content["target_groups"]:
        yield {"record": "target_group", **always, "target_groups": group["code"], **_people(content, group)}


def _people(content: Content, row: Content) -> dict[str, int | str | None]:
    """Counts of people: as they are, hidden, or (not counted) empty."""
    hidden = HIDDEN if content["is_counted"] else None
    return {name: hidden if row[name] is None else row[name] for name in PEOPLE}


def _cell(value: Any) -> Any:
    """A value as a cell: codes with semicolons between, and no text that a spreadsheet takes for a formula."""
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def headings() -> dict[str, str]:
    """What the columns of a measure are called, in the reader's language."""
    return {
        "name": _("Measure"),
        "direction": _("Direction"),
        "detail": _("Detailed direction"),
        "follow_up": _("Followed up by"),
        "target_groups": _("Target groups"),
        "parties": _("Carried by"),
        "starts_on": _("First day"),
        "ends_on": _("Last day"),
        "has_esf": _("ESF takes part"),
        "budget": _("Budgeted"),
        "outcome": _("Spent"),
        "esf_budget": _("Budgeted by ESF"),
        "esf_outcome": _("Spent by ESF"),
        "planned": _("Budgeted participants"),
        "women": _("Women"),
        "men": _("Men"),
        "participants": _("Participants"),
    }


def as_workbook(report: Report) -> bytes:
    """The report as .xlsx, with labels in the reader's language: notes, the association, its measures,
    its participants by target group, its goals."""
    content, written = json.loads(report.content), BytesIO()
    with Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": ALWAYS})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "bottom"})
        notes = book.add_worksheet(_("Notes"))
        notes.set_column(0, 0, 100)
        notes.write_column(0, 0, _notes(report, content))
        _fill(book.add_worksheet(_("The association")), list(_of_association(content)), head)
        rows = [list(headings().values()), *(_of_measure(content, measure) for measure in content["measures"])]
        _fill(book.add_worksheet(_("Measures")), rows, head)
        _fill(book.add_worksheet(_("Target groups")), list(_of_groups(content)), head)
        _fill(book.add_worksheet(_("Goals")), list(_of_goals(content)), head)
    return written.getvalue()


def _notes(report: Report, content: Content) -> list[str]:
    return [
        f"{content['association']} {content['year']}",
        _("Report {number} of the year, made {at}.").format(number=report.number, at=minute(report.made_at)),
        _("Figures of the national follow-up, by definitions of version {version}.").format(version=report.definitions),
        _("Money in whole kronor. An empty cell is a figure that was not known when the report was made."),
        _("Participants took part on any day of the year, each once a measure.")
        if content["is_counted"]
        else _("Participants were not counted here."),
        _("Two dots stand for a count that is hidden: fewer than five, or what would give one away."),
        _("Costs of the measure are the association's own; what ESF pays stands apart."),
    ]


def _fill(sheet: Worksheet, rows: list[list[Any]], head: Any) -> None:
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row, None if number else head)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, len(rows[0]), 18)


def _of_association(content: Content) -> Iterator[list[Any]]:
    yield [_("What"), _("Kronor")]
    for kind in rules.FINANCIERS:
        yield [_("Allocated: {who}").format(who=codes.label("party_kind", kind)), content["allocated"][kind]]
    yield [_("Allocated in all"), sum(content["allocated"].values())]
    yield [_("Administration, budgeted"), content["administration"]["budget"]]
    yield [_("Administration, spent"), content["administration"]["outcome"]]
    yield [_("Own capital"), content["own_capital"]]
    yield [_("Liquid funds"), content["liquid_funds"]]


def _of_measure(content: Content, measure: Content) -> list[Any]:
    groups = "; ".join(codes.label("target_group", code) for code in measure["target_groups"])
    told = {name: codes.label(LISTS[name], measure[name]) if name in LISTS else measure[name] for name in MEASURE}
    told |= {"target_groups": groups, "parties": "; ".join(measure["parties"]), **_people(content, measure)}
    return list((told | {"has_esf": _("yes") if measure["has_esf"] else _("no")}).values())


def _of_groups(content: Content) -> Iterator[list[Any]]:
    yield [_("Target group"), _("Women"), _("Men"), _("Participants")]
    for group in content["target_groups"]:
        yield [codes.label("target_group", group["code"]), *_people(content, group).values()]


def _of_goals(content: Content) -> Iterator[list[Any]]:
    yield [_("Goal"), _("Measure"), _("Measured by"), _("Goal is"), _("Result"), _("Decided on"), _("Paragraph")]
    for goal in content["goals"]:
        label = codes.label("goal_indicator", goal["indicator"])
        decided = goal["decided_on"], goal["decided_in"]
        yield [goal["text"], goal["measure"], label, goal["target"], goal["result"], *decided]
