"""Releases that know each other, linked geographies, and sensitive outcomes: the attacks that once worked do not."""

import itertools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handslag.statistics.errors import BadInput
from handslag.statistics.safety.auditing import audit
from handslag.statistics.safety.cell_keys import Noise
from handslag.statistics.safety.gate import release
from handslag.statistics.safety.ledger import Ledger, held, subject_of
from handslag.statistics.safety.protecting import protect
from handslag.statistics.safety.system import build
from handslag.statistics.safety.tables import Earlier, Hierarchy, Table, without
from tests import readers
from tests.test_disclosure_control import COUNTY, PLACES, THRESHOLD, TOTAL, TREES, crowds, linked, table

REGIONS = [Hierarchy("place", {"a": "r1", "b": "r1", "c": "r2"})]


def margins(name: str, counts: dict[str, int]) -> Table:
    """A table of one dimension with its total."""
    return Table(name, ("place",), {**{(k,): n for k, n in counts.items()}, (TOTAL,): sum(counts.values())})


def merged(first: list[Table], second: list[Table]) -> list[Table]:
    """What somebody knows who has seen both: a cell shown in either is shown."""
    known = {}
    for one in (*first, *second):
        for key, number in one.counts.items():
            codes = frozenset((d, c) for d, c in zip(one.dimensions, key, strict=True) if c != TOTAL)
            if number is not None:
                known[codes] = number

    def seen(one: Table, key: tuple) -> int | None:
        return known.get(frozenset((d, c) for d, c in zip(one.dimensions, key, strict=True) if c != TOTAL))

    return [Table(t.name, t.dimensions, {k: seen(t, k) for k in t.counts}) for t in (*first, *second)]


@settings(max_examples=25, deadline=None)
@given(crowds)
def test_two_releases_together_give_no_more_away_than_they_may(records):
    first, second = linked(records)
    one = release([first], TOTAL, TREES, THRESHOLD)
    hidden = frozenset(k for k, n in one.tables[0].counts.items() if n is None)
    try:
        two = release([second], TOTAL, TREES, THRESHOLD, earlier=[Earlier("1", first, hidden)])
    except BadInput as error:
        assert "because of what was published before" in str(error)
        return
    if two.falls:
        return  # the gate keeps it in: somebody alone would know, and what could hide it is published
    both = merged(list(one.tables), list(two.tables))
    assert audit(both, [first, second], TOTAL, TREES, THRESHOLD) == []


def test_a_margin_that_gives_away_what_was_hidden_before_is_hidden_too():
    before = Earlier("1", margins("old", {"a": 2, "b": 8, "c": 9}), frozenset([("a",), ("c",)]))
    now = margins("new", {"r1": 10, "r2": 9})
    alone = release([now], TOTAL, REGIONS, THRESHOLD)
    assert alone.protection.hidden == set()  # and a would be 10 - 8
    aware = release([now], TOTAL, REGIONS, THRESHOLD, earlier=[before])
    assert {k for (k,), n in aware.tables[0].counts.items() if n is None} == {"r1", "r2"}
    shown = [without(now, set())]
    assert [f.cell for f in audit(shown, [now], TOTAL, REGIONS, THRESHOLD, earlier=[before])] == [("a",)]


def test_a_table_that_cannot_be_made_safe_any_more_is_refused():
    before = Earlier("1", margins("old", {"a": 7, "b": 8}), frozenset())
    with pytest.raises(BadInput, match="because of what was published before"):
        release([margins("old", {"a": 7, "b": 8})], TOTAL, [], 10, earlier=[before])


def test_a_revision_is_a_table_of_its_own_where_it_changed():
    before = Earlier("1", margins("old", {"a": 2, "b": 8, "c": 9}), frozenset([("a",), ("b",)]))
    now = margins("old", {"a": 2, "b": 9, "c": 9})  # one more in b since
    later = release([now], TOTAL, [], THRESHOLD, earlier=[before])
    assert later.falls == () and later.tables[0].counts["a",] is None
    assert later.tables[0].counts[TOTAL,] is None, "19 before: that somebody was added would be told"


