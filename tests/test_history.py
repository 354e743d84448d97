"""History comes along in files: meetings and joint assessments that have been, all of them or none, told by the party
that noted them, with nobody called and nothing sent."""

import csv
import json
from datetime import time, timedelta

import pytest
import time_machine
from click.testing import CliRunner
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from handslag.assessments.models import Assessment, Part
from handslag.assessments.queries import assessments_of, facts_of, meetings_of
from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.cases.queries import visible_cases
from handslag.check.proof import prove
from handslag.cli.main import main
from handslag.disclosure.rules import MEETINGS, PLAN
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken
from handslag.foundation.ids import uuid7
from handslag.foundation.rooms import rooms
from handslag.intake import reading
from handslag.intake.actions import kinds
from handslag.intake.columns import HISTORY
from handslag.intake.history import check_history
from handslag.intake.taking import Outcome
from handslag.journal.models import Entry
from handslag.meetings.history import HISTORY as PAST_MEETINGS
from handslag.meetings.models import Meeting, Participant
from handslag.microdata.writing import write_microdata
from handslag.outbox.models import Letter
from handslag.passages.queries import to_prepare
from handslag.plans.models import Plan
from handslag.rights.protection import protect
from handslag.watch.actions import go_round
from handslag.watch.models import Escalation
from tests.test_assessments import ask
from tests.test_microdata_written import LATE, LONG_AGO, rows
from tests.worlds import SYSTEM, numbers

MEETING, ASSESSMENT = "meetings", "assessments"


def past(days: int) -> str:
    """A day some days ago."""
    return (clock.today() - timedelta(days=days)).isoformat()


def met(case: Case, /, **changes) -> dict[str, str]:
    """A row of a meeting that is right."""
    row = {
        "party": "FK",
        "case": case.reference,
        "caseworker": "fk_a@test.example",
        "kind": "reconciliation_meeting",
        "day": past(40),
        "time": "13:30",
        "minutes": "60",
        "reason": "",
        "came": "person;caseworker;health_care;employer",
        "place": "Vårdcentralen",
        "purpose": "Reda ut vad som krävs",
        "notes": "Vi enades om halvtid.\nLäkaren skriver ett nytt intyg.",
    }
    return row | changes


def assessed(case: Case, /, **changes) -> dict[str, str]:
    """A row of a joint assessment that is right."""
    row = {
        "party": "FK",
        "case": case.reference,
        "caseworker": "fk_a@test.example",
        "asked_on": past(60),
        "ended_on": past(30),
        "purpose": "Se vad som krävs",
        "took_part": "AF;KOM-1380",
        "outcome": "joint_measure",
        "reason": "",
        "standpoint": "Arbetsträning kan börja.",
        "own_words": "Jag vill arbeta",
        "goal": "Halvtid",
        "no_words_reason": "",
        "livelihood": "sickness_benefit",
        "livelihood_since": past(90),
        "diagnosis_chapter": "F",
        "obstacles": "Buller",
        "occupation": "",
        "education": "upper_secondary",
        "work": "Storkök",
        "resources": "Van att planera",
        "plan_goal": "Arbeta halvtid",
    }
    return row | changes


GOOD = {MEETING: met, ASSESSMENT: assessed}


def written(folder, kind: str, told: list[dict[str, str]], ending: str = "csv"):
    """A file of a kind."""
    path, names = folder / f"{kind}.{ending}", kinds()[kind].names
    if ending == "csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(told)
    else:
        book = Workbook()
        book.active.append(names)
        for row in told:
            book.active.append([row[name] for name in names])
        book.save(path)
    return path


def take(folder, kind: str, *told: dict[str, str], by=SYSTEM, ending: str = "csv", dry_run: bool = False) -> Outcome:
    """Takes a file in."""
    return kinds()[kind].take(by, written(folder, kind, list(told), ending), dry_run=dry_run)


def places(outcome: Outcome) -> set[tuple[int, str]]:
    return {(problem.row, problem.column) for problem in outcome.problems}


def stands() -> list[int]:
    """How much history stands."""
    return [model.objects.count() for model in (Meeting, Participant, Assessment, Part, Plan)]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", GOOD)
