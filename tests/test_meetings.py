"""Meetings: booking, calling, moving, what came of them, and what was decided."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.check.proof import prove
from handslag.disclosure.rules import IDENTITY, MEETINGS
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.meetings import actions, calling, holding, queries, rules
from handslag.meetings.models import Decision, Meeting, PastTime
from handslag.persons.models import Person
from handslag.rights.extract import DATA
from handslag.rights.protection import protect
from handslag.sharing.actions import withdraw
from handslag.watch.actions import go_round
from handslag.watch.models import Escalation
from tests.worlds import called_to, contact_in


def time(days: int = 3, **changes) -> actions.Time:
    return actions.Time(**{"at": contact_in(days), "minutes": 60, "place": "Rum 3", "link": "", **changes})


def decided(world, text: str = "Ring läkaren", to: str = "fk_a", days: int = 20) -> holding.Decided:
    return holding.Decided(text, world.posts[to], clock.today() + timedelta(days=days))


def outcome(world, *decisions, came=None, items=()) -> holding.Outcome:
    """What came of the only meeting there is; everybody came, unless it is said who did."""
    came = called_to(Meeting.objects.get()) if came is None else frozenset(came)
    return holding.Outcome(came, "Vi pratade.", decisions or (decided(world),), tuple(items))


def settled(kind: str) -> tuple[holding.Settled, ...]:
    return tuple(holding.Settled(item, f"Svar på {item}") for item in rules.ITEMS.get(kind, ()))


@pytest.fixture
def later():
    """The clock a week ahead: meetings booked within it are over."""
    with time_machine.travel(clock.now() + timedelta(days=7), tick=False) as clock_:
        yield clock_


@pytest.fixture
def booked(world):
    case = world.case()
    return case, world.meeting(case)


def test_booking_asks_for_kind_purpose_time_and_place(world):
    case, viewer = world.case(), world.viewer("fk_a")
    plan = actions.Plan("follow_up", "Hur går det?")
    for wrong, field in (
        ((actions.Plan("party", "Kalas"), time()), "kind"),
        ((actions.Plan("follow_up", "  "), time()), "purpose"),
        ((plan, time(-1)), "at"),
        ((plan, time(3000)), "at"),
        ((plan, time(minutes=2)), "minutes"),
        ((plan, time(place=" ")), "place"),
        ((plan, time(place="", link="http://video.example")), "link"),
    ):
        with pytest.raises(Refused) as refused:
            actions.book_meeting(viewer, case.pk, *wrong)
        assert refused.value.field == field
    assert not Meeting.objects.exists()
    meeting = actions.book_meeting(viewer, case.pk, plan, time())
    assert meeting.state == rules.BOOKED
    assert {g.role for g in meeting.participants.order_by("id")} == {"person", "caseworker"}


def test_a_held_meeting_gives_the_next_step_and_decisions_with_a_person(world, booked, later):
    case, meeting = booked
    world.consent(case, "af")
    calling.invite(world.viewer("fk_a"), meeting.pk, world.units["af"])
    person = meeting.participants.get(role="person")
    viewer = world.viewer("fk_a")
    ring, plan = decided(world, "Ring läkaren", days=20), decided(world, "Skriv planen", days=9)
    af = decided(world, "Sök praktik", "af_a", days=4)
    holding.hold_meeting(viewer, meeting.pk, outcome(world, ring, plan, af, came=[person.pk]))
    case = Case.objects.get(pk=case.pk)
    assert (case.next_step, case.next_step_on) == ("Skriv planen", plan.due_on)
    assert Meeting.objects.get(pk=meeting.pk).state == rules.HELD
    assert meeting.participants.get(role="person").came and not meeting.participants.get(post=world.posts["fk_a"]).came
    assert [d.text for d in queries.decisions_for(world.viewer("af_a"))] == ["Sök praktik"]
    assert [d.text for d in queries.decisions_for(viewer)] == ["Ring läkaren"]
    (own,) = Decision.objects.filter(to=world.posts["af_a"])
    holding.finish_decision(world.viewer("af_a"), own.pk)
    with pytest.raises(Overtaken):
        holding.finish_decision(world.viewer("af_a"), own.pk)
    assert not queries.decisions_for(world.viewer("af_a"))


def test_what_a_held_meeting_must_have(world, booked, later):
    _case, meeting = booked
    viewer = world.viewer("fk_a")
    for unit in ("af", "fk2"):
        calling.invite(viewer, meeting.pk, world.units[unit])
    for wrong in (
        decided(world, " "),
        decided(world, days=-1),
        decided(world, to="kom_a"),  # who is not called
        decided(world, to="af_a"),  # no basis lets them be told
    ):
        with pytest.raises(Refused) as refused:
            holding.hold_meeting(viewer, meeting.pk, outcome(world, decided(world), wrong))
        assert refused.value.field == "decisions"
    with pytest.raises(Refused):
        holding.hold_meeting(viewer, meeting.pk, holding.Outcome(called_to(meeting), "Ord", ()))
    with pytest.raises(Refused):  # nobody of the unit that is responsible has anything to do
        holding.hold_meeting(viewer, meeting.pk, outcome(world, decided(world, to="fk2_a")))


@pytest.mark.parametrize(
    ("kind", "came", "holds"),
    [
        ("follow_up", (), False),
        ("follow_up", ("caseworker",), True),
        ("follow_up", ("person",), True),
        ("transition_meeting", ("caseworker",), False),
        ("transition_meeting", ("person", "caseworker"), True),
        ("joint_contact", ("caseworker",), False),
    ],
)
def test_a_meeting_that_nobody_came_to_was_not_held(world, kind, came, holds):
    meeting = world.meeting(world.case(), kind=kind)
    with time_machine.travel(clock.now() + timedelta(days=7), tick=False):
        there = meeting.participants.filter(role__in=came).values_list("pk", flat=True)
        told = outcome(world, came=there, items=settled(kind))
        if holds:
            holding.hold_meeting(world.viewer("fk_a"), meeting.pk, told)
            return
        with pytest.raises(Refused) as refused:
            holding.hold_meeting(world.viewer("fk_a"), meeting.pk, told)
        assert refused.value.field == "came"
        meeting.participants.update(came=False)
        there.update(came=True)
        ends = "UPDATE meetings_meeting SET ended_at = '2030-01-01 10:00:00', ended_by_id = by_id, reason = '{}'"
        assert _refused(ends.format(""))
        assert not _refused(ends.format("not_needed"))


def test_a_meeting_is_not_held_before_its_time(world, booked):
    _case, meeting = booked
    with pytest.raises(Refused):
        holding.hold_meeting(world.viewer("fk_a"), meeting.pk, outcome(world))


@pytest.mark.parametrize("kind", rules.ITEMS)
def test_a_kind_settles_each_of_its_items(world, kind):
    case = world.case()
    meeting = world.meeting(case, kind=kind)
    with time_machine.travel(clock.now() + timedelta(days=7), tick=False):
        whole = settled(kind)
        for item in whole:
            with pytest.raises(Refused) as refused:
                holding.hold_meeting(
                    world.viewer("fk_a"), meeting.pk, outcome(world, items=[i for i in whole if i is not item])
                )
            assert refused.value.field == item.item
        holding.hold_meeting(world.viewer("fk_a"), meeting.pk, outcome(world, items=whole))
    assert meeting.items.count() == 4


def test_moving_remembers_the_time_before_and_why(world, booked):
    _case, meeting = booked
    viewer, before = world.viewer("fk_a"), meeting.at
    with pytest.raises(Refused):
        actions.move_meeting(viewer, meeting.pk, time(5), "because")
    actions.move_meeting(viewer, meeting.pk, time(5), "person_hindered")
    (past,) = PastTime.objects.filter(meeting=meeting)
    assert (past.at, past.reason) == (before, "person_hindered")
    actions.call_off(viewer, meeting.pk, "not_needed")
    for act in (
        lambda: actions.move_meeting(viewer, meeting.pk, time(5), "person_hindered"),
        lambda: actions.call_off(viewer, meeting.pk, "not_needed"),
        lambda: calling.invite(viewer, meeting.pk, world.units["af"]),
    ):
        with pytest.raises(Overtaken):
            act()


def test_guests_are_called_and_taken_off(world, booked):
    _case, meeting = booked
    viewer = world.viewer("fk_a")
    af = calling.invite(viewer, meeting.pk, world.units["af"])
    with pytest.raises(Refused):
        calling.invite(viewer, meeting.pk, world.units["af"])
    calling.invite(viewer, meeting.pk, world.units["af"], world.posts["af_a"])
    with pytest.raises(Refused):
        calling.invite(viewer, meeting.pk, world.units["fk"], world.posts["af_a"])
    with pytest.raises(Refused):
        calling.invite_guest(viewer, meeting.pk, calling.Guest("employer", " "))
    with pytest.raises(Refused):
        calling.invite_guest(
            viewer, meeting.pk, calling.Guest("employer", "Eva Chef", "", clock.today() + timedelta(days=1))
        )
    calling.invite_guest(viewer, meeting.pk, calling.Guest("employer", "Eva Chef", "eva@firma.example"))
    calling.invite_guest(viewer, meeting.pk, calling.Guest("person", "", "jag@hemma.example"))
    assert meeting.participants.get(role="person", taken_off_at=None).email == "jag@hemma.example"
    calling.uninvite(viewer, af.pk)
    with pytest.raises(Overtaken):
        calling.uninvite(viewer, af.pk)
    with pytest.raises(Refused):
        calling.uninvite(viewer, meeting.participants.get(role="person", taken_off_at=None).pk)
    assert af.pk not in {guest.pk for guest in queries.participants(meeting)}


def test_who_is_called_reaches_the_case_and_reads_by_basis_alone(world, booked, browse):
    case, meeting = booked
    url = reverse("meeting", args=[meeting.public_id])
    af = browse("af_a")
    assert af.get(url).status_code == 404
    guest = calling.invite(world.viewer("fk_a"), meeting.pk, world.units["af"])
    page = af.get(url).content.decode()
    assert "Rum 3" not in page and "Prata om läget" not in page and "Inget underlag" in page
    assert [m.pk for m in queries.called_without_basis(world.viewer("af_a"))] == [meeting.pk]
    assert not queries.upcoming(world.viewer("af_a"))
    world.consent(case, "af", out=(IDENTITY, MEETINGS))
    page = af.get(url).content.decode()
    assert "Rum 3" in page and "Prata om läget" in page
    assert [m.pk for m in queries.upcoming(world.viewer("af_a"))] == [meeting.pk]
    assert not queries.called_without_basis(world.viewer("af_a"))
    calling.uninvite(world.viewer("fk_a"), guest.pk)
    assert not queries.upcoming(world.viewer("af_a"))


def test_it_shows_on_pages_from_booking_to_what_came_of_it(world, browse):
    case = world.case()
    fk = browse("fk_a")
    at = (clock.now() + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    form = {"kind": "sip", "purpose": "En plan", "at": at, "minutes": "45", "link": "https://video.example/x"}
    assert "SIP" in fk.get(reverse("book-meeting", args=[case.public_id])).content.decode()
    fk.post(reverse("book-meeting", args=[case.public_id]), form)
    (meeting,) = Meeting.objects.all()
    page = fk.get(reverse("case", args=[case.public_id])).content.decode()
    assert "SIP" in page and "bokat" in page and "bokade ett möte" in page
    assert "SIP" in fk.get(reverse("my-work")).content.decode()

    def step(verb: str, data: dict | None = None):
        url = reverse("meeting-step", args=[meeting.public_id, verb])
        return fk.post(url, data) if data else fk.get(url)

    assert "Enhet af" in step("invite").content.decode()
    step("invite", {"receiver": str(world.units["af"].public_id)})
    step("guest", {"role": "relative", "name": "Mor Person"})
    shown = fk.get(reverse("meeting", args=[meeting.public_id])).content.decode()
    assert "Mor Person" in shown and "skickas inget" in shown and "Enhet af" in shown
    new = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    step("move", {**form, "at": new, "reason": "no_interpreter"})
    assert "Tolk saknades" in fk.get(reverse("meeting", args=[meeting.public_id])).content.decode()
    relative = meeting.participants.get(role="relative")
    fk.post(reverse("uninvite", args=[relative.public_id]))
    with time_machine.travel(clock.now() + timedelta(days=4), tick=False):
        fk = browse("fk_a")
        assert "SIP" in fk.get(reverse("my-work")).content.decode()
        assert "Vem har det övergripande ansvaret?" in step("hold").content.decode()
        today = clock.today()
        person = meeting.participants.get(role="person")
        told = {
            "came": [str(person.public_id)], "notes": "Ord om mötet",
            **{item: f"Svar {item}" for item in rules.ITEMS["sip"]},
            "decision_1": "Skriv planen", "due_1": str(today), "to_1": str(world.posts["fk_a"].public_id),
        }  # fmt: skip
        page = step("hold", {**told, "decision_2": "Mer"}).content.decode()
        assert "när och av vem" in page and "Beslut 2: av vem?" in page
        assert "Välj vilka som kom" not in page
        second = {"decision_2": "Boka tid", "due_2": str(today), "to_2": str(world.posts["fk_b"].public_id)}
        assert step("hold", {**told, **second}).status_code == 302
        shown = fk.get(reverse("meeting", args=[meeting.public_id])).content.decode()
        for word in ("Ord om mötet", "Svar sip_others", "Skriv planen", "Boka tid", "hållet"):
            assert word in shown
        (open_one,) = Decision.objects.filter(became_step=False)
        colleague = browse("fk_b")
        assert "Boka tid" in colleague.get(reverse("my-work")).content.decode()
        url = reverse("decision", args=[open_one.public_id])
        assert "Boka tid" in colleague.get(url).content.decode()
        assert colleague.post(url).status_code == 302
        assert "Boka tid" not in colleague.get(reverse("my-work")).content.decode()
    other, fk = world.meeting(case), browse("fk_a")
    fk.post(reverse("meeting-step", args=[other.public_id, "call-off"]), {"reason": "person_declined"})
    assert "Personen ville inte" in fk.get(reverse("case", args=[case.public_id])).content.decode()
    for name, about in (("meeting", other), ("case", case)):
        assert "om 3 dagar" not in fk.get(reverse(name, args=[about.public_id])).content.decode(), "it is called off"


def test_the_case_page_shows_what_is_next_and_the_rest_is_one_click_away(world, browse):
    case, fk = world.case(), browse("fk_a")
    for days in range(12, 0, -1):
        world.meeting(case, days=days)
    assert [clock.day_of(m.at) for m in queries.latest_meetings(case)] == [
        clock.today() + timedelta(days=days) for days in range(1, queries.MOST + 1)
    ]
    page = fk.get(reverse("case", args=[case.public_id])).content.decode()
    meetings, journal = (reverse(name, args=[case.public_id]) for name in ("case-meetings", "case-journal"))
    assert meetings in page and journal in page and "öppnade ärendet" not in page
    assert fk.get(meetings).content.decode().count("Rum 3") == 12
    whole = fk.get(journal).content.decode()
    assert "öppnade ärendet" in whole and whole.count("bokade ett möte") == 12
    calling.invite(world.viewer("fk_a"), Meeting.objects.latest("id").pk, world.units["af"])
    af = browse("af_a")
    assert "Rum 3" not in af.get(meetings).content.decode()
    assert "bokade ett möte" not in af.get(journal).content.decode()


def test_a_field_that_may_be_empty_says_when_it_is_asked_for_after_all(world, browse):
    fk, case = browse("fk_a"), world.case()
    page = fk.get(reverse("book-meeting", args=[case.public_id])).content.decode()
    assert "(om det inte finns en länk)" in page and "(om det inte finns en plats)" in page
    assert "(om någon annan är ansvarig)" in fk.get(reverse("close", args=[case.public_id])).content.decode()


def test_the_api_keeps_meetings_by_the_same_rules(world):
    case = world.case()
    fk = Client(headers={"Authorization": f"Bearer {world.token('fk')}"})
    af = Client(headers={"Authorization": f"Bearer {world.token('af')}"})

    def post(client, path: str, **data):
        body = json.dumps({"acting_as": "fk_a@test.example", **data})
        return client.post(f"/api/v1/meetings{path}", body, content_type="application/json")

    when = {"at": contact_in(2).isoformat(), "minutes": 30, "place": "Rum 9"}
    made = post(fk, "", case_id=str(case.public_id), kind="follow_up", purpose="Ses", **when)
    assert made.status_code == 201 and made.json()["state"] == "booked"
    path = f"/{made.json()['id']}"
    assert post(fk, f"{path}/move", reason="another_time", **{**when, "minutes": 20}).json()["minutes"] == 20
    assert af.get(f"/api/v1/meetings{path}").status_code == 404
    meeting = Meeting.objects.get()
    calling.invite(world.viewer("fk_a"), meeting.pk, world.units["af"])
    hidden = af.get(f"/api/v1/meetings{path}").json()
    assert hidden["at"] is None and hidden["place"] is None and hidden["state"] is None
    assert af.get("/api/v1/meetings").json()["items"][0]["at"] is None
    world.consent(case, "af")
    assert af.get("/api/v1/meetings").json()["items"][0]["place"] == "Rum 9"
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
        step = {"text": "Ring", "to": "fk_a@test.example", "due_on": str(clock.today())}
        assert post(fk, f"{path}/hold", decisions=[{**step, "to": "af_a@test.example"}]).status_code == 422
        done = post(fk, f"{path}/hold", decisions=[step], came=[made.json()["participants"][0]["id"]]).json()
    assert done["state"] == "held" and done["decisions"][0]["became_step"] and done["participants"][0]["came"]
    assert post(fk, f"{path}/call-off", reason="not_needed").status_code == 409


def test_a_case_does_not_close_over_a_booked_meeting(world, booked):
    case, meeting = booked
    with pytest.raises(Overtaken):
        cases.close(world.viewer("fk_a"), case.pk, "work", "Chefen")
    actions.call_off(world.viewer("fk_a"), meeting.pk, "not_needed")
    cases.close(world.viewer("fk_a"), case.pk, "work", "Chefen")


def test_silence_after_a_meeting_and_after_a_decision_climbs(world, booked):
    case, meeting = booked
    with time_machine.travel(clock.now() + timedelta(days=30), tick=False) as now:
        go_round()
        assert Escalation.objects.filter(kind="unrecorded_meeting", about=meeting.public_id, rung=1).exists()
        assert not prove(clock.today())["3"].broken
        Escalation.objects.filter(kind="unrecorded_meeting").update(cleared_on=clock.today())
        assert prove(clock.today())["3"].broken
        go_round()
        other = decided(world, "Sök praktik", "fk_b", days=2)
        holding.hold_meeting(world.viewer("fk_a"), meeting.pk, outcome(world, decided(world, days=1), other))
        go_round()
        assert not Escalation.objects.filter(kind="unrecorded_meeting", cleared_on=None).exists()
        now.shift(timedelta(days=20))
        go_round()
        (late,) = Decision.objects.filter(became_step=False)
        assert Escalation.objects.filter(kind="overdue_decision", about=late.public_id, rung=1).exists()
        Escalation.objects.filter(kind="overdue_decision").update(cleared_on=clock.today())
        assert prove(clock.today())["3"].broken


def test_only_who_was_to_do_it_or_holds_notes_a_decision_as_done(world, booked, later):
    _case, meeting = booked
    calling.invite(world.viewer("fk_a"), meeting.pk, world.units["fk2"])
    holding.hold_meeting(
        world.viewer("fk_a"), meeting.pk, outcome(world, decided(world), decided(world, "Mer", "fk2_a"))
    )
    (made,) = Decision.objects.filter(became_step=False)
    for name in ("af_a", "fk_b", "fk_officer"):
        with pytest.raises(NotAllowed):
            holding.finish_decision(world.viewer(name), made.pk)
    holding.finish_decision(world.viewer("fk2_lead"), made.pk)


def test_what_was_decided_is_hidden_when_the_basis_has_ended_and_no_link_leads_nowhere(world, booked, browse, later):
    case, meeting = booked
    calling.invite(world.viewer("fk_a"), meeting.pk, world.units["af"])
    consent = world.consent(case, "af", out=(IDENTITY, MEETINGS), back=())
    holding.hold_meeting(
        world.viewer("fk_a"), meeting.pk, outcome(world, decided(world), decided(world, "Hemlig sak", "af_a"))
    )
    assert "Hemlig sak" in browse("af_a").get(reverse("my-work")).content.decode()
    withdraw(world.viewer("fk_a"), list(consent.disclosures.values_list("pk", flat=True)), case.pk)
    page = browse("af_a").get(reverse("my-work")).content.decode()
    (made,) = Decision.objects.filter(became_step=False)
    assert "Hemlig sak" not in page and reverse("decision", args=[made.public_id]) not in page
    assert browse("af_a").get(reverse("case", args=[case.public_id])).status_code == 200


def test_words_go_when_an_identity_becomes_protected_and_the_extract_holds_them_before(world, booked, later):
    case, meeting = booked
    viewer = world.viewer("fk_a")
    calling.invite_guest(viewer, meeting.pk, calling.Guest("relative", "Mor Person", "mor@hemma.example"))
    holding.hold_meeting(viewer, meeting.pk, outcome(world, decided(world), decided(world, "Ring mor Person", "fk_b")))
    told = json.dumps(DATA.whole(Person.objects.get(pk=case.person_id)), default=str, ensure_ascii=False)
    for word in ("Prata om läget", "Mor Person", "Ring mor Person", "Vi pratade."):
        assert word in told
    protect(viewer, case.pk)
    kept = json.dumps(DATA.whole(Person.objects.get(pk=case.person_id)), default=str, ensure_ascii=False)
    for word in ("Prata om läget", "Mor Person", "mor@hemma", "Ring mor", "Vi pratade."):
        assert word not in kept


TAMPERINGS = {
    "the time of a held meeting": "UPDATE meetings_meeting SET at = '2026-01-01 10:00:00'",
    "held becomes not held": "UPDATE meetings_meeting SET reason = 'not_needed'",
    "held becomes booked": "UPDATE meetings_meeting SET ended_at = NULL, ended_by_id = NULL, notes = ''",
    "other notes": "UPDATE meetings_meeting SET notes = 'Något annat'",
    "another purpose": "UPDATE meetings_meeting SET purpose = 'Något annat'",
    "another kind": "UPDATE meetings_meeting SET kind = 'other'",
    "another place": "UPDATE meetings_meeting SET place = 'Annanstans'",
    "gone": "DELETE FROM meetings_meeting",
    "somebody came after all": "UPDATE meetings_participant SET came = NOT came",
    "a guest goes": "DELETE FROM meetings_participant",
    "a decision goes": "DELETE FROM meetings_decision",
    "another decision": "UPDATE meetings_decision SET text = 'Något annat'",
    "another day": "UPDATE meetings_decision SET due_on = '2030-01-01'",
    "another item": "UPDATE meetings_item SET text = 'Något annat'",
    "an item of another day": "UPDATE meetings_item SET day = '2030-01-01'",
    "the past moves": "UPDATE meetings_pasttime SET at = '2026-01-01 10:00:00'",
    "the past goes": "DELETE FROM meetings_pasttime",
    "a guest comes late": "INSERT INTO meetings_participant (public_id, meeting_id, role, name, email, by_id) "
    "SELECT {uuid}, id, 'employer', 'Sen', '', by_id FROM meetings_meeting",
}


def _refused(sql: str) -> bool:
    uuid = "'0190b3f2000070008000000000000001'"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.replace("{uuid}", uuid))
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_direct_sql_changes_nothing_of_a_meeting_that_is_over(world, tampering):
    meeting = world.meeting(world.case(), kind="sip")
    actions.move_meeting(world.viewer("fk_a"), meeting.pk, time(5), "another_time")
    with time_machine.travel(clock.now() + timedelta(days=7), tick=False):
        holding.hold_meeting(world.viewer("fk_a"), meeting.pk, outcome(world, items=settled("sip")))
    assert _refused(TAMPERINGS[tampering])


def test_direct_sql_books_no_meeting_without_a_holder_and_closes_no_case_over_one(world, booked):
    case, _meeting = booked
    assert _refused("UPDATE cases_case SET closed_at = '2030-01-01 00:00:00', outcome = 'work', next_responsible = 'x'")
    actions.call_off(world.viewer("fk_a"), _meeting.pk, "not_needed")
    cases.close(world.viewer("fk_a"), case.pk, "work", "Chefen")
    post = world.posts["fk_a"].pk
    assert _refused(
        "INSERT INTO meetings_meeting (public_id, case_id, kind, purpose, agenda, interpreter, needs, by_id, booked_at, "
        f"at, minutes, place, link, timed_by_id, reason, notes) VALUES ({{uuid}}, {case.pk}, 'sip', 'x', '', '', '', "
        f"{post}, '2026-11-01 10:00:00', '2026-12-01 10:00:00', 60, '', '', {post}, '', '')"
    )
