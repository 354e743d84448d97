"""Nobody can be found: random linked and hierarchical tables, protected, then attacked in two ways of their own.

The attacker of this file shares no code with the product: it tries every table of whole numbers that agrees with what is
published, by brute force. So it takes small tables; the auditor, which is held against it here, takes the others.
"""

import csv
import itertools
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, sparse

from handslag.cli.main import main
from handslag.statistics.errors import BadInput
from handslag.statistics.safety.auditing import audit
from handslag.statistics.safety.bundling import Bundles, bundle
from handslag.statistics.safety.combining import Known
from handslag.statistics.safety.gate import release
from handslag.statistics.safety.protecting import protect, unsafe_cells
from handslag.statistics.safety.system import build, vector
from handslag.statistics.safety.tables import Hierarchy, Table, without
from tests.crowds import people

TOTAL, THRESHOLD = "Total", 5
COUNTY = {"m1": "c1", "m2": "c1", "m3": "c2", "m4": "c2", "m5": "c2"}
ASSOCIATION = {"m1": "f1", "m2": "f1", "m3": "f1", "m4": "f2", "m5": "f2"}  # f1 crosses the county border
TREES = [Hierarchy("place", COUNTY), Hierarchy("place", ASSOCIATION)]


def above(code: str, maps: list[dict[str, str]]) -> set[str]:
    """Every code that a bottom code counts in."""
    return {code, TOTAL} | {m[code] for m in maps if code in m}


def table(name: str, records: list[dict[str, str]], dims: dict[str, list[str]], maps: dict[str, list[dict]]) -> Table:
    """A table with all its margins, counted from records."""
    counts: dict[tuple, int] = {}
    axes = [sorted(set().union(*(above(c, maps.get(d, [])) for c in codes))) for d, codes in dims.items()]
    for key in itertools.product(*axes):
        counts[key] = 0
    for record in records:
        for key in itertools.product(*(above(record[d], maps.get(d, [])) for d in dims)):
            counts[key] += 1
    return Table(name, tuple(dims), counts)


PLACES, SEXES, AGES = sorted(COUNTY), ["man", "woman"], ["old", "young"]
person = st.fixed_dictionaries(
    {"place": st.sampled_from(PLACES), "sex": st.sampled_from(SEXES), "age": st.sampled_from(AGES)}
)
crowds = st.lists(st.tuples(person, st.integers(1, 9)), max_size=14).map(
    lambda found: [p for p, n in found for _ in range(n)]
)


def linked(records) -> list[Table]:
    """Two tables of the same people that share a margin, over two crossing geographies."""
    maps = {"place": [COUNTY, ASSOCIATION]}
    return [
        table("sex.csv", records, {"place": PLACES, "sex": SEXES}, maps),
        table("age.csv", records, {"place": PLACES, "age": AGES}, maps),
    ]


def published(tables: list[Table], trees, threshold=THRESHOLD) -> tuple[list[Table], set]:
    """The tables as the product would publish them, and what it hides."""
    system = build(tables, TOTAL, trees)
    hidden = protect(system, threshold).hidden
    shown = []
    for one in tables:

        def whole(key, one=one):
            codes = dict(zip(one.dimensions, key, strict=True))
            return tuple(codes.get(name, TOTAL) for name in system.dimensions)

        shown.append(
            Table(one.name, one.dimensions, {k: None if whole(k) in hidden else n for k, n in one.counts.items()})
        )
    return shown, hidden


@settings(max_examples=40)
@given(crowds)
def test_no_unsafe_cell_of_linked_tables_falls_to_the_auditor(records):
    tables = linked(records)
    shown, _hidden = published(tables, TREES)
    assert audit(shown, tables, TOTAL, TREES, THRESHOLD) == []