def test_a_file_is_taken_whole_and_known_again(world, tmp_path, kind, ending):
    one, other = world.case(), world.case("fk_b")
    told = [
        GOOD[kind](one),
        GOOD[kind](other, case=str(other.public_id), caseworker="fk_b@test.example"),
    ]
    before = stands()
    dry = take(tmp_path, kind, *told, ending=ending, dry_run=True)
    assert (dry.ok, dry.rows, dry.imported) == (True, 2, 0) and stands() == before
    assert not Entry.objects.filter(verb__endswith="brought_in").exists()
    first = take(tmp_path, kind, *told, ending=ending)
    assert (first.ok, first.rows, first.imported, first.known) == (True, 2, 2, 0), first.problems
    assert Entry.objects.filter(verb__endswith="brought_in").count() == 2
    after = stands()
    named_otherwise = [told[0] | {"case": str(one.public_id)}, told[1] | {"case": other.reference}]
    for again in (told, named_otherwise, [told[0], told[0]]):
        outcome = take(tmp_path, kind, *again, ending=ending)
        assert (outcome.ok, outcome.imported, outcome.known) == (True, 0, 2) and stands() == after
    assert not [promise for promise, found in prove(clock.today()).items() if found.broken]


def test_it_is_known_again_when_the_case_has_gone_on(world, tmp_path):
    case = world.case()
    take(tmp_path, MEETING, met(case))
    cases.close(world.viewer("fk_a"), case.pk, "work", "Chefen")
    assert take(tmp_path, MEETING, met(case)).known == 1
    assert places(take(tmp_path, MEETING, met(case, day=past(41)))) == {(2, "case")}


def test_what_a_file_tells_of_a_meeting_stands_as_it_was(world, tmp_path):
    case = world.case()
    take(tmp_path, MEETING, met(case), met(case, day=past(20), reason="person_absent", came="", notes=""))
    held, not_held = Meeting.objects.order_by("at")
    assert (held.state, not_held.state, not_held.reason) == ("held", "not_held", "person_absent")
    assert clock.local(held.at).isoformat()[:16] == f"{past(40)}T13:30"
    assert held.by == held.timed_by == held.ended_by == world.posts["fk_a"]
    assert held.notes.splitlines() == ["Vi enades om halvtid.", "Läkaren skriver ett nytt intyg."]
    roles = held.participants.order_by("id").values_list("role", "came", "unit")
    assert list(roles) == [(role, True, None) for role in ("person", "caseworker", "health_care", "employer")]
    assert list(not_held.participants.values_list("role", "came")) == [("person", None)]


def test_what_a_file_tells_of_an_assessment_stands_as_it_was(world, tmp_path):
    case = world.case(next_step="Ring AF")
    take(tmp_path, MEETING, met(case, kind="joint_assessment", day=past(30)))
    older = assessed(
        case, asked_on=past(90), ended_on=past(70), outcome="", reason="illness", plan_goal="Ett äldre mål"
    )
    assert take(tmp_path, ASSESSMENT, assessed(case), older).imported == 2
    latest, first = assessments_of(Case.objects.get(pk=case.pk))
    assert (latest.outcome, first.reason, latest.took_part) == ("joint_measure", "illness", "AF;KOM-1380")
    assert clock.day_of(latest.ended_at).isoformat() == past(30) and facts_of(latest).state == "completed"
    assert [meeting.kind for meeting in meetings_of(latest)] == ["joint_assessment"]
    (signed,) = Part.objects.filter(assessment=latest)
    assert (signed.party, signed.by, signed.number) == (world.parties["fk"], world.posts["fk_a"], 1)
    assert (signed.standpoint, signed.goal, signed.diagnosis_chapter) == ("Arbetsträning kan börja.", "Halvtid", "F")
    plan = Plan.objects.get()
    assert latest.plan == first.plan == plan and plan.reviews.get().goal == "Arbeta halvtid"
    step = plan.steps.get()
    assert (step.text, step.due_on, step.became_step) == ("Ring AF", case.next_step_on, True)


