"""The yearly reports of a synthetic Sweden: the published figures, every form, safety, and the way back to records."""

import csv
import json
import re
import subprocess
import sys
import warnings
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pyaxis import pyaxis
from pyjstat import pyjstat
from pypdf import PdfReader
from rdflib import RDF, Graph, URIRef

from handslag.cli.main import main
from handslag.statistics.counting.cubes import TOTAL
from handslag.statistics.counting.units import read_counted
from handslag.statistics.errors import BadInput
from handslag.statistics.publishing.making import compute, publish
from handslag.statistics.publishing.remaking import reproduce
from handslag.statistics.reports.figures import Rules
from handslag.statistics.reports.intervals import difference, funnel_place, share
from handslag.statistics.reports.presenting import present
from handslag.statistics.reports.published import beside
from handslag.statistics.reports.sentences import Sentences
from handslag.statistics.reports.specification import report
from handslag.statistics.reports.tracing import trace
from handslag.statistics.safety.auditing import audit
from handslag.statistics.safety.files import PRIVATE, private_beside
from handslag.statistics.safety.ledger import Ledger
from handslag.statistics.simulating.sweden import simulate
from handslag.statistics.writing.dcat import AUTHORITY, Published, record
from handslag.statistics.writing.figures import as_json

REVISED = "8306"  # the first published number of assessments in 2018, revised to 8,638 a year later


@pytest.fixture(scope="session")
def sweden(tmp_path_factory) -> Path:
    """Synthetic microdata at scale 1."""
    folder = tmp_path_factory.mktemp("sweden") / "data"
    simulate(2017, 2020, 1, 1.0, folder)
    return folder


@pytest.fixture(scope="session")
def support(sweden, tmp_path_factory):
    """The report on joint support 2019: its figures, and the folder with its files."""
    out = tmp_path_factory.mktemp("reports") / "support"
    figures = publish(
        "joint-support",
        sweden,
        2019,
        out,
        data_day="2020-02-01",
        ledger=out.parent / "ledger",
        contact="Statistikenheten, statistik@example.se",
    )
    return figures, out


@pytest.fixture(scope="session")
def associations(sweden, tmp_path_factory):
    """The report on measures through associations 2020."""
    out = tmp_path_factory.mktemp("reports") / "associations"
    figures = publish(
        "associations", sweden, 2020, out, languages=["en"], data_day="2021-02-01", ledger=out.parent / "ledger"
    )
    return figures, out


def test_the_synthetic_figures_are_those_that_were_published(support, associations):
    for figures, _out in (support, associations):
        rows = [(row, ours) for row, _cube, ours in beside(figures) if row["value"] != REVISED]
        assert len(rows) >= 5
        assert [(row, ours) for row, ours in rows if ours != float(row["value"])] == []


def test_the_same_seed_gives_the_same_bytes_and_another_another(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        simulate(2018, 2018, seed, 0.01, tmp_path / name, "csv")
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)
    assert (tmp_path / "a" / "persons.csv").read_bytes() != (tmp_path / "c" / "persons.csv").read_bytes()
    with pytest.raises(BadInput, match="already"):
        simulate(2018, 2018, 1, 0.01, tmp_path / "a")
    with pytest.raises(BadInput, match="after the last"):
        simulate(2019, 2018, 1, 0.01, tmp_path / "d")


def test_synthetic_microdata_is_sound(sweden):
    assert CliRunner().invoke(main, ["statistics", "validate", str(sweden)]).exit_code == 0


def test_no_unsafe_cell_of_a_report_falls(support, associations):
    hidden = 0
    for figures, _out in (support, associations):
        for cube in figures.cubes:
            if cube.release:
                hidden += len(cube.release.protection.hidden)
                assert audit(cube.tables, cube.truth, TOTAL, cube.hierarchies, 5, sensitive=cube.sensitive) == []
    assert hidden > 300


def published_cells(path: Path) -> dict[tuple, int | None]:
    """A published CSV table."""
    with path.open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading[-2:] == ["count", "status"]
    assert all((row[-2] == "") == (row[-1] == "suppressed") for row in rows)
    return {tuple(row[:-2]): int(row[-2]) if row[-2] else None for row in rows}


def test_figures_are_printed_as_json_and_nothing_beside(sweden, support, tmp_path):
    words = [
        "statistics",
        "report",
        "joint-support",
        "--data",
        sweden,
        "--year",
        "2019",
        "--is-sound",
        "--ledger",
        tmp_path / "l",
    ]
    told = subprocess.run(
        [sys.executable, "-m", "handslag", *words, "--format", "json"], capture_output=True, check=True, text=True
    )
    assert json.loads(told.stdout) == json.loads(json.dumps(as_json(support[0])))