@settings(max_examples=25)
@given(crowds.filter(bool), st.randoms())
def test_a_witness_is_a_table_that_agrees_with_all_that_is_published(records, chance):
    system = build(linked(records), TOTAL, TREES)
    protection = protect(system, THRESHOLD)
    reached = defaultdict(set)
    for witness in protection.witnesses:
        changes = protection.changes[witness.change]
        other = {**system.counts, **{c: system.counts[c] + witness.times * by for c, by in changes.items()}}
        assert all(n >= min(system.counts[c], 1) and n == int(n) for c, n in other.items())
        assert all(other[c] == n for c, n in system.counts.items() if c not in protection.hidden)
        assert all(other[s.whole] == sum(other[p] for p in s.parts) for s in system.sums)
        assert other[witness.cell] >= witness.reaches
        assert witness.reaches == THRESHOLD or other[witness.cell] == witness.reaches
        reached[witness.cell].add(witness.reaches)
    for cell in unsafe_cells(system, THRESHOLD):
        low = min({system.counts[cell], *reached[cell]})
        assert THRESHOLD in reached[cell] and (low == 1 or low == least(system.sums, system.counts)[cell])


def least(sums, counts: dict) -> dict:
    """What each cell is at least when its printed zeros are known and nothing else: by the parts of each whole."""
    found = {cell: min(number, 1) for cell, number in counts.items()}
    for _ in counts:
        for one in sums:
            parts = [part for part in one.parts if counts[part]]
            found[one.whole] = max(found[one.whole], sum(found[part] for part in parts))
            if len(parts) == 1:
                found[parts[0]] = max(found[parts[0]], found[one.whole])
    return found


ROOM = st.lists(st.integers(0, 6), min_size=5, max_size=5)
MOVES = st.lists(st.lists(st.integers(-3, 3), min_size=5, max_size=5).filter(any), min_size=1, max_size=8)


@settings(max_examples=300)
@given(ROOM, ROOM, MOVES, st.integers(0, 4), st.integers(-5, 5).filter(bool), st.booleans())
def test_changes_put_together_leave_no_cell_below_nothing(rise, fall, moves, bundle_, by, exactly):
    rise, fall = np.array(rise, dtype=float), np.array(fall, dtype=float)
    known = Known(Bundles(sparse.eye(5, format="csr"), sparse.csr_matrix((0, 5)), rise, fall))
    for move in moves:
        change = np.array(move, dtype=float)
        times = known.times(change)
        assert (times * change <= rise).all() and (times * change >= -fall).all()
        known.add(change, np.ones(5, dtype=bool))
    made = known.put_together(bundle_, by, exactly=exactly)
    if made is not None:
        assert (made <= rise).all() and (made >= -fall).all()
        assert made[bundle_] == by if exactly else made[bundle_] * np.sign(by) >= abs(by)


def possible(shown: Table, most: int) -> dict[tuple, set[int]]:
    """Every count that each suppressed cell of a plain two-way table can have, by trying all whole tables."""
    rows = sorted({k[0] for k in shown.counts} - {TOTAL})
    columns = sorted({k[1] for k in shown.counts} - {TOTAL})
    cells = [(r, c) for r in rows for c in columns]
    free = [cell for cell in cells if shown.counts[cell] is None]
    found = defaultdict(set)
    for guess in itertools.product(range(1, most + 1), repeat=len(free)):  # zeros are printed
        inner = {
            **{c: shown.counts[c] for c in cells if shown.counts[c] is not None},
            **dict(zip(free, guess, strict=True)),
        }
        whole = dict(inner)
        for r in rows:
            whole[r, TOTAL] = sum(inner[r, c] for c in columns)
        for c in columns:
            whole[TOTAL, c] = sum(inner[r, c] for r in rows)
        whole[TOTAL, TOTAL] = sum(inner.values())
        if all(whole[key] if number is None else whole[key] == number for key, number in shown.counts.items()):
            for key, number in shown.counts.items():
                if number is None:
                    found[key].add(whole[key])
    return found


