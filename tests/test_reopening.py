"""Opening a closed case again: by whom, why, and what of the chain of holders is told of the time between."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from handslag.cases import actions as cases
from handslag.cases import rules
from handslag.cases.models import Case, PastHolding, PastStep, Reopening
from handslag.cases.pages.page import case_page
from handslag.cases.pages.timeline import holders_lane, way
from handslag.cases.queries import holdings
from handslag.cases.reopening import reopen
from handslag.check.proof import prove
from handslag.disclosure.models import Disclosure
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.handovers import actions as handovers
from handslag.handovers import contact
from handslag.journal.chain import seal
from handslag.journal.models import Entry
from handslag.parties import actions as parties
from handslag.persons.models import Person
from handslag.reference import codes
from handslag.rights.extract import DATA
from handslag.rights.protection import protect
from handslag.rights.retention import retain
from handslag.sharing import actions as sharing
from handslag.watch.actions import go_round
from handslag.watch.models import Escalation
from tests import worlds
from tests.test_order import _carried
from tests.test_sharing import joined

WHY = "need_returned"


def closed(world, holder: str = "fk_a", outcome: str = "work", **changes) -> Case:
    """A case that its holder has closed."""
    case = world.case(holder, **changes)
    cases.close(world.viewer(holder), case.pk, outcome, "Chefen Karin")
    return Case.objects.get(pk=case.pk)


def anew(world, case, who: str = "fk_lead", reason: str = WHY, to: str = "fk_b", step: str = "Ring", days: int = 3):
    """Somebody opens a case again."""
    return reopen(world.viewer(who), case.pk, reason, world.posts[to], step, clock.today() + timedelta(days=days))


def all_is_well() -> bool:
    seal()
    return not any(finding.broken for finding in prove(clock.today()).values())


@pytest.mark.parametrize("who", ["fk_lead", "fk_officer"])
@pytest.mark.parametrize("to", ["fk_a", "fk_b", "fk_lead"])
def test_the_lead_or_the_officer_opens_a_case_again_with_a_reason_a_holder_and_a_next_step(world, who, to):
    case = closed(world)
    with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
        opened = anew(world, case, who, to=to)
        assert opened.is_open and (opened.outcome, opened.next_responsible) == ("", "")
        assert opened.holder == world.posts[to] == opened.next_step_by and opened.holder_since == clock.now()
        assert (opened.next_step, opened.next_step_on) == ("Ring", clock.today() + timedelta(days=3))
        row = Reopening.objects.get()
        assert (row.closed_at, row.outcome, row.next_responsible) == (case.closed_at, "work", "Chefen Karin")
        assert (row.at, row.by, row.reason) == (clock.now(), world.posts[who], WHY)
        before, after = holdings(opened)
        assert (before.what, before.until) == (world.posts["fk_a"], case.closed_at), "nobody held it meanwhile"
        assert (after.since, after.until, after.what) == (clock.now(), None, world.posts[to])
        assert PastStep.objects.filter(case=case, was_done=False).exists()
        assert all_is_well()
        cases.close(world.viewer(to), case.pk, "studies", "Skolan")
        anew(world, case)
        assert [spell.until for spell in holdings(Case.objects.get())][0] == case.closed_at
        assert Reopening.objects.count() == 2 and all_is_well()


@pytest.mark.parametrize("who", ["fk_a", "fk_b", "fk2_lead", "af_lead", "af_officer", "admin", "analyst"])
def test_nobody_else_does(world, who):
    case = closed(world)
    with pytest.raises(NotAllowed):
        anew(world, case, who)
    assert not Reopening.objects.exists()


def test_a_stand_in_for_the_lead_does(world):
    case = closed(world)
    parties.register_absence(world.viewer("fk_lead"), world.posts["fk_lead"], clock.today(), None, world.posts["fk_b"])
    assert anew(world, case, "fk_b").is_open and Reopening.objects.get().by == world.posts["fk_lead"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "because"}, "reason"),
        ({"reason": "death_wrong"}, "reason"),
        ({"to": "fk2_a"}, "holder"),
        ({"to": "af_a"}, "holder"),
        ({"to": "fk_gone"}, "holder"),
        ({"step": " "}, "next_step"),
        ({"days": -1}, "next_step_on"),
        ({"days": 4000}, "next_step_on"),
    ],
)
def test_it_asks_for_all_of_it_and_changes_nothing_without(world, changes, field):
    case = closed(world)
    gone = world.hire("fk_gone", "caseworker", party=world.parties["fk"], unit=world.units["fk"])
    parties.end_post(world.viewer("fk_lead"), gone)
    gone.refresh_from_db()
    with pytest.raises(Refused) as refused:
        anew(world, case, **changes)
    assert refused.value.field == field
    assert not Case.objects.get().is_open and not Reopening.objects.exists()


@pytest.mark.parametrize("outcome", [code for code, _label in codes.choices("outcome")])
def test_the_reason_fits_how_it_ended(world, outcome):
    case = closed(world, outcome=outcome)
    fits = {reason for reason, _label in codes.choices("reopening_reason") if rules.undoes(reason, outcome)}
    wrong = rules.WRONGLY.get(outcome)
    assert fits == ({wrong} if wrong else {"need_returned", "decision_changed", "closed_in_error"})
    for reason, _label in codes.choices("reopening_reason"):
        with transaction.atomic():
            if reason in fits:
                assert anew(world, case, reason=reason).is_open
            else:
                with pytest.raises(Refused):
                    anew(world, case, reason=reason)
            transaction.set_rollback(True)


def test_an_open_case_is_not_opened(world):
    with pytest.raises(Overtaken, match="redan öppet"):
        anew(world, world.case())


def ended_together(world) -> tuple[Case, Case]:
    """AF's case and FK's that was joined to it, closed with it."""
    follows, main, handover = joined(world)
    world.record_contact("af_a", handover)
    with time_machine.travel(worlds.contact_in(3), tick=False):
        cases.close(world.viewer("af_a"), main.pk, "work", "Chefen")
    follows.refresh_from_db(), main.refresh_from_db()
    assert not follows.is_open and follows.joined_to_id == main.pk
    return main, follows


def test_a_case_that_ended_with_the_one_it_was_joined_to_stays_closed(world):
    main, follows = ended_together(world)
    with time_machine.travel(worlds.contact_in(4), tick=False):
        with pytest.raises(Overtaken, match="förenat"):
            anew(world, follows, "af_lead", to="af_b")
        with pytest.raises(NotAllowed):
            anew(world, follows, "fk_lead", to="af_b")
        assert anew(world, main, "af_lead", to="af_b").is_open
        follows.refresh_from_db()
        assert not follows.is_open and all_is_well()


@pytest.mark.parametrize("of_the_main", [True, False])
def test_a_case_that_ended_with_another_stays_so_when_its_person_is_protected(world, of_the_main):
    main, follows = ended_together(world)
    with time_machine.travel(worlds.contact_in(4), tick=False):
        protect(world.viewer("af_a"), main.pk if of_the_main else follows.pk)
        follows.refresh_from_db()
        assert follows.joined_to_id == main.pk and all_is_well()
        with pytest.raises(Overtaken, match="förenat"):
            anew(world, follows, "af_lead", to="af_a")
        assert _refused(_written(world, follows, by="af_lead", holder="af_a"))
        assert _refused(f"UPDATE cases_case SET joined_to_id = NULL WHERE id = {follows.pk}")


def test_what_has_been_emptied_stays_closed(world):
    case = closed(world)
    with time_machine.travel(clock.now() + timedelta(days=6 * 366), tick=False):
        retain(worlds.SYSTEM, clock.today())
        with pytest.raises(Overtaken, match="borttaget"):
            anew(world, case)


def test_a_person_with_a_new_case_has_one_case(world):
    case = closed(world)
    world.case("fk2_a", identity_number=case.person.identity.number)
    with pytest.raises(Overtaken, match="redan ett öppet ärende"):
        anew(world, case)
    assert _refused(_written(world, case))


def taken_over(world):
    """A case of FK's that AF holds on a consent and closes, with the person met or not."""
    case = world.case()
    handover = world.offer(case)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, worlds.contact_in(2))
    return case, handover


