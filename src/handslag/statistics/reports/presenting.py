"""Turns safe figures into a publication in one language. What it derives, it derives from published counts alone."""

from collections.abc import Iterator
from itertools import product

from handslag.statistics.counting.cubes import TOTAL, UNKNOWN
from handslag.statistics.definitions.catalogue import Definition
from handslag.statistics.reports.figures import Figures, SafeCube
from handslag.statistics.reports.intervals import funnel_place, share
from handslag.statistics.reports.publication import HIDDEN, Bar, Column, Grid, Publication, Row, Section, Value
from handslag.statistics.reports.published import published_beside
from handslag.statistics.reports.sentences import SEXES, Sentences, percent, yes_of
from handslag.statistics.reports.words import code_label, dimension_label, number, word
from handslag.statistics.safety.tables import ShownTable

MOST_BARS = 25
FIXED = ("contents", "table", "notes", "skip", "year")
Group = tuple[str, ...]


def count_value(count: int | None, language: str) -> Value:
    """A count as a cell."""
    return Value(HIDDEN) if count is None else Value(number(count, language), count)


class _Grid:
    """One table of a cube, laid out to be read: rows by its first dimension, columns by group, and the year before."""

    def __init__(self, figures: Figures, cube: SafeCube, spec: tuple[str, ...], language: str):
        self._figures, self._cube, self._language = figures, cube, language
        self._spec, self._table, self._outcome = spec, cube.table(spec), cube.outcome_of(spec)
        self._middle = self._table.dimensions[1 : -1 if self._outcome else None]
        earlier = figures.cube(cube.units.indicator, figures.year - 1)
        self._before = earlier.table(spec) if earlier and self._middle in ((), ("sex",)) else None

    def grid(self) -> Grid:
        """The table with its chart."""
        names = [dimension_label(name, self._language) for name in self._spec]
        parts = [self._cube.units.name[self._language], word("by", self._language), self._joined(names)]
        rows = tuple(self._rows())
        return Grid(
            f"{self._cube.units.indicator}-{self._table.name}",
            " ".join(parts),
            names[0],
            tuple(self._columns()),
            rows,
            tuple(self._bars()),
            self._outcome is not None,
        )

    def _joined(self, names: list[str]) -> str:
        low = [name[0].lower() + name[1:] for name in names]
        return low[0] if len(low) == 1 else f"{', '.join(low[:-1])} {word('and', self._language)} {low[-1]}"

    def _groups(self) -> list[Group]:
        if not self._middle:
            return [()]
        found = [(TOTAL, *codes) for codes in self._middle_codes()]
        if self._middle == ("sex",):
            found = [(TOTAL, *SEXES)]
        return list(product(*found))

    def _middle_codes(self) -> Iterator[tuple[str, ...]]:
        for place in range(1, len(self._middle) + 1):
            yield tuple(dict.fromkeys(key[place] for key in self._table.counts if key[place] != TOTAL))

    def _codes(self) -> list[str]:
        codes = list(dict.fromkeys(key[0] for key in self._table.counts))
        return [TOTAL, *(code for code in codes if code != TOTAL)]

    def _columns(self) -> Iterator[Column]:
        kinds = list(self._kinds())
        for group in self._groups():
            yield from (Column(kind, self._group_label(group)) for kind in kinds)
        if self._has_funnel:
            yield Column(word("against_nation", self._language))

    def _kinds(self) -> Iterator[str]:
        """What is shown of each group."""
        year, before = str(self._figures.year), str(self._figures.year - 1)
        if not self._outcome:
            yield from (year, before) if self._before else (year,)
            return
        share_of = word("share", self._language)
        yield f"{word('number', self._language).lower()} {year}"
        if self._has_unknown:
            yield f"{word('unknown', self._language).lower()} {year}"
        yield f"{share_of} {year}, %"
        if self._before:
            yield f"{share_of} {before}, %"

    def _group_label(self, group: Group) -> str:
        codes = zip(self._middle, group, strict=True)
        label = ", ".join(self._named(name, code) for name, code in codes if code != TOTAL)
        return label or word("total", self._language)

    def _named(self, name: str, code: str) -> str:
        if name == "sex":
            return word(f"{code}_plural", self._language).capitalize()
        return code_label(name, code, self._language)

    @property
    def _has_funnel(self) -> bool:
        return bool(self._outcome) and not self._cube.spec.public and self._spec[0] == "place:association"

    @property
    def _has_unknown(self) -> bool:
        """Whether the outcome of somebody is not known, and so not in the share."""
        return bool(self._outcome) and any(key[-1] == UNKNOWN for key in self._table.counts)

    def _rows(self) -> Iterator[Row]:
        for code in self._codes():
            cells = [cell for group in self._groups() for cell in self._cells((code, *group))]
            if self._has_funnel:
                cells.append(self._funnel(code))
            label = code_label(self._table.dimensions[0], code, self._language)
            yield Row(label, self._depth(code), tuple(cells))

    def _depth(self, code: str) -> int:
        if code == TOTAL:
            return 0
        return 2 if self._spec[0] == "place" and code[:4].isdigit() and len(code) >= 4 else 1

    def _cells(self, group: Group) -> Iterator[Value]:
        if self._outcome:
            yield self._base(group)
            if self._has_unknown:
                yield count_value(self._table.counts[*group, UNKNOWN], self._language)
            yield self._share(self._table, group)
            if self._before:
                yield self._share(self._before, group)
            return
        yield count_value(self._table.counts[group], self._language)
        if self._before:
            yield count_value(self._before.counts.get(group, 0), self._language)

    def _base(self, group: Group) -> Value:
        found = yes_of(self._table, group)
        return count_value(found[1] if found else None, self._language)

    def _share(self, table: ShownTable, group: Group) -> Value:
        found = yes_of(table, group)
        if self._cube.spec.public and found and found[1]:
            return Value(percent(found[0] / found[1], self._language, 0), found[0] / found[1] * 100, True)
        if found is None or found[1] < self._figures.rules.least_base:
            return Value(HIDDEN)
        one = share(*found)
        mark = "*" if found[1] < self._figures.rules.small_base else ""
        low, high = percent(one.low, self._language), percent(one.high, self._language)
        return Value(f"{percent(one.value, self._language)}{mark} ({low}–{high})", one.value * 100, True)

    def _funnel(self, code: str) -> Value:
        nation, own = (yes_of(self._table, (c, *(TOTAL for _ in self._middle))) for c in (TOTAL, code))
        if code == TOTAL or not nation or not own or own[1] < self._figures.rules.least_base:
            return Value("" if code == TOTAL else HIDDEN)
        return Value(word(funnel_place(*own, nation[0] / nation[1]), self._language))

    def _bars(self) -> Iterator[Bar]:
        everybody = tuple(TOTAL for _ in self._middle)
        codes = [code for code in self._codes() if code != TOTAL or self._outcome]
        if not 1 < len(codes) <= MOST_BARS:
            return
        for code in codes:
            group = (code, *everybody)
            label = code_label(self._table.dimensions[0], code, self._language)
            yield Bar(label, self._bar(self._table, group), self._bar(self._before, group) if self._before else None)

    def _bar(self, table: ShownTable, group: Group) -> float | None:
        return self._share(table, group).number if self._outcome else table.counts.get(group, 0)