def test_every_form_holds_the_same_figures_and_hides_the_same_cells(support):
    _figures, out = support
    tables = sorted((out / "sv" / "tables").glob("*.csv"))
    assert len(tables) == 10
    assert sum(None in published_cells(path).values() for path in tables) >= 3
    for path in tables:
        numbers = list(published_cells(path).values())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of the reader, within itself
            dataset = pyjstat.Dataset.read(path.with_suffix(".json").read_text(encoding="utf-8"))
            assert len(dataset.write("dataframe")) == len(numbers)
        assert dataset["value"] == numbers
        hidden = {str(place) for place, number in enumerate(numbers) if number is None}
        assert set(dataset["status"]) == hidden and set(dataset["status"].values()) <= {".."}
        found = pyaxis.parse(str(path.with_suffix(".px")), encoding="utf-8")
        read = list(found["DATA"]["DATA"])
        assert [None if str(text).strip('"') in ("..", "nan") else int(text) for text in read] == numbers
        assert "NO" in found["METADATA"]["AGGREGALLOWED"] and found["METADATA"]["NOTE"]
        assert found["METADATA"]["LAST-UPDATED"] == ["20200201 00:00"]
        assert found["METADATA"]["CONTACT"] == ["Statistikenheten, statistik@example.se"]


def test_each_table_of_the_reports_has_a_name_of_its_own(support, associations):
    names = [
        re.search('MATRIX="(.*)"', p.read_text())[1]
        for _f, out in (support, associations)
        for p in sorted((out / "en").rglob("*.px"))
    ]
    assert len(names) == len(set(names)) == 10 + 14 and all(len(name) <= 8 for name in names)
    swedish = [re.search('MATRIX="(.*)"', p.read_text())[1] for p in sorted((support[1] / "sv").rglob("*.px"))]
    assert swedish == names[:10], "the same in each language"


WHERE = Published(
    "https://statistik.example.se/2019/", "Försäkringskassan", "https://fk.example.se", "Statistik", "a@example.se"
)
DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"


def test_the_record_for_data_portals_names_every_table_in_every_form(support, tmp_path):
    _figures, out = support
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the reader, within itself
        found = Graph().parse(data=record(out, WHERE), format="json-ld")
    (catalogue,) = found.subjects(RDF.type, URIRef(DCAT + "Catalog"))
    tables = set(found.subjects(RDF.type, URIRef(DCAT + "Dataset")))
    assert len(tables) == 10 and tables < set(found.objects(catalogue, URIRef(DCAT + "dataset")))
    must = [DCT + name for name in ("title", "description", "publisher", "accessRights")]
    must += [DCAT + name for name in ("contactPoint", "theme", "keyword", "inSeries")]
    for table in tables:
        assert all((table, URIRef(name), None) in found for name in must)
        assert {word.language for word in found.objects(table, URIRef(DCT + "title"))} == {"sv", "en"}
    files = {str(one) for one in found.objects(None, URIRef(DCAT + "downloadURL"))}
    there = {p.relative_to(out).as_posix() for p in out.rglob("tables/*")}
    assert files == {WHERE.address + path for path in there} and len(files) == 60
    for one in found.subjects(RDF.type, URIRef(DCAT + "Distribution")):
        for name in (DCAT + "accessURL", DCT + "license", DCT + "format", DCAT + "mediaType", DCAT + "byteSize"):
            assert (one, URIRef(name), None) in found
    codes = {str(o) for o in found.objects() if str(o).startswith(AUTHORITY)}
    assert {code.removeprefix(AUTHORITY) for code in codes} == {
        "/data-theme/SOCI", "/data-theme/HEAL", "/access-right/PUBLIC", "/frequency/ANNUAL", "/language/SWE", "/language/ENG",
        "/country/SWE", "/file-type/CSV", "/file-type/JSON", "/file-type/TXT", "/planned-availability/STABLE",
    }  # fmt: skip
    with pytest.raises(BadInput, match="no publication"):
        record(tmp_path, WHERE)


def test_the_record_is_printed(support):
    words = [
        f"--{name}={value}"
        for name, value in (
            ("address", WHERE.address),
            ("publisher", WHERE.publisher),
            ("publisher-address", WHERE.publisher_address),
            ("contact", WHERE.contact),
            ("email", WHERE.email),
        )
    ]
    told = CliRunner().invoke(main, ["statistics", "describe", str(support[1]), *words])
    assert told.exit_code == 0 and told.output.strip() == record(support[1], WHERE)