@settings(max_examples=25)
@given(st.lists(st.sampled_from([0, 0, 1, 2, 4, 6, 7]), min_size=6, max_size=6))
def test_no_unsafe_cell_falls_to_an_attacker_who_tries_every_table(numbers):
    records = [{"place": p, "sex": s} for (p, s), n in zip(itertools.product(["a", "b", "c"], SEXES), numbers, strict=True)
               for _ in range(n)]  # fmt: skip
    one = table("t.csv", records, {"place": ["a", "b", "c"], "sex": SEXES}, {})
    (shown,), _hidden = published([one], [])
    if sum(shown.counts[p, s] is None for p in "abc" for s in SEXES) > 5:
        return  # too many tables to try them all; the auditor takes those
    could = possible(shown, 12)
    others = {key: sum(1 for c in could if c != key and lies_in(c, key)) for key in could}
    for key, number in one.counts.items():
        if 0 < number < THRESHOLD:
            assert shown.counts[key] is None and max(could[key]) >= THRESHOLD, (key, could[key])
            assert min(could[key]) == max(1, others[key]) or min(could[key]) <= others[key], (key, could[key])


def lies_in(cell: tuple, whole: tuple) -> bool:
    """Whether an inner cell counts in another."""
    return TOTAL not in cell and all(b in (a, TOTAL) for a, b in zip(cell, whole, strict=True))


def test_hidden_is_never_zero_and_readers_know_it():
    """With zeros printed, each of these was 1 to everybody who saw 5 as their total."""
    counts = {("a",): 1, ("b",): 1, ("c",): 1, ("d",): 1, ("e",): 1, ("f",): 0, (TOTAL,): 5}
    one = Table("t", ("place",), counts)
    (shown,), hidden = published([one], [])
    assert hidden == set(counts) - {("f",)} and shown.counts["f",] == 0
    naive = without(one, {(code,) for code in "abcde"})
    assert {fall.cell for fall in audit([naive], [one], TOTAL, [], THRESHOLD)} == {(code,) for code in "abcde"}
    assert {(fall.low, fall.high) for fall in audit([naive], [one], TOTAL, [], THRESHOLD)} == {(1, 1)}


def test_where_zeros_are_hidden_too_readers_know_less():
    counts = {("a",): 2, ("b",): 3, ("c",): 0, (TOTAL,): 5}
    one = Table("t", ("place",), counts)
    system = build([one], TOTAL, [], sensitive=["place"])
    unsafe = unsafe_cells(system, THRESHOLD, ["place"], TOTAL)
    assert unsafe == {("a",), ("b",), ("c",)}
    assert protect(system, THRESHOLD, unsafe=unsafe).hidden == unsafe
    assert audit([without(one, unsafe)], [one], TOTAL, [], THRESHOLD, sensitive=["place"]) == []
    assert audit([without(one, {("a",), ("b",)})], [one], TOTAL, [], THRESHOLD) != []


@settings(max_examples=15)
@given(crowds.filter(lambda found: len(found) > 20), st.randoms(use_true_random=False))
def test_a_secondary_cell_that_is_published_after_all_is_caught(records, chance):
    tables = linked(records)
    system = build(tables, TOTAL, TREES)
    protection = protect(system, THRESHOLD)
    if not protection.complementary:
        return
    caught = 0
    for dropped in sorted(protection.complementary):
        shown = []
        for one in tables:

            def whole(key, one=one):
                codes = dict(zip(one.dimensions, key, strict=True))
                return tuple(codes.get(name, TOTAL) for name in system.dimensions)

            hidden = protection.hidden - {dropped}
            shown.append(
                Table(one.name, one.dimensions, {k: None if whole(k) in hidden else n for k, n in one.counts.items()})
            )
        caught += bool(audit(shown, tables, TOTAL, TREES, THRESHOLD))
    assert caught, "at least one of them was needed"


def test_tables_protected_apart_give_cells_away_when_joined():
    records = [{"place": p, "sex": s} for p, s, n in (("m1", "man", 3), ("m1", "woman", 40), ("m2", "man", 30), ("m2", "woman", 30),
               ("m3", "man", 20), ("m3", "woman", 50), ("m4", "man", 9), ("m4", "woman", 9), ("m5", "man", 60), ("m5", "woman", 4))
               for _ in range(n)]  # fmt: skip
    shown, truth = [], []
    for name, tree in (("county.csv", COUNTY), ("association.csv", ASSOCIATION)):
        one = table(name, records, {"place": PLACES, "sex": SEXES}, {"place": [tree]})
        hidden_apart, _hidden = published([one], [Hierarchy("place", tree)])
        shown += hidden_apart
        truth.append(one)
    clash = any(
        (a is None) != (b is None)
        for key in shown[0].counts.keys() & shown[1].counts.keys()
        for a, b in [(shown[0].counts[key], shown[1].counts[key])]
    )
    together, _hidden = published(truth, TREES)
    assert audit(together, truth, TOTAL, TREES, THRESHOLD) == []
    if clash:
        with pytest.raises(BadInput):
            audit(shown, truth, TOTAL, TREES, THRESHOLD)


