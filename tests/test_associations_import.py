"""Measures and economy from files: all of it or nothing, every error by row and column, of the own association alone."""

import csv
import json

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handslag.associations.models import Allocation, Cost, Planned
from handslag.associations.queries import books_of
from handslag.cli.main import main
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed
from handslag.intake.actions import kinds
from handslag.journal.models import Entry
from handslag.measures.models import Measure
from handslag.parties.models import Association
from tests.worlds import SYSTEM

YEAR = clock.today().year
OWN = {"association": "Förbundet", "officer": "association@test.example"}
MEASURE = OWN | {
    "name": "Grön väg", "direction": "individual", "follow_up": "participants", "has_esf": "ja", "detail": "treating", "description": "Trädgård.",
    "target_groups": "long_term_sick;mental_ill_health", "parties": "FK;KOM-1380", "owner": "FK", "municipality_code": "1380",
    "starts_on": f"{YEAR}-01-01", "ends_on": "", "places": "8", "planned_a_year": "20", "languages": "sv;en", "accessibility": "",
    "how_to_refer": "Ring.", "contact": "Grön väg", "is_open_data": "",
}  # fmt: skip
EMPTY = dict.fromkeys(
    ("party", "measure", "description", "allocated", "agreed_share", "budget", "outcome", "participants"), ""
)


def row(kind: str, **changes) -> dict[str, str]:
    return OWN | EMPTY | {"year": str(YEAR), "kind": kind} | changes


ECONOMY = [
    row("allocation", party="FK", allocated="2000000", agreed_share="50"),
    row("allocation", party="KOM-1380", allocated="1000000", agreed_share="12,25"),
    row("administration", description="Kansli", budget="300000", outcome="290000"),
    row("measure_cost", measure="Grön väg", description="Personal", budget="700000"),
    row("esf_cost", measure="Grön väg", description="Projekt", budget="100000", outcome="0"),
    row("planned", measure="Grön väg", participants="20"),
]


@pytest.fixture
def take(world, tmp_path):
    def taking(kind: str, rows: list[dict], by="association", **options):
        path = tmp_path / "file.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, kinds()[kind].names)
            writer.writeheader()
            writer.writerows(rows)
        return kinds()[kind].take(SYSTEM if by is None else world.viewer(by), path, **options)

    return taking


def wrong(outcome) -> list[tuple[int, str]]:
    return [(problem.row, problem.column) for problem in outcome.problems]


@pytest.mark.parametrize("by", ["association", None])
def test_measures_and_economy_come_in_whole_and_once(world, take, by):
    assert take("measures", [MEASURE], by, dry_run=True).ok and not Measure.objects.exists()
    assert take("measures", [MEASURE], by).imported == 1
    measure = Measure.objects.get()
    assert (measure.has_esf, measure.is_open_data, measure.places, measure.by) == (
        True,
        False,
        8,
        world.posts["association"],
    )
    assert {c.party.code for c in measure.carriers.all()} == {"FK", "KOM-1380"} and measure.groups.count() == 2
    assert take("economy", ECONOMY, by).imported == 6
    found = books_of(world.viewer("association"), YEAR)
    assert (found.allocated, found.total.budget, found.total.outcome) == (3_000_000, 1_100_000, 290_000)
    assert {a.share for a in found.allocations} == {5000, 1225} and Planned.objects.get().number == 20
    for kind, rows in (("measures", [MEASURE]), ("economy", ECONOMY)):
        again = take(kind, rows + rows, by)
        assert (again.ok, again.imported, again.known) == (True, 0, 2 * len(rows)), again.problems
    assert Entry.objects.filter(verb="books_noted").count() == 6 and Cost.objects.count() == 3


