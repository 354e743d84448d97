"""The catalogue of measures: what is locked, who carries, what is found and why, and what anybody may read."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.journal.models import Entry
from handslag.measures import queries
from handslag.measures.actions import change_measure
from handslag.measures.activities import note_activity, strike_activity
from handslag.measures.folding import fold
from handslag.measures.models import Activity, Carrier, Measure
from handslag.measures.queries import Place, Wanted, catalogue, nearness_to
from handslag.parties.models import Association, Party
from tests.worlds import build, described


def names(**wanted) -> list[str]:
    return [measure.name for measure in catalogue(Wanted(**wanted), nearness_to(Place("1380", "13")))]


def test_an_officer_adds_a_measure_and_everybody_at_work_finds_it(world, browse):
    officer = browse("association")
    assert officer.get("/").headers["Location"] == reverse("association")
    given_in = {
        "name": "Grön rehab", "direction": "individual", "follow_up": "participants", "detail": "treating", "description": "Trädgård.",
        "target_groups": ["mental_ill_health"], "parties": ["FK", "KOM-1380"], "owner": "KOM-1380", "municipality_code": "1380",
        "starts_on": str(clock.today()), "places": 8, "planned_a_year": 20, "languages": ["sv"], "how_to_refer": "Ring.", "contact": "Grön rehab",
    }  # fmt: skip
    assert officer.post(reverse("make-measure"), given_in | {"parties": ["FK"]}).status_code == 200
    assert not Measure.objects.exists(), "one party carries no measure"
    answer = officer.post(reverse("make-measure"), given_in)
    assert answer.status_code == 302 and Entry.objects.filter(verb="measure_made").exists()
    for name in ("fk_a", "hylte_lead", "af_officer", "measure", "analyst"):
        reader = browse(name)
        assert "Grön rehab" in reader.get(reverse("measures"), {"q": "GRON tradgard"}).content.decode()
        page = reader.get(answer.headers["Location"]).content.decode()
        assert (
            "Psykisk ohälsa" in page
            and ("8 platser" if name == "analyst" else "8 av 8 platser lediga") in page
            and "Ändra insatsen" not in page
        )
    assert "Grön rehab" not in browse("fk_a").get(reverse("measures"), {"county": "01"}).content.decode()
    assert "Ändra insatsen" in officer.get(answer.headers["Location"]).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"contact": ""}, "contact"),
        ({"detail": "x"}, "detail"),
        ({"municipality_code": "9999"}, "municipality_code"),
        ({"target_groups": ("x",)}, "target_groups"),
        ({"languages": ("xx",)}, "languages"),
        ({"places": None}, "places"),
        ({"places": 0}, "places"),
        ({"planned_a_year": 10_001}, "planned_a_year"),
        ({"direction": "structural"}, "places"),
        ({"ends_on": clock.today() - timedelta(days=200)}, "ends_on"),
        ({"starts_on": clock.today() + timedelta(days=9000)}, "starts_on"),
    ],
)
def test_what_does_not_hold_is_refused_at_its_field(world, changes, field):
    with pytest.raises(Refused) as refused:
        world.measure(**changes)
    assert refused.value.field == field and not Measure.objects.exists()


def test_two_members_carry_a_measure_and_one_of_them_owns_it(world):
    fk, af, kom = (world.parties[name] for name in ("fk", "af", "kom"))
    stranger = Party.objects.create(code="KOM-1490", kind="KOM", name="Borås", county_code="14")
    for parties, owner in (((fk, fk), fk), ((fk,), fk), ((fk, stranger), fk), ((fk, af), kom)):
        with pytest.raises(Refused):
            world.measure(parties=parties, owner=owner)
    world.measure()
    with pytest.raises(Refused, match="redan"):
        world.measure()


def test_only_the_own_association_keeps_its_catalogue(world):
    measure = world.measure()
    Association.objects.create(name="Ett annat")
    stranger = world.hire("other", "association_officer", association=Association.objects.get(name="Ett annat"))
    assert stranger
    with pytest.raises(NotAllowed):
        change_measure(world.viewer("other"), measure.pk, measure.changed_at, described(world))
    with pytest.raises(NotAllowed):
        world.measure(world.viewer("other"), name="Annan")
    with pytest.raises(NotAllowed):
        change_measure(world.viewer("association"), measure.pk + 1, measure.changed_at, described(world))


def test_who_changes_what_was_changed_meanwhile_is_told(world, browse):
    measure, officer = world.measure(), browse("association")
    url = reverse("change-measure", args=[measure.public_id])
    form = officer.get(url)
    upon = form.content.decode().split('name="upon" value="')[1].split('"')[0]
    kom = world.parties["kom"]
    parties = (world.parties["af"], kom)
    change_measure(
        world.viewer("association"), measure.pk, measure.changed_at, described(world, name="Nytt namn", owner=kom, parties=parties)
    )  # fmt: skip
    assert {carrier.party for carrier in measure.carriers.all()} == set(parties)
    with pytest.raises(Overtaken):
        change_measure(world.viewer("association"), measure.pk, measure.changed_at, described(world, name="Mitt"))
    told = {
        "upon": upon, "name": "Mitt namn", "detail": "treating", "description": "Ord", "parties": ["FK", "AF"], "owner": "FK", "places": 3,
        "municipality_code": "1380", "starts_on": str(clock.today()), "planned_a_year": 4, "how_to_refer": "Ring", "contact": "Vi",
    }  # fmt: skip
    page = officer.post(url, told).content.decode()
    assert "Nytt namn" in page and "Mitt namn" in page, "both texts are shown"
    assert Measure.objects.get().name == "Nytt namn"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE measures_measure SET direction = 'structural', places = NULL, planned_a_year = NULL",
        "UPDATE measures_measure SET follow_up = 'counts'",
        "UPDATE measures_measure SET has_esf = NOT has_esf",
        "UPDATE measures_measure SET is_listed = NOT is_listed",
        "UPDATE measures_measure SET owner_id = (SELECT id FROM parties_party WHERE code = 'KOM-1380')",
        "UPDATE measures_measure SET places = NULL",
        "DELETE FROM measures_measure",
        "DELETE FROM measures_carrier WHERE party_id = (SELECT id FROM parties_party WHERE code = 'AF')",
        "UPDATE measures_carrier SET party_id = (SELECT id FROM parties_party WHERE code = 'KOM-1380')",
        "INSERT INTO measures_carrier (measure_id, party_id) SELECT m.id, p.id FROM measures_measure m, parties_party p "
        "WHERE p.code = 'KOM-1490'",
    ],
)
def test_direct_sql_changes_nothing_that_is_locked(world, sql):
    Party.objects.create(code="KOM-1490", kind="KOM", name="Borås", county_code="14")
    world.measure()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_owner_stays_among_those_that_carry(world):
    measure = world.measure(parties=tuple(world.parties[name] for name in ("fk", "af", "kom")))
    with pytest.raises(DatabaseError), transaction.atomic():
        Carrier.objects.filter(measure=measure, party=world.parties["fk"]).delete()
    Carrier.objects.filter(measure=measure, party=world.parties["kom"]).delete()


WORDS = st.text(alphabet="aåäöÅÄÖéÉxX ", min_size=1, max_size=12)


@settings(max_examples=40)
@given(name=WORDS.filter(str.strip), sought=WORDS)
def test_looking_is_forgiving_and_finds_what_holds_all_words(db, name, sought):
    with transaction.atomic():
        build().measure(name=name, description="-", municipality_code="1380")
        text = fold(f"{name.strip()} - Halmstads kommun")
        assert bool(names(words=sought)) == all(word in text for word in fold(sought).split())
        assert names(words=name.upper()) and names(words=name.lower())
        transaction.set_rollback(True)


def test_what_is_looked_for_is_found_the_nearest_first(world):
    today = clock.today()
    there = Association.objects.create(name="Långt bort")
    there.members.set([world.parties["fk"], world.parties["af"]])
    world.hire("far_officer", "association_officer", association=there)
    far = world.viewer("far_officer")
    world.measure(far, association="Långt bort", name="Fjärran", municipality_code="1490", languages=("ar",))
    world.measure(far, association="Långt bort", name="Länet", municipality_code="1383", detail="treating")
    world.measure(name="Grannen", municipality_code="1315", target_groups=("newly_arrived",))
    world.measure(name="Hemma")
    world.measure(name="Slut", ends_on=today - timedelta(days=1))
    world.measure(name="Struktur", direction="structural", places=None, planned_a_year=None)
    assert names(direction="individual") == ["Hemma", "Grannen", "Länet", "Fjärran"]
    assert names(has_ended=True, words="slut") == ["Slut"] and not names(words="slut")
    assert names(county="13", direction="individual") == ["Hemma", "Grannen", "Länet"]
    assert names(target_group="newly_arrived") == ["Grannen"]
    assert names(detail="treating") == ["Länet"] and names(language="ar") == ["Fjärran"]
    assert names(direction="structural") == ["Struktur"]


def test_the_case_proposes_what_fits_and_why_by_basis_alone(world, browse):
    case = world.case(target_groups="newly_arrived;long_term_sick", municipality_code="1380")
    world.measure(name="För andra", target_groups=("newly_arrived",), municipality_code="1315")
    world.measure(name="För ingen särskild", target_groups=())
    world.measure(name="Aldrig nära", municipality_code="0180")
    url = reverse("case-measures", args=[case.public_id])
    page = browse("fk_a").get(url).content.decode()
    assert page.index("För andra") < page.index("För ingen särskild") and "Nyanländ" in page and "Halmstad" in page
    assert url in browse("fk_a").get(reverse("case", args=[case.public_id])).content.decode()
    world.consent(case, "af", out=("identity",), back=())
    page = browse("af_a").get(url).content.decode()
    assert "Nyanländ, " not in page and "Sökt efter" not in page, "the person's groups are told by no basis"


def test_open_data_shows_what_the_association_publishes_and_no_more(world):
    world.measure()
    world.measure(name="Inte öppen", is_open_data=False)
    world.measure(name="Slut", ends_on=clock.today() - timedelta(days=1))
    anybody = Client()
    told = anybody.get("/api/v1/services").json()
    assert (told["total_items"], told["total_pages"], told["first_page"], told["last_page"]) == (1, 1, True, True)
    (service,) = told["contents"]
    assert {"id", "name", "status", "organization", "languages", "contacts"} <= service.keys()
    assert service == anybody.get(f"/api/v1/services/{service['id']}").json()
    hidden = Measure.objects.get(name="Inte öppen")
    assert anybody.get(f"/api/v1/services/{hidden.public_id}").status_code == 404
    rows = list(csv.DictReader(io.StringIO(anybody.get("/api/v1/services/csv").content.decode())))
    assert [row["name"] for row in rows] == ["Steget vidare"] and rows[0]["parties"] == "Part AF; Part FK"


@pytest.fixture
def structural(world):
    return world.staffed(name="Struktur", direction="structural", places=None, planned_a_year=None, starts_on=clock.today() - timedelta(days=400))  # fmt: skip


def test_what_a_structural_measure_did_is_noted_shown_and_counted(world, structural, browse):
    url = reverse("measure", args=[structural.public_id])
    staff, officer = browse("measure"), browse("association")
    day = clock.today()
    sent = {"kind": "training", "day": day.isoformat(), "hours": 6, "reached": 14}
    assert staff.post(reverse("note-activity", args=[structural.public_id]), sent).status_code == 302
    assert (
        officer.post(reverse("note-activity", args=[structural.public_id]), {**sent, "reached": 9}).status_code == 302
    )
    wrong = note_activity(world.viewer("measure"), structural.pk, "team", day, 2, 90)
    earlier = note_activity(world.viewer("measure"), structural.pk, "team", day - timedelta(days=380), 2, 50)
    assert browse("fk_a").post(reverse("strike-activity", args=[wrong.public_id])).status_code == 403
    assert staff.post(reverse("strike-activity", args=[wrong.public_id])).status_code == 302
    page = browse("fk_a").get(url).content.decode()
    assert page.count("Utbildning") == 2 and "90" not in page and "Notera en aktivitet" not in page
    assert queries.reached_in([structural], day.year) == {structural.pk: (2, 23)}
    assert queries.reached_in([structural], earlier.day.year) == {structural.pk: (1, 50)}
    year = officer.get(reverse("association-year", args=[day.year])).content.decode()
    assert "nådde 23 personer" in year and Entry.objects.filter(verb="activity_noted").count() == 4
    token = Client(headers={"Authorization": f"Bearer {world.token('af')}"})
    told = token.get(f"/api/v1/measures/{structural.public_id}/activities").json()["items"]
    assert sorted(one["reached"] for one in told) == [9, 14, 50]
    with pytest.raises(Overtaken):
        strike_activity(world.viewer("measure"), wrong.pk)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"day": 1}, "day"), ({"day": -401}, "day"), ({"kind": "x"}, "kind"), ({"hours": 0}, "hours"), ({"reached": 0}, "reached")],
)  # fmt: skip
def test_an_activity_that_cannot_have_been_is_refused_at_its_field(world, structural, changes, field):
    told = {"kind": "training", "day": 0, "hours": 6, "reached": 14} | changes
    told["day"] = clock.today() + timedelta(days=told["day"])
    with pytest.raises(Refused) as refused:
        note_activity(world.viewer("association"), structural.pk, **told)
    assert refused.value.field == field


def test_only_a_structural_measure_has_activities_and_they_stay(world, structural, browse):
    one = note_activity(world.viewer("association"), structural.pk, "team", clock.today(), 2, 9)
    individual = world.staffed(name="Enskild")
    with pytest.raises(Refused):
        note_activity(world.viewer("association"), individual.pk, "team", clock.today(), 2, 9)
    assert browse("association").get(reverse("note-activity", args=[individual.public_id])).status_code == 404
    theirs = world.measure(name="Deras", direction="structural", places=None, planned_a_year=None)
    with pytest.raises(NotAllowed):
        note_activity(world.viewer("measure"), theirs.pk, "team", clock.today(), 2, 9)
    assert browse("measure").get(reverse("note-activity", args=[theirs.public_id])).status_code == 404
    assert "Aktiviteter" not in browse("fk_a").get(reverse("measure", args=[individual.public_id])).content.decode()
    for sql in (
        f"UPDATE measures_activity SET reached = 10 WHERE id = {one.pk}",
        f"UPDATE measures_activity SET measure_id = {individual.pk} WHERE id = {one.pk}",
        f"DELETE FROM measures_activity WHERE id = {one.pk}",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    with pytest.raises(DatabaseError), transaction.atomic():
        Activity.objects.create(measure=individual, kind="team", day=clock.today(), hours=1, reached=5, by=one.by, noted_at=clock.now())  # fmt: skip
    strike_activity(world.viewer("association"), one.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        Activity.objects.filter(pk=one.pk).update(is_struck=False)


HSDS = Path(__file__).parent / "hsds" / "service.json"


def hsds_schema() -> dict:
    """The JSON schema of an HSDS service as far as we publish one; of what we do not publish nothing may be there."""
    objects = json.loads(HSDS.read_text(encoding="utf-8"))["objects"]

    def one(told: dict) -> dict:
        (kind, other), *_rest = told.items() if told else [("", "")]
        if kind not in ("is", "list of"):
            return told
        shown = {"$ref": f"#/$defs/{other}"} if other in objects else False
        return shown if kind == "is" else {"type": "array", "items": shown}

    defs = {
        name: {
            "type": "object",
            "required": of["required"],
            "properties": {key: one(told) for key, told in of["properties"].items()},
            "additionalProperties": False,
        }
        for name, of in objects.items()
    }
    return {"$defs": defs, "$ref": "#/$defs/service"}


@pytest.mark.parametrize("changes", [{}, {"target_groups": (), "languages": ()}, {"direction": "structural", "places": None, "planned_a_year": None}])  # fmt: skip
def test_open_data_keep_to_the_schema_of_hsds(world, changes):
    world.measure(**changes)
    validator = Draft202012Validator(hsds_schema(), format_checker=FormatChecker())
    (service,) = Client().get("/api/v1/services").json()["contents"]
    assert [error.message for error in validator.iter_errors(service)] == []
    for broken in (
        {"id": "1"},
        {"status": "open"},
        {"name": None},
        {"price": "0"},
        {"organization": {"id": service["id"]}},
    ):
        assert list(validator.iter_errors({**service, **broken})), broken
    del service["name"]
    assert list(validator.iter_errors(service))


def test_a_published_cell_is_no_formula(world):
    world.measure(name="=1+1", contact="@x")
    (row,) = csv.DictReader(io.StringIO(Client().get("/api/v1/services/csv").content.decode()))
    assert row["name"] == "'=1+1" and row["contact"] == "'@x"


def test_pages_of_services_hold_each_once(world):
    made = {str(world.measure(name=f"Insats {n}").public_id) for n in range(5)}
    found = [
        s["id"] for n in (1, 2, 3) for s in Client().get(f"/api/v1/services?page={n}&per_page=2").json()["contents"]
    ]
    assert len(found) == 5 and set(found) == made and queries.published().count() == 5


def test_the_parties_systems_read_the_whole_catalogue_the_nearest_first(world):
    near = world.measure(name="Nära", is_open_data=False)
    far = world.measure(name="Avlägset", municipality_code="1315", target_groups=("mental_ill_health",))
    client = Client(headers={"Authorization": f"Bearer {world.token('kom')}"})
    found = client.get("/api/v1/measures").json()
    assert [item["name"] for item in found["items"]] == ["Nära", "Avlägset"] and not found["has_next"]
    assert found["items"][0] | {"id": str(near.public_id), "parties": ["AF", "FK"]} == found["items"][0]
    for asked in ({"target_group": "mental_ill_health"}, {"words": "AVLAGSET"}):
        assert [item["id"] for item in client.get("/api/v1/measures", asked).json()["items"]] == [str(far.public_id)]
    assert client.get(f"/api/v1/measures/{near.public_id}").json()["places"] == 12
    assert client.get(f"/api/v1/measures/{world.parties['kom'].pk}").status_code == 404
    assert Client().get("/api/v1/measures").status_code == 401