def test_who_has_met_the_person_opens_the_case_without_any_consent(world):
    case, handover = taken_over(world)
    world.record_contact("af_a", handover)
    cases.close(world.viewer("af_a"), case.pk, "work", "Chefen")
    standing = list(Disclosure.objects.filter(ended_at__isnull=True).values_list("pk", flat=True))
    sharing.withdraw(world.viewer("af_a"), standing, case.pk)
    anew(world, case, "af_lead", to="af_b")
    assert not Disclosure.objects.filter(ended_at__isnull=True).exists(), "no consent comes back"
    assert all_is_well()


def test_another_party_is_not_told_that_there_is_a_new_case(world):
    case, handover = taken_over(world)
    world.record_contact("af_a", handover)
    cases.close(world.viewer("af_a"), case.pk, "work", "Chefen")
    world.case("fk_a", identity_number=case.person.identity.number)
    with pytest.raises(Overtaken, match="kan inte längre öppnas igen"):
        anew(world, case, "af_lead", to="af_b")


def test_who_can_no_longer_reach_the_person_does_not(world):
    case, _handover = taken_over(world)
    with time_machine.travel(worlds.contact_in(3), tick=False):
        contact.record_contact(world.viewer("af_a"), _handover.pk, "deceased", "Avsluta", clock.today())
        cases.close(world.viewer("af_a"), case.pk, "deceased")
        with transaction.atomic():
            assert anew(world, case, "af_lead", "death_wrong", "af_b").is_open and all_is_well()
            transaction.set_rollback(True)
        standing = list(Disclosure.objects.filter(ended_at__isnull=True).values_list("pk", flat=True))
        sharing.withdraw(world.viewer("af_a"), standing, case.pk)
        with pytest.raises(Overtaken, match="inte längre nå"):
            anew(world, case, "af_lead", "death_wrong", "af_b")
        for to in ("af_b", "af_a"):
            assert _refused(_written(world, case, by="af_lead", holder=to, reason="'death_wrong'"))


