"""What a look showed: of which party, which groups of information, each on its basis. No database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

EVERYTHING = "*"
"""All groups: a party's own record."""

Shown = tuple[str, int, str]
"""A basis, the party whose facts were shown on it, and their group of information."""


@dataclass(frozen=True)
class Look:
    """What of a case was shown, and for whom the viewer stood in."""

    shown: frozenset[Shown]
    acting_for: str = ""

    def with_more(self, shown: Iterable[Shown]) -> "Look":
        """The same look, which showed more of the case."""
        return Look(self.shown.union(shown), self.acting_for)

    @property
    def bases(self) -> dict[str, dict[str, str]]:
        """For each basis and party, the groups that were shown."""
        found: dict[str, dict[str, str]] = {}
        for basis, party, group in sorted(self.shown):
            groups = found.setdefault(basis, {})
            groups[str(party)] = f"{groups[str(party)]} {group}" if str(party) in groups else group
        return found


def told(looks: Mapping[int, Look]) -> list[dict[str, Any]]:
    """Looks at cases as an entry's details hold them: those of one kind together."""
    alike: dict[Look, list[int]] = {}
    for case_id, look in sorted(looks.items(), key=lambda item: item[0]):
        alike.setdefault(look, []).append(case_id)
    return [{"cases": cases, "bases": look.bases, "for": look.acting_for} for look, cases in alike.items()]


def names(looks: Iterable[Look]) -> str:
    """Every basis on which something was shown; “minimal” where it was who holds the case alone."""
    found = {basis for look in looks for basis, _party, _group in look.shown}
    found |= {"minimal" for look in looks if not look.shown}
    return " ".join(sorted(found))


def groups_by_basis(shown: list[dict[str, Any]], case_ids: Iterable[int]) -> dict[str, list[str]]:
    """Of an entry's `told`, each basis on which these cases were shown, with its groups."""
    wanted, found = set(case_ids), dict[str, set[str]]()
    for look in shown:
        if wanted.intersection(look["cases"]):
            for basis, by_party in look["bases"].items():
                found.setdefault(basis, set()).update(*(groups.split() for groups in by_party.values()))
    return {basis: sorted(groups) for basis, groups in sorted(found.items())}