@pytest.mark.parametrize(
    "numbers",
    [[0] * 10, [3] + [0] * 9, [1] * 10, [4] + [100] * 9, [2, 2] + [0] * 8, [0, 0, 0, 0, 0, 0, 0, 0, 1, 50]],
    ids=["all zeros", "one cell", "all ones", "one among many", "total below the threshold", "one and a crowd"],
)
def test_boundary_cases(numbers):
    cells = itertools.product(PLACES, SEXES)
    records = [{"place": p, "sex": s, "age": "old"} for (p, s), n in zip(cells, numbers, strict=True) for _ in range(n)]
    tables = linked(records)
    shown, hidden = published(tables, TREES)
    assert audit(shown, tables, TOTAL, TREES, THRESHOLD) == []
    assert bool(hidden) == any(0 < n < 5 for n in numbers), "nothing is hidden where nothing is small"


def test_five_linked_tables():
    records = [{"place": p, "sex": s, "age": a, "group": g, "end": e} for i, (p, s, a, g, e) in enumerate(itertools.product(
        PLACES, SEXES, AGES, ["x", "y"], ["no", "yes"])) for _ in range(1 + i * 7 % 5)]  # fmt: skip
    dims = {"place": PLACES, "sex": SEXES, "age": AGES, "group": ["x", "y"], "end": ["no", "yes"]}
    pairs = [("place", "sex"), ("place", "age"), ("place", "group"), ("place", "end"), ("sex", "end")]
    maps = {"place": [COUNTY, ASSOCIATION]}
    tables = [table(f"{a}-{b}.csv", records, {a: dims[a], b: dims[b]}, maps) for a, b in pairs]
    shown, _hidden = published(tables, TREES)
    assert audit(shown, tables, TOTAL, TREES, THRESHOLD) == []


def by_level(records: list[dict[str, str]]) -> list[Table]:
    """Counts by county, sex and age, and by association and sex: no table has a municipality."""
    placed = [r | {"county": COUNTY[r["place"]], "association": ASSOCIATION[r["place"]]} for r in records]
    found = []
    for level, others in (("county", {"sex": SEXES, "age": AGES}), ("association", {"sex": SEXES})):
        there = sorted({record[level] for record in placed})
        one = table(f"{level}.csv", placed, {level: there, **others}, {})
        found.append(Table(one.name, ("place", *others), one.counts))
    return found


@settings(max_examples=60)
@given(crowds.filter(bool), st.booleans())
def test_tables_of_few_people_by_counties_and_by_associations_alone_are_published(records, zeros_hidden):
    """That nobody of a group is in a county, nor in an association, once read as if the two made up the total."""
    sensitive = ["sex"] if zeros_hidden else []
    safe = release(by_level(records), TOTAL, TREES, THRESHOLD, sensitive=sensitive)
    assert safe.falls == ()
    hidden = safe.protection.hidden
    assert all(cell in hidden for cell, number in safe.system.counts.items() if 0 < number < THRESHOLD), (
        "what is small is hidden"
    )
    assert all(
        sum(safe.system.counts[p] for p in one.parts) == safe.system.counts[one.whole] for one in safe.system.sums
    )
    levels = [one.parts for one in safe.system.sums if one.whole == (TOTAL, TOTAL, TOTAL)]
    places = [parts for parts in levels if any(part[0] != TOTAL for part in parts)]
    assert {frozenset(part[0][0] for part in parts) for parts in places} == {frozenset("c"), frozenset("f")}