def test_what_was_attacked_stands_in_the_manifest(support):
    figures, out = support
    told = json.loads((out / "manifest.json").read_text())["attacked"]
    assert [(one["units"], one["year"]) for one in told] == [(c.units.indicator, c.year) for c in figures.cubes]
    assert all(one["falls"] == 0 and 0 < one["hidden"] < one["cells"] for one in told)


def test_the_workbook_shows_what_the_page_shows(support):
    _figures, out = support
    for language in ("sv", "en"):
        book = load_workbook(out / language / "report.xlsx")
        page = (out / language / "report.html").read_text(encoding="utf-8")
        cells = re.findall(r"<td[^>]*>(.*?)</td>", page)
        sheets = [
            [value for row in sheet.iter_rows(min_row=4, min_col=2, values_only=True) for value in row]
            for sheet in book.worksheets[1:]
        ]
        flat = [value for sheet in sheets for value in sheet]
        assert len(flat) == len(cells) and [v == ".." for v in flat] == [c == ".." for c in cells]
        plain = [re.sub(r"[\s,%]", "", c) for c in cells]
        same = [str(v) == c or not isinstance(v, int) for v, c in zip(flat, plain, strict=True)]
        assert all(same)


def test_the_pdf_is_tagged_and_in_its_language(support):
    _figures, out = support
    for language, word in (("sv", "Omställningsmöten"), ("en", "Transition meetings")):
        reader = PdfReader(out / language / "report.pdf")
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"] and str(root["/Lang"]).startswith(language)
        assert b"pdfuaid:part" in reader.xmp_metadata.stream.get_data()
        assert word in " ".join(page.extract_text() for page in reader.pages)


def test_one_sign_for_all_that_is_hidden(support):
    figures, out = support
    text = "".join(
        p.read_text(encoding="utf-8") for p in out.rglob("*") if p.suffix in (".csv", ".px", ".json", ".html")
    )
    assert not re.search("primary|complementary", text)
    assert any(cube.release and cube.release.protection.complementary for cube in figures.cubes)


def test_the_page_is_accessible(support, tmp_path):
    from axe_playwright_python.sync_playwright import Axe

    from tests.browsing import CHROMIUM, chromium

    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    _figures, out = support
    with chromium() as browser:
        for width in (1280, 360):
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto((out / "sv" / "report.html").as_uri())
            assert Axe().run(page).response["violations"] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_sentences_say_what_the_figures_bear(support, associations):
    of_2020 = associations[0].cube("measures", 2020)
    assert "For the priority need groups: 417 of 1,097, 38 percent." in Sentences(associations[0], of_2020, "en").all()
    figures, _out = support
    said = " ".join(s for c in figures.cubes if c.year == 2019 for s in Sentences(figures, c, "en").all())
    assert "8,662 in 2019, 24 more than the year before (8,638)" in said
    assert "54.1 percent (52.7–55.5) of 4,852. The share fell by 4.0 points (2.1–6.0) from the year before." in said
    assert "higher for men than for women: 56 and 53 percent" in said
    assert "No certain difference between women (" in said


def test_of_how_many_an_outcome_is_not_known_is_told(associations):
    figures, _out = associations
    cube = figures.cube("ended_participations", 2020)
    counts = cube.tables[0].counts
    yes, no, unknown = (counts["total", "total", code] for code in ("yes", "no", "unknown"))
    assert unknown > 0
    said = f"{unknown:,} of {yes + no + unknown:,} are unknown and not part of the share."
    assert said in " ".join(Sentences(figures, cube, "en").all())
    section = next(s for s in present(figures, "en", "2021-02-01").sections if s.heading == cube.units.name["en"])
    grid = section.grids[0]
    assert [column.label for column in grid.columns[:3]] == ["number 2020", "unknown 2020", "share 2020, %"]
    assert [cell.number for cell in grid.rows[0].cells[:2]] == [yes + no, unknown]


