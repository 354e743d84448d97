"""What each definition counts: a population counted by hand, and random ones against a plain count in Python."""

import hashlib
import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from handslag.cli.main import main
from handslag.statistics.counting.engines import Embedded
from handslag.statistics.counting.units import count
from handslag.statistics.definitions import catalogue
from handslag.statistics.definitions.catalogue import definition, definitions
from handslag.statistics.errors import BadInput
from tests.microdata import measure, participation, person, rehabilitation, spell, write

FROZEN = {
    "joint_assessments v1": "d5d1894d5f7b",
    "psychiatric_diagnosis v1": "ea18f7e682e0",
    "ended_rehabilitations v1": "caffb08805b7",
    "ended_rehabilitations v2": "7a056f88495c",
    "regained_work_capacity v1": "bba834ef2382",
    "transition_meetings v1": "c449986c8273",
    "measures v1": "d88e396f96f3",
    "for_priority_groups v1": "ba2599abb7fa",
    "for_long_term_sick v1": "d1a4a357132d",
    "for_young_disability v1": "e0c6a8c81e1c",
    "for_young_activity_compensation v1": "bf722a6d74d7",
    "participants v1": "32b2f7dbc5e6",
    "participants v2": "9d1e14169f7e",
    "started_participations v1": "b15f4ef25648",
    "long_public_support v1": "af7af8f95126",
    "ended_participations v1": "32b764ad67b4",
    "work_or_studies_after v1": "6ba46a3c2ffc",
}


def counted(folder: Path, indicator: str, year: int, *outcomes: str, version: int | None = None) -> Counter:
    """The number of units by outcome and sex (or by sex alone)."""
    units, others = definition(indicator), [definition(name, version) for name in outcomes]
    connection = Embedded(folder, dict.fromkeys(file for d in (units, *others) for file in d.files))
    finest = count(connection, units, others, year)
    wanted = [*outcomes] or (["sex"] if "sex" in finest.dimensions else [])
    found: Counter = Counter()
    for leaf, number in finest.counts.items():
        found[tuple(leaf[finest.dimensions.index(name)] for name in wanted)] += number
    return found