@pytest.mark.parametrize("cores", [1, 3])
def test_the_same_is_hidden_on_any_number_of_cores(monkeypatch, cores):
    crowd, trees = people(5000, municipal=True, most=30)
    system = build([crowd], TOTAL, trees)
    usual = protect(system, THRESHOLD)
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert protect(system, THRESHOLD) == usual


SQUARE = {"place": ["a", "b", "c"], "sex": ["man", "woman", "other"]}


@pytest.mark.parametrize("seed", [0, 6, 8, 10])
def test_in_small_tables_no_fewer_cells_would_do(seed):
    """Every smaller choice of what to hide for others' sake is tried, and each gives somebody away."""
    numbers = np.random.default_rng(seed).choice([1, 2, 3, 6, 9, 30, 30, 60], 9)
    records = [dict(zip(SQUARE, key, strict=True)) for key, n in zip(itertools.product(*SQUARE.values()), numbers, strict=True)
               for _ in range(n)]  # fmt: skip
    one = table("t.csv", records, SQUARE, {})
    system = build([one], TOTAL, [])
    protection = protect(system, THRESHOLD)
    others = [cell for cell, n in one.counts.items() if n and cell not in protection.primary]
    for fewer in itertools.combinations(others, len(protection.complementary) - 1):
        shown = without(one, protection.primary | set(fewer))
        assert audit([shown], [one], TOTAL, [], THRESHOLD), fewer


def write(path: Path, one: Table) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*one.dimensions, "n"])
        writer.writerows([*key, number] for key, number in one.counts.items())
    return path


@pytest.fixture
def files(tmp_path):
    """Two tables and a map, as files; and the command's options."""
    records = [{"place": p, "sex": s, "age": a} for i, (p, s, a) in enumerate(itertools.product(PLACES, SEXES, AGES))
               for _ in range(i * 11 % 6)]  # fmt: skip
    maps = []
    for number, tree in enumerate((COUNTY, ASSOCIATION)):
        path = tmp_path / f"map{number}.csv"
        path.write_text("child,parent\n" + "".join(f"{c},{p}\n" for c, p in tree.items()))
        maps += ["--hierarchy", f"place={path}"]
    (tmp_path / "in").mkdir()
    paths = [str(write(tmp_path / "in" / t.name, t)) for t in linked(records)]
    return tmp_path, paths, ["--count", "n", *maps]


def run(*words: str):
    return CliRunner().invoke(main, ["statistics", *words])


