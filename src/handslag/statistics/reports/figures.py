"""A report's figures: counted from microdata, protected together, and attacked before anything leaves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from handslag.statistics.counting.cubes import TOTAL, Cube, build_cube
from handslag.statistics.counting.engines import Engine, embedded
from handslag.statistics.counting.units import Counted, count, read_counted
from handslag.statistics.definitions.catalogue import Definition, definition, files_behind
from handslag.statistics.errors import BadInput, Nothing, Unsafe
from handslag.statistics.progress import Progress
from handslag.statistics.reports.specification import CubeSpec, ReportSpec
from handslag.statistics.safety.gate import Release, release
from handslag.statistics.safety.ledger import Ledger, subject_of
from handslag.statistics.safety.tables import Hierarchy, ShownTable, TrueTable


@dataclass(frozen=True)
class Rules:
    """What is unsafe: counts from 1 to below `threshold`; in sensitive dimensions none or all of a group too."""

    threshold: int = 5
    sensitive: tuple[str, ...] = ()
    """Dimensions that are sensitive beside those that the report marks."""
    zeros: str = "hidden"
    """Whether zeros in sensitive dimensions are `hidden`, or `printed` as all others are."""
    least_base: int = 20
    """Shares are not shown for smaller bases."""
    small_base: int = 100
    """Shares of smaller bases are marked."""


@dataclass(frozen=True)
class SafeCube:
    """A year's tables of the same units as they may be shown: a count is None where it is hidden."""

    units: Definition
    outcomes: tuple[Definition, ...]
    spec: CubeSpec
    year: int
    tables: tuple[ShownTable, ...]
    truth: tuple[TrueTable, ...]
    hierarchies: tuple[Hierarchy, ...]
    sensitive: tuple[str, ...]
    """The dimensions in which zeros are hidden."""
    release: Release | None
    """How it was made safe; None where nothing needs to be hidden."""

    def table(self, spec: tuple[str, ...]) -> ShownTable:
        """The table of that specification."""
        return self.tables[self.spec.tables.index(spec)]

    def outcome_of(self, spec: tuple[str, ...]) -> Definition | None:
        """The outcome that a table is by, if any."""
        return next((o for o in self.outcomes if o.indicator in spec), None)


@dataclass(frozen=True)
class Figures:
    """A report's cubes, of the year and of the year before it."""

    spec: ReportSpec
    year: int
    rules: Rules
    cubes: tuple[SafeCube, ...]

    def cube(self, units: str, year: int) -> SafeCube | None:
        """The cube of those units in that year; None where the year was not counted."""
        return next((c for c in self.cubes if c.units.indicator == units and c.year == year), None)


def definitions_of(cube: CubeSpec, versions: Mapping[str, int]) -> tuple[Definition, tuple[Definition, ...]]:
    """The definitions that a cube is counted by, in the versions asked for (the newest where none is)."""
    units = definition(cube.units, versions.get(cube.units))
    return units, tuple(definition(name, versions.get(name)) for name in cube.outcomes)


def rows_name(units: str, year: int) -> str:
    """The file of a cube's finest counts."""
    return f"{units}-{year}.csv"


def count_report(
    data: Path,
    spec: ReportSpec,
    years: tuple[int, ...],
    versions: Mapping[str, int],
    progress: Progress,
    engine: Engine = embedded,
) -> dict[tuple[str, int], Counted]:
    """The finest counts of each cube and year: from microdata, or from the rows that an earlier report kept.

    Raises BadInput for files that are missing or wrong.
    """
    jobs = [(cube, year) for cube in spec.cubes for year in years]
    if any((data / rows_name(cube.units, year)).is_file() for cube, year in jobs):
        return {(cube.units, year): read_counted(data / rows_name(cube.units, year)) for cube, year in jobs}
    found = {}
    with engine(data, files_of(spec, versions)) as session:
        for done, (cube, year) in enumerate(jobs):
            units, outcomes = definitions_of(cube, versions)
            progress(f"counting {cube.units} {year}", done, len(jobs))
            found[cube.units, year] = count(session, units, outcomes, year)
    return found


def files_of(spec: ReportSpec, versions: Mapping[str, int]) -> set[str]:
    """The microdata files that a report reads."""
    pairs = (definitions_of(cube, versions) for cube in spec.cubes)
    return files_behind(*(one for units, outcomes in pairs for one in (units, *outcomes)))


def make_figures(
    spec: ReportSpec,
    year: int,
    counted: Mapping[tuple[str, int], Counted],
    versions: Mapping[str, int],
    rules: Rules,
    ledger: Ledger,
    progress: Progress,
) -> Figures:
    """Protects each cube's tables together, with what the ledger says is known, and attacks the result.

    Raises Unsafe where a table cannot be made safe, Nothing where nobody was counted in the year. The year before is
    left out where nobody was counted.
    """
    _refuse_unknown(rules.sensitive, spec)
    cubes = []
    wanted = [(cube, y) for y in (year, year - 1) for cube in spec.cubes if sum(counted[cube.units, y].counts.values())]
    if not any(y == year for _cube, y in wanted):
        raise Nothing(f"The data has nothing for {year}. Is it the right year and folder?")
    for done, (cube, y) in enumerate(wanted):
        progress(f"protecting {cube.units} {y}", done, len(wanted))
        units, outcomes = definitions_of(cube, versions)
        built = build_cube(counted[cube.units, y], cube.tables, y)
        if cube.public:
            cubes.append(SafeCube(units, outcomes, cube, y, built.tables, built.tables, built.hierarchies, (), None))
            continue
        sensitive = _sensitive(cube, built, rules)
        safe = _protect(subject_of(cube.units, y), built, rules.threshold, sensitive, ledger)
        cubes.append(SafeCube(units, outcomes, cube, y, safe.tables, built.tables, built.hierarchies, sensitive, safe))
    return Figures(spec, year, rules, tuple(cubes))


def _refuse_unknown(sensitive: Collection[str], spec: ReportSpec) -> None:
    """Raises BadInput for a sensitive dimension that no table of the report has."""
    cubes = [cube for cube in spec.cubes if not cube.public]
    there = dict.fromkeys(name.partition(":")[0] for cube in cubes for table in cube.tables for name in table)
    if unknown := sorted(set(sensitive) - there.keys()):
        raise BadInput(f"--sensitive {unknown[0]}: no table of the report has it. There are {', '.join(there)}.")


def _sensitive(cube: CubeSpec, built: Cube, rules: Rules) -> tuple[str, ...]:
    """The dimensions of a cube in which zeros are hidden."""
    if rules.zeros == "printed":
        return ()
    there = {name for table in built.tables for name in table.dimensions}
    return tuple(name for name in dict.fromkeys((*cube.sensitive, *rules.sensitive)) if name in there)


def _protect(subject: str, built: Cube, threshold: int, sensitive: tuple[str, ...], ledger: Ledger) -> Release:
    safe = release(built.tables, TOTAL, built.hierarchies, threshold, sensitive=sensitive, earlier=ledger.of(subject))
    if safe.falls:
        raise Unsafe(f"{subject}: {', '.join(safe.falls[0].cell)} cannot be made safe. Publish fewer tables.")
    return safe
