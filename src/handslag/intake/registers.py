"""Checking the rows of a file of what associations keep, whatever its kind: against the associations, their officers,
what is there already, and each other. Writes nothing."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import cache

from django.utils.translation import gettext as _

from handslag.foundation.errors import NotAllowed
from handslag.foundation.files import Entered, Register, Values
from handslag.intake.cells import value
from handslag.intake.columns import REGISTER
from handslag.intake.gathering import Checked, gathered
from handslag.intake.problems import Problem
from handslag.intake.reading import Row
from handslag.intake.shape import shape_problems
from handslag.parties.models import Association, Post
from handslag.parties.rules import ASSOCIATION_ROLES
from handslag.parties.viewer import Viewer


def kept_associations(actor: Viewer) -> frozenset[int] | None:
    """The associations for which somebody brings files in; None for the system, which does for all.

    Raises NotAllowed for who is no officer of any.
    """
    kept = frozenset(post.association_id for post in actor.reach if post.association_id)
    if not (actor.is_system or kept):
        raise NotAllowed(_("Only an officer of an association can bring in such files."))
    return None if actor.is_system else kept


class _Checking:
    """Sorts rows into new, known and wrong."""

    def __init__(self, kind: Register, checked: Checked[Entered], kept: frozenset[int] | None):
        self._kind, self._checked, self._kept = kind, checked, kept
        self._associations = dict(Association.objects.values_list("name", "pk"))
        posts = Post.objects.filter(role__in=ASSOCIATION_ROLES, is_active=True, user__is_active=True)
        self._posts = {(a, email.lower()): pk for a, email, pk in posts.values_list("association", "user__email", "pk")}
        self._known: Callable[[int], Mapping[Hashable, Hashable]] = cache(kind.known)
        self._seen: dict[tuple[int, Hashable], tuple[int, Hashable]] = {}

    def look(self, chunk: list[Row]) -> None:
        """Sorts some rows."""
        for row in chunk:
            found = {column.name: value(column, row.cells[column.name]) for column in self._kind.columns}
            problems = list(shape_problems(row, (*REGISTER, *self._kind.columns)))
            problems += [(name, wrong) for name, (_value, wrong) in found.items() if wrong]
            problems += [(name, wrong) for name, wrong in self._place_faults(row) if row.cells[name]]
            told = {name: meant for name, (meant, _wrong) in found.items()}
            if not problems:
                problems = list(self._kind.faults(self._associations[row.cells["association"]], told))
            if problems:
                self._checked.problems += [Problem(row.number, name, wrong) for name, wrong in problems]
            else:
                self._take(row, told)

    def _place_faults(self, row: Row) -> Iterator[tuple[str, str]]:
        association = self._associations.get(row.cells["association"])
        if association is None:
            message = _("No association has the name “{name}”.")
            yield "association", message.format(name=row.cells["association"])
        elif self._kept is not None and association not in self._kept:
            yield "association", _("An association brings in its own. Leave out the rows of another one.")
        elif (association, row.cells["officer"].lower()) not in self._posts:
            message = _("The association has no active officer with the e-mail “{email}”.")
            yield "officer", message.format(email=row.cells["officer"])

    def _take(self, row: Row, told: Values) -> None:
        association = self._associations[row.cells["association"]]
        key, tells = self._kind.key(told), self._kind.told(told)
        known = self._known(association)
        if key in known:
            self._compare(row, known[key] == tells, _("This is here already, with other content. Change it by hand."))
        elif (association, key) in self._seen:
            other, before = self._seen[association, key]
            wrong = _("Row {other} tells of the same, with other content. Leave one of them out.").format(other=other)
            self._compare(row, before == tells, wrong)
        else:
            self._seen[association, key] = (row.number, tells)
            by = self._posts[association, row.cells["officer"].lower()]
            self._checked.drafts.append((row.number, Entered(association, by, told)))

    def _compare(self, row: Row, is_same: bool, wrong: str) -> None:
        if is_same:
            self._checked.known += 1
        else:
            self._checked.problems.append(Problem(row.number, "", wrong))


def check_register(
    kind: Register, rows: Iterable[Row], kept: frozenset[int] | None, progress: Callable[[int], None]
) -> Checked[Entered]:
    """Checks every row of a file of a kind and gathers all problems, in the order of the rows; stops after very many.

    Only rows of `kept` associations are right (of any where None). `progress` is told the rows read.
    """
    checked = Checked[Entered]()
    return gathered(checked, rows, _Checking(kind, checked, kept).look, progress)