def test_the_commands_protect_certify_and_attack(files):
    folder, paths, options = files
    out = folder / "safe"
    told = run("protect", *paths, *options, "--out", str(out))
    assert told.exit_code == 0, told.output
    certificate = json.loads((folder / "safe-not-for-publication" / "certificate.json").read_text())
    assert certificate["not_for_publication"] and certificate["witnesses"] and certificate["primary"]
    assert (folder / "safe-not-for-publication" / "certificate.json").stat().st_mode & 0o077 == 0
    with (out / "sex.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["status"] for row in rows} == {"published", "suppressed"}, "one sign for all that is hidden"
    assert all((row["n"] == "") == (row["status"] == "suppressed") for row in rows)
    assert run("audit", str(out), *paths, *options).exit_code == 0
    shown = ["--certificate", str(folder / "safe-not-for-publication" / "certificate.json")]
    assert run("audit", str(out), *paths, *options, *shown).exit_code == 0
    refused = run("audit", str(out), *paths, *options, "--certificate", options[-1].split("=")[1])
    assert refused.exit_code != 0 and "is not a certificate" in refused.output
    lines = (out / "sex.csv").read_text().splitlines()
    true = dict(line.rsplit(",", 1) for line in Path(paths[0]).read_text().splitlines())
    index = next(
        i for i, line in enumerate(lines) if line.endswith("suppressed") and int(true[line.rsplit(",", 2)[0]]) < 5
    )
    key = lines[index].rsplit(",", 2)[0]
    lines[index] = f"{key},{true[key]},published"
    (out / "sex.csv").write_text("\n".join(lines) + "\n")
    for more in ([], shown):
        caught = run("audit", str(out), *paths, *options, *more)
        assert caught.exit_code == 1


def test_a_row_left_out_is_an_empty_cell_where_zeros_are_hidden(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "place,ill,n\na,yes,9\na,Total,9\nb,yes,9\nb,no,9\nb,Total,18\nTotal,yes,18\nTotal,no,9\nTotal,Total,27\n"
    )
    words = [str(path), "--count", "n", "--sensitive", "ill"]
    assert run("protect", *words, "--out", str(tmp_path / "safe")).exit_code == 0
    rows = (tmp_path / "safe" / "t.csv").read_text()
    assert "a,no,,suppressed" in rows and "a,yes,,suppressed" in rows
    (tmp_path / "naive").mkdir()
    (tmp_path / "naive" / "t.csv").write_text(path.read_text())
    caught = run("audit", str(tmp_path / "naive"), *words)
    assert caught.exit_code == 1 and "no, a" in caught.output
    refused = run("protect", *words[:-1], "grop", "--out", str(tmp_path / "out"))
    assert refused.exit_code == 1 and "--sensitive grop: no table has it. There are place, ill." in refused.output


def test_counts_that_are_suppressed_are_not_taken_for_the_truth(files):
    folder, paths, options = files
    out = folder / "safe"
    assert run("protect", *paths, *options, "--out", str(out)).exit_code == 0
    suppressed = [str(out / Path(path).name) for path in paths]
    for words in (("audit", str(out)), ("protect", "--out", str(folder / "again"))):
        refused = run(*words, *suppressed, *options)
        assert refused.exit_code == 1 and "Give the true counts." in refused.output
    assert not (folder / "again").exists()


@settings(max_examples=25)
@given(crowds.filter(bool), st.data())
def test_the_auditor_believes_no_change_that_breaks_a_sum(records, data):
    """Who could talk the attacker into tables that are not possible could pass any release through the gate."""
    tables = linked(records)
    naive = [without(t, {k for k, n in t.counts.items() if 0 < n < THRESHOLD}) for t in tables]
    honest = audit(naive, tables, TOTAL, TREES, THRESHOLD)
    names = sorted({name for t in tables for name in t.dimensions})
    cells = sorted({tuple(dict(zip(t.dimensions, k, strict=True)).get(n, TOTAL) for n in names)
                    for t in tables for k in t.counts})  # fmt: skip
    lie = st.dictionaries(st.sampled_from(cells), st.integers(-6, 6).filter(bool), min_size=1, max_size=4)
    lies = data.draw(st.lists(lie, max_size=8)) + [{cell: 6} for cell in cells] + [{cell: -1} for cell in cells]
    assert audit(naive, tables, TOTAL, TREES, THRESHOLD, changes=lies) == honest


def test_the_auditor_believes_no_count_below_nothing():
    counts = {("a", "x"): 1, ("a", "y"): 2, ("b", "x"): 2, ("b", "y"): 1}
    margins = {("a", TOTAL): 3, ("b", TOTAL): 3, (TOTAL, "x"): 3, (TOTAL, "y"): 3, (TOTAL, TOTAL): 6}
    whole = Table("t", ("one", "two"), counts | margins)
    inside = without(whole, set(counts))
    honest = audit([inside], [whole], TOTAL, [], THRESHOLD)
    lie = {("a", "x"): 7, ("a", "y"): -7, ("b", "x"): -7, ("b", "y"): 7}
    assert honest and audit([inside], [whole], TOTAL, [], THRESHOLD, changes=[lie]) == honest


@given(st.integers(2, 5), st.integers(2, 4), st.data())
def test_cells_in_one_bundle_change_together_in_every_table(width, height, data):
    """Bundles are found from the sums alone; here every table of a small margin is tried."""
    counts = data.draw(st.lists(st.integers(0, 3), min_size=width * height, max_size=width * height))
    rows = {f"r{i}": {f"c{j}": counts[i * width + j] for j in range(width)} for i in range(height)}
    full = {(r, c): n for r, row in rows.items() for c, n in row.items()}
    for r, row in rows.items():
        full[r, TOTAL] = sum(row.values())
    for c in [*rows["r0"], TOTAL]:
        full[TOTAL, c] = sum(full[r, c] for r in rows)
    system = build([Table("t", ("row", "column"), full)], TOTAL, [])
    true = vector(system)
    margins = np.array([TOTAL in cell for cell in system.cells])
    found = bundle(system.matrix, np.full(len(true), np.inf), true, (true > 0) & ~margins)
    change = data.draw(st.lists(st.integers(-2, 2), min_size=found.holds.shape[1], max_size=found.holds.shape[1]))
    moved = found.holds @ np.array(change, dtype=float)
    assert ((found.sums @ np.array(change)) == 0).all() == ((system.matrix @ moved) == 0).all()
    free = linalg.null_space(system.matrix.toarray()[:, (true > 0) & ~margins])
    held = found.holds[(true > 0) & ~margins].toarray()
    assert np.allclose(held @ np.linalg.lstsq(held, free, rcond=None)[0], free), "no change is lost"


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "empty"), ("place,n\nTotal,x\n", "not a count"), ("place,n\nTotal,-1\n", "not a count"), ("place,n\na,1\n", "no margin"),
     ("place,n\na,1\na,2\nTotal,3\n", "twice"), ("place,n\na,1\nTotal,3\n", "add up to 1"), ("place,m\na,1\n", "no column"),
     ("place,n\na\n", "cells"), ("n\n1\n", "heading")],
)  # fmt: skip
def test_input_that_is_wrong_is_refused_with_its_place_and_nothing_is_written(tmp_path, text, told):
    path = tmp_path / "t.csv"
    path.write_text(text)
    done = run("protect", str(path), "--count", "n", "--out", str(tmp_path / "out"))
    assert done.exit_code == 1 and told in done.output and "t.csv" in done.output and "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


