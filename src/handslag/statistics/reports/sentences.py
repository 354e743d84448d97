"""Sentences that are said only when the published figures bear them."""

from collections.abc import Iterator

from handslag.statistics.counting.cubes import TOTAL, UNKNOWN
from handslag.statistics.definitions.catalogue import Definition
from handslag.statistics.reports.figures import Figures, SafeCube
from handslag.statistics.reports.intervals import Interval, difference, share
from handslag.statistics.reports.words import number, word
from handslag.statistics.safety.tables import ShownTable

SEXES = ("woman", "man")


def percent(value: float, language: str, decimals: int = 1) -> str:
    """A proportion as a number of percent."""
    return number(value * 100, language, decimals)


def yes_of(table: ShownTable, group: tuple[str, ...]) -> tuple[int, int] | None:
    """(yes, yes and no) of a group of a table whose last dimension is an outcome; None where either is hidden."""
    yes, no = table.counts.get((*group, "yes"), 0), table.counts.get((*group, "no"), 0)
    return None if yes is None or no is None else (yes, yes + no)


def _all_in(table: ShownTable, **codes: str) -> int | None:
    return table.counts[tuple(codes.get(name, TOTAL) for name in table.dimensions)]


class Sentences:
    """What can be said of the same units in a year and the year before."""

    def __init__(self, figures: Figures, cube: SafeCube, language: str):
        self._year, self._rules, self._language = figures.year, figures.rules, language
        self._now, self._before = cube, figures.cube(cube.units.indicator, figures.year - 1)

    def all(self) -> Iterator[str]:
        """Every sentence, the most important first."""
        yield from self._numbers()
        for outcome in self._now.outcomes:
            yield from self._outcome(outcome)

    def _say(self, key: str, **values: object) -> str:
        return word(key, self._language, **values)

    def _numbers(self) -> Iterator[str]:
        now = _all_in(self._now.tables[0])
        before = _all_in(self._before.tables[0]) if self._before else None
        if now is None:
            return
        name = self._now.units.name[self._language]
        texts = {"name": name, "year": self._year, "now": number(now, self._language)}
        if before is None:
            sentence = self._say("alone", **texts)
        else:
            key = "more" if now > before else "fewer" if now < before else "same"
            change, then = number(abs(now - before), self._language), number(before, self._language)
            sentence = self._say(key, **texts, change=change, before=then)
        yield " ".join([sentence, *self._women(now)])

    def _women(self, everybody: int) -> Iterator[str]:
        table = next((t for t in self._now.tables if "sex" in t.dimensions), None)
        women = _all_in(table, sex="woman") if table else None
        if women is not None and everybody >= self._rules.least_base:
            key = "women" if self._now.units.unit["en"] == "persons" else "women_of"
            yield self._say(key, share=percent(women / everybody, self._language, 0))

    def _group(self, cube: SafeCube | None, outcome: Definition, **codes: str) -> tuple[int, int] | None:
        for table in cube.tables if cube else ():
            if table.dimensions[-1] == outcome.indicator and set(codes) <= set(table.dimensions):
                found = yes_of(table, tuple(codes.get(name, TOTAL) for name in table.dimensions[:-1]))
                if found and found[1] >= self._rules.least_base:
                    return found
        return None

    def _unknown(self, outcome: Definition) -> int | None:
        """Of how many the outcome is not known; None where that is hidden."""
        tables = (table for table in self._now.tables if table.dimensions[-1] == outcome.indicator)
        return next((table.counts.get((*(TOTAL for _ in table.dimensions[1:]), UNKNOWN), 0) for table in tables), None)

    def _outcome(self, outcome: Definition) -> Iterator[str]:
        now = self._group(self._now, outcome)
        if now is None:
            return
        if self._now.spec.public:
            yes, base = (number(one, self._language) for one in now)
            texts = {"yes": yes, "base": base, "share": percent(now[0] / now[1], self._language, 0)}
            yield self._say("outcome_of_all", name=outcome.name[self._language], **texts)
            return
        one = share(*now)
        said = [
            self._say(
                "outcome",
                name=outcome.name[self._language],
                share=percent(one.value, self._language),
                low=percent(one.low, self._language),
                high=percent(one.high, self._language),
                base=number(now[1], self._language),
            )
        ]
        if unknown := self._unknown(outcome):
            few, every = (number(one, self._language) for one in (unknown, unknown + now[1]))
            said.append(self._say("unknown_of", unknown=few, all=every))
        if before := self._group(self._before, outcome):
            said.append(self._change(difference(*now, *before)))
        women, men = (self._group(self._now, outcome, sex=sex) for sex in SEXES)
        if women and men:
            said.append(self._between_sexes(women, men))
        yield " ".join(said)

    def _change(self, change: Interval) -> str:
        if not change.is_certain:
            low, high = (percent(v, self._language) for v in (change.low, change.high))
            return self._say("unchanged", low=low, high=high)
        return self._say("rose" if change.value > 0 else "fell", **self._points(change))

    def _points(self, change: Interval) -> dict[str, str]:
        ends = sorted((abs(change.low), abs(change.high)))
        texts = (percent(value, self._language) for value in (abs(change.value), *ends))
        return dict(zip(("points", "low", "high"), texts, strict=True))

    def _between_sexes(self, women: tuple[int, int], men: tuple[int, int]) -> str:
        shares = [percent(yes / base, self._language, 0) for yes, base in (women, men)]
        gap = difference(*women, *men)
        if not gap.is_certain:
            return self._say("sexes_alike", women=shares[0], men=shares[1])
        names = [self._say("woman_plural"), self._say("man_plural")]
        if gap.value < 0:
            shares, names = shares[::-1], names[::-1]
        return self._say(
            "sexes_differ",
            higher=names[0],
            lower=names[1],
            higher_share=shares[0],
            lower_share=shares[1],
            **self._points(gap),
        )