def test_a_broken_off_assessment_needs_no_part_and_after_a_death_no_plan(world, tmp_path):
    case = world.case()
    nothing = dict.fromkeys(("standpoint", "own_words", "goal", "livelihood", "livelihood_since", "diagnosis_chapter",
                             "obstacles", "education", "work", "resources", "plan_goal", "outcome"), "")  # fmt: skip
    assert take(tmp_path, ASSESSMENT, assessed(case, **nothing, reason="mis_registered")).imported == 1
    assert not Part.objects.exists() and not Plan.objects.exists()
    told = assessed(case, **nothing, reason="moved", ended_on=past(29))
    assert places(take(tmp_path, ASSESSMENT, told)) == {(2, "plan_goal")}


def test_the_plan_that_goes_on_is_the_one_that_it_ended_in(world, tmp_path):
    from tests.test_plans import actions as plans

    case = world.case()
    plan = plans.make_plan(world.viewer("fk_a"), case.pk, plans.Words("Vårt mål"))
    assert take(tmp_path, ASSESSMENT, assessed(case, plan_goal="")).imported == 1
    assert Assessment.objects.get().plan == plan and plan.reviews.get().goal == "Vårt mål"
    assert plan.steps.get().text == case.next_step


WRONG: dict[str, tuple[str, dict[str, str], str]] = {
    "unknown kind": (MEETING, {"kind": "x"}, "kind"),
    "not a day": (MEETING, {"day": "2026-02-30"}, "day"),
    "still to come": (MEETING, {"day": "AHEAD"}, "day"),
    "before the case": (MEETING, {"day": "2020-01-01"}, "day"),
    "no time": (MEETING, {"time": ""}, "time"),
    "not a time": (MEETING, {"time": "25:00"}, "time"),
    "a time in words": (MEETING, {"time": "halv två"}, "time"),
    "no length": (MEETING, {"minutes": ""}, "minutes"),
    "a length in words": (MEETING, {"minutes": "60 m"}, "minutes"),
    "too short": (MEETING, {"minutes": "4"}, "minutes"),
    "unknown role": (MEETING, {"came": "person;x"}, "came"),
    "nobody came": (MEETING, {"came": ""}, "came"),
    "the person twice": (MEETING, {"came": "person;person"}, "came"),
    "a transition meeting without the person": (
        MEETING, {"kind": "transition_meeting", "came": "caseworker"}, "came"),
    "unknown reason": (MEETING, {"reason": "x", "came": "", "notes": ""}, "reason"),
    "not held, and they came": (MEETING, {"reason": "person_absent", "notes": ""}, "came"),
    "not held, and noted": (MEETING, {"reason": "person_absent", "came": ""}, "notes"),
    "a formula": (MEETING, {"notes": "=1+1"}, "notes"),
    "too long": (MEETING, {"notes": "x" * 8001}, "notes"),
    "line breaks in a place": (MEETING, {"place": "Rum\n3"}, "place"),
    "unknown party": (MEETING, {"party": "XX"}, "party"),
    "no party": (MEETING, {"party": ""}, "party"),
    "another party's row": (MEETING, {"party": "AF"}, "case"),
    "unknown case": (MEETING, {"case": "T-99999"}, "case"),
    "unknown id": (MEETING, {"case": str(uuid7())}, "case"),
    "no case": (MEETING, {"case": ""}, "case"),
    "unknown colleague": (MEETING, {"caseworker": "nobody@test.example"}, "caseworker"),
    "a colleague of another unit": (MEETING, {"caseworker": "fk2_a@test.example"}, "caseworker"),
    "a colleague of another party": (MEETING, {"caseworker": "af_a@test.example"}, "caseworker"),
    "asked before the case": (ASSESSMENT, {"asked_on": "2020-01-01"}, "asked_on"),
    "ended before it was asked for": (ASSESSMENT, {"ended_on": "DAY61"}, "ended_on"),
    "ends ahead": (ASSESSMENT, {"ended_on": "AHEAD"}, "ended_on"),
    "no purpose": (ASSESSMENT, {"purpose": ""}, "purpose"),
    "nobody took part": (ASSESSMENT, {"took_part": ""}, "took_part"),
    "an unknown party took part": (ASSESSMENT, {"took_part": "AF;XX"}, "took_part"),
    "the own party alone took part": (ASSESSMENT, {"took_part": "FK"}, "took_part"),
    "no outcome": (ASSESSMENT, {"outcome": ""}, "outcome"),
    "outcome and reason": (ASSESSMENT, {"reason": "illness"}, "outcome"),
    "unknown outcome": (ASSESSMENT, {"outcome": "x"}, "outcome"),
    "a reason that breaks nothing off": (ASSESSMENT, {"outcome": "", "reason": "completed"}, "reason"),
    "no standpoint": (ASSESSMENT, {"standpoint": ""}, "standpoint"),
    "broken off, with a part without a standpoint": (
        ASSESSMENT, {"standpoint": "", "outcome": "", "reason": "illness"}, "standpoint"),
    "the person's words lack": (ASSESSMENT, {"own_words": ""}, "own_words"),
    "the person's goal lacks": (ASSESSMENT, {"goal": ""}, "goal"),
    "unknown livelihood": (ASSESSMENT, {"livelihood": "x"}, "livelihood"),
    "unknown chapter": (ASSESSMENT, {"diagnosis_chapter": "ZZ"}, "diagnosis_chapter"),
    "unknown education": (ASSESSMENT, {"education": "x"}, "education"),
    "no goal for the plan": (ASSESSMENT, {"plan_goal": ""}, "plan_goal"),
    "an assessment without a case": (ASSESSMENT, {"case": "T-99999"}, "case"),
}  # fmt: skip


