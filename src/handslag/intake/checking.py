"""Checking the rows of a case file against the code lists, the staff and each other. Writes nothing."""

from collections.abc import Callable, Iterable
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from handslag.cases import rules
from handslag.cases.models import DEGREES, NOTHING, Case
from handslag.cases.opening import Draft
from handslag.foundation.files import NO, YES
from handslag.foundation.spans import Span
from handslag.intake.cells import code_fault, day, several
from handslag.intake.columns import CASES
from handslag.intake.gathering import Checked, gathered
from handslag.intake.problems import Problem
from handslag.intake.reading import Row
from handslag.intake.shape import shape_problems
from handslag.parties.models import Party, Post, Unit
from handslag.parties.rules import HOLDING_ROLES
from handslag.persons.rules import birth_year, identity_number_problem


class Directory:
    """Parties, units and those who can hold cases, by what a file calls them."""

    def __init__(self):
        self.parties = dict(Party.objects.order_by().values_list("code", "id"))
        units = Unit.objects.filter(is_active=True).order_by()
        self.units = {(party, code): pk for party, code, pk in units.values_list("party_id", "code", "id")}
        posts = Post.objects.filter(is_active=True, role__in=HOLDING_ROLES).order_by("-id")
        self.posts = {(unit, email): pk for unit, email, pk in posts.values_list("unit_id", "user__email", "id")}


SEXES = ("woman", "man")


class _RowCheck:
    """Reads one row; notes what is wrong with each cell."""

    def __init__(self, row: Row, directory: Directory, units: frozenset[int] | None, *, leads: bool):
        self._row, self._directory, self._units, self._leads = row, directory, units, leads
        self.problems: list[Problem] = []

    def _wrong(self, column: str, message: str, **names) -> None:
        self.problems.append(Problem(self._row.number, column, message.format(**names)))

    def _date(self, column: str, span: Span) -> date | None:
        found, wrong = day(self._row.cells[column], span, leads=self._leads)
        if wrong:
            self._wrong(column, wrong)
        return found

    def _code(self, column: str, list_name: str) -> str:
        code = self._row.cells[column]
        if wrong := code_fault(code, list_name):
            self._wrong(column, wrong)
        return code

    def _holder(self) -> tuple[int | None, int | None]:
        cells = self._row.cells
        party = self._directory.parties.get(cells["party"])
        if party is None:
            self._wrong("party", _("No party has the code “{code}”."), code=cells["party"])
            return None, None
        unit = self._directory.units.get((party, cells["unit"]))
        if unit is None:
            self._wrong("unit", _("The party has no unit with the code “{code}”."), code=cells["unit"])
            return party, None
        if self._units is not None and unit not in self._units:
            self._wrong("unit", _("You can bring in cases for the units that you lead only."))
        post = self._directory.posts.get((unit, cells["caseworker"].lower()))
        if post is None:
            message = _("Nobody active at the unit has the e-mail “{email}”. Name a caseworker who works there.")
            self._wrong("caseworker", message, email=cells["caseworker"])
        return party, post

    def _identity_number(self) -> str:
        number = self._row.cells["identity_number"]
        messages = {
            "format": _("Write the identity number with 12 digits and nothing else."),
            "date": _("The identity number holds a day that does not exist."),
            "checksum": _("The last digit of the identity number is wrong. Check it against the source."),
        }
        if number and (problem := identity_number_problem(number)):
            self._wrong("identity_number", messages[problem])
        return number

    def _dates(self) -> tuple[date | None, date | None, date | None]:
        opened = self._date("opened_on", rules.OPENED)
        ends = self._date("livelihood_ends_on", rules.LIVELIHOOD_ENDS)
        step = self._date("next_step_on", rules.FIRST_STEP)
        number = self._row.cells["identity_number"]
        if opened and not identity_number_problem(number) and opened.year < birth_year(number):
            self._wrong("opened_on", _("The day is before the person's birth."))
        if opened and ends and ends < opened:
            self._wrong("livelihood_ends_on", _("The day is before opened_on. Change one of them."))
        if opened and step and step < opened:
            self._wrong("next_step_on", _("The day is before opened_on. Change one of them."))
        return opened, ends, step

    def _degree(self) -> int | None:
        text = self._row.cells["livelihood_degree"]
        if text and self._row.cells["livelihood"] == NOTHING:
            self._wrong("livelihood_degree", _("Who lives on nothing has no degree. Leave it empty."))
        if text and text not in map(str, DEGREES):
            self._wrong("livelihood_degree", _("The degree is 25, 50, 75 or 100, or empty."))
            return None
        return int(text) if text else None

    def _groups(self) -> str:
        groups = several(self._row.cells["target_groups"])
        for wrong in filter(None, (code_fault(group, "target_group") for group in groups)):
            self._wrong("target_groups", wrong)
        return ";".join(sorted(set(groups)))

    def _protected(self) -> bool:
        cells = self._row.cells
        text = cells["protected_identity"].lower()
        if text not in YES + NO:
            self._wrong("protected_identity", _("Write yes, no or nothing."))
        if text in YES and cells["sex"] not in SEXES:
            self._wrong("sex", _("Write woman or man: a person with protected identity takes part anonymously."))
        if text in NO and cells["sex"]:
            self._wrong("sex", _("Leave the cell empty: the identity number tells it."))
        return text in YES

    def draft(self) -> Draft | None:
        """The case that the row describes, or None when anything is wrong."""
        cells = self._row.cells
        for column, message in shape_problems(self._row, CASES):
            self._wrong(column, message)
        is_protected = self._protected()
        number = self._identity_number()
        party, post = self._holder()
        municipality = self._code("municipality_code", "municipality")
        livelihood = self._code("livelihood", "livelihood")
        groups, degree = self._groups(), self._degree()
        opened, ends, step = self._dates()
        if self.problems:
            return None
        assert party and post and opened and step  # that one of them is empty or unknown is a problem, noted above
        return Draft(
            party,
            cells["case_ref"],
            number,
            cells["given_name"],
            cells["family_name"],
            municipality,
            post,
            opened,
            groups,
            livelihood,
            degree,
            ends,
            cells["next_step"],
            step,
            is_protected,
            cells["sex"],
        )


