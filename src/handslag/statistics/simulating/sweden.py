"""A synthetic Sweden, year by year, and its files."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from handslag.statistics.arrays import Integers
from handslag.statistics.codes import labels
from handslag.statistics.errors import BadInput
from handslag.statistics.microdata.opening import connect
from handslag.statistics.microdata.schema import resources
from handslag.statistics.progress import Progress, quiet
from handslag.statistics.simulating import finsam, support
from handslag.statistics.simulating.geography import associations, municipalities
from handslag.statistics.simulating.targets import Targets, targets


class _Sweden:
    """What has been made so far, as numbers; a block of rows a year."""

    def __init__(self, seed: int, scale: float, first_year: int):
        self.random = np.random.default_rng(seed)
        self.scale = scale
        self.codes, self.weights = municipalities(self.random)
        self.association_of = associations()
        self.covered = np.array([n for n, code in enumerate(self.codes) if code in self.association_of])
        self.blocks: dict[str, list[pd.DataFrame]] = {name: [] for name in resources()}
        self.persons = 0
        self.measures = finsam.no_measures()
        self.taking: finsam.Taking | None = None
        self.people = self._assess(first_year - 1)
        """Those assessed the year before: they end their rehabilitations in it."""

    def add(self, name: str, **columns: Integers) -> None:
        self.blocks[name].append(pd.DataFrame(columns))

    def _assess(self, year: int) -> support.Assessed:
        people = support.assessed(self.random, year, targets(year, self.scale), self.persons, self.weights)
        self.persons += len(people.person)
        self.add("persons", id=people.person, sex=people.sex, birth_year=people.birth_year)
        return people

    def live(self, year: int) -> None:
        """One year: support, then measures through associations."""
        goal, earlier = targets(year, self.scale), self.people
        self.add("rehabilitations", **support.rehabilitations(self.random, year, goal, earlier))
        self.add("livelihoods", **support.lives(self.random, earlier))
        now = self._assess(year)
        self.add("assessments", person=now.person, held=now.held, benefit=now.benefit, chapter=now.chapter,
                 municipality=now.municipality)  # fmt: skip
        self.add("meetings", **support.meetings(self.random, year, goal, now))
        self._finsam(year, goal, earlier)
        self.people = now

    def _finsam(self, year: int, goal: Targets, candidates: support.Assessed) -> None:
        self.measures = finsam.go_on(self.random, self.measures, year, goal, self.covered)
        carried = 0
        if self.taking is not None:
            carried = int(((self.taking.end == 0) & (self.taking.person >= 0)).sum())
            finsam.end_in(self.random, year, self.taking)
            self._write(self.taking)
        known = max(goal.identified_participants - carried, 0)
        size = max(goal.participants - carried, known)
        persons, sexes = self._participants(year, known, candidates)
        self.taking = finsam.begin(self.random, year, size, persons, sexes, self.measures)

    def _participants(self, year: int, number: int, candidates: support.Assessed) -> tuple[Integers, Integers]:
        """People who begin to take part: a third of them from joint support, the others met here first."""
        known = self.random.permutation(len(candidates.person))[: number // 3]
        size = number - len(known)
        fresh = np.arange(self.persons, self.persons + size)
        self.persons += size
        sex = np.where(support.split(self.random, size, 54), support.WOMAN, support.MAN)
        born = year - self.random.integers(18, 62, size)
        self.add("persons", id=fresh, sex=sex, birth_year=born)
        start = finsam.day(year) - self.random.integers(30, 2500, size)
        kinds = self.random.choice([7, 7, 4, 5, 0, 11], size)
        self.add("livelihoods", **{"person": fresh, "kind": kinds, "degree": start * 0, "from": start, "to": start * 0})
        return np.concatenate([candidates.person[known], fresh]), np.concatenate([candidates.sex[known], sex])

    def _write(self, taking: finsam.Taking) -> None:
        """Adds participations, and a few that were registered by mistake."""
        names = list(finsam.Taking.__dataclass_fields__)
        frame = pd.DataFrame({name: getattr(taking, name) for name in names})
        wrong = frame[frame.end > 0].head(len(frame) // 100).assign(reason=finsam.MIS_REGISTERED)
        self.blocks["participations"] += [frame, wrong]

    def finish(self) -> None:
        """What goes on when the last year ends stays open."""
        self.add("livelihoods", **support.lives(self.random, self.people))
        if self.taking is not None:
            self._write(self.taking)
        measures = {name: getattr(self.measures, name) for name in finsam.Measures.__dataclass_fields__}
        self.add("measures", **measures)


_DAY = "DATE '1970-01-01' + CAST({0} AS INTEGER)"
_OPEN = "CASE WHEN {0} > 0 THEN " + _DAY + " END"


def _list(name: str, place: str) -> str:
    listed = ", ".join(f"'{code}'" for code in labels(name))
    return f"[{listed}][{place} + 1]"


def _columns(sweden: _Sweden) -> dict[str, dict[str, str]]:
    """SQL for each column of each file, over the numbers that were made."""
    person, mun = "'p' || person", "(SELECT code FROM places WHERE place = municipality)"
    ended = 'CASE WHEN "end" > 0 THEN {} END'
    known = "CASE WHEN person >= 0 THEN {} END"
    occupations = "CASE after " + " ".join(f"WHEN {k} THEN {v}" for k, v in finsam.OCCUPATION_OF.items()) + " END"
    both = 'CASE WHEN person >= 0 AND "end" > 0 THEN {} END'
    return {
        "persons": {"person_id": "'p' || id", "sex": _list("sex", "sex"), "birth_year": "birth_year"},
        "livelihoods": {
            "person_id": person,
            "kind": _list("livelihood", "kind"),
            "degree": "nullif(degree, 0)",
            "from_date": _DAY.format('"from"'),
            "to_date": _OPEN.format('"to"'),
        },
        "assessments": {
            "assessment_id": "'a' || row",
            "person_id": person,
            "held_on": _DAY.format("held"),
            "benefit": _list("livelihood", "benefit"),
            "diagnosis_chapter": _list("diagnosis_chapter", "chapter"),
            "municipality_code": mun,
        },
        "rehabilitations": {
            "rehabilitation_id": "'r' || row",
            "person_id": person,
            "started_on": _DAY.format("started"),
            "ended_on": _DAY.format("ended"),
            "direction": _list("rehabilitation_direction", "direction"),
            "municipality_code": mun,
        },
        "meetings": {
            "meeting_id": "'t' || row",
            "person_id": person,
            "kind": _list("meeting_kind", "kind"),
            "held_on": _DAY.format("held"),
            "municipality_code": mun,
        },
        "measures": {
            "measure_id": "'m' || row",
            "association": "(SELECT association FROM places WHERE place = municipality)",
            "direction": _list("measure_direction", "direction"),
            "target_groups": _list("target_group", '"group"'),
            "starts_on": _DAY.format("start"),
            "ends_on": _OPEN.format('"end"'),
            "municipality_code": mun,
        },
        "participations": {
            "participation_id": "'d' || row",
            "measure_id": "'m' || measure",
            "person_id": known.format(person),
            "sex": _list("sex", "sex"),
            "target_group": _list("target_group", '"group"'),
            "started_on": _DAY.format("start"),
            "ended_on": _OPEN.format('"end"'),
            "end_reason": ended.format(_list("end_reason", "reason")),
            "livelihood_before": known.format(_list("livelihood", "before")),
            "livelihood_after": both.format(_list("livelihood", "after")),
            "occupation_before": known.format(_list("occupation", "4 - (person % 3)")),
            "occupation_after": both.format(_list("occupation", occupations)),
            "education": known.format(_list("education", "education")),
        },
    }


def _save(sweden: _Sweden, out: Path, form: str, progress: Progress) -> None:
    connection = connect()
    places = pd.DataFrame(
        {"code": sweden.codes, "association": [sweden.association_of.get(code) for code in sweden.codes]}
    ).reset_index(names="place")
    connection.register("places", places)
    for done, (name, columns) in enumerate(_columns(sweden).items()):
        progress(f"{name}.{form}", done, len(resources()))
        frame = pd.concat(sweden.blocks.pop(name), ignore_index=True).reset_index(names="row")
        connection.register("made", frame)
        listed = ", ".join(f"{sql} AS {column}" for column, sql in columns.items())
        target = str(out / f"{name}.{form}").replace("'", "''")
        try:
            connection.execute(f"COPY (SELECT {listed} FROM made) TO '{target}' (FORMAT {form})")
        except duckdb.Error as error:
            raise BadInput(f"{target}: cannot be written ({str(error).splitlines()[0]}).") from None
        connection.unregister("made")


def simulate(
    from_year: int,
    to_year: int,
    seed: int,
    scale: float,
    out: Path,
    form: str = "parquet",
    progress: Progress = quiet,
) -> None:
    """Writes synthetic microdata of the years to a folder, as .parquet or .csv files.

    At scale 1 the national figures of 2018 and 2019 are those published; the same seed gives the same bytes. Raises
    BadInput for years in the wrong order or a folder that holds microdata already.
    """
    if to_year < from_year:
        raise BadInput(f"The years run from {from_year} to {to_year}: the first is after the last.")
    if any((out / f"{name}.{suffix}").exists() for name in resources() for suffix in ("csv", "parquet")):
        raise BadInput(f"{out}: there is microdata already. Name another folder.")
    sweden = _Sweden(seed, scale, from_year)
    for year in range(from_year, to_year + 1):
        progress(f"year {year}", year - from_year, to_year - from_year + 1)
        sweden.live(year)
    sweden.finish()
    out.mkdir(parents=True, exist_ok=True)
    _save(sweden, out, form, progress)