def _dated(changes: dict[str, str]) -> dict[str, str]:
    """Changes with their days, which follow the clock."""
    days = {"AHEAD": past(-1), "DAY61": past(61)}
    return {name: days.get(text, text) for name, text in changes.items()}


@pytest.mark.parametrize("wrong", WRONG)
def test_each_wrong_cell_is_refused_with_its_row_and_column_and_nothing_is_taken(world, tmp_path, wrong):
    kind, changes, column = WRONG[wrong]
    case, good, before = world.case(), GOOD[kind](world.case()), stands()
    outcome = take(tmp_path, kind, good, GOOD[kind](case, **_dated(changes)))
    assert not outcome.ok and outcome.imported == 0 and stands() == before
    assert (3, column) in places(outcome)
    assert {problem.row for problem in outcome.problems} == {3} and all(p.message for p in outcome.problems)


@settings(max_examples=40)
@given(kind=st.sampled_from(list(GOOD)), picks=st.lists(st.sampled_from([None, *WRONG]), min_size=1, max_size=6))
def test_all_or_nothing_whatever_is_wrong_where(django_db_setup, django_db_blocker, tmp_path_factory, kind, picks):
    with django_db_blocker.unblock(), transaction.atomic():
        from tests.worlds import build

        world, told, wrong = build(), [], {}
        for number, pick in enumerate(picks, start=2):
            fits = pick is not None and WRONG[pick][0] == kind
            told.append(GOOD[kind](world.case(), **(_dated(WRONG[pick][1]) if fits else {})))
            if fits:
                wrong[number] = WRONG[pick][2]
        before = stands()
        outcome = take(tmp_path_factory.mktemp("any"), kind, *told)
        assert set(wrong.items()) <= places(outcome) and {p.row for p in outcome.problems} == set(wrong)
        assert outcome.imported == (0 if wrong else len(told)) and outcome.ok == (not wrong)
        assert (stands() == before) == bool(wrong)
        transaction.set_rollback(True)


@pytest.mark.parametrize("kind", GOOD)
def test_the_same_event_with_other_content_is_refused(world, tmp_path, kind):
    case = world.case()
    take(tmp_path, kind, GOOD[kind](case))
    for told in ([GOOD[kind](case, purpose="Annat")],):
        assert places(take(tmp_path, kind, *told)) == {(2, "")}
    other = world.case()
    twice = take(tmp_path, kind, GOOD[kind](other), GOOD[kind](other, purpose="Annat"))
    assert places(twice) == {(3, "")} and "Rad 2" in twice.problems[0].message


def test_a_meeting_that_was_noted_here_is_not_brought_in_once_more(world, tmp_path):
    case = world.case()
    with time_machine.travel(clock.now() - timedelta(days=9), tick=False):
        meeting = world.meeting(case, "follow_up", days=1)
    at = clock.local(meeting.at)
    told = met(case, kind="follow_up", day=at.date().isoformat(), time=at.strftime("%H:%M"))
    Meeting.objects.filter(pk=meeting.pk).update(at=at.replace(second=0, microsecond=0))
    assert places(take(tmp_path, MEETING, told)) == {(2, "")}