class _Register:
    """Compares drafts with the cases that are there, and with the rows before them."""

    def __init__(self, checked: Checked[Draft]):
        self._checked = checked
        self._references: dict[tuple[int, str], tuple[int, str]] = {}
        self._persons: dict[tuple[int, str], int] = {}

    def _wrong(self, row: int, column: str, message: str, **names) -> None:
        self._checked.problems.append(Problem(row, column, message.format(**names)))

    def take(self, drafts: list[tuple[int, Draft]]) -> None:
        """Sorts a chunk of drafts into new, known and wrong."""
        known = self._known([d for _row, d in drafts])
        busy = self._busy([d for _row, d in drafts])
        for row, draft in drafts:
            reference = (draft.party_id, draft.reference)
            digest = known.get(reference) or self._references.get(reference, (0, None))[1]
            if digest == draft.digest:
                self._checked.known += 1
            elif digest is not None:
                message = _("The reference is taken by a case with other content. Give the case its own reference.")
                self._wrong(row, "case_ref", message)
            else:
                self._take_new(row, draft, busy)

    def _take_new(self, row: int, draft: Draft, busy: set[tuple[int, str]]) -> None:
        person = (draft.party_id, draft.reference) if draft.is_protected else draft.named.key
        if person in busy:
            message = _("The person already has an open case at the party. Close it first, or leave the row out.")
            self._wrong(row, "identity_number", message)
        elif person in self._persons:
            message = _("The person stands on row {other} too. A person has one open case at a party.")
            self._wrong(row, "identity_number", message, other=self._persons[person])
        else:
            self._references[draft.party_id, draft.reference] = (row, draft.digest)
            self._persons[person] = row
            self._checked.drafts.append((row, draft))

    @staticmethod
    def _known(drafts: list[Draft]) -> dict[tuple[int, str], str]:
        parties = {d.party_id for d in drafts}
        found = Case.objects.filter(party_id__in=parties, reference__in=[d.reference for d in drafts]).order_by()
        return {(p, r): digest for p, r, digest in found.values_list("party_id", "reference", "imported_digest")}

    @staticmethod
    def _busy(drafts: list[Draft]) -> set[tuple[int, str]]:
        """Persons who have an open case that the party opened or holds: whom it holds, it knows."""
        parties = {d.party_id for d in drafts}
        found = Case.objects.filter(
            Q(party_id__in=parties) | Q(holder__party_id__in=parties),
            person__subject__in=[d.named.key[1] for d in drafts if not d.is_protected],
            closed_at__isnull=True,
        ).order_by()
        rows = found.values_list("party_id", "holder__party_id", "person__subject")
        return {(party, subject) for opened_by, held_by, subject in rows for party in (opened_by, held_by)}


def check_rows(
    rows: Iterable[Row],
    units: frozenset[int] | None = None,
    progress: Callable[[int], None] = lambda done: None,
    *,
    leads: bool = True,
) -> Checked[Draft]:
    """Checks every row and gathers all problems, in the order of the rows; stops after very many.

    Only cases held at `units` are right (any where None), and days that a team lead may choose, or, where the one who
    brings them in does not lead (`leads`), that anybody may. `progress` is told the rows read.
    """
    checked, directory = Checked[Draft](), Directory()
    register = _Register(checked)

    def look(chunk: list[Row]) -> None:
        drafts = []
        for row in chunk:
            check = _RowCheck(row, directory, units, leads=leads)
            draft = check.draft()
            if draft:
                drafts.append((row.number, draft))
            checked.problems += check.problems
        register.take(drafts)

    return gathered(checked, rows, look, progress)