@pytest.mark.parametrize(("now", "is_shown"), [(8, True), (9, False), (7, False), (12, False), (13, True), (3, False)])
def test_a_revision_of_few_people_is_hidden_as_few_people_are(now, is_shown):
    before = Earlier("1", margins("old", {"a": 8, "b": 30, "c": 40}), frozenset())
    new = margins("old", {"a": now, "b": 60, "c": 70})
    later = release([new], TOTAL, [], THRESHOLD, earlier=[before])
    assert later.falls == () and (later.tables[0].counts["a",] is not None) == is_shown
    told = audit([new], [new], TOTAL, [], THRESHOLD, earlier=[before])
    assert [fall.cell for fall in told] == [] if is_shown else [("a",)]


def test_a_cell_that_was_told_with_noise_is_known_to_lie_near():
    truth = margins("t", {"a": 3, "b": 20, "c": 30})
    near = Earlier("ask", truth, frozenset(truth.counts), (), {("b",): (14, 20)})  # b is no more than 20
    safe = release([truth], TOTAL, [], THRESHOLD, earlier=[near])
    assert safe.falls == () and {k for (k,), n in safe.tables[0].counts.items() if n is None} > {"a"}
    shown = without(truth, {("a",), ("b",)})
    assert audit([shown], [truth], TOTAL, [], THRESHOLD) == []
    low = Earlier("ask", truth, frozenset(truth.counts), (), {("b",): (20, 26)})  # then a is no more than 3
    assert [f.cell for f in audit([shown], [truth], TOTAL, [], THRESHOLD, earlier=[low])] == [("a",)]


def test_pooled_years_know_the_single_ones():
    years = ("2018", "2019")
    single = Table("one", ("place", "year"), {("a", "2018"): 7, ("b", "2018"): 20, (TOTAL, "2018"): 27,
                                             ("a", TOTAL): 7, ("b", TOTAL): 20, (TOTAL, TOTAL): 27})  # fmt: skip
    assert release([single], TOTAL, [], THRESHOLD).protection.hidden == set()
    counts = {("a", "2018"): 7, ("a", "2019"): 2, ("b", "2018"): 20, ("b", "2019"): 30}
    pooled = {**counts}
    for place, year in itertools.product(("a", "b", TOTAL), (*years, TOTAL)):
        parts = [n for (p, y), n in counts.items() if place in (p, TOTAL) and year in (y, TOTAL)]
        pooled[place, year] = sum(parts)
    both = Table("both", ("place", "year"), {k: n for k, n in pooled.items() if k[1] == TOTAL})
    only_2018 = Table("one", ("place", "year"), {k: n for k, n in pooled.items() if k[1] == "2018"})
    with pytest.raises(BadInput, match="no margin"):
        release([only_2018], TOTAL, [], THRESHOLD)
    whole = Table("whole", ("place", "year"), pooled)
    first = Earlier("1", whole, frozenset([("a", "2019"), ("a", TOTAL), ("b", "2019"), ("b", TOTAL)]))
    second = release(
        [Table("t", ("place",), {(k[0],): n for k, n in both.counts.items()})], TOTAL, [], THRESHOLD, earlier=[first]
    )
    assert second.tables[0].counts["a",] is None  # 9, but 9 - 7 of 2018 is 2


def test_joining_tables_that_were_protected_apart_is_what_linking_prevents():
    """Municipalities and associations protected separately, then joined, gave away 236 of 527 small cells."""
    chance = np.random.default_rng(3)
    records = [{"place": PLACES[chance.integers(5)], "sex": ["man", "woman"][int(chance.random() < 0.2)],
                "age": ["old", "young"][chance.integers(2)]} for _ in range(60)]  # fmt: skip
    by_sex, by_age = linked(records)
    apart = [release([t], TOTAL, TREES, THRESHOLD).tables[0] for t in (by_sex, by_age)]
    naive = merged(apart[:1], apart[1:])
    together = release([by_sex, by_age], TOTAL, TREES, THRESHOLD)
    assert together.falls == ()
    assert len(audit(naive, [by_sex, by_age], TOTAL, TREES, THRESHOLD)) >= len(together.falls)


CASES = {
    "all zeros": ({"a": 0, "b": 0, "c": 0}, set()),
    "one cell that is safe": ({"a": 7}, set()),
    "one cell that is not": ({"a": 3}, {"a", TOTAL}),
    "a total below the threshold": ({"a": 1, "b": 1}, {"a", "b", TOTAL}),
    "nothing small": ({"a": 9, "b": 5}, set()),
}


@pytest.mark.parametrize("what", CASES)
def test_boundary_cases(what):
    counts, hidden = CASES[what]
    safe = release([margins("t", counts)], TOTAL, [], THRESHOLD)
    assert safe.falls == () and {k for (k,), n in safe.tables[0].counts.items() if n is None} == hidden