def test_while_an_assessment_goes_on_none_is_brought_in(world, tmp_path):
    case = world.case()
    ask(world, case)
    assert places(take(tmp_path, ASSESSMENT, assessed(case))) == {(2, "case")}


def test_a_lead_brings_in_what_the_own_unit_answers_for_alone(world, tmp_path):
    mine, elsewhere, theirs = world.case(), world.case("fk2_a"), world.case("af_a")
    lead = world.viewer("fk_lead")
    assert places(take(tmp_path, MEETING, met(elsewhere, caseworker="fk2_a@test.example"), by=lead)) == {(2, "case")}
    af = met(theirs, party="AF", caseworker="af_a@test.example")
    assert places(take(tmp_path, MEETING, af, by=lead)) == {(2, "party")}
    assert places(take(tmp_path, MEETING, af | {"party": "FK", "case": str(theirs.public_id)}, by=lead)) == {
        (2, "case")
    }
    for name in ("fk_a", "fk_officer", "analyst", "association", "admin", "measure"):
        with pytest.raises(NotAllowed):
            take(tmp_path, MEETING, met(mine), by=world.viewer(name))
    assert not Meeting.objects.exists()
    assert take(tmp_path, MEETING, met(mine), by=lead).imported == 1
    (entry,) = Entry.objects.filter(verb="meeting_brought_in")
    assert entry.actor == "fk_lead@test.example" and "Vi enades" not in entry.details


def test_who_opened_a_case_that_another_holds_brings_nothing_in(world, tmp_path):
    from handslag.handovers.actions import accept_handover
    from tests.worlds import contact_in

    case = world.case()
    accept_handover(world.viewer("af_a"), world.offer(case).pk, contact_in(1))
    assert places(take(tmp_path, MEETING, met(case))) == {(2, "case")}
    af = met(case, party="AF", case=str(case.public_id), caseworker="af_a@test.example", day=past(2))
    assert take(tmp_path, MEETING, af, by=world.viewer("af_lead")).imported == 1
    assert Meeting.objects.get().by == world.posts["af_a"]


def test_nothing_is_sent_nothing_reaches_another_party_and_the_watch_is_silent(world, tmp_path, settings):
    settings.HANDSLAG_SENDS_MAIL = True
    case = world.case()
    go_round()
    calls = Escalation.objects.count()
    take(tmp_path, MEETING, met(case), met(case, kind="transition_meeting", day=past(39)))
    take(tmp_path, ASSESSMENT, assessed(case))
    go_round()
    assert Escalation.objects.count() == calls
    assert not Letter.objects.exists() and not mail.outbox
    for name in ("af_a", "af_officer", "kom_a"):
        assert not visible_cases(world.viewer(name)).filter(pk=case.pk).exists()


def test_another_party_reads_of_it_what_a_basis_opens(world, tmp_path, browse):
    case = world.case()
    take(tmp_path, MEETING, met(case))
    take(tmp_path, ASSESSMENT, assessed(case))
    urls = (reverse("meeting", args=[Meeting.objects.get().public_id]),
            reverse("assessment", args=[Assessment.objects.get().public_id]))  # fmt: skip
    af = browse("af_a")
    assert [af.get(url).status_code for url in urls] == [404, 404]
    world.consent(case, out=(PLAN,), back=())
    pages = [af.get(url).content.decode() for url in urls]
    assert "Vi enades" not in pages[0] and "Arbetsgivare" not in pages[0]
    assert "Arbetsträning kan börja" in pages[1] and "Buller" not in pages[1] and "Arbetsförmedlingen" in pages[1]
    world.consent(case, out=(MEETINGS,), back=())
    page = af.get(urls[0]).content.decode()
    assert "Vi enades" in page and "Arbetsgivare" in page


def test_a_protected_persons_name_is_hidden_in_what_is_brought_in(world, tmp_path):
    number = numbers()[860]
    case = world.case(identity_number=number, given_name="Anna", family_name="Öberg")
    protect(world.viewer("fk_a"), case.pk)
    take(tmp_path, MEETING, met(case, notes=f"Öberg ({number}) kom."))
    take(tmp_path, ASSESSMENT, assessed(case, standpoint="Annas läkare väntar", plan_goal="Anna arbetar"))
    told = [Meeting.objects.get().notes, Part.objects.get().standpoint, Plan.objects.get().reviews.get().goal]
    assert not [word for word in ("Anna", "Öberg", number) for text in told if word in text]