def test_one_wrong_row_and_nothing_is_taken_and_each_error_is_told(world, take):
    take("measures", [MEASURE])
    outcome = take(
        "economy",
        [
            *ECONOMY,
            row("allocation", party="AF", allocated="1"),
            row("allocation", party="KOM-1315", allocated="1", agreed_share="x"),
            row("allocation", party="KOM-1315", allocated="1", agreed_share="0.001"),
            row("allocation", allocated="1"),
            row("planned", measure="Okänd", participants="1"),
            row("measure_cost", measure="Grön väg", description="x", budget="x"),
            row("administration", description="", budget="1"),
            row("administration", description="x", budget=""),
            row("administration", description="x", budget="1", party="FK"),
            row("administration", description="x", budget="1") | {"year": "1999"},
            row("x"),
            row("allocation", party="FK", allocated="7"),
            row("planned", measure="Grön väg", participants="99999"),
            row("administration", description="x", budget="1") | {"association": "Ingen"},
            row("administration", description="x", budget="1") | {"officer": "fk_a@test.example"},
        ],
    )
    assert wrong(outcome) == [
        (8, "party"), (9, "agreed_share"), (10, "agreed_share"), (11, "party"), (12, "measure"), (13, "budget"), (14, "description"),
        (15, "budget"), (16, "party"), (17, "year"), (18, "kind"), (19, ""), (20, "participants"), (21, "association"), (22, "officer"),
    ]  # fmt: skip
    assert not Allocation.objects.exists() and not Cost.objects.exists()


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"name": ""}, "name"), ({"direction": "both"}, "direction"), ({"has_esf": "kanske"}, "has_esf"), ({"parties": "FK"}, "parties"),
        ({"parties": "FK;X"}, "parties"), ({"owner": "AF"}, "owner"), ({"places": ""}, "places"), ({"places": "0"}, "places"),
        ({"places": "-1"}, "places"), ({"ends_on": "1999-13-01"}, "ends_on"), ({"ends_on": f"{YEAR - 2}-01-01"}, "ends_on"),
        ({"target_groups": "x"}, "target_groups"), ({"municipality_code": "9999"}, "municipality_code"), ({"contact": "=1+1"}, "contact"),
        ({"direction": "structural"}, "places"), ({"parties": "FK;KOM-1490"}, "parties"),
    ],
)  # fmt: skip
def test_a_measure_that_does_not_hold_is_told_at_its_column(world, take, changes, column):
    assert set(wrong(take("measures", [MEASURE, MEASURE | {"name": "Annan"} | changes]))) == {(3, column)}
    assert not Measure.objects.exists()


def test_what_is_here_with_other_content_is_not_overwritten(world, take):
    take("measures", [MEASURE])
    assert wrong(take("measures", [MEASURE | {"contact": "Ny"}])) == [(2, "")]
    assert wrong(take("measures", [MEASURE | {"name": "A"}, MEASURE | {"name": "A", "contact": "B"}])) == [(3, "")]
    take("economy", ECONOMY)
    assert wrong(take("economy", [row("planned", measure="Grön väg", participants="21")])) == [(2, "")]
    assert Measure.objects.get().contact == "Grön väg"


def test_a_reported_year_is_changed_by_hand_alone(world, take):
    from handslag.associations.actions import make_report

    association = Association.objects.get(name="Förbundet")
    make_report(world.viewer("association"), association.pk, YEAR - 1)
    told = {"year": str(YEAR - 1)}
    assert wrong(take("economy", [row("administration", description="x", budget="1") | told])) == [(2, "year")]


def test_another_association_brings_in_nothing_of_it(world, take):
    other = Association.objects.create(name="Ett annat")
    world.hire("other", "association_officer", association=other)
    assert wrong(take("measures", [MEASURE], by="other")) == [(2, "association")]
    for name in ("fk_lead", "fk_officer", "analyst", "measure"):
        with pytest.raises(NotAllowed):
            take("measures", [MEASURE], by=name)
    assert not Measure.objects.exists()


def test_an_officer_brings_it_in_on_a_page_and_a_lead_other_kinds(world, browse, take):
    officer, url = browse("association"), reverse("import-history", args=["measures"])
    assert url in officer.get("/association/").content.decode()
    page = officer.get(url).content.decode()
    assert "Ekonomi" in page and "Möten" not in page
    names = kinds()["measures"].names
    file = "\n".join((",".join(names), ",".join(f'"{MEASURE[name]}"' for name in names)))
    answer = officer.post(url, {"file": SimpleUploadedFile("m.csv", file.encode())})
    assert "1 rad togs in" in answer.content.decode() or Measure.objects.count() == 1
    assert officer.get(reverse("import-history-template", args=["economy", "csv"])).status_code == 200
    for page in (reverse("import"), reverse("import-history", args=["meetings"])):
        assert officer.get(page).status_code == 404
    assert browse("fk_lead").get(url).status_code == 404
    assert browse("fk_a").get(url).status_code == 403


def test_the_command_takes_it_and_writes_a_file_to_start_from(world, tmp_path):
    path = tmp_path / "measures.csv"
    runner = CliRunner()
    assert runner.invoke(main, ["template", "measures", str(path)]).exit_code == 0
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, kinds()["measures"].names).writerow(MEASURE)
    done = runner.invoke(main, ["import", "measures", str(path), "--format", "json"])
    assert done.exit_code == 0 and json.loads(done.output)["imported"] == 1
    assert runner.invoke(main, ["template", "economy", str(tmp_path / "e.xlsx")]).exit_code == 0


CELLS = st.text(max_size=12) | st.sampled_from(
    ["FK", "Grön väg", "-1", "0", "1e5", "9" * 12, "12,5", "nan", "inf", "½"]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from(list(EMPTY)), CELLS),
    st.sampled_from(["allocation", "planned", "measure_cost", "administration", "esf_cost"]),
)
def test_nonsense_in_cells_is_told_and_takes_nothing(take, changes, kind):
    if not Measure.objects.exists():
        take("measures", [MEASURE])
    outcome = take("economy", [row(kind, **changes)], dry_run=True)
    assert outcome.rows <= 1 and all(problem.message for problem in outcome.problems)