def _written(world, case, *, by: str = "fk_lead", holder: str = "fk_b", **changes) -> str:
    """A reopening of `case` by direct SQL."""
    told = {"closed_at": "closed_at", "outcome": "outcome", "next_responsible": "next_responsible",
            "person_wants_no_more": "person_wants_no_more", "at": "'2035-01-01 00:00:00'", "reason": f"'{WHY}'"}  # fmt: skip
    told |= {"by_id": str(world.posts[by].pk), "holder_id": str(world.posts[holder].pk), "case_id": "id", **changes}
    return f"INSERT INTO cases_reopening ({', '.join(told)}) SELECT {', '.join(told.values())} FROM cases_case WHERE id = {case.pk}"


def _refused(sql: str) -> bool:
    before = list(Case.objects.order_by("id").values()), PastHolding.objects.count(), Reopening.objects.count()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError:
        assert before == (
            list(Case.objects.order_by("id").values()),
            PastHolding.objects.count(),
            Reopening.objects.count(),
        )
        return True
    return False


def test_direct_sql_that_tells_all_of_it_opens_the_case_whole(world):
    case = closed(world)
    assert not _refused(_written(world, case))
    case.refresh_from_db()
    assert case.is_open and case.holder == world.posts["fk_b"] == case.next_step_by
    assert [spell.what for spell in holdings(case)] == [world.posts["fk_a"], world.posts["fk_b"]]
    found = prove(clock.today())
    assert not found["1"].broken and found["7"].broken, "but the journal does not know of it"


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": "fk_a"},
        {"by": "fk2_lead"},
        {"by": "af_officer"},
        {"holder": "fk2_a"},
        {"holder": "af_a"},
        {"holder": "fk_officer"},
        {"holder": "fk_gone"},
        {"by": "fk_left"},
        {"reason": "''"},
        {"reason": "'death_wrong'"},
        {"outcome": "'studies'"},
        {"next_responsible": "'Någon annan'"},
        {"person_wants_no_more": "NOT person_wants_no_more"},
        {"closed_at": "opened_at"},
        {"at": "closed_at"},
        {"at": "opened_at"},
        {"at": "NULL"},
        {"by_id": "NULL"},
        {"holder_id": "NULL"},
    ],
    ids=str,
)
def test_direct_sql_opens_no_case_in_another_way(world, wrong):
    case = closed(world)
    for name, role in (("fk_gone", "caseworker"), ("fk_left", "lead")):
        post = world.hire(name, role, party=world.parties["fk"], unit=world.units["fk"])
        parties.end_post(world.viewer("fk_lead"), post)
    assert _refused(_written(world, case, **wrong))


@pytest.mark.parametrize(
    "told",
    [
        {"closed_at": "opened_at", "outcome": "'work'"},
        {"closed_at": "opened_at"},
        {"closed_at": "'2001-01-01 00:00:00'", "at": "holder_since", "holder": "fk_a"},
    ],
    ids=str,
)
def test_direct_sql_opens_no_case_that_is_open(world, told):
    assert _refused(_written(world, world.case("fk_a"), **told))


def test_direct_sql_opens_no_case_for_its_holder_who_has_left(world):
    case = closed(world)
    parties.end_post(world.viewer("fk_lead"), world.posts["fk_a"])
    assert _refused(_written(world, case, holder="fk_a"))