@settings(max_examples=8, deadline=None)
@given(crowds.filter(bool))
def test_five_linked_tables(records):
    maps, dims = {"place": [COUNTY]}, {"place": PLACES, "sex": ["man", "woman"], "age": ["old", "young"]}
    for n, record in enumerate(records):
        record.setdefault("group", f"g{n % 2}")
    dims["group"] = ["g0", "g1"]
    pairs = [("place", "sex"), ("place", "age"), ("place", "group"), ("sex", "age"), ("age", "group")]
    tables = [table(f"{a}-{b}", records, {a: dims[a], b: dims[b]}, maps if a == "place" else {}) for a, b in pairs]
    assert release(tables, TOTAL, [Hierarchy("place", COUNTY)], THRESHOLD).falls == ()


def test_a_county_with_one_municipality_tells_no_more_than_it():
    tree = Hierarchy("place", {"m1": "c1", "m2": "c2", "m3": "c2"})
    records = [{"place": p, "sex": "man"} for p, n in (("m1", 3), ("m2", 20), ("m3", 30)) for _ in range(n)]
    one = table("t", records, {"place": ["m1", "m2", "m3"], "sex": ["man"]}, {"place": [tree.parent_of]})
    safe = release([one], TOTAL, [tree], THRESHOLD)
    assert safe.falls == () and {safe.tables[0].counts[p, "man"] for p in ("m1", "c1")} == {None}


@settings(max_examples=25, deadline=None)
@given(crowds.filter(bool))
def test_nobody_learns_that_all_or_none_of_a_group_have_a_sensitive_value(records):
    tables = linked(records)
    try:
        safe = release(tables, TOTAL, TREES, THRESHOLD, sensitive=["age"])
    except BadInput:
        return  # everybody has the same: no table can keep that to itself
    by_age = safe.tables[1]
    for key, number in tables[1].counts.items():
        whole = tables[1].counts[key[0], TOTAL]
        if key[1] != TOTAL and whole and number in (0, whole):
            assert by_age.counts[key] is None or (number and by_age.counts[key[0], TOTAL] is None)
    assert safe.falls == ()
    naive = release(tables, TOTAL, TREES, THRESHOLD)
    zeros = [k for k, n in naive.tables[1].counts.items() if n == 0 and k[1] != TOTAL and tables[1].counts[k[0], TOTAL]]
    assert bool(zeros) <= bool(audit(naive.tables, tables, TOTAL, TREES, THRESHOLD, sensitive=["age"]))


def test_the_ledger_keeps_what_it_is_told(tmp_path):
    ledger = Ledger(tmp_path / "l.jsonl")
    truth = margins("t", {"a": 2, "b": 8})
    ledger.add("1", "x", [truth], [without(truth, {("a",), ("b",)})])
    ledger.save()
    (found,) = Ledger(tmp_path / "l.jsonl").of("x")
    assert found == Earlier("1", truth, frozenset([("a",), ("b",)])) and Ledger(tmp_path / "l.jsonl").of("y") == []
    with pytest.raises(BadInput, match="already"):
        ledger.add("1", "x", [truth], [truth])
    known = ledger.known
    ledger.add_answer("x", truth, without(margins("t", {"a": 0, "b": 13}), {(TOTAL,)}), Noise())
    assert ledger.of("x")[1].bounds == {("a",): (0, 6), ("b",): (7, 19)}
    assert ledger.until(known).of("x") == [found]
    with pytest.raises(BadInput, match="lacks the 2 tables"):
        Ledger().until(ledger.known)
    (tmp_path / "l.jsonl").write_text("{")
    with pytest.raises(BadInput, match="not a release ledger"):
        Ledger(tmp_path / "l.jsonl")


@given(st.integers(2, 9))
def test_the_threshold_is_what_it_is_told(threshold):
    safe = release([margins("t", {"a": 4, "b": 20, "c": 30})], TOTAL, [], threshold)
    assert (safe.tables[0].counts["a",] is None) == (threshold > 4)


def test_tables_that_contradict_each_other_are_refused_by_the_margins_name():
    with pytest.raises(BadInput, match="margin r1 is 11, its parts in another table add up to 10"):
        release([margins("a", {"a": 2, "b": 8, "c": 9}), margins("b", {"r1": 11, "r2": 8})], TOTAL, REGIONS, THRESHOLD)