@pytest.mark.parametrize("kind", GOOD)
def test_two_who_bring_in_the_same_at_once_bring_it_in_once(world, tmp_path, kind):
    case = world.case()
    (history,) = (found for room in rooms().values() for found in room.histories if found.name == kind)
    told = reading.rows(written(tmp_path, kind, [GOOD[kind](case)]), (*HISTORY, *history.columns))
    lines = [line for _row, line in check_history(history, told, None, lambda done: None).drafts]
    history.bring_in(SYSTEM, lines)
    after = stands()
    with pytest.raises(Overtaken):  # (both checked the file before either had taken it)
        history.bring_in(SYSTEM, lines)
    assert stands() == after


def test_the_action_refuses_what_the_rows_were_not_checked_for(world, tmp_path):
    from handslag.foundation.files import Line

    case = world.case()
    told = {"kind": "sip", "day": clock.today(), "time": clock.now().time(), "minutes": 60, "reason": "",
            "came": ("person",), "place": "", "purpose": "", "notes": ""}  # fmt: skip
    stranger = Line(case.pk, world.posts["af_a"].pk, told, "x")
    with pytest.raises(Overtaken):
        PAST_MEETINGS.bring_in(SYSTEM, [stranger])
    own = Line(case.pk, world.posts["fk_a"].pk, told, "x")
    with pytest.raises(NotAllowed):
        PAST_MEETINGS.bring_in(world.viewer("fk2_lead"), [own])
    cases.close(world.viewer("fk_a"), case.pk, "work", "Chefen")
    with pytest.raises(Overtaken):
        PAST_MEETINGS.bring_in(SYSTEM, [own])