def _facts(definitions: tuple[Definition, ...], language: str) -> Iterator[tuple[str, str]]:
    for one in definitions:
        texts = [
            f"{word('counts', language)}: {one.counts[language]}",
            f"{word('excludes', language)}: {one.excludes[language]}",
            f"{word('version', language)}: {one.label}. {word('source', language)}: {one.source[language]}.",
        ]
        yield one.name[language], " ".join(texts)


def _section(figures: Figures, cube: SafeCube, language: str) -> Section:
    grids = (_Grid(figures, cube, spec, language).grid() for spec in cube.spec.tables)
    return Section(
        cube.units.name[language],
        tuple(_facts((cube.units, *cube.outcomes), language)),
        tuple(Sentences(figures, cube, language).all()),
        tuple(grids),
    )


def present(figures: Figures, language: str, data_day: str) -> Publication:
    """The publication of a report's figures, in `sv` or `en`. `data_day` is the day of the data, as written."""
    cubes = [cube for cube in figures.cubes if cube.year == figures.year]
    sections = [_section(figures, cube, language) for cube in cubes]
    if beside := published_beside(figures, language):
        sections.append(beside)
    rules = figures.rules
    notes = [
        word("note_day", language, year=figures.year, day=data_day),
        word("note_kind", language),
        word("note_interval", language),
        word("note_hidden", language),
        word("note_small", language, small=rules.small_base, least=rules.least_base),
    ]
    if any("place:association" in spec for cube in cubes for spec in cube.spec.tables):
        notes.append(word("note_funnel", language))
    fixed = {key: word(key, language) for key in FIXED}
    title = f"{figures.spec.title[language]} {figures.year}"
    return Publication(language, title, figures.year, tuple(sections), tuple(notes), fixed)
