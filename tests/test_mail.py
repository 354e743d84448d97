"""Mail that is owed, through a real mail server; invitations and calendars read back by another library."""

import socket
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import time_machine
import vobject
from aiosmtpd.controller import Controller
from django.db import connection, transaction
from django.urls import reverse

from handslag.disclosure.models import Disclosure
from handslag.disclosure.rules import IDENTITY, MEETINGS
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Refused
from handslag.meetings import actions, calling, feeds, letters, rules
from handslag.meetings.models import Meeting
from handslag.outbox import actions as outbox
from handslag.outbox.models import Letter
from handslag.outbox.rules import wait
from handslag.rights.protection import protect
from handslag.sharing.actions import withdraw
from tests.strictness import StrictClient
from tests.worlds import contact_in

WORDS = ("Prata om läget", "Test Person", "Rum 3")


class Box:
    """A mail server's handler: keeps what it takes, and refuses the addresses of `refuses` for good."""

    def __init__(self):
        self.taken, self.refuses, self.is_busy = [], set(), False

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.is_busy:
            return "451 busy"
        if address in self.refuses:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.taken.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return "250 OK"

    def to(self, address):
        """The mails to an address."""
        return [mail for receivers, mail in self.taken if address in receivers]


@pytest.fixture
def box(settings):
    """A mail server that answers."""
    handler = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
    settings.HANDSLAG_SENDS_MAIL, settings.HANDSLAG_ADDRESS = True, "https://handslag.example"
    handler.server = server
    yield handler
    if server.server:
        server.stop()


def invitation(mail):
    """The invitation in a mail, read by another library than the one that wrote it."""
    (part,) = (p for p in mail.walk() if p.get_content_type() == "text/calendar")
    calendar = vobject.readOne(part.get_content())
    assert part.get_param("method") == calendar.method.value
    return calendar.method.value, calendar.vevent


def calendars(mails):
    return [invitation(mail) for mail in mails if any(p.get_content_type() == "text/calendar" for p in mail.walk())]