@pytest.fixture(scope="module", params=["csv", "parquet"])
def by_hand(request, tmp_path_factory) -> Path:
    """A population small enough to count by hand; the arithmetic stands beside each row."""
    ended = "2019-06-10"  # the 31 days that follow are 11 June to 11 July
    people = [person(f"p{n}", "man" if n % 2 else "woman") for n in range(1, 10)]
    people += [person(f"s{n}") for n in range(1, 9)]
    return write(
        tmp_path_factory.mktemp("hand") / "data",
        request.param,
        persons=people,
        rehabilitations=[
            *(rehabilitation(f"r{n}", f"p{n}", ended) for n in range(1, 7)),
            rehabilitation("r7a", "p7", "2019-03-01"),  # p7 ends twice and counts once, by the last
            rehabilitation("r7b", "p7", "2019-11-01"),
            rehabilitation("r8a", "p8", "2018-12-31"),  # neither day is in 2019: p8 does not count
            rehabilitation("r8b", "p8", "2020-01-01"),
            rehabilitation("r9a", "p9", "2019-01-01"),  # the first day of the year counts
            rehabilitation("r9b", "p9", ""),  # what goes on has not ended
        ],
        livelihoods=[
            spell("p1", "sickness_benefit", "2019-01-01", "2019-06-11"),  # last day 10 June: has left
            spell("p2", "sickness_benefit", "2019-01-01", "2019-06-12"),  # still on 11 June: has not
            spell("p3", "rehabilitation_allowance", "2019-07-11", "2019-09-01"),  # from the 31st day: has not
            spell("p4", "activity_compensation", "2019-07-12"),  # from the 32nd day: has left
            spell("p5", "sickness_compensation", "2019-01-01"),  # goes on: has not
            spell("p6", "unemployment_insurance", "2019-01-01"),  # no sickness insurance: has left
            spell("p7", "sickness_benefit", "2019-02-01", "2019-05-01"),  # there at the first end, gone at the last
            # began on 1 June 2019, public support: since 1 January 2018, a break of 1 December to 1 January
            spell("s1", "social_assistance", "2018-01-01", "2018-12-01"),
            spell("s1", "unemployment_insurance", "2019-01-01"),  # one month: the break is ignored, yes
            spell("s2", "social_assistance", "2018-01-01", "2018-12-01"),
            spell("s2", "unemployment_insurance", "2019-01-02"),  # a month and a day: no
            spell("s3", "sickness_benefit", "2018-01-01", "2019-05-26"),  # last day 25 May, a week before: yes
            spell("s4", "sickness_benefit", "2018-01-01", "2019-05-25"),  # last day 24 May: no
            spell("s5", "other", "2010-01-01"),  # parental benefit and pension are no public support: no
            spell("s6", "activity_support", "2018-06-01"),  # twelve months to the day: yes
            spell("s7", "activity_support", "2018-06-02"),  # a day less: no
        ],
        measures=[
            measure("m"),
            measure("old", starts_on="2017-01-01", ends_on="2018-12-31"),  # ended before 2019
            measure("first", starts_on="2017-01-01", ends_on="2019-01-01", target_groups=""),  # its last day counts
            measure("last", starts_on="2019-12-31", direction="structural", target_groups="newly_arrived"),
            measure("next", starts_on="2020-01-01"),  # begins after 2019
            measure("two", target_groups="newly_arrived;young_disability"),  # one of several groups is enough
        ],
        participations=[
            *(participation(f"q{n}", f"s{n}", "2019-06-01") for n in range(1, 8)),
            participation("q8", "", "2019-06-01"),  # anonymous: unknown
            participation("q9", "s1", "2019-02-01", "2019-03-01", end_reason="mis_registered"),  # never counts
            participation("q10", "s8", "2018-02-01", "2019-01-01", occupation_after="studies"),  # its last day counts
            participation("q11", "", "2018-02-01", "2018-12-31"),  # ended before 2019
            participation("q18", "", "2018-02-01"),  # nobody knows when an anonymous one ended
            participation("q12", "p1", "2018-02-01", "2019-12-31", sex="man", occupation_after="work_subsidised",
                          livelihood_after="wage"),
            participation("q13", "p2", "2018-02-01", "2019-04-01", occupation_after="work_unsubsidised",
                          livelihood_after="sickness_benefit"),  # employed but unable to work: does not work
            participation("q14", "p3", "2018-02-01", "2019-04-01", sex="man", end_reason="deceased",
                          occupation_after="other"),  # unknown
            participation("q15", "p4", "2018-02-01", "2019-04-01", occupation_after="actively_seeking"),
            participation("q16", "", "2019-01-01", "2019-05-01"),  # anonymous, occupation not recorded: unknown
            participation("q17", "p4", "2019-01-01", "2019-02-01", occupation_after="studies"),  # p4 ended later again
        ],
        assessments=[
            {"assessment_id": f"a{n}", "person_id": "p1" if n < 3 else "p2", "held_on": day, "benefit": "sickness_benefit",
             "diagnosis_chapter": "F" if n % 2 else "M", "municipality_code": "1380"}
            for n, day in enumerate(["2018-12-31", "2019-01-01", "2019-12-31", "2019-05-05", "2020-01-01"])
        ],
        meetings=[
            {"meeting_id": f"t{n}", "person_id": "p1", "kind": kind, "held_on": day, "municipality_code": "1380"}
            for n, (kind, day) in enumerate([("transition_meeting", "2019-01-01"), ("transition_meeting", "2019-12-31"),
                                             ("sip", "2019-05-05"), ("transition_meeting", "2020-01-01")])
        ],
    )  # fmt: skip


def test_joint_assessments_and_their_diagnoses(by_hand):
    # held in 2019: a1 (F), a2 (M), a3 (F)
    assert counted(by_hand, "joint_assessments", 2019, "psychiatric_diagnosis") == {("yes",): 2, ("no",): 1}


def test_those_who_ended_their_rehabilitation_and_left_sickness_insurance(by_hand):
    # p1-p7 ended; p1, p4, p6 and p7 left; p2, p3 and p5 did not; p9 has a measure that goes on
    assert counted(by_hand, "ended_rehabilitations", 2019, "regained_work_capacity") == {("yes",): 4, ("no",): 3}
    # men are p1, p3, p5, p7; women p2, p4, p6
    assert counted(by_hand, "ended_rehabilitations", 2019) == {("man",): 4, ("woman",): 3}