def test_what_public_zeros_say_is_no_fall():
    """All who are old are in g0 and none else is: two cells of the same people, whatever is hidden."""
    people = [("m1", "old", "g0"), ("m1", "young", "g1"), ("m2", "old", "g0")]
    records = [{"place": place, "age": age, "group": group} for place, age, group in people]
    places, maps = ["m1", "m2"], {"place": [{}]}
    tables = [
        table("age", records, {"place": places, "age": ["old", "young"]}, maps),
        table("group", records, {"place": places, "group": ["g0", "g1"]}, maps),
        table("both", records, {"age": ["old", "young"], "group": ["g0", "g1"]}, {}),
    ]
    assert release(tables, TOTAL, [], THRESHOLD).falls == ()


@pytest.mark.parametrize("kind", readers.KINDS)
def test_a_reader_who_knows_that_hidden_is_not_zero_tells_no_small_count(kind):
    """`python -m tests.readers` does this over 200 worlds."""
    told = sum((readers.attacked(readers.world(kind, seed)) for seed in range(2)), Counter())
    assert told.pop("unsafe") and not told.keys() - {"from more than 1"}


def aged(*classes: tuple[str, int]) -> Table:
    """People by age, in these classes."""
    return Table("age", ("age",), {**{(code,): n for code, n in classes}, (TOTAL,): 100})


YOUNG, OLDER = aged(("0-29", 40), ("30+", 60)), aged(("0-30", 42), ("31-", 58))


@pytest.mark.parametrize("other", [OLDER, aged(("0–29", 40), ("30–", 60)), aged(("0-59", 70), ("60-", 30))])
def test_classes_that_overlap_are_refused_also_with_those_of_earlier_releases(other):
    """Each table alone is safe, and 42 - 40 are the two who are 30."""
    first = release([YOUNG], TOTAL, [], THRESHOLD)
    assert first.tables == (YOUNG,) and release([other], TOTAL, [], THRESHOLD).tables == (other,)
    known = Earlier("r1", YOUNG, frozenset())
    for given_tables, earlier in (([other], [known]), ([YOUNG, Table("t", ("age",), other.counts)], [])):
        with pytest.raises(BadInput, match="age: the classes .* overlap"):
            release(given_tables, TOTAL, [], THRESHOLD, earlier=earlier)


def test_overlapping_classes_with_a_map_of_their_parts_are_protected_together():
    parts = aged(("0-29", 40), ("30", 2), ("31-", 58), ("0-30", 42), ("30-", 60))
    ways = [Hierarchy("age", {"0-29": "0-30", "30": "0-30"}), Hierarchy("age", {"30": "30-", "31-": "30-"})]
    safe = release([parts], TOTAL, ways, THRESHOLD)
    (shown,) = safe.tables
    assert safe.falls == () and shown.counts["30",] is None
    assert shown.counts["0-29",] is None or shown.counts["0-30",] is None, "else they tell it by subtracting"
    assert shown.counts["31-",] is None or shown.counts["30-",] is None


def test_small_linked_tables_hide_the_fewest_cells():
    found = readers.world("linked", 4)
    system = build(found.tables, TOTAL, found.hierarchies)
    assert len(protect(system, THRESHOLD).complementary) <= 11, "one need after the other it was 15"


def test_nothing_is_printed_beside_what_is_asked_for(capfd):
    """One version of the solver wrote a line of its own between the figures."""
    found = readers.world("overlapping", 34)
    protect(build(found.tables, TOTAL, found.hierarchies), THRESHOLD)
    assert capfd.readouterr() == ("", "")


def test_two_who_release_at_once_take_turns(tmp_path):
    """Of two reports that were made side by side the ledger lost one."""
    path = tmp_path / "l.jsonl"
    truth = margins("t", {"a": 7, "b": 8})

    def released(number: int) -> None:
        with held(path) as ledger:
            ledger.add(f"r{number}", "x", [truth], [truth])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(released, range(40)))
    assert {one.edition for one in Ledger(path).of("x")} == {f"r{n}" for n in range(40)}
    with pytest.raises(RuntimeError), held(path) as ledger:
        ledger.add("broken", "x", [truth], [truth])
        raise RuntimeError
    assert len(Ledger(path).of("x")) == 40 and path.stat().st_mode & 0o077 == 0


def test_the_subject_is_the_same_in_every_version_of_a_definition():
    assert subject_of("participants", 2020) == "participants, 2020"