def text_of(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def test_an_invitation_is_updated_by_sequence_and_cancelled(world, box):
    case = world.case()
    meeting, viewer = world.meeting(case), world.viewer("fk_a")
    outbox.send_waiting()
    (mail,) = box.to("fk_a@test.example")
    method, event = invitation(mail)
    assert (method, event.sequence.value, event.status.value) == ("REQUEST", "0", "CONFIRMED")
    assert event.summary.value == f"Möte, ärende {case.reference}"
    assert event.dtstart.value == meeting.at.replace(microsecond=0)
    assert event.dtend.value - event.dtstart.value == timedelta(hours=1)
    assert event.location.value == "Rum 3" and "mailto:fk_a@test.example" in event.attendee.value.lower()
    assert f"https://handslag.example/meetings/{meeting.public_id}/" in text_of(mail)
    actions.move_meeting(viewer, meeting.pk, actions.Time(contact_in(6), 30, "Rum 9"), "another_time")
    actions.move_meeting(viewer, meeting.pk, actions.Time(contact_in(7), 30, "Rum 9"), "another_time")
    actions.call_off(viewer, meeting.pk, "not_needed")
    outbox.send_waiting()
    told = calendars(box.to("fk_a@test.example"))
    assert [method for method, _event in told] == ["REQUEST", "CANCEL", "CANCEL", "CANCEL"]
    assert {event.uid.value for _method, event in told} == {f"{meeting.public_id}@handslag"}
    assert told[-1][1].sequence.value == "3" and told[-1][1].status.value == "CANCELLED"
    assert not hasattr(told[-1][1], "location")


def test_each_move_raises_the_sequence_under_one_uid(world, box):
    meeting, viewer = world.meeting(world.case()), world.viewer("fk_a")
    for days in (4, 5, 6):
        actions.move_meeting(viewer, meeting.pk, actions.Time(contact_in(days), 30, "Rum 9"), "another_time")
        outbox.send_waiting()
    told = [event for method, event in calendars(box.to("fk_a@test.example")) if method == "REQUEST"]
    assert [event.sequence.value for event in told] == ["1", "1", "2", "3"]
    moved = Meeting.objects.get(pk=meeting.pk)
    assert told[-1].dtstart.value == moved.at.replace(microsecond=0) and len({e.uid.value for e in told}) == 1


def test_a_mail_tells_no_more_than_the_receivers_basis_opens(world, box):
    case = world.case()
    meeting, viewer = world.meeting(case), world.viewer("fk_a")
    calling.invite(viewer, meeting.pk, world.units["af"], world.posts["af_a"])
    calling.invite(viewer, meeting.pk, world.units["kom"])
    calling.invite_guest(viewer, meeting.pk, calling.Guest("employer", "Eva", "eva@firma.example"))
    agreed = calling.Guest("health_care", "Dr Ek", "ek@vard.example", clock.today())
    calling.invite_guest(viewer, meeting.pk, agreed)
    calling.invite_guest(viewer, meeting.pk, calling.Guest("person", "", "jag@hemma.example"))
    outbox.send_waiting()
    assert not box.to("eva@firma.example")
    assert Letter.objects.filter(ending="withheld").count() == 1
    for address in ("af_a@test.example", "kom_lead@test.example", "jag@hemma.example"):
        (mail,) = box.to(address)
        assert not calendars([mail])
        told = mail.as_string()
        assert case.reference not in told and "Rum 3" not in told and meeting.at.strftime("%H:%M") not in text_of(mail)
    assert "https://handslag.example/me/" in text_of(box.to("jag@hemma.example")[0])
    ((_method, event),) = calendars(box.to("ek@vard.example"))
    assert event.location.value == "Rum 3" and "handslag.example" not in text_of(box.to("ek@vard.example")[0])
    for _receivers, mail in box.taken:
        assert not [word for word in WORDS[:2] if word in mail.as_string() or word in text_of(mail)]


def test_what_may_be_told_is_asked_when_the_mail_is_sent(world, box):
    case = world.case()
    meeting, viewer = world.meeting(case), world.viewer("fk_a")
    world.consent(case, "af", out=(IDENTITY, MEETINGS), back=())
    calling.invite(viewer, meeting.pk, world.units["af"], world.posts["af_a"])
    outbox.send_waiting()
    assert len(calendars(box.to("af_a@test.example"))) == 1
    actions.move_meeting(viewer, meeting.pk, actions.Time(contact_in(5), 30, "Hemligt rum"), "another_time")
    withdraw(viewer, list(Disclosure.objects.values_list("pk", flat=True)), case.pk)
    outbox.send_waiting()
    mails = box.to("af_a@test.example")
    assert len(mails) == 2 and len(calendars(mails)) == 1 and "Hemligt" not in mails[-1].as_string()


def test_who_is_taken_off_gets_a_cancellation_and_nothing_after(world, box):
    meeting, viewer = world.meeting(world.case()), world.viewer("fk_a")
    guest = calling.invite(viewer, meeting.pk, world.units["fk"], world.posts["fk_b"])
    outbox.send_waiting()
    calling.uninvite(viewer, guest.pk)
    actions.move_meeting(viewer, meeting.pk, actions.Time(contact_in(6), 30, "Rum 9"), "another_time")
    outbox.send_waiting()
    assert [method for method, _event in calendars(box.to("fk_b@test.example"))] == ["REQUEST", "CANCEL"]


def test_a_reminder_goes_out_a_day_before_and_not_for_a_time_that_was_left(world, box):
    meeting, viewer = world.meeting(world.case(), days=10), world.viewer("fk_a")
    outbox.send_waiting()
    assert len(box.taken) == 1
    actions.move_meeting(viewer, meeting.pk, actions.Time(contact_in(20), 30, "Rum 9"), "another_time")
    outbox.send_waiting()
    with time_machine.travel(clock.now() + timedelta(days=9, hours=1), tick=False) as now:
        outbox.send_waiting()
        assert len(box.taken) == 2
        now.shift(timedelta(days=10))
        outbox.send_waiting()
        assert len(box.taken) == 3 and "närmar sig" in text_of(box.taken[-1][1])


def test_a_dead_mail_server_loses_nothing_and_is_told_to_the_administrator(world, box, browse):
    box.server.stop()
    meeting = world.meeting(world.case())
    admin, fk = browse("admin"), browse("fk_a")
    assert outbox.send_waiting() == {"waiting": 1}
    (letter,) = Letter.objects.filter(kind=letters.CALL)
    assert letter.trouble == "ConnectionRefusedError" and letter.tries == 1
    page = admin.get(reverse("outbox")).content.decode()
    assert "ConnectionRefusedError" in page and "Förgäves sedan" in page and "fk_a@" not in page
    assert "mejl väntar, och har prövats" in fk.get(reverse("meeting", args=[meeting.public_id])).content.decode()
    assert not outbox.send_waiting()  # not before its time
    box.server = Controller(box, hostname="127.0.0.1", port=box.server.port)
    box.server.start()
    with time_machine.travel(clock.now() + wait(1), tick=False):
        assert outbox.send_waiting() == {"sent": 1}
    assert len(box.taken) == 1
    assert "mejl skickat" in fk.get(reverse("meeting", args=[meeting.public_id])).content.decode()


def test_a_sender_that_dies_is_followed_by_another_with_the_same_message_id(world, box, monkeypatch):
    world.meeting(world.case())
    ended = outbox._end
    monkeypatch.setattr(outbox, "_end", lambda *_args: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        outbox.send_waiting()
    monkeypatch.setattr(outbox, "_end", ended)
    assert not outbox.send_waiting()
    with time_machine.travel(clock.now() + wait(1), tick=False):
        outbox.send_waiting()
    first, second = (mail["Message-ID"] for mail in box.to("fk_a@test.example"))
    assert first == second


def test_a_busy_server_is_tried_again_and_an_unknown_address_is_not(world, box, browse):
    meeting, viewer = world.meeting(world.case()), world.viewer("fk_a")
    box.is_busy = True
    assert outbox.send_waiting() == {"waiting": 1}
    box.is_busy, box.refuses = False, {"ek@vard.example"}
    calling.invite_guest(viewer, meeting.pk, calling.Guest("health_care", "Dr Ek", "ek@vard.example", clock.today()))
    assert outbox.send_waiting() == {"refused": 1}
    letter = Letter.objects.get(ending="refused")
    assert letter.trouble == "SMTPRecipientsRefused 550" and "ek@" not in letter.trouble
    assert "mejlet avvisades" in browse("fk_a").get(reverse("meeting", args=[meeting.public_id])).content.decode()
    assert "SMTPRecipientsRefused" in browse("admin").get(reverse("outbox")).content.decode()


def test_a_letter_is_of_the_same_transaction_as_its_change(world, box):
    case = world.case()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        world.meeting(case)
        raise ZeroDivisionError
    assert not Letter.objects.exists()


def test_without_a_mail_server_nothing_is_queued(world):
    world.meeting(world.case())
    assert not Letter.objects.exists()


def test_a_private_feed_tells_when_and_nothing_else_until_it_is_ended(world, browse, settings):
    settings.HANDSLAG_ADDRESS = "https://handslag.example"
    case = world.case()
    meeting = world.meeting(case)
    world.meeting(world.case("fk_b"))
    moved = actions.Time(contact_in(5), 30, "Hemligt rum")
    actions.move_meeting(world.viewer("fk_a"), meeting.pk, moved, "another_time")
    fk = browse("fk_a")
    page = fk.post(reverse("calendar")).content.decode()
    address = page.partition("https://handslag.example")[2].partition("<")[0]
    anybody = StrictClient()
    answer = anybody.get(address)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/calendar")
    calendar = vobject.readOne(answer.content.decode())
    (event,) = calendar.vevent_list
    assert event.summary.value == f"Möte, ärende {case.reference}" and event.sequence.value == "1"
    assert event.dtstart.value == moved.at.replace(microsecond=0)
    for word in (*WORDS, "Hemligt", "fk_a@", case.person.identity.number):
        assert word not in answer.content.decode()
    assert fk.get(reverse("calendar")).content.decode().count("https://handslag.example/calendar/") == 0
    second = fk.post(reverse("calendar")).content.decode().partition("https://handslag.example")[2].partition("<")[0]
    assert anybody.get(address).status_code == 404 and anybody.get(second).status_code == 200
    fk.post(reverse("calendar-end"))
    assert anybody.get(second).status_code == 404
    with pytest.raises(NotAllowed):
        feeds.make_feed(world.viewer("admin"))


@pytest.mark.parametrize(
    ("is_person", "inside", "agreed", "told", "of_protected"),
    [
        (False, True, False, rules.WHEN, rules.THAT),
        (False, False, True, rules.THAT, rules.THAT),
        (True, None, False, rules.THAT, rules.NOTHING),
        (True, None, True, rules.WHEN, rules.NOTHING),
        (False, None, False, rules.NOTHING, rules.NOTHING),
        (False, None, True, rules.WHEN, rules.NOTHING),
    ],
)
def test_what_a_mail_may_tell(is_person, inside, agreed, told, of_protected):
    for is_protected, expected in ((False, told), (True, of_protected)):
        asked = rules.told(is_person=is_person, inside=inside, agreed=agreed, is_protected=is_protected)
        assert asked == expected


def test_where_a_protected_person_will_be_is_told_in_no_mail(world, box):
    case = world.case()
    meeting, viewer = world.meeting(case), world.viewer("fk_a")
    outbox.send_waiting()
    protect(viewer, case.pk)
    actions.move_meeting(viewer, meeting.pk, actions.Time(contact_in(6), 30, "Rum 9"), "another_time")
    agreed = calling.Guest("health_care", "Dr Ek", "ek@vard.example", clock.today())
    calling.invite_guest(viewer, meeting.pk, agreed)
    with pytest.raises(Refused) as refused:
        calling.invite_guest(viewer, meeting.pk, calling.Guest("person", "", "jag@hemma.example", clock.today()))
    assert refused.value.field == "email"
    outbox.send_waiting()
    assert not box.to("ek@vard.example")
    assert not calendars(box.to("fk_a@test.example")[1:]) and len(box.to("fk_a@test.example")) == 2


def test_an_ended_letter_stays_ended(world, box):
    world.meeting(world.case())
    outbox.send_waiting()
    with pytest.raises(Exception, match="outbox_letter"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE outbox_letter SET ended_at = NULL, ending = '' WHERE ending = 'sent'")