def test_shares_of_small_bases_are_not_shown_and_of_fairly_small_ones_marked(support):
    figures, _out = support
    section = present(figures, "en", "2020-02-01").sections[1]
    grid = next(g for g in section.grids if g.name.endswith("place-regained_work_capacity"))
    seen = Counter()
    for row in grid.rows:
        base, share_now = row.cells[0], row.cells[1]
        if base.number is None or base.number < 20:
            seen["hidden"] += 1
            assert share_now.is_hidden
        elif base.number < 100:
            seen["marked"] += 1
            assert "*" in share_now.text
        else:
            seen["plain"] += 1
            assert "*" not in share_now.text and "(" in share_now.text
    assert len(seen) == 3


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 500), st.integers(1, 500))
def test_intervals_hold_their_estimates_and_widen_with_smaller_bases(yes, base, other_yes, other_base):
    yes, other_yes = min(yes, base), min(other_yes, other_base)
    one, gap = share(yes, base), difference(yes, base, other_yes, other_base)
    assert 0 <= one.low <= one.value + 1e-9 and one.value - 1e-9 <= one.high <= 1
    assert gap.low - 1e-9 <= gap.value <= gap.high + 1e-9
    assert share(yes * 10, base * 10).high - share(yes * 10, base * 10).low < one.high - one.low
    back = difference(other_yes, other_base, yes, base)
    assert (back.low, back.high) == (pytest.approx(-gap.high), pytest.approx(-gap.low))


def test_intervals_are_those_of_the_papers():
    one = share(81, 263)  # Newcombe 1998, table I, method 3: 0.2553 to 0.3662
    assert (round(one.low, 4), round(one.high, 4)) == (0.2553, 0.3662)
    gap = difference(56, 70, 48, 80)  # Newcombe 1998, table II, method 10: 0.0524 to 0.3339
    assert (round(gap.low, 4), round(gap.high, 4)) == (0.0524, 0.3339)


def test_a_small_association_is_not_told_from_the_nation_by_chance():
    assert funnel_place(1, 20, 0.2) == "inside" and funnel_place(60, 200, 0.2) == "far_above"
    assert funnel_place(11, 100, 0.2) == "below" and funnel_place(2, 100, 0.2) == "far_below"


def test_a_publication_is_told_again_byte_by_byte(support, sweden):
    _figures, out = support
    assert reproduce(out / "manifest.json", sweden) == []
    assert reproduce(out / "manifest.json", private_beside(out)) == []  # when persons have been removed
    assert not [path for path in out.rglob("*") if "certificate" in path.name or PRIVATE in str(path.relative_to(out))]


def test_what_differs_is_told(associations, tmp_path):
    _figures, out = associations
    told = json.loads((out / "manifest.json").read_text())
    rows = tmp_path / "rows"
    rows.mkdir()
    for path in private_beside(out).glob("*.csv"):
        (rows / path.name).write_bytes(path.read_bytes())
    changed = rows / "participants-2020.csv"
    lines = changed.read_text().splitlines()
    changed.write_text("\n".join([*lines[:-1], lines[-1].rpartition(",")[0] + ",999"]) + "\n")
    found = reproduce(out / "manifest.json", rows)
    assert "participants-2020.csv: is not the file that the report was made of" in found
    table = next(line for line in found if line.startswith("en/tables/participants-target_group-sex.csv: differs in "))
    assert "(was total,total,2020," in table and "figures.json: differs" in found
    assert all("measures-" not in line for line in found) and len(found) < len(told["outputs"])


def test_the_rows_that_are_kept_name_no_person(support):
    _figures, out = support
    for path in private_beside(out).glob("*.csv"):
        assert not set(read_counted(path).dimensions) & {"record", "person_id", "day", "birth_year"}


def test_the_records_behind_a_figure(support, sweden):
    figures, _out = support
    cube = figures.cube("ended_rehabilitations", 2019)
    truth = cube.truth[cube.spec.tables.index(("place:county", "sex", "regained_work_capacity"))]
    where = {"place": "13", "sex": "woman", "regained_work_capacity": "yes"}
    found = trace("joint-support", "ended_rehabilitations", sweden, 2019, where, {})
    assert len(found) == truth.counts["13", "woman", "yes"] > 0
    assert all(record.startswith("r") and day.year == 2019 for record, day in found)
    with pytest.raises(BadInput, match="has no colour"):
        trace("joint-support", "ended_rehabilitations", sweden, 2019, {"colour": "red"}, {})
    with pytest.raises(BadInput, match="sex has no grop. It has woman, man."):
        trace("joint-support", "ended_rehabilitations", sweden, 2019, {"sex": "grop"}, {})


