"""The pages: what they show, how many queries they ask, and that every task works by plain forms."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from handslag.cases.models import Case
from handslag.cases.queries import visible_cases
from handslag.foundation import clock, days
from handslag.foundation.ids import uuid7
from handslag.handovers import actions
from handslag.handovers.models import Handover
from handslag.meetings.rules import TRANSITION
from handslag.parties.models import Absence, Post
from handslag.watch.actions import go_round
from tests import worlds
from tests.worlds import contact_in

MANY = 12


def local(at) -> str:
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def fill(world, count: int) -> tuple[Case, Handover]:
    """Cases, handovers and escalations around fk_a: so many of each."""
    late = clock.today() - timedelta(days=40)
    for _ in range(count):
        world.case(next_step_on=late, livelihood_ends_on=clock.today() + timedelta(days=20))
        world.offer(world.case("af_a"), "fk")
        world.offer(world.case())
        accepted = world.offer(world.case("kom_a"), "fk")
        actions.accept_handover(world.viewer("fk_a"), accepted.pk, contact_in(2))
        asked = world.offer(world.case())
        actions.ask_back(world.viewer("af_a"), asked.pk, "Vad?")
    case = world.case()
    handover = world.offer(case)
    for _ in range(count):
        actions.ask_back(world.viewer("af_a"), handover.pk, "Vad?")
        actions.answer_question(world.viewer("fk_a"), handover.pk, "Så.")
    go_round(days.add_working_days(clock.today(), 15))
    return case, handover


def pages(world, case, handover) -> dict[str, tuple[str, str]]:
    """Who opens which address."""
    unit = world.units["fk"].public_id
    return {
        "my-work": ("fk_a", reverse("my-work")),
        "section": ("fk_a", reverse("my-work-section", args=["held"])),
        "case": ("fk_a", reverse("case", args=[case.public_id])),
        "handover": ("af_a", reverse("handover", args=[handover.public_id])),
        "offer": ("fk_a", reverse("offer", args=[world.case().public_id])),
        "watch": ("fk_officer", reverse("watch")),
        "watch-section": ("fk_officer", reverse("watch-section", args=["climbing"])),
        "unit": ("fk_lead", reverse("unit", args=[unit])),
        "unit-cases": ("fk_lead", reverse("unit-cases", args=[unit])),
    }


def test_queries_do_not_grow_with_the_rows(world, browse):
    counts = []
    for count in (MANY, MANY):
        case, handover = fill(world, count)
        seen = {}
        for page, (name, url) in pages(world, case, handover).items():
            client = browse(name)
            client.get(url)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(url).status_code == 200
            seen[page] = len(queries)
        counts.append(seen)
    assert {page: n for page, n in counts[1].items() if n > counts[0][page]} == {}, counts
    assert max(counts[0].values()) <= 30 + 6 * (connection.vendor == "postgresql"), counts[
        0
    ]  # six more put up the wall


def test_search_asks_as_much_for_one_as_for_many(world, browse):
    client, counts = browse("fk_a"), []
    client.get(reverse("my-work"))
    for _ in range(2):
        fill(world, 6)
        with CaptureQueriesContext(connection) as queries:
            page = client.post(reverse("search"), {"q": "Person"}).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1] and page.count("/cases/") > 6


def test_no_composed_page_looks_up_row_by_row_what_rows_lead_to(world, browse, monkeypatch):
    worlds.fill(world)
    world.meeting(Case.objects.filter(passages__isnull=False)[0], TRANSITION)
    found, looked_up, get = set(), [], ForwardManyToOneDescriptor.get_object
    monkeypatch.setattr(
        ForwardManyToOneDescriptor, "get_object", lambda at, row: [looked_up.append(str(at.field)), get(at, row)][1]
    )
    for who in ("fk_a", "kom_a", "af_a", "fk_lead"):
        pages = {"my-work": reverse("my-work"), "watch": reverse("watch")}
        pages |= {c.pk: reverse("case", args=[c.public_id]) for c in visible_cases(world.viewer(who))}
        client = browse(who)
        for page, url in pages.items():
            assert client.get(url).status_code == 200
            found |= {(who, page, what) for what in looked_up}
            looked_up.clear()
    assert found == set()


def post_form(client, url: str, **fields):
    """Posts a form as a browser would: all fields with what they hold, changed by `fields`."""
    page = client.get(url).content.decode()
    body = page[page.index("<main") :]
    held = dict(
        re.findall(r'<input type="(?:hidden|text|date|datetime-local)" name="(\w+)"[^>]*?value="([^"]*)"', body)
    )
    response = client.post(url, {**held, **fields})
    assert response.status_code == 302, re.findall(r'label__message--error"[^>]*>([^<]*)', response.content.decode())
    return client.get(response.headers["Location"]).content.decode()


def test_a_handover_from_offer_to_first_contact_by_plain_forms(world, browse):
    case, sender, receiver = world.case(), browse("fk_a"), browse("af_b")
    world.consent(case)
    page = post_form(sender, reverse("offer", args=[case.public_id]), receiver=f"{world.units['af'].public_id}/{world.posts['af_b'].public_id}", reason="benefit_ends",
                     brief="Ring före lunch", promised="Ett samtal")  # fmt: skip
    assert "väntar på svar" in page
    handover = Handover.objects.get()
    assert "Person" in receiver.get(reverse("my-work")).content.decode()
    world.confirm("af_b")
    step = lambda verb: reverse("handover-step", args=[handover.public_id, verb])  # noqa: E731
    post_form(receiver, step("ask"), text="Vilken läkare?")
    assert "Vilken läkare?" in sender.get(reverse("handover", args=[handover.public_id])).content.decode()
    post_form(sender, step("answer"), text="Dr Ek")
    page = post_form(
        receiver, step("accept"), first_contact_at=local(contact_in(4)), holder=world.posts["af_b"].public_id
    )
    assert "Anteckna första kontakten" in page
    case.refresh_from_db()
    assert case.holder == world.posts["af_b"]
    assert "Af_B Test" in sender.get(reverse("case", args=[case.public_id])).content.decode(), (
        "the sender sees who holds"
    )
    assert "accepterad" in sender.get(reverse("handover", args=[handover.public_id])).content.decode()
    with time_machine.travel(contact_in(5)):
        page = post_form(browse("af_b"), step("record_contact"), contact_result="held", next_step="Kartläggning",
                         next_step_on=clock.today().isoformat())  # fmt: skip
    assert "genomförd" in page


def test_a_decline_cannot_be_saved_without_a_reason_and_a_next(world, browse):
    handover = world.offer(world.case())
    url = reverse("handover-step", args=[handover.public_id, "decline"])
    response = browse("af_a").post(url, {"text": "Nej"})
    assert response.status_code == 200 and "Detta behöver rättas" in response.content.decode()
    response = browse("af_a").post(url, {"decline_reason": "not_ready", "goes": "unit"})
    assert "Ange vem som är näst" in response.content.decode()
    page = post_form(
        browse("af_a"), url, decline_reason="not_ready", goes="unit", next_unit=world.units["hylte"].public_id
    )
    assert "Enhet hylte" in page


def test_the_cases_own_forms(world, browse):
    case, client, today = world.case(), browse("fk_a"), clock.today()
    url = lambda name: reverse(name, args=[case.public_id])  # noqa: E731
    post_form(client, url("next-step"), was_done="yes", next_step="Besök", next_step_on=today.isoformat(),
              next_step_by=world.posts["fk_b"].public_id)  # fmt: skip
    post_form(client, url("livelihood"), livelihood="wage", livelihood_since=today.isoformat(), livelihood_degree="",
              livelihood_ends_on="")  # fmt: skip
    page = post_form(client, url("pause"), reason="treatment", until=(today + timedelta(days=9)).isoformat())
    assert "Vilar till" in page
    client.post(url("resume"))
    refused = client.post(url("close"), {"outcome": "work", "ends_with": "next"})
    assert "Ange vem som är ansvarig härnäst" in refused.content.decode()
    page = post_form(client, url("close"), outcome="work", ends_with="no_more")
    assert "Personen vill inte mer" in page


def test_a_case_is_registered_by_hand(world, browse):
    from tests.worlds import numbers

    fields = {"case_ref": "H-1", "identity_number": numbers()[900], "given_name": "Ulla", "family_name": "Ek",
              "municipality_code": "1380", "livelihood": "none", "next_step": "Ring",
              "next_step_on": clock.today().isoformat()}  # fmt: skip
    client = browse("fk_a")
    wrong = client.post(reverse("new-case"), {**fields, "identity_number": "190001010000"})
    assert wrong.status_code == 200 and not Case.objects.exists()
    page = post_form(client, reverse("new-case"), **fields, target_groups=["zero_placed", "long_term_sick"])
    assert "Ulla Ek" in page and Case.objects.get().holder == world.posts["fk_a"]
    again = client.post(reverse("new-case"), {**fields, "case_ref": "H-2"})
    assert "har redan ett öppet ärende" in again.content.decode()


def test_the_leads_screens(world, browse):
    cases = [world.case() for _ in range(3)]
    lead, unit = browse("fk_lead"), world.units["fk"]
    url = reverse("unit-cases", args=[unit.public_id])
    assert "Välj minst ett ärende" in lead.post(url, {"to": world.posts["fk_b"].public_id}).content.decode()
    page = post_form(lead, url, case=[cases[0].public_id, cases[1].public_id], to=world.posts["fk_b"].public_id)
    assert "2 ärenden flyttades" in page
    page = post_form(lead, reverse("absence", args=[unit.public_id]), post=world.posts["fk_a"].public_id,
                     from_on=clock.today().isoformat(), stand_in=world.posts["fk_b"].public_id)  # fmt: skip
    assert "ersättare:" in page
    lead.post(reverse("end-absence", args=[Absence.objects.get().public_id]))
    page = post_form(lead, reverse("leave", args=[world.posts["fk_a"].public_id]), to=world.posts["fk_b"].public_id)
    assert "har slutat" in page and not Post.objects.get(pk=world.posts["fk_a"].pk).is_active
    assert Case.objects.filter(holder=world.posts["fk_b"]).count() == 3


def test_errors_of_a_file_stand_beside_its_rows(world, browse):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from handslag.intake.columns import NAMES
    from tests.test_intake import good_row

    rows = [good_row(world), good_row(world, 1, livelihood="rubbish")]
    text = "\n".join([";".join(NAMES), *(";".join('"' + r.get(n, "") + '"' for n in NAMES) for r in rows)])
    lead = browse("fk_lead")

    def send(body: str, **more):
        file = SimpleUploadedFile("cases.csv", body.encode())
        return lead.post(reverse("import"), {"file": file, **more}).content.decode()

    page = send(text)
    assert "rubbish" in page and "finns inte i kodlistan" in page and not Case.objects.exists()
    good = "\n".join(text.split("\n")[:2])
    assert "1 rader är riktiga" in send(good, only_try="on") and not Case.objects.exists()
    assert "1 rad togs in" in send(good) and Case.objects.count() == 1


def test_english_is_complete_beside_swedish(world, browse):
    client = browse("fk_a")
    client.post(reverse("language"), {"language": "en"})
    page = client.get(reverse("my-work")).content.decode()
    assert '<html lang="en">' in page and "Persons I hold" in page
    client.post(reverse("language"), {"language": "sv", "next": "https://evil.example/"})
    page = client.get(reverse("my-work"), headers={"accept-language": "en"}).content.decode()
    assert '<html lang="sv">' in page and "Personer jag ansvarar för" in page


def test_signing_in_with_a_password_and_out_again(world):
    from tests.strictness import StrictClient

    user = world.posts["fk_a"].user
    user.set_password("hemligt-ord-9")
    user.save()
    client = StrictClient()
    wrong = client.post(reverse("sign-in"), {"login": user.email, "password": "x"})
    assert "är fel" in wrong.content.decode()
    right = {"login": user.email.upper(), "password": "hemligt-ord-9", "next": "//evil.example"}
    user.is_demo = True
    user.save()
    assert client.post(reverse("sign-in"), right).headers["Location"] == "/"
    client.post(reverse("sign-out"))
    assert client.get(reverse("my-work")).status_code == 302


def test_the_way_to_the_next_page_keeps_what_was_asked_for(world, browse):
    holder = world.posts["fk_a"].public_id
    url = reverse("unit-cases", args=[world.units["fk"].public_id])
    page = browse("fk_lead").get(url, {"holder": holder, "page": 2}).content.decode()
    assert f'href="?holder={holder}&amp;page=1"' in page


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "٣"])
def test_any_page_number_is_answered(world, browse, page):
    assert browse("fk_a").get(reverse("my-work-section", args=["held"]), {"page": page}).status_code == 200


def test_an_upload_that_is_too_large_is_refused_unread(world, browse, settings):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.HANDSLAG_IMPORT_MAX_MB = 1
    huge = SimpleUploadedFile("cases.csv", b"x" * 3 * 1024 * 1024)
    response = browse("fk_lead").post(reverse("import"), {"file": huge})
    assert response.status_code == 400 and "Traceback" not in response.content.decode()


def test_search_knows_ten_digits_and_twelve(world, browse):
    case = world.case()
    number = case.person.identity.number
    for text in (
        number,
        f"{number[:8]}-{number[8:]}",
        number[2:],
        f"{number[2:8]}-{number[8:]}",
        case.reference,
        "person1",
    ):
        page = browse("fk_a").post(reverse("search"), {"q": text}).content.decode()
        assert f"/cases/{case.public_id}/" in page, text


HUGE = 10**30


@pytest.mark.parametrize("path", ["/cases/{}/", "/handovers/{}/", "/units/{}/", "/posts/{}/leave/", "/cases/{}/close/"])
def test_numbers_beyond_all_bounds_are_answered(world, browse, path):
    assert browse("fk_lead").get(path.format(HUGE)).status_code == 404


def test_forged_forms_are_answered_in_words(world, browse):
    lead = browse("fk_lead")
    url = reverse("unit-cases", args=[world.units["fk"].public_id])
    world.case()
    assert "Välj minst ett" in lead.post(url, {"case": [HUGE], "to": world.posts["fk_b"].public_id}).content.decode()
    for case in (uuid7(), world.case("af_a").public_id):
        page = lead.post(url, {"case": [case], "to": world.posts["fk_b"].public_id})
        assert page.status_code == 200 and "Detta behöver rättas" in page.content.decode()
        page = lead.post(url, {"case": [case], "to": HUGE})
        assert page.status_code == 200 and "inte bland tillgängliga alternativ" in page.content.decode()
    assert lead.post(reverse("search"), {"q": "Per\x00sson"}).status_code == 200
    assert lead.get(url, {"holder": HUGE}).status_code == 200
    assert lead.post(reverse("sign-in-as"), {"user": HUGE}).status_code in (302, 403)
    assert lead.get(reverse("receiving-units"), {"county": "\x00"}).status_code == 200