def test_by_what_it_was_brought_in_cannot_be_made_up_later(world, tmp_path):
    case = world.case()
    world.meeting(case)
    take(tmp_path, MEETING, met(case))
    take(tmp_path, ASSESSMENT, assessed(case))
    for sql in (
        "UPDATE meetings_meeting SET imported_digest = 'x'",
        "UPDATE assessments_assessment SET imported_digest = 'x'",
        "UPDATE assessments_assessment SET took_part = 'REG-13'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def _run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, list(words))
    return done.exit_code, done.output


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_from_the_template_to_the_case_page_and_the_figures(world, tmp_path, browse, ending):
    case = world.case()
    for kind, good in GOOD.items():
        path = tmp_path / f"{kind}.{ending}"
        assert _run("template", kind, str(path))[0] == 0
        _fill(path, good(case))
        code, told = _run("import", kind, str(path), "--dry-run")
        assert code == 0 and "dry run" in told
        code, told = _run("import", kind, str(path), "--format", "json")
        assert code == 0 and json.loads(told) == {"ok": True, "rows": 1, "imported": 1, "errors": []}
        code, told = _run("import", kind, str(path))
        assert code == 0 and f"0 {kind} taken, 1 known already." in told
    fk = browse("fk_a")
    page = fk.get(reverse("case", args=[case.public_id])).content.decode()
    assert "Avstämningsmöte" in page and "hållet" in page and "Se vad som krävs" in page
    assert "tog in ett möte" in page and "tog in en gemensam kartläggning" in page
    meeting = fk.get(reverse("meeting", args=[Meeting.objects.get().public_id])).content.decode()
    assert "Intagen från en fil" in meeting and "Läkaren skriver" in meeting and "har inte medgett" not in meeting
    shown = fk.get(reverse("assessment", args=[Assessment.objects.get().public_id])).content.decode()
    assert "Intagen från en fil" in shown and "Arbetsförmedlingen" in shown and "Arbetsträning kan börja" in shown
    write_microdata(SYSTEM, tmp_path / "out", LONG_AGO, LATE)
    (counted,) = rows(tmp_path / "out", "meetings")
    assert (counted["kind"], counted["held_on"]) == ("reconciliation_meeting", past(40))
    (ended,) = rows(tmp_path / "out", "assessments")
    assert (ended["held_on"], ended["benefit"], ended["diagnosis_chapter"]) == (past(30), "sickness_benefit", "F")


def _fill(path, row: dict[str, str]) -> None:
    """Adds a row below the heading of a template."""
    from openpyxl import load_workbook

    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            (names,) = csv.reader(file)
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow([row[name] for name in names])
    else:
        book = load_workbook(path)
        names = [cell.value for cell in book.active[1]]
        book.active.append([row[name] for name in names])
        book.save(path)


def test_the_command_names_every_kind_and_exits_by_the_outcome(world, tmp_path):
    for group in ("import", "template"):
        assert set(kinds()) <= set(main.commands[group].commands)
    path = written(tmp_path, MEETING, [met(world.case(), kind="x")])
    code, told = _run("import", "meetings", str(path))
    assert code == 1 and "row 2, kind:" in told and "Nothing was taken" in told


def test_a_lead_brings_a_file_in_on_the_page(world, tmp_path, browse):
    case, lead = world.case(), browse("fk_lead")
    start = lead.get(reverse("import")).content.decode()
    url = reverse("import-history", args=["meetings"])
    assert url in start and reverse("import-history", args=["assessments"]) in start
    page = lead.get(url).content.decode()
    template = reverse("import-history-template", args=["meetings", "csv"])
    assert template in page and "<strong>Möten som har varit</strong>" in page
    heading = b"".join(lead.get(template).streaming_content).decode()
    assert heading.strip().split(",") == list(kinds()["meetings"].names)

    def send(row: dict[str, str], **more) -> str:
        file = SimpleUploadedFile("m.csv", written(tmp_path, MEETING, [row]).read_bytes())
        return lead.post(url, {"file": file, **more}).content.decode()

    wrong = send(met(case, minutes="4", kind="x"))
    assert "från 5 minuter" not in wrong and "finns inte i kodlistan" in wrong and case.reference in wrong
    assert "från 5 minuter" in send(met(case, minutes="4")) and not Meeting.objects.exists()
    assert "1 rader är riktiga" in send(met(case), only_try="on") and not Meeting.objects.exists()
    assert "1 rad togs in." in send(met(case)) and "0 rader togs in. Fanns redan här: 1." in send(met(case))
    assert lead.get(reverse("import-history", args=["x"])).status_code == 404
    assert lead.get(reverse("import-history-template", args=["meetings", "ods"])).status_code == 404


def test_the_parties_systems_read_it_as_all_else(world, tmp_path):
    case = world.case()
    take(tmp_path, MEETING, met(case))
    take(tmp_path, ASSESSMENT, assessed(case))
    fk, af = (Client(headers={"Authorization": f"Bearer {world.token(party)}"}) for party in ("fk", "af"))
    (meeting,) = fk.get("/api/v1/meetings").json()["items"]
    assert meeting["state"] == "held" and meeting["kind"] == "reconciliation_meeting"
    (assessment,) = fk.get("/api/v1/assessments").json()["items"]
    assert assessment["outcome"] == "joint_measure"
    for path in ("meetings", "assessments"):
        assert af.get(f"/api/v1/{path}").json()["items"] == []


def test_a_meeting_of_earlier_does_not_still_the_clock_of_today(world, tmp_path):
    case, today = world.case(), clock.today()
    ends_on = today + timedelta(days=60)
    cases.change_livelihood(world.viewer("fk_a"), case.pk, "sickness_benefit", 50, today - timedelta(days=9), ends_on)
    assert to_prepare(Case.objects.all(), today).filter(pk=case.pk).exists()
    take(tmp_path, MEETING, met(case, kind="transition_meeting"))
    assert to_prepare(Case.objects.all(), today).filter(pk=case.pk).exists()
    take(tmp_path, MEETING, met(case, kind="transition_meeting", day=past(5)))
    assert not to_prepare(Case.objects.all(), today).filter(pk=case.pk).exists()


def test_a_meeting_of_later_today_has_not_been(world, tmp_path):
    with time_machine.travel(clock.instant(clock.today(), time(9)), tick=False):
        case, today = world.case(), past(0)
        assert places(take(tmp_path, MEETING, met(case, day=today, time="09:01"))) == {(2, "time")}
        assert take(tmp_path, MEETING, met(case, day=today, time="09:00")).imported == 1