DATED = "child,parent,valid_from,valid_to\n"


@pytest.fixture
def mapped(tmp_path):
    """Protects a table of two places, of which one lies in a county, with the map that is given."""

    def protected(text: str, *words: str, county: str = "c1"):
        (tmp_path / "t.csv").write_text(f"place,n\na,7\nb,9\n{county},7\nTotal,16\n")
        (tmp_path / "m.csv").write_text(text)
        given_map = ["--hierarchy", f"place={tmp_path / 'm.csv'}"]
        return run("protect", str(tmp_path / "t.csv"), "--count", "n", *given_map, "--out", str(tmp_path / "o"), *words)

    return protected


@pytest.mark.parametrize(
    ("text", "words"),
    [("a,b\n", []), ("child,parent\na,b\na,c\n", []), ("child,parent\na,b\nb,a\n", []), ("child,parent\na\n", []),
     (DATED + "a,c1,2007-01-01,\n", []), (DATED + "a,c1,2007,\n", ["--on", "2008-01-01"]),
     (DATED + "a,c1,2007-01-01,2007-01-01\n", ["--on", "2007-01-01"]),
     (DATED + "a,c1,,\na,c2,2007-01-01,\n", ["--on", "2007-01-01"])],
)  # fmt: skip
def test_maps_that_are_wrong_are_refused(mapped, text, words):
    done = mapped(text, *words)
    assert done.exit_code == 1 and "m.csv" in done.output and "Traceback" not in done.output


@pytest.mark.parametrize("given_map", ["place", "other=x.csv"])
def test_maps_that_are_not_there_are_refused(tmp_path, given_map):
    (tmp_path / "t.csv").write_text("place,n\na,1\nTotal,1\n")
    words = ["--count", "n", "--hierarchy", given_map, "--out", str(tmp_path / "o")]
    assert run("protect", str(tmp_path / "t.csv"), *words).exit_code == 1


@pytest.mark.parametrize(("day", "parent"), [("2006-12-31", "c1"), ("2007-01-01", "c2"), ("2020-05-05", "c2")])
def test_a_place_lies_where_it_lay_on_the_day(mapped, day, parent):
    for county in ("c1", "c2"):
        done = mapped(DATED + "a,c1,,2007-01-01\na,c2,2007-01-01,\n", "--on", day, county=county)
        assert (done.exit_code == 0) == (parent == county), done.output