def test_whose_measures_go_on_has_ended_by_the_first_version_only(by_hand):
    found = count(Embedded(by_hand, ["persons", "rehabilitations"]), definition("ended_rehabilitations", 1), [], 2019)
    assert sum(found.counts.values()) == 8, "p9 too"


def test_transition_meetings(by_hand):
    assert counted(by_hand, "transition_meetings", 2019) == {("man",): 2}


def test_measures_and_the_groups_that_they_are_for(by_hand):
    # active in 2019: m, first, last, two; with a priority group: m and two
    assert counted(by_hand, "measures", 2019, "for_priority_groups") == {("yes",): 2, ("no",): 2}
    assert counted(by_hand, "measures", 2019, "for_long_term_sick") == {("yes",): 1, ("no",): 3}
    assert counted(by_hand, "measures", 2019, "for_young_disability") == {("yes",): 1, ("no",): 3}
    assert counted(by_hand, "measures", 2019, "for_young_activity_compensation") == {("no",): 4}


def test_participants(by_hand):
    # s1-s7, s8, p1-p4 and the anonymous q8 and q16; men are p1 and p3
    assert counted(by_hand, "participants", 2019) == {("woman",): 12, ("man",): 2}


def test_who_is_anonymous_counts_in_the_year_of_the_start_alone(by_hand):
    # q11 and q18 began in 2018, q8 and q16 in 2019; by the first version q18 counted in every year from then on
    found: dict[int, list[int]] = {}
    for version in (1, 2):
        units = definition("participants", version)
        for year in (2018, 2019, 2020):
            whole = count(Embedded(by_hand, dict.fromkeys(units.files)), units, [], year)
            there = whole.dimensions.index("identified")
            found.setdefault(version, []).append(sum(n for leaf, n in whole.counts.items() if leaf[there] == "no"))
    assert found == {1: [2, 3, 2], 2: [2, 2, 0]}


def test_long_public_support_before(by_hand):
    # yes s1, s3, s6; no s2, s4, s5, s7 and p4 (q17: no support); unknown q8 and q16
    found = counted(by_hand, "started_participations", 2019, "long_public_support")
    assert found == {("yes",): 3, ("no",): 5, ("unknown",): 2}


def test_work_or_studies_after(by_hand):
    # yes s8, p1; no p2, p4 (by q15, ended last); unknown p3 (deceased), q16 (not recorded)
    found = counted(by_hand, "ended_participations", 2019, "work_or_studies_after")
    assert found == {("yes",): 2, ("no",): 2, ("unknown",): 2}


DAYS = st.integers(0, 800).map(lambda n: date(2018, 1, 1) + timedelta(days=n))
KINDS = st.sampled_from(["sickness_benefit", "activity_compensation", "social_assistance", "wage", "other"])
PEOPLE = ["a", "b", "c"]
SPELLS = st.lists(st.tuples(st.sampled_from(PEOPLE), KINDS, DAYS, st.none() | st.integers(1, 400)), max_size=8)
ENDS = st.lists(st.tuples(st.sampled_from(PEOPLE), st.none() | DAYS), max_size=6)
TAKING = st.lists(
    st.tuples(st.sampled_from([*PEOPLE, ""]), DAYS, st.none() | st.integers(0, 300), st.booleans()), max_size=7
)
SICK = {"sickness_benefit", "rehabilitation_allowance", "sickness_compensation", "activity_compensation"}
PUBLIC = SICK | {"unemployment_insurance", "activity_support", "introduction_benefit", "social_assistance"}
FOREVER = date(2100, 1, 1)


def on(spells, who: str, day: date, kinds: set[str]) -> bool:
    """Whether somebody has one of the livelihoods on a day."""
    return any(p == who and k in kinds and f <= day < (t or FOREVER) for p, k, f, t in spells)


def plain_regained(spells, ends) -> Counter:
    """The plain, slow count of those who ended in 2019, day by day."""
    last = {}
    for who, day in ends:
        if day and day.year == 2019:
            last[who] = max(day, last.get(who, day))
    for who, day in ends:
        if day is None or day > date(2019, 12, 31):  # goes on at the end of the year
            last.pop(who, None)
    left = (not any(on(spells, who, day + timedelta(days=n), SICK) for n in range(1, 32)) for who, day in last.items())
    return Counter(("yes",) if one else ("no",) for one in left)


