"""A case as one viewer may see it: each fact under the basis on which it is shown, and hidden where there is none.

A fact belongs to the party that noted it. The viewer sees the facts of the own party in every case that the viewer
reaches, and those of another party group by group, where a consent or a statute covers them. What is left without any
basis is the minimal record: the reference, and who holds the person since when.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from handslag.cases.models import Case
from handslag.disclosure import rules
from handslag.disclosure.queries import Bases, bases
from handslag.disclosure.rules import OWN_RECORD, Basis
from handslag.parties.viewer import Viewer
from handslag.persons.models import Identity


@dataclass(frozen=True)
class Sight:
    """A case and the viewer's bases for its facts."""

    case: Case
    _own: frozenset[int]
    _bases: Bases

    def basis(self, group: str, party_id: int) -> Basis | None:
        """The basis on which the viewer sees this group of a party's facts; None where there is none."""
        if party_id in self._own:
            return OWN_RECORD
        return self._bases.get((self.case.person.subject, party_id, group))

    def shows(self, group: str, party_id: int) -> bool:
        """Whether the viewer may see this group of a party's facts."""
        return self.basis(group, party_id) is not None

    @property
    def identity(self) -> Identity | None:
        """Who the person is; None where hidden, or where the person takes part anonymously."""
        shown = self.shows(rules.IDENTITY, self.case.party_id)
        return getattr(self.case.person, "identity", None) if shown else None

    @property
    def shows_livelihood(self) -> bool:
        """Whether the present livelihood is shown; it belongs to the party that noted it."""
        return self.shows(rules.LIVELIHOOD, self.case.livelihood_by_id)

    @property
    def livelihood_ends_on(self) -> date | None:
        """The present livelihood's last day, where it is shown and decided."""
        return self.case.livelihood_ends_on if self.shows_livelihood else None

    @property
    def shows_plan(self) -> bool:
        """Whether the present next step is shown; it belongs to the party that holds."""
        return self.shows(rules.PLAN, self.case.holder.party_id)

    @property
    def shows_outcome(self) -> bool:
        """Whether the outcome and who is next are shown; they belong to the party that closed."""
        return self.shows(rules.WORK_EDUCATION, self.case.holder.party_id)

    @property
    def municipality_code(self) -> str:
        """The municipality, which tells where the person lives."""
        return self.case.municipality_code if self.shows(rules.IDENTITY, self.case.party_id) else ""

    @property
    def target_groups(self) -> list[str]:
        """The need groups, which tell of health."""
        shown = self.shows(rules.HEALTH, self.case.party_id)
        return [g for g in self.case.target_groups.split(";") if g] if shown else []

    @property
    def shows_everything(self) -> bool:
        """Whether the whole case is the own party's record."""
        return not _foreign(self.case, self._own)

    def by_group(self) -> dict[str, Basis | None]:
        """For each group, the basis on which the opening or the holding party's facts are shown."""
        parties = (self.case.party_id, self.case.holder.party_id)
        return {group: next(filter(None, (self.basis(group, p) for p in parties)), None) for group in rules.GROUPS}

    @property
    def basis_names(self) -> str:
        """Every basis that shows something, for the journal: “own”, “consent:7”, “statute:sfb_110_31”, “minimal”."""
        names = {basis.name for basis in self.by_group().values() if basis}
        return " ".join(sorted(names)) or "minimal"


def _foreign(case: Case, own: frozenset[int]) -> bool:
    return not {case.party_id, case.holder.party_id, case.livelihood_by_id} <= own


def sights(viewer: Viewer, cases: Iterable[Case], *, with_past: bool = False) -> list[Sight]:
    """Cases as the viewer may see them. Each was reached through a query for this viewer, and counts as looked at.

    `with_past` asks for the bases of facts of earlier holders too; what a case shows now needs them only where another
    party than the viewer's opened or holds it.
    """
    cases, own = list(cases), viewer.own_party_ids
    foreign = {case.person.subject for case in cases if with_past or _foreign(case, own)}
    found = bases(viewer, foreign) if foreign else {}
    shown = [Sight(case, own, found) for case in cases]
    viewer.looks.update({s.case.pk: (s.basis_names, viewer.acting_for(s.case.holder_id)) for s in shown})
    return shown


def sight(viewer: Viewer, case: Case) -> Sight:
    """One case as the viewer may see it, its past included."""
    return sights(viewer, [case], with_past=True)[0]
