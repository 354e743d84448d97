"""Microdata out of the work itself: what the folder holds equals counts by plain SQL, and names nobody."""

import csv
import json
import stat
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner
from django.db import connection

from handslag.assessments.models import Assessment
from handslag.cases import actions as cases
from handslag.cases.reopening import reopen
from handslag.cli.main import main
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Refused
from handslag.journal.models import Entry
from handslag.measures.models import Measure
from handslag.meetings.holding import hold_meeting
from handslag.microdata.writing import write_microdata
from handslag.participations import actions as participations
from handslag.participations.anonymous import note_anonymous
from handslag.parties.viewer import Viewer
from handslag.persons.models import Identity, Person
from handslag.plans import actions as plans
from handslag.rights.protection import protect
from handslag.simulation import world as demo
from handslag.statistics.counting.engines import Embedded
from handslag.statistics.counting.units import count
from handslag.statistics.definitions.catalogue import definition
from handslag.statistics.microdata.schema import resources
from handslag.statistics.microdata.validating import validate
from tests.test_assessments import ask, end, sign
from tests.test_definitions import counted
from tests.test_meetings import outcome
from tests.test_participations import after, started
from tests.test_years import near, published

SYSTEM = Viewer(None, is_system=True, name="operator")
LONG_AGO, LATE = date(1990, 1, 1), date(2099, 12, 31)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def asked_of(sql: str, *given: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()


@pytest.fixture(scope="module")
def demo_day() -> date:
    return date(2026, 11, 22)


def test_a_demo_worlds_figures_are_those_of_plain_sql(db, tmp_path, demo_day):
    with time_machine.travel(f"{demo_day}T09:00:00+01:00", tick=False):
        demo.build_world(2000, 1, demo_day)
        written = write_microdata(SYSTEM, tmp_path / "out", date(2025, 1, 1), demo_day)
    folder = tmp_path / "out"
    assert validate(folder) == []
    assert set(written.rows) == set(resources())
    assert {name: len(rows(folder, name)) for name in resources()} == written.rows
    ((people,),) = asked_of(
        "SELECT count(DISTINCT p.subject) FROM persons_person p JOIN persons_identity i ON i.person_id = p.id"
    )
    ((nameless,),) = asked_of(
        "SELECT count(*) FROM persons_person p WHERE NOT EXISTS "
        "(SELECT 1 FROM persons_identity i WHERE i.person_id = p.id)"
    )
    assert (written.rows["persons"], written.left_out) == (people, nameless)
    assert len({row["person_id"] for row in rows(folder, "persons")}) == people
    by_sex = asked_of(
        "SELECT p.sex, count(*) FROM meetings_meeting m JOIN cases_case c ON c.id = m.case_id "
        "JOIN persons_person p ON p.id = c.person_id JOIN persons_identity i ON i.person_id = p.id "
        "WHERE m.kind = 'transition_meeting' AND m.reason = '' AND m.ended_at IS NOT NULL AND m.at >= %s AND m.at < %s "
        "AND c.municipality_code <> '' GROUP BY p.sex",
        clock.midnight(date(2026, 1, 1)), clock.midnight(demo_day + timedelta(days=1)),
    )  # fmt: skip
    assert by_sex
    assert counted(folder, "transition_meetings", 2026) == Counter({(sex,): n for sex, n in by_sex})
    kinds = Counter(row["kind"] for row in rows(folder, "livelihoods"))
    spells = asked_of(
        "SELECT kind, count(*) FROM (SELECT l.kind AS kind, c.person_id AS person_id, c.joined_to_id AS joined_to_id "
        "FROM cases_pastlivelihood l JOIN cases_case c ON c.id = l.case_id WHERE l.since <= %s AND l.until > %s "
        "UNION ALL SELECT c.livelihood, c.person_id, c.joined_to_id FROM cases_case c WHERE c.livelihood_since <= %s "
        "AND (c.livelihood_ends_on IS NULL OR c.livelihood_ends_on >= %s)) spells "
        "JOIN persons_identity i ON i.person_id = spells.person_id WHERE kind <> '' AND joined_to_id IS NULL GROUP BY kind",
        demo_day, date(2025, 1, 1), demo_day, date(2025, 1, 1),
    )  # fmt: skip
    assert kinds == Counter(dict(spells))
    assert all([participants_are_those_of_plain_sql(folder, demo_day.year - back) for back in (1, 0)])
    for report in ("joint-support", "associations"):
        report_is_made(report, folder, tmp_path / report, demo_day.year - 1)


BEGAN = "p.started_on >= %s AND p.started_on <= %s AND p.end_reason <> 'mis_registered'"
WENT_ON = "p.started_on <= %s AND (p.ended_on IS NULL OR p.ended_on >= %s) AND p.end_reason <> 'mis_registered'"
OF_PERSON = (
    "participations_participation p JOIN referrals_referral r ON r.id = p.referral_id JOIN cases_case c "
    "ON c.id = r.case_id JOIN persons_person x ON x.id = c.person_id JOIN persons_identity i ON i.person_id = x.id"
)


def cells(folder: Path, indicator: str, year: int, *dimensions: str) -> Counter:
    """How many units of a year there are, by their dimensions, before anything is protected."""
    units = definition(indicator)
    finest = count(Embedded(folder, dict.fromkeys(units.files)), units, [], year)
    found: Counter = Counter()
    for leaf, number in finest.counts.items():
        found[tuple(leaf[finest.dimensions.index(name)] for name in dimensions)] += number
    return found


def participants_are_those_of_plain_sql(folder: Path, year: int) -> int:
    """What report B counts of a year, before anything is protected, is what stands in the rooms' tables. Returns how
    many ended."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    nameless = dict(
        asked_of("SELECT sex, count(*) FROM participations_anonymous WHERE start_year = %s GROUP BY sex", year)
    )
    named = asked_of(
        f"SELECT sex, target_group, count(*) FROM (SELECT x.sex AS sex, p.target_group AS target_group, row_number() OVER "
        f"(PARTITION BY x.subject ORDER BY p.started_on DESC) AS nth FROM {OF_PERSON} WHERE {WENT_ON}) AS latest "
        "WHERE nth = 1 GROUP BY sex, target_group",
        last, first,
    )  # fmt: skip
    assert named and nameless
    told = Counter({("yes", sex): 0 for sex in nameless}) | Counter({("no", sex): n for sex, n in nameless.items()})
    identified = sum(n for _sex, _group, n in named)
    whole = identified + sum(nameless.values())
    near(
        identified, whole, 100 * published("participants", "2020", "identified=yes") / published("participants", "2020")
    )
    groups = Counter({("no_specific", sex): n for sex, n in nameless.items()})
    for sex, group, n in named:
        told["yes", sex] += n
        groups[group, sex] += n
    assert cells(folder, "participants", year, "identified", "sex") == +told
    assert cells(folder, "participants", year, "target_group", "sex") == groups
    begun = asked_of(
        f"SELECT sex, count(*) FROM (SELECT DISTINCT x.sex AS sex, x.subject FROM {OF_PERSON} WHERE {BEGAN}) AS people "
        "GROUP BY sex",
        first, last,
    )  # fmt: skip
    ended = asked_of(
        "SELECT why, sex, count(*) FROM (SELECT p.end_reason AS why, x.sex AS sex, row_number() OVER (PARTITION BY "
        f"x.subject ORDER BY p.ended_on DESC) AS nth FROM {OF_PERSON} WHERE p.ended_on >= %s AND p.ended_on <= %s "
        "AND p.end_reason <> 'mis_registered') AS latest WHERE nth = 1 GROUP BY why, sex",
        first, last,
    )  # fmt: skip
    assert begun
    of_all = cells(folder, "started_participations", year, "sex")
    assert {sex: of_all[sex,] - nameless.get(sex, 0) for (sex,) in of_all} == dict(begun)
    assert cells(folder, "ended_participations", year, "end_reason", "sex") == {(why, x): n for why, x, n in ended}
    measures = asked_of(
        "SELECT direction, count(*) FROM measures_measure WHERE is_listed AND starts_on <= %s "
        "AND (ends_on IS NULL OR ends_on >= %s) GROUP BY direction",
        last, first,
    )  # fmt: skip
    assert cells(folder, "measures", year, "direction") == {(direction,): n for direction, n in measures}
    return len(ended)


def report_is_made(report: str, folder: Path, out: Path, year: int) -> None:
    """Made, also of few people: of whom the attacker can tell nothing, and of whom something is shown all the same."""
    done = CliRunner().invoke(main, ["statistics", "report", report, "--data", str(folder), "--year", str(year),
                                     "--out", str(out), "--ledger", str(out.parent / f"{report}.jsonl")])  # fmt: skip
    assert done.exit_code == 0, done.output
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["attacked"] and not any(cube["falls"] for cube in manifest["attacked"])


@pytest.fixture
def assessed(world):
    """A joint assessment that FK and AF carried through, with a measure that goes on and one that has ended."""
    case = world.case()
    world.consent(case)
    assessment = ask(world, case)
    sign(world, assessment)
    sign(world, assessment, "af_a")
    end(world, assessment, outcome="joint_measure")
    today = clock.today()
    for measure, begins in (("work_preparatory", 0), ("work_directed", 30)):
        planned = plans.Planned(
            "Insats", world.posts["af_a"], today + timedelta(days=90), "", measure, today + timedelta(days=begins)
        )
        step = plans.add_step(world.viewer("fk_a"), case.pk, planned)
    plans.end_step(world.viewer("af_a"), step.pk, was_done=False)  # before it was to begin
    return case


def test_assessments_and_the_measures_of_their_plans_are_counted(world, assessed, tmp_path):
    write_microdata(SYSTEM, tmp_path / "out", LONG_AGO, LATE)
    (told,), (begun,) = rows(tmp_path / "out", "assessments"), rows(tmp_path / "out", "rehabilitations")
    ended = Assessment.objects.get()
    assert (told["benefit"], told["diagnosis_chapter"]) == ("sickness_benefit", "F")
    assert told["held_on"] == clock.day_of(ended.ended_at).isoformat()
    assert told["municipality_code"] == assessed.municipality_code
    assert (begun["direction"], begun["started_on"], begun["ended_on"]) == (
        "work_preparatory", clock.today().isoformat(), "",
    )  # fmt: skip
    assert told["person_id"] == begun["person_id"] == rows(tmp_path / "out", "persons")[0]["person_id"]
    assert validate(tmp_path / "out") == []
    assert counted(tmp_path / "out", "joint_assessments", clock.today().year, "psychiatric_diagnosis") == {("yes",): 1}


def test_nobody_is_named_and_two_folders_cannot_be_laid_side_by_side(world, assessed, tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        write_microdata(SYSTEM, folder, LONG_AGO, LATE)
    texts = ["".join(file.read_text(encoding="utf-8") for file in sorted(folder.iterdir())) for folder in folders]
    identity = Identity.objects.get(person=assessed.person)
    secret = [identity.number, identity.family_name, identity.given_name, assessed.person.subject, assessed.reference]
    secret += [str(assessed.public_id), "Vi ser att det går."]
    assert not [word for word in secret for text in texts if word in text]
    first, second = ({row["person_id"] for row in rows(folder, "persons")} for folder in folders)
    assert first and not first & second
    assert stat.S_IMODE(folders[0].stat().st_mode) == 0o700


def test_who_is_protected_is_left_out_of_every_file(world, assessed, tmp_path):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        meeting = world.meeting(assessed, days=1)
        traveller.shift(timedelta(days=2))
        hold_meeting(world.viewer("fk_a"), meeting.pk, outcome(world))
    protect(world.viewer("fk_a"), assessed.pk)
    assert not Identity.objects.filter(person=assessed.person).exists()
    written = write_microdata(SYSTEM, tmp_path / "out", LONG_AGO, LATE)
    assert not any(written.rows.values())
    assert written.left_out == Person.objects.count()


def test_the_operator_alone_takes_them_out_and_it_is_written_down_first(world, assessed, tmp_path):
    with pytest.raises(NotAllowed):
        write_microdata(world.viewer("fk_lead"), tmp_path / "out", LONG_AGO, LATE)
    with pytest.raises(Refused, match="första dagen"):
        write_microdata(SYSTEM, tmp_path / "out", LATE, LONG_AGO)
    assert not Entry.objects.filter(verb="microdata_written").exists()
    assert not (tmp_path / "out").exists()
    write_microdata(SYSTEM, tmp_path / "out", LONG_AGO, LATE)
    (entry,) = Entry.objects.filter(verb="microdata_written")
    assert (entry.actor, json.loads(entry.details)) == ("operator", {"begin": "1990-01-01", "end": "2099-12-31"})
    with pytest.raises(Refused, match="inte tom"):
        write_microdata(SYSTEM, tmp_path / "out", LONG_AGO, LATE)


def test_meetings_are_those_of_the_days_that_were_held(world, tmp_path):
    case = world.case()
    with time_machine.travel(clock.now(), tick=False) as traveller:
        meeting = world.meeting(case, days=1)
        traveller.shift(timedelta(days=2))
        folders = {
            name: write_microdata(SYSTEM, tmp_path / name, clock.today() - timedelta(days=before), LATE)
            for name, before in (("booked", 9),)
        }
        assert folders["booked"].rows["meetings"] == 0
        hold_meeting(world.viewer("fk_a"), meeting.pk, outcome(world))
        day = clock.day_of(meeting.at)
        for begin, end, held in (
            (day, day, 1),
            (day + timedelta(days=1), LATE, 0),
            (LONG_AGO, day - timedelta(days=1), 0),
        ):
            written = write_microdata(SYSTEM, tmp_path / f"{begin}-{end}", begin, end)
            assert written.rows["meetings"] == held


def test_the_command_tells_what_it_wrote(world, assessed, tmp_path):
    done = CliRunner().invoke(main, ["microdata", "--out", str(tmp_path / "out"), "--from", "2020-01-01"])
    assert done.exit_code == 0, done.output
    assert "persons.csv: 1 rows" in done.output


def spells(folder: Path) -> list[tuple[str, str, str]]:
    """What is told of what people lived on, in order of time; there is one person."""
    told = rows(folder, "livelihoods")
    assert len({row["person_id"] for row in told}) <= 1
    return sorted((row["from_date"], row["to_date"], row["kind"]) for row in told)


def apart(told: list[tuple[str, str, str]]) -> bool:
    """Whether each spell is over before the next begins."""
    return all(until and until <= since for (_, until, _), (since, *_) in pairwise(told))


def test_a_case_that_was_opened_again_tells_of_its_person_once(world, assessed, tmp_path):
    lead, today = world.viewer("fk_lead"), clock.today()
    with time_machine.travel(clock.now(), tick=False) as traveller:
        cases.close(world.viewer("fk_a"), assessed.pk, "work", "Chefen")
        write_microdata(SYSTEM, tmp_path / "closed", LONG_AGO, LATE)
        traveller.shift(timedelta(days=20))
        reopen(lead, assessed.pk, "need_returned", world.posts["fk_a"], "Ring", clock.today())
        write_microdata(SYSTEM, tmp_path / "open", LONG_AGO, LATE)
        cases.change_livelihood(world.viewer("fk_a"), assessed.pk, "wage", None, clock.today(), None)
        write_microdata(SYSTEM, tmp_path / "changed", LONG_AGO, LATE)
        noted = clock.today().isoformat()
    for name in ("persons", "assessments", "rehabilitations"):
        assert [len(rows(tmp_path / folder, name)) for folder in ("closed", "open", "changed")] == [1, 1, 1]
    begins = (today - timedelta(days=100)).isoformat()
    assert spells(tmp_path / "closed") == spells(tmp_path / "open")
    assert spells(tmp_path / "changed") == [(begins, noted, "sickness_benefit"), (noted, "", "wage")]
    assert validate(tmp_path / "changed") == []


def test_what_a_party_notes_in_a_new_case_ends_what_it_noted_in_one_before_also_when_that_is_opened_again(
    world, tmp_path
):
    """One case, closed; another of the same person, closed; the first opened again."""
    today, viewer = clock.today(), world.viewer("fk_a")
    first = world.case(livelihood_ends_on=None)
    cases.close(viewer, first.pk, "work", "Chefen")
    number = first.person.identity.number
    later = {"identity_number": number, "opened_on": today - timedelta(days=40), "livelihood": "wage",
             "livelihood_degree": None, "livelihood_ends_on": None}  # fmt: skip
    second = world.case(**later)
    begins, ends = ((today - timedelta(days=days)).isoformat() for days in (100, 40))
    expected = [(begins, ends, "sickness_benefit"), (ends, "", "wage")]

    def told(name: str) -> list[tuple[str, str, str]]:
        write_microdata(SYSTEM, tmp_path / name, LONG_AGO, LATE)
        found = spells(tmp_path / name)
        assert apart(found) and len(rows(tmp_path / name, "persons")) == 1
        return found

    assert told("second") == expected
    cases.close(viewer, second.pk, "work", "Chefen")
    reopen(world.viewer("fk_lead"), first.pk, "need_returned", world.posts["fk_a"], "Ring", today)
    assert told("again") == expected
    cases.change_livelihood(viewer, first.pk, "sickness_benefit", 50, today, None)
    again = told("changed")
    assert again[-1] == (today.isoformat(), "", "sickness_benefit") and again[0] == expected[0]
    write_microdata(SYSTEM, tmp_path / "late", today - timedelta(days=9), LATE)
    assert [kind for _since, _until, kind in spells(tmp_path / "late")] == ["wage", "sickness_benefit"]
    world.case("af_a", **{**later, "livelihood": "activity_support"})  # another party's word stands beside it
    write_microdata(SYSTEM, tmp_path / "both", LONG_AGO, LATE)
    assert len(spells(tmp_path / "both")) == len(again) + 1


def test_who_takes_part_is_told_of_by_pseudonym_and_who_has_no_name_by_sex_alone(world, tmp_path):
    measure, staff, today = world.staffed(places=9, starts_on=clock.today() - timedelta(days=700)), world.viewer("measure"), clock.today()  # fmt: skip
    goes_on, ended = started(world, measure), started(world, measure, days=60, education="upper_secondary")
    mistaken, hidden = started(world, measure, days=90), started(world, measure, days=120)
    participations.mis_register(staff, mistaken.pk)
    participations.end_participation(staff, ended.pk, after(days=10))
    protect(world.viewer("fk_a"), hidden.referral.case_id)
    note_anonymous(staff, world.units["kom"].pk, measure.pk, "man", today.year)
    write_microdata(SYSTEM, tmp_path / "out", LONG_AGO, LATE)
    assert validate(tmp_path / "out") == []
    (of,) = rows(tmp_path / "out", "measures")
    told = rows(tmp_path / "out", "participations")
    assert (of["direction"], of["municipality_code"], of["association"]) == (
        "individual", measure.municipality_code, measure.association.name,
    )  # fmt: skip
    assert {row["measure_id"] for row in told} == {of["measure_id"]} and of["measure_id"] != str(measure.pk)
    named = {row["started_on"]: row for row in told if row["person_id"]}
    people = {row["person_id"]: row["sex"] for row in rows(tmp_path / "out", "persons")}
    assert set(named) == {one.started_on.isoformat() for one in (goes_on, ended)}
    assert all(row["sex"] == people[row["person_id"]] for row in named.values())
    over, going = named[ended.started_on.isoformat()], named[goes_on.started_on.isoformat()]
    assert (over["ended_on"], over["end_reason"], over["occupation_after"], over["education"]) == (
        ended_on(10), "completed", "work_subsidised", "upper_secondary",
    )  # fmt: skip
    assert not any(going[name] for name in ("ended_on", "end_reason", "livelihood_after", "occupation_after"))
    nameless = [row for row in told if not row["person_id"]]
    assert len(nameless) == 2 and {row["sex"] for row in nameless} == {"man", hidden.referral.case.person.sex}
    year = hidden.started_on.year
    days = {max(date(began, 1, 1), measure.starts_on).isoformat() for began in (today.year, year)}
    assert {row["started_on"] for row in nameless} == days, "sex and the year of the start are all that is told"
    assert not any(row[name] for row in nameless for name in ("ended_on", "livelihood_before", "education"))
    assert {row["target_group"] for row in nameless} == {"no_specific"}
    write_microdata(SYSTEM, tmp_path / "before", LONG_AGO, today - timedelta(days=11))
    assert not any(row["ended_on"] for row in rows(tmp_path / "before", "participations")), "an end that was to come"


def ended_on(days: int) -> str:
    return (clock.today() - timedelta(days=days)).isoformat()


def test_who_takes_part_in_a_measure_that_has_ended_still_points_to_it(world, tmp_path):
    one = started(world, world.staffed(), days=30)
    Measure.objects.update(ends_on=clock.today() - timedelta(days=20))
    write_microdata(SYSTEM, tmp_path / "out", clock.today() - timedelta(days=5), LATE)
    assert validate(tmp_path / "out") == [] and len(rows(tmp_path / "out", "participations")) == 1, one