def month_later(day: date) -> date:
    """The same day of the next month, or its last."""
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (following + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return following.replace(day=min(day.day, last.day))


def plain_long_support(spells, taking) -> Counter:
    """The plain count of who had been in public support for a year when they began in 2019."""
    first, found = {}, Counter()
    for number, (who, start, _length, wrong) in enumerate(taking):
        if start.year == 2019 and not wrong:
            if who:
                first[who] = min((start, f"q{number}"), first.get(who, (start, f"q{number}")))
            else:
                found["unknown",] += 1
    for who, (start, _number) in first.items():
        own = sorted((f, t or FOREVER) for p, k, f, t in spells if p == who and k in PUBLIC and f < start)
        begun = until = None
        for f, t in own:
            if begun is None or f > month_later(until):
                if begun and _long(begun, until, start):
                    break
                begun, until = f, t
            until = max(until, t)
        found["yes" if begun and _long(begun, until, start) else "no",] += 1
    return found


def _long(begun: date, until: date, start: date) -> bool:
    year_before = start.replace(year=start.year - 1, day=min(start.day, 28 if start.month == 2 else start.day))
    return begun <= year_before and (start - (until - timedelta(days=1))).days <= 7


@settings(max_examples=40, deadline=None)
@given(SPELLS, ENDS, TAKING, st.sampled_from(["csv", "parquet"]))
def test_the_engine_counts_what_a_plain_count_counts(spells, ends, taking, form):
    spells = [(p, k, f, f + timedelta(days=n) if n else None) for p, k, f, n in spells]
    with tempfile.TemporaryDirectory() as folder:
        data = write(
            Path(folder) / "data",
            form,
            persons=[person(p) for p in PEOPLE],
            livelihoods=[spell(p, k, str(f), str(t or "")) for p, k, f, t in spells],
            rehabilitations=[
                rehabilitation(f"r{n}", who, str(day or "")) | {"started_on": "2017-01-01"} for n, (who, day) in enumerate(ends)
            ],
            measures=[measure("m")],
            participations=[
                participation(f"q{n}", who, str(start), "" if length is None and not wrong else str(start + timedelta(days=length or 0)),
                              **({"end_reason": "mis_registered"} if wrong else {}))
                for n, (who, start, length, wrong) in enumerate(taking)
            ],
        )  # fmt: skip
        assert counted(data, "ended_rehabilitations", 2019, "regained_work_capacity") == plain_regained(spells, ends)
        found = counted(data, "started_participations", 2019, "long_public_support")
        assert found == plain_long_support(spells, taking)


def test_a_definition_is_never_changed_but_gets_a_new_version():
    found = {d.label: hashlib.sha256(" ".join(d.sql.split()).encode()).hexdigest()[:12] for d in definitions()}
    assert found == FROZEN


@pytest.fixture
def a_second_version(tmp_path, monkeypatch):
    """A catalogue in which somebody has regained work capacity only after twice as long without sickness insurance."""
    text = catalogue.DEFINITIONS.read_text(encoding="utf-8")
    first = next(part for part in text.split("[[definition]]") if 'indicator = "regained_work_capacity"' in part)
    second = first.replace("version = 1", "version = 2").replace("INTERVAL 31 DAY", "INTERVAL 61 DAY")
    path = tmp_path / "definitions.toml"
    path.write_text(f"{text}\n[[definition]]{second}", encoding="utf-8")
    monkeypatch.setattr(catalogue, "DEFINITIONS", path)
    definitions.cache_clear()
    yield
    definitions.cache_clear()


def test_an_old_version_still_counts_as_it_did(by_hand, a_second_version):
    # by the first p1, p4, p6 and p7 left; by the second p4 did not: activity compensation from the 32nd day
    old = counted(by_hand, "ended_rehabilitations", 2019, "regained_work_capacity", version=1)
    new = counted(by_hand, "ended_rehabilitations", 2019, "regained_work_capacity")
    assert old == {("yes",): 4, ("no",): 3} and new == {("yes",): 3, ("no",): 4}


def test_definitions_are_listed_in_both_languages():
    for language, wanted in (("sv", "Omställningsmöten"), ("en", "Transition meetings")):
        done = CliRunner().invoke(main, ["statistics", "definitions", "--language", language])
        assert done.exit_code == 0 and "transition_meetings v1, valid from 2016-01-01" in done.output
        assert wanted in done.output
    with pytest.raises(BadInput, match="no definition participants v9"):
        definition("participants", 9)