@pytest.mark.parametrize("holder", ["af_a", "af_b"])
def test_direct_sql_opens_no_case_that_ended_with_another(world, holder):
    _main, follows = ended_together(world)
    assert _refused(_written(world, follows, by="af_lead", holder=holder))
    assert _refused(f"UPDATE cases_case SET joined_to_id = NULL WHERE id = {follows.pk}")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE cases_reopening SET outcome = 'studies'",
        "UPDATE cases_reopening SET next_responsible = 'Någon annan'",
        "UPDATE cases_reopening SET at = '2036-01-01 00:00:00'",
        "UPDATE cases_reopening SET closed_at = '2020-01-01 00:00:00'",
        "UPDATE cases_reopening SET reason = 'closed_in_error'",
        "UPDATE cases_reopening SET by_id = by_id + 1",
        "UPDATE cases_reopening SET holder_id = holder_id + 1",
        "DELETE FROM cases_reopening",
        "UPDATE cases_case SET closed_at = NULL, outcome = '', next_responsible = ''",
        "UPDATE cases_case SET closed_at = NULL, outcome = '', next_responsible = '', holder_since = closed_at",
        "UPDATE cases_case SET holder_since = '2036-01-01 00:00:00'",
        "DELETE FROM cases_pastholding",
        "INSERT INTO cases_pastholding (case_id, until, holder_id) SELECT case_id, at, holder_id FROM cases_reopening",
    ],
)
def test_what_was_undone_stays_on_record(world, sql):
    case = closed(world)
    anew(world, case)
    if "closed_at = NULL" in sql:
        cases.close(world.viewer("fk_b"), case.pk, "studies", "Skolan")
    assert _refused(sql)


def test_the_page_lets_those_who_may_open_it_and_tells_all_of_it(world, browse):
    case = closed(world)
    url, shown = reverse("reopen", args=[case.public_id]), reverse("case", args=[case.public_id])
    assert url not in browse("fk_a").get(shown).content.decode()
    assert browse("fk_a").get(url).status_code == 403
    assert browse("fk2_lead").get(url).status_code == 404
    lead = browse("fk_lead")
    assert url in lead.get(shown).content.decode()
    page = lead.get(url).content.decode()
    assert (
        "Personen behöver samordning igen" in page and "dödsfall" not in page and "Fk_B" in page and "Fk2_A" not in page
    )
    fields = {"reason": WHY, "next_step": "Ring Karin", "next_step_on": clock.today().isoformat(),
              "holder": str(world.posts["fk_b"].public_id), **_carried(lead, url)}  # fmt: skip
    page = lead.post(url, {**fields, "reason": "", "holder": "x"}).content.decode()
    assert "behöver rättas" in page and "Ring Karin" in page
    for _time in range(2):
        assert lead.post(url, fields).status_code == 302
    assert Reopening.objects.count() == 1, "what is sent twice is done once"
    assert lead.get(url).headers["Location"] == shown
    page = lead.get(shown).content.decode()
    assert "öppnade ärendet igen: Personen behöver samordning igen" in page and "Avslutat" in page
    assert "Ring Karin" in browse("fk_b").get(reverse("my-work")).content.decode()
    assert Entry.objects.get(verb="reopened").group == "work_education"


def test_the_way_shows_nobody_while_the_case_was_closed(world):
    case = closed(world, livelihood_ends_on=clock.today() + timedelta(days=5))
    with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
        anew(world, case)
        page = case_page(world.viewer("fk_lead"), Case.objects.select_related("person__identity", "holder__user").get())
        lines = [(line.since, line.until) for line in holders_lane(page).lines]
        end, today = clock.day_of(case.closed_at), clock.today()
        assert (end, today) in lines and (today, None) in lines
        assert not [hole for hole in way(page).holes if hole.since < today], "a closed case has no hole"


def test_silence_counts_from_the_reopening(world):
    case = closed(world, livelihood_ends_on=clock.today() + timedelta(days=5))
    with time_machine.travel(clock.now() + timedelta(days=60), tick=False) as now:
        go_round()
        anew(world, case, days=90)
        assert all_is_well(), "nobody was silent while it was closed"
        go_round()
        assert not Escalation.objects.filter(case=case, rung__gt=0).exists()
        now.shift(timedelta(days=8))
        go_round()
        assert Escalation.objects.filter(case=case, kind="no_livelihood", rung=1).exists() and all_is_well()


def test_the_extract_tells_of_it_and_its_words_go_with_the_rest(world):
    case = closed(world)
    anew(world, case)
    told = json.dumps(DATA.whole(Person.objects.get()), default=str, ensure_ascii=False)
    assert "reopenings" in told and "Chefen Karin" in told and WHY in told
    with transaction.atomic():
        protect(world.viewer("fk_b"), case.pk)
        assert Reopening.objects.get().next_responsible in ("", "–")
        transaction.set_rollback(True)
    cases.close(world.viewer("fk_b"), case.pk, "work", "Chefen Karin")
    with time_machine.travel(clock.now() + timedelta(days=6 * 366), tick=False):
        assert retain(worlds.SYSTEM, clock.today()) == 1
        row = Reopening.objects.get()
        assert (row.next_responsible, row.outcome) == ("–", "work") and all_is_well()
