"""The association's books: who keeps them, what holds, what stays, and that every sum is a sum by plain SQL."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from handslag.associations import actions, dated, queries, rules
from handslag.associations.guards import SAME
from handslag.associations.models import Allocation, Cost, Decision, Goal, Planned, Position, Report
from handslag.associations.noting import KINDS
from handslag.foundation import clock
from handslag.foundation.checks import refusals
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.journal.models import Entry
from handslag.parties.models import Association
from handslag.parties.wall import enter_as, leave
from tests.worlds import described

YEAR = clock.today().year


def books(world, name="association", year=YEAR):
    return queries.books_of(world.viewer(name), year)


def text(answer) -> str:
    """A page, with plain spaces."""
    return answer.content.decode().replace("\xa0", " ")


def whole(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def reported(world) -> Report:
    """The year has been reported."""
    post, association = world.posts["association"], Association.objects.get(name="Förbundet")
    return Report.objects.create(
        association=association, year=YEAR, number=1, definitions="x", content="{}", by=post, made_at=clock.now()
    )


def other_officer(world):
    other = Association.objects.create(name="Ett annat")
    other.members.set(world.parties.values())
    world.hire("other", "association_officer", association=other)
    return other


def test_an_officer_keeps_the_books_of_a_year(world, browse):
    officer = browse("association")
    assert officer.get("/").headers["Location"] == reverse("association")
    measure = world.measure()
    note = lambda kind, **told: officer.post(reverse("note-in-books", args=[YEAR, kind]), told)  # noqa: E731
    for party, amount, share in (
        ("FK", "2 000 000", "50"),
        ("KOM-1380", "700 000 kr", "17,5"),
        ("KOM-1315", "300000", ""),
    ):
        assert note("allocation", party=party, amount=amount, share=share).status_code == 302
    assert note("cost", description="Kansli", budget="400000", outcome="390 000").status_code == 302
    assert note("cost", measure=measure.public_id, description="Personal", budget="1 500 000").status_code == 302
    assert note("planned", measure=measure.public_id, number="30").status_code == 302
    assert note("position", month="1", own_capital="-5 000", liquid_funds="90000").status_code == 302
    assert note("decision", on=str(clock.today()), number="§ 7", text="Målen fastställs.").status_code == 302
    told = {
        "decision": str(Decision.objects.get().public_id),
        "text": "Fler i arbete",
        "indicator": "own",
        "target": "40",
    }
    assert note("goal", **told).status_code == 302
    day = str(clock.today())
    assert note("agreement", measure=measure.public_id, signed_on=day, decision=told["decision"]).status_code == 302
    page = text(officer.get(reverse("association-economy", args=[YEAR])))
    for shown in ("3 000 000 kr", "66,7 %", "50 %", "33,3 %", "1 500 000 kr", "390 000 kr", "30 budgeterade", "-5 000 kr",
                  "inte 100 %", "en trappa"):  # fmt: skip
        assert shown in page, shown
    board = officer.get(reverse("association-board", args=[YEAR])).content.decode()
    assert "§ 7" in board and "Fler i arbete" in board
    page = text(officer.get(reverse("association"))) + text(officer.get(reverse("association-report", args=[YEAR])))
    assert "Region: tilldelade medel" in page and "Steget vidare: utfall på varje rad" in page and "efter start" in page
    assert Entry.objects.filter(verb="books_noted").count() == noted_rows()


def noted_rows() -> int:
    return sum(kind.model.objects.count() for kind in KINDS.values())


def test_nobody_else_reads_or_keeps_them(world, browse):
    world.measure()
    noted = world.noted("allocation")
    other = other_officer(world)
    for name in ("fk_lead", "fk_officer", "analyst", "measure", "admin"):
        assert books(world, name) is None
        assert browse(name).get(reverse("association")).status_code == 403
    stranger = browse("other")
    assert "2 000 000" not in text(stranger.get(reverse("association-economy", args=[YEAR])))
    url = reverse("change-noted", args=["allocation", noted.public_id])
    assert stranger.get(url).status_code == stranger.post(url, {"amount": 1}).status_code == 404
    with pytest.raises(NotAllowed):
        actions.correct_books(world.viewer("other"), noted.association_id, "allocation", noted.public_id, {"amount": 1})
    with pytest.raises(NotAllowed):  # before anything is told of the books
        actions.make_report(world.viewer("other"), noted.association_id, clock.today().year)
    with pytest.raises(Refused):
        actions.correct_books(world.viewer("other"), other.pk, "allocation", noted.public_id, {"amount": 1})
    assert Allocation.objects.count() == 1


NONSENSE = [
    ("allocation", {"year": 1999}, "year"),
    ("allocation", {"year": 2004.5}, "year"),
    ("allocation", {"year": YEAR + 4}, "year"),
    ("allocation", {"amount": -1}, "amount"),
    ("allocation", {"amount": None}, "amount"),
    ("allocation", {"amount": 10**30}, "amount"),
    ("allocation", {"amount": 0.5}, "amount"),
    ("allocation", {"amount": True}, "amount"),
    ("allocation", {"share": -1}, "share"),
    ("allocation", {"share": 10_001}, "share"),
    ("allocation", {"party": None}, "party"),
    ("cost", {"description": "  "}, "description"),
    ("cost", {"description": "x" * 201}, "description"),
    ("cost", {"kind": "x"}, "kind"),
    ("cost", {"kind": "administration"}, "kind"),
    ("cost", {"kind": "esf_cost"}, "kind"),
    ("cost", {"outcome": -1}, "outcome"),
    ("planned", {"number": 10_001}, "number"),
    ("planned", {"number": "30"}, "number"),
    ("position", {"month": 13}, "month"),
    ("position", {"own_capital": None}, "own_capital"),
    ("decision", {"on": clock.today() + timedelta(days=2)}, "on"),
    ("decision", {"on": date(1980, 1, 1)}, "on"),
    ("decision", {"on": None}, "on"),
    ("decision", {"number": ""}, "number"),
    ("agreement", {"signed_on": clock.today() + timedelta(days=2)}, "signed_on"),
    ("goal", {"decision": None}, "decision"),
    ("goal", {"text": ""}, "text"),
    ("goal", {"indicator": "x"}, "indicator"),
    ("goal", {"target": -1}, "target"),
]


@pytest.mark.parametrize(("kind", "changes", "field"), NONSENSE)
def test_what_does_not_hold_is_refused_at_its_field(world, kind, changes, field):
    world.measure()
    decision = world.noted("decision")
    before = noted_rows()
    if kind == "goal":
        changes = {"decision": decision, **changes}
    with pytest.raises(Refused) as refused:
        world.noted(kind, **changes)
    assert refused.value.field == field and noted_rows() == before


@pytest.mark.parametrize("kind", KINDS)
def test_nonsense_from_a_browser_is_told_at_its_field_and_changes_nothing(world, browse, kind):
    world.measure()
    world.noted("decision", number="§ 1")
    officer, before = browse("association"), noted_rows()
    for value in ("", "x", "-1", "1e9", "9" * 40, "\x00", "½", "2026-02-30"):
        told = dict.fromkeys((*KINDS[kind].columns, "is_esf"), value)
        answer = officer.post(reverse("note-in-books", args=[YEAR, kind]), told)
        assert answer.status_code == 200 and "Detta behöver rättas" in answer.content.decode()
    assert noted_rows() == before
    for url in (
        f"/association/{YEAR}/note/x/",
        "/association/1999/",
        f"/association/{YEAR + 9}/economy/",
        f"/association/{'9' * 30}/",
    ):
        assert officer.get(url).status_code == 404


def test_only_members_that_finance_pay_and_af_pays_through_the_state(world):
    world.parties["stranger"] = type(world.parties["fk"]).objects.create(
        code="KOM-1490", kind="KOM", name="Borås", county_code="14"
    )
    for name in ("af", "stranger"):
        with pytest.raises(Refused):
            world.noted("allocation", party=world.parties[name])
        with pytest.raises(DatabaseError), transaction.atomic():
            Allocation.objects.create(**raw(world), year=YEAR, party=world.parties[name], amount=1)


def raw(world, **changes):
    association = Association.objects.get(name="Förbundet")
    return {"association": association, "by": world.posts["association"], "at": clock.now(), **changes}


def test_measures_and_decisions_of_another_association_are_refused(world):
    other = other_officer(world)
    theirs = world.measure(world.viewer("other"), association="Ett annat")
    their_decision = world.noted("decision", by="other")
    own = world.noted("decision")
    for kind in ("cost", "planned", "agreement"):
        with pytest.raises(Refused):
            world.noted(kind, measure=theirs)
    for changes in ({"decision": their_decision}, {"decision": own, "measure": theirs}):
        with pytest.raises(Refused):
            world.noted("goal", **changes)
    rows = (
        lambda: Planned.objects.create(**raw(world), year=YEAR, measure=theirs, number=1),
        lambda: Goal.objects.create(
            **raw(world), year=YEAR, decision=their_decision, text="x", indicator="own", target=1
        ),
        lambda: Cost.objects.create(
            **raw(world), year=YEAR, measure=theirs, kind="esf_cost", budget=1, description="x"
        ),
    )
    for make in rows:
        with pytest.raises(DatabaseError), transaction.atomic():
            make()
    assert other.pk


def test_a_correction_is_a_new_version_and_the_earlier_stays(world, browse):
    world.measure()
    first = world.noted("cost")
    officer = browse("association")
    url = reverse("change-noted", args=["cost", first.public_id])
    assert officer.post(url, {"description": "Personal", "budget": "500 000", "outcome": "480000"}).status_code == 302
    (now,) = books(world).costs
    assert (now.outcome, now.replaces, now.kind) == (480_000, first, "measure_cost") and Cost.objects.count() == 2
    page = officer.get(url).content.decode()
    assert page.count("Association Test") >= 2 and "480" in page, "both versions are told"
    assert (
        officer.post(
            url, {"description": "x", "budget": "1", "is_struck": "on", "upon": str(now.public_id)}
        ).status_code
        == 302
    )
    assert books(world).costs == [] and Cost.objects.count() == 3
    assert "Det här är struket" in officer.get(url).content.decode()


def test_what_was_struck_can_be_noted_again_and_there_is_one_of_each(world):
    first = world.noted("allocation")
    with pytest.raises(Refused) as refused:
        world.noted("allocation")
    assert refused.value.field == "party"
    actions.strike_from_books(world.viewer("association"), first.association_id, "allocation", first.public_id)
    again = world.noted("allocation", amount=5)
    assert again.replaces.replaces == first and books(world).allocated == 5
    with pytest.raises(DatabaseError), transaction.atomic():
        Allocation.objects.create(**raw(world), year=YEAR, party=world.parties["fk"], amount=1)


def test_of_two_officers_the_later_is_told_what_it_says_now(world, browse):
    association = Association.objects.get(name="Förbundet")
    world.hire("second", "association_officer", association=association)
    noted = world.noted("allocation")
    page = browse("association").get(reverse("change-noted", args=["allocation", noted.public_id])).content.decode()
    upon = page.split('name="upon" value="')[1].split('"')[0]
    given = (association.pk, "allocation", noted.public_id)
    actions.correct_books(world.viewer("second"), *given, {"amount": 3_000_000, "share": None})
    for act in (
        lambda v: actions.correct_books(v, *given, {"amount": 1, "share": None}),
        lambda v: actions.strike_from_books(v, *given),
    ):
        with pytest.raises(Overtaken):
            act(world.viewer("association"))
    answer = browse("association").post(
        reverse("change-noted", args=["allocation", noted.public_id]), {"amount": "4 000 000", "upon": upon}
    )
    page = answer.content.decode()
    assert "Vad den säger nu" in page and "3\xa0000\xa0000" in page and "4 000 000" in page
    assert books(world).allocated == 3_000_000
    with pytest.raises(DatabaseError), transaction.atomic():
        Allocation.objects.create(**raw(world, replaces=noted), year=YEAR, party=world.parties["fk"], amount=1)


def test_where_the_year_has_been_reported_a_change_says_why(world, browse):
    world.measure()
    noted = world.noted("cost")
    reported(world)
    viewer, given = world.viewer("association"), (noted.association_id, "cost", noted.public_id)
    told = {"kind": "measure_cost", "budget": 1, "description": "x"}
    for act in (
        lambda: actions.correct_books(viewer, *given, told),
        lambda: actions.strike_from_books(viewer, *given),
        lambda: world.noted("planned"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.field == "reason"
    with pytest.raises(DatabaseError), transaction.atomic():
        Position.objects.create(**raw(world), year=YEAR, month=1, own_capital=0, liquid_funds=0)
    answer = browse("association").post(
        reverse("change-noted", args=["cost", noted.public_id]), {"description": "x", "budget": "1"}
    )
    assert "är redovisat. Skriv varför" in answer.content.decode()
    assert actions.correct_books(viewer, *given, told, "Fel i fakturan").reason == "Fel i fakturan"
    world.noted("decision")


@pytest.mark.parametrize("kind", KINDS)
def test_direct_sql_changes_and_deletes_nothing(world, kind):
    world.measure()
    decision = world.noted("decision", number="§ 1")
    world.noted(kind, **({"decision": decision} if kind == "goal" else {}))
    table = f"associations_{kind}"
    columns = [field.column for field in KINDS[kind].model._meta.concrete_fields]
    changes = {"reason": "'x'", "is_struck": "NOT is_struck"} | {
        c: f'"{c}" + 1'
        for c in columns
        if c in ("year", "amount", "budget", "number", "month", "target") and kind != "decision"
    }
    for sql in (f"DELETE FROM {table}", *(f'UPDATE {table} SET "{c}" = {to}' for c, to in changes.items())):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert set(KINDS) == set(SAME)


def test_a_version_replaces_one_of_the_same_thing_also_by_direct_sql(world):
    first = world.noted("allocation")
    with pytest.raises(DatabaseError), transaction.atomic():
        Allocation.objects.create(**raw(world, replaces=first), year=YEAR, party=world.parties["kom"], amount=1)
    other = other_officer(world)
    with pytest.raises(DatabaseError), transaction.atomic():
        told = raw(world, replaces=first, association=other)
        Allocation.objects.create(**told, year=YEAR, party=world.parties["fk"], amount=1)


def test_sums_are_those_of_plain_sql(world):
    measure, esf = world.measure(), world.measure(name="Med ESF", has_esf=True)
    world.noted("cost", budget=10, outcome=7)
    world.noted("cost", budget=20, measure=esf, kind="esf_cost", outcome=0)
    gone = world.noted("cost", budget=99)
    actions.strike_from_books(world.viewer("association"), gone.association_id, "cost", gone.public_id)
    kansli = world.noted("cost", measure=None, kind="administration", budget=40)
    given = (kansli.association_id, "cost", kansli.public_id)
    actions.correct_books(
        world.viewer("association"), *given, {"kind": "administration", "budget": 50, "description": "x"}
    )
    world.noted("cost", year=YEAR - 1, budget=1000)
    now = "FROM associations_cost c WHERE NOT c.is_struck AND NOT EXISTS (SELECT 1 FROM associations_cost l WHERE l.replaces_id = c.id)"
    found = books(world)
    assert found.total.budget == whole(f"SELECT SUM(budget) {now} AND year = {YEAR}") == 80
    assert found.total.outcome == whole(f"SELECT SUM(outcome) {now} AND year = {YEAR}") == 7
    assert found.total.without_outcome == whole(f"SELECT COUNT(*) {now} AND year = {YEAR} AND outcome IS NULL") == 1
    assert found.administered.budget == 50 and found.administered.outcome is None
    by_name = {of.measure.name: of for of in found.measures}
    assert (
        by_name["Med ESF"].sums(rules.ESF_COST).outcome == 0 and by_name["Med ESF"].sums(rules.MEASURE_COST).rows == 0
    )
    assert by_name[measure.name].sums().budget == 10


def test_measures_that_ended_before_or_begin_after_are_not_of_the_year(world):
    today = clock.today()
    world.measure(name="Slut", starts_on=date(YEAR - 2, 1, 1), ends_on=date(YEAR - 1, 12, 31))
    world.measure(name="Sen", starts_on=date(YEAR + 1, 1, 1))
    world.measure(name="Hela", starts_on=date(YEAR, 12, 31))
    assert [of.measure.name for of in books(world).measures] == ["Hela"]
    assert {of.measure.name for of in books(world, year=YEAR - 1).measures} == {"Slut"}
    assert today.year == YEAR


@given(st.lists(st.tuples(st.sampled_from(rules.FINANCIERS), st.integers(0, rules.MOST)), max_size=20))
def test_what_each_kind_pays_adds_up(amounts):
    paid = rules.by_kind(amounts, {})
    assert sum(p.amount for p in paid) == sum(amount for _kind, amount in amounts)
    shares = [p.share for p in paid if p.share is not None]
    assert not shares or abs(sum(shares) - 100) <= Decimal("0.2")


def test_the_law_is_dated_data(settings, tmp_path):
    assert dated.statutory_shares(2026) == {"FK": 50, "REG": 25, "KOM": 25} and "2003:1210" in dated.law_of(2026)
    assert dated.statutory_shares(2003) == {} and dated.law_of(2003) == ""
    assert dated.capital_steps(2026) == [], "the staircase's steps are published nowhere: none are made up"


def test_a_staircase_that_the_operator_puts_in_is_compared(world, browse, settings, tmp_path):
    settings.HANDSLAG_HOME = tmp_path
    (tmp_path / "codes").mkdir()
    file = tmp_path / "codes" / "capital_steps.csv"
    head = "valid_from,valid_until,allocated_up_to,percent,is_verified,source\n"
    file.write_text(
        f"{head}2013-01-01,,,10,no,Prov\n2013-01-01,,2000000,20,no,Prov\n2000-01-01,2012-12-31,,90,yes,Förr\n"
    )
    steps = dated.capital_steps(YEAR)
    assert (
        rules.reasonable_capital(2_000_000, steps)[0] == 400_000
        and rules.reasonable_capital(2_000_001, steps)[0] == 200_000
    )
    world.noted("allocation")
    with time_machine.travel(clock.now() + timedelta(days=400)):
        world.noted("position", year=YEAR, month=12, own_capital=450_000)
        page = text(browse("association").get(reverse("association-economy", args=[YEAR])))
    assert (
        "Rimligt eget kapital enligt trappan: 400 000 kr (20 %" in page
        and "50 000 kr över det" in page
        and "inte verifierat" in page
    )
    for wrong in (
        "x",
        f"{head}2013-01-01,,,x,no,y\n",
        f"{head}igår,,,1,no,y\n",
        f"{head}2013-01-01,,,101,no,y\n",
        f"{head}2013-01-01,,y,1,no,y\n",
    ):
        file.write_text(wrong)
        assert any("capital_steps" in refusal for refusal in refusals())


def test_a_month_that_is_not_over_is_a_forecast(world):
    today = clock.today()
    first = world.noted("position", month=12)
    assert queries.is_forecast(first) == (today < date(YEAR, 12, 31)) and (
        books(world).closing is None
    ) == queries.is_forecast(first)
    with time_machine.travel(clock.midnight(date(YEAR + 1, 1, 20))):
        given = (first.association_id, "position", first.public_id)
        actions.correct_books(world.viewer("association"), *given, {"own_capital": 5, "liquid_funds": 6})
        assert books(world).closing.own_capital == 5


def test_month_ends():
    assert [rules.month_end(2024, month).day for month in range(1, 13)] == [
        31,
        29,
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ]
    assert rules.due_on(2025) == date(2026, 3, 31)


def test_the_measure_changes_under_the_books_and_they_stand(world):
    measure = world.measure()
    world.noted("cost")
    from handslag.measures.actions import change_measure

    change_measure(world.viewer("association"), measure.pk, measure.changed_at, described(world, name="Nytt namn"))
    assert books(world).measures[0].measure.name == "Nytt namn"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no walls")
def test_the_database_gives_the_books_to_its_own_officers_alone(world):
    world.measure()
    world.noted("allocation")
    other_officer(world)
    world.noted("allocation", by="other", amount=7)
    seen = {}
    for name in ("association", "other", "fk_lead", "fk_officer", "analyst", "measure"):
        enter_as(world.viewer(name))
        seen[name] = list(Allocation.objects.values_list("amount", flat=True))
        leave()
    assert seen.pop("association") == [2_000_000] and seen.pop("other") == [7] and not any(seen.values())