def test_a_second_release_knows_the_first(sweden, tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    command = ["statistics", "report", "associations", "--data", str(sweden), "--is-sound", "--ledger", str(ledger),
               "--language", "en"]  # fmt: skip
    run = CliRunner().invoke
    for year, out in (("2019", "first"), ("2020", "second")):
        done = run(main, [*command, "--year", year, "--release", out, "--out", str(tmp_path / out)])
        assert done.exit_code == 0, done.output
    assert (ledger.stat().st_mode & 0o777) == 0o600
    again = run(main, [*command, "--year", "2020", "--release", "second", "--out", str(tmp_path / "third")])
    assert again.exit_code == 1 and "already" in again.output and not (tmp_path / "third").exists()
    stricter = [*command, "--year", "2020", "--release", "third", "--threshold", "30", "--out", str(tmp_path / "third")]
    refused = run(main, stricter)  # counts of 5 to 29 are known already: they cannot be hidden any more
    assert refused.exit_code == 1 and "because of what was published before" in refused.output
    assert not (tmp_path / "third").exists()
    manifest = ["statistics", "reproduce", str(tmp_path / "second" / "manifest.json"), "--data", str(sweden)]
    assert run(main, [*manifest, "--ledger", str(ledger)]).exit_code == 0
    assert "The ledger lacks the" in run(main, manifest).output


def test_older_definitions_still_compute_and_unknown_ones_are_refused(sweden, tmp_path):
    command = [
        "statistics",
        "report",
        "joint-support",
        "--data",
        str(sweden),
        "--year",
        "2019",
        "--format",
        "json",
        "--is-sound",
        "--ledger",
        str(tmp_path / "ledger"),
    ]
    done = CliRunner().invoke(main, [*command, "--definition", "joint_assessments=1"])
    figures = json.loads(done.stdout)
    women = [t for t in figures["tables"] if t["name"] == "joint_assessments-age_group-sex"][0]["cells"]
    assert {c["count"] for c in women if c["age_group"] == c["sex"] == "total" and c["year"] == "2019"} == {8662}
    regained = [t for t in figures["tables"] if "direction" in t["dimensions"]][0]["shares"]
    one = next(s for s in regained if (s["direction"], s["sex"], s["year"]) == ("total", "total", "2019"))
    assert (one["base"], round(one["share"], 3)) == (4852, 0.541)
    refused = CliRunner().invoke(main, [*command, "--definition", "joint_assessments=9"])
    assert refused.exit_code == 1 and "no definition joint_assessments v9" in refused.output


def test_a_year_without_data_is_refused(sweden, tmp_path):
    given = {"is_sound": True, "ledger": tmp_path / "ledger"}
    with pytest.raises(BadInput, match="nothing for 2014"):
        publish("joint-support", sweden, 2014, tmp_path / "out", **given)
    assert not (tmp_path / "out").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("")
    with pytest.raises(BadInput, match="not empty"):
        publish("joint-support", sweden, 2019, tmp_path / "full", **given)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("banana", "no day"),
        ("2020-01-31", "followed until 2020-01-31"),
        ("2019-06-30", "followed until"),
        ("2999-01-01", "still to come"),
    ],
)
def test_a_day_at_which_the_data_cannot_be_complete_is_refused(sweden, tmp_path, day, said):
    with pytest.raises(BadInput, match=said):
        publish("joint-support", sweden, 2019, tmp_path / "out", data_day=day, ledger=tmp_path / "l", is_sound=True)
    assert not (tmp_path / "out").exists() and not (tmp_path / "l").exists()


def groups_without(truth, tables) -> list[int | None]:
    """What is shown where nobody of a group of ended rehabilitations has an answer."""
    found = []
    for shown, true in zip(tables, truth, strict=True):
        empty = (key for key, n in true.counts.items() if n == 0 and key[-1] in ("yes", "no"))
        found += [shown.counts[key] for key in empty if true.counts[(*key[:-1], TOTAL)]]
    return found


def test_that_all_or_none_of_a_group_have_a_sensitive_outcome_is_hidden(support, sweden):
    figures, out = support
    cube = figures.cube("ended_rehabilitations", 2019)
    empty = groups_without(cube.truth, cube.tables)
    assert len(empty) > 2 and set(empty) == {None}
    told = json.loads((out / "manifest.json").read_text())
    assert told["zeros_hidden"]["ended_rehabilitations"] == ["regained_work_capacity"]
    assert told["zeros_hidden"]["transition_meetings"] == [] and told["rules"]["zeros"] == "hidden"
    assert 0 in figures.cube("transition_meetings", 2019).tables[1].counts.values(), "other zeros are printed"


def test_a_setting_prints_those_zeros_too(sweden):
    spec = report("joint-support")
    rules = Rules(zeros="printed")
    figures, _counted = compute(spec, sweden, 2019, rules=rules, versions={}, ledger=Ledger())
    cube = figures.cube("ended_rehabilitations", 2019)
    assert cube.sensitive == () and 0 in groups_without(cube.truth, cube.tables)
    with pytest.raises(BadInput, match="--sensitive grop: no table of the report has it"):
        compute(spec, sweden, 2019, rules=Rules(sensitive=("grop",)), versions={}, ledger=Ledger())
