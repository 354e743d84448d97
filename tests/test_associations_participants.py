"""Participants as counts alone: counted once, protected, attacked, and the same on whatever day they are looked at."""

import csv
import io
import json
from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from handslag.associations import actions, counting, rules, writing
from handslag.associations.counting import Participant, protected
from handslag.associations.models import Figures, Report
from handslag.associations.queries import books_of
from handslag.foundation import clock
from handslag.foundation.errors import Refused
from handslag.journal.models import Entry
from handslag.measures.models import Measure
from handslag.participations import actions as participations
from handslag.participations.anonymous import note_anonymous
from handslag.participations.models import Participation
from handslag.parties.models import Association
from handslag.persons import rules as persons
from handslag.persons.models import Person
from handslag.referrals import line
from handslag.referrals.actions import withdraw_referral
from handslag.referrals.models import Message
from handslag.statistics.safety.auditing import audit
from handslag.statistics.safety.tables import Table
from tests.worlds import numbers

YEAR = clock.today().year - 1
GROUPS = ("long_term_sick", "newly_arrived", "mental_ill_health")
PEOPLE = st.lists(
    st.builds(Participant, st.sampled_from(["a", "b", "c"]), st.sampled_from(rules.SEXES), st.sampled_from(GROUPS)), max_size=60
)  # fmt: skip


def plain(everybody, name: str, code: str, sex: str) -> int:
    return sum((code in (rules.TOTAL, getattr(one, name))) and sex in (rules.TOTAL, one.sex) for one in everybody)


@settings(max_examples=40, deadline=None)
@given(PEOPLE)
def test_what_is_shown_is_the_count_and_what_is_small_is_never_shown_nor_worked_out(everybody):
    groups = sorted({one.target_group for one in everybody})
    shown = protected(["a", "b", "c"], groups, everybody)
    truth = []
    for table in shown:
        counts = {cell: plain(everybody, table.name, *cell) for cell in table.counts}
        truth.append(Table(table.name, table.dimensions, counts))
        for cell, number in table.counts.items():
            assert number in (None, counts[cell])
            assert number is None or number == 0 or number >= rules.THRESHOLD, cell
    assert audit(shown, truth, rules.TOTAL, (), rules.THRESHOLD) == []


def test_where_nothing_protects_all_is_hidden():
    (measures, _groups) = protected(["a"], ["x"], [Participant("a", "woman", "x")])
    assert measures.counts["a", "woman"] is None and measures.counts["a", rules.TOTAL] is None


def takes_part(world, measure, sex: str, group: str, numbers: dict) -> Participation:
    """Somebody who takes part since the first of March of last year."""
    referral = world.refer(world.case(identity_number=next(numbers[sex])), measure)
    line.accept_referral(world.viewer("measure"), referral.pk, clock.today())
    about = participations.Before(date(YEAR, 3, 1), group)
    return participations.start_participation(world.viewer("measure"), referral.pk, about)


def by_sex() -> dict:
    """Identity numbers that no other case of a test has."""
    return {one: iter([n for n in numbers()[500:] if persons.sex(n) == one]) for one in rules.SEXES}


OF_THE_YEAR = """
SELECT m.name, x.sex, p.target_group, x.subject FROM participations_participation p
JOIN referrals_referral r ON r.id = p.referral_id JOIN measures_measure m ON m.id = r.measure_id
JOIN cases_case c ON c.id = r.case_id JOIN persons_person x ON x.id = c.person_id
WHERE p.started_on <= %s AND (p.ended_on IS NULL OR p.ended_on >= %s) AND p.end_reason <> 'mis_registered'
AND m.association_id = %s
GROUP BY m.name, x.sex, p.target_group, x.subject
UNION ALL SELECT m.name, a.sex, 'no_specific', 'anonymous ' || a.id FROM participations_anonymous a
JOIN measures_measure m ON m.id = a.measure_id WHERE a.start_year = %s AND m.association_id = %s
"""


def plain_sql(association: Association, year: int) -> Counter:
    """Who took part in an association's measures in a year: how many by measure's name, sex and target group."""
    with connection.cursor() as cursor:
        given = (date(year, 12, 31), date(year, 1, 1), association.pk, year, association.pk)
        cursor.execute(OF_THE_YEAR, given)
        return Counter(row[:3] for row in cursor.fetchall())


@pytest.fixture
def kept(world):
    """Measures in which people really took part last year, in one of them 3 and 1; and one of another association."""
    given = {"starts_on": date(YEAR - 1, 1, 1), "places": 60}
    large, small, more = (world.staffed(name=name, **given) for name in ("Stor", "Liten", "Till"))
    other = Association.objects.create(name="Ett annat")
    other.members.set(world.parties.values())
    world.hire("other", "association_officer", association=other)
    carried = {"owner": world.parties["kom"], "parties": (world.parties["kom"], world.parties["fk"])}
    theirs = world.measure(world.viewer("other"), association="Ett annat", **carried, **given)
    of, staff, unit = by_sex(), world.viewer("measure"), world.units["kom"].pk
    there = [
        takes_part(world, measure, sex, group, of)
        for measure, sex, group, number in (
            (large, "woman", "long_term_sick", 9), (large, "man", "newly_arrived", 7), (small, "woman", "long_term_sick", 3),
            (small, "man", "newly_arrived", 1), (theirs, "woman", "newly_arrived", 2),
            *((more, sex, "mental_ill_health", 6) for sex in rules.SEXES),
        )
        for _ in range(number)
    ]  # fmt: skip
    for year in (YEAR - 1, YEAR, YEAR, YEAR + 1):
        note_anonymous(staff, unit, large.pk, "woman", year)
    wrong = takes_part(world, large, "man", "newly_arrived", of)
    participations.mis_register(staff, wrong.pk)
    again = Participation.objects.select_related("referral__case").get(pk=there[0].pk)
    over = participations.After(date(YEAR, 6, 1), "completed", "work", "wage", "work_subsidised", "Jobb.")
    participations.end_participation(staff, again.pk, over)
    referral = world.refer(again.referral.case, large)  # (again in the same measure)
    line.accept_referral(staff, referral.pk, clock.today())
    participations.start_participation(staff, referral.pk, participations.Before(date(YEAR, 9, 1), "long_term_sick"))
    return world, Association.objects.get(name="Förbundet"), of


def test_the_participants_of_a_year_are_those_of_plain_sql_counted_once_and_as_they_were_shown(kept, browse):
    world, association, of = kept
    officer, url = browse("association"), reverse("association-year", args=[YEAR])
    assert "räknas en gång" in officer.get(url).content.decode() and not Figures.objects.exists(), (
        "looking counts nobody"
    )
    truth = plain_sql(association, YEAR)
    assert sum(truth.values()) == 9 + 7 + 3 + 1 + 12 + 2
    report = actions.make_report(world.viewer("association"), association.pk, YEAR)
    assert Entry.objects.filter(verb="participants_counted").count() == 1
    before = officer.get(url).content
    shown = books_of(world.viewer("association"), YEAR).figures
    names = {str(one.public_id): one.name for one in Measure.objects.all()}
    seen = 0
    for place, table in ((0, shown["measure"]), (2, shown["target_group"])):
        for (code, sex), number in table.items():
            counted = sum(n for key, n in truth.items() if names.get(code, code) in (rules.TOTAL, key[place]) and sex in (rules.TOTAL, key[1]))  # fmt: skip
            assert number in (None, counted) and (number is None or number == 0 or number >= rules.THRESHOLD)
            seen += bool(number)
    assert seen > 4, "something is shown"
    takes_part(world, Measure.objects.get(name="Stor"), "man", "newly_arrived", of)
    world.noted("decision", on=date(YEAR, 5, 5))
    world.noted("allocation", year=YEAR, reason="Kom sent")
    again = actions.make_report(world.viewer("association"), association.pk, YEAR)
    for name in ("measures", "target_groups", "is_counted"):
        assert json.loads(again.content)[name] == json.loads(report.content)[name]
    assert Figures.objects.count() == 1 and plain_sql(association, YEAR) != truth
    tables = officer.get(url).content.decode().split("<table")[1:]
    assert tables == before.decode().split("<table")[1:]


@pytest.mark.parametrize(("year", "nameless"), [(YEAR - 1, 1), (YEAR, 2), (YEAR + 1, 1)])
def test_who_has_no_name_counts_in_the_year_of_the_start_alone(kept, year, nameless):
    _world, association, _of = kept
    counted = Counter((one.sex, one.target_group) for one in counting.participants(association, year))
    truth = plain_sql(association, year)
    assert counted["woman", "no_specific"] == truth["Stor", "woman", "no_specific"] == nameless
    assert sum(counted.values()) == sum(truth.values())


def test_no_page_and_no_file_tells_of_a_person_or_of_a_small_count(kept, browse):
    world, association, _of = kept
    report = actions.make_report(world.viewer("association"), association.pk, YEAR)
    officer = browse("association")
    pages = [reverse(name, args=[YEAR]) for name in ("association-year", "association-report", "association-economy")]
    files = [reverse("fetch-report", args=[report.public_id, ending]) for ending in ("csv", "xlsx")]
    everything = b"".join(officer.get(url).content for url in (*pages, *files)) + Figures.objects.get().content.encode()
    told = [
        *Person.objects.values_list("subject", flat=True),
        *Participation.objects.values_list("public_id", flat=True),
    ]
    assert told and not any(str(one).encode() in everything for one in told)
    page = officer.get(pages[0]).content.decode()
    shown = books_of(world.viewer("association"), YEAR).figures["measure"]
    by_id = {code for code, _sex in shown} - {rules.TOTAL}
    assert any(shown[code, rules.TOTAL] for code in by_id), "something is shown"
    for code in by_id:
        women, men = (".." if shown[code, sex] is None else shown[code, sex] for sex in rules.SEXES)
        assert f"{women} kvinnor, {men} män" in page
    assert ".. kvinnor, .. män" in page and "Deltagare per målgrupp" in page
    rows = {row["name"] or row["target_groups"]: row for row in csv.DictReader(io.StringIO(writing.as_csv(report)))}
    assert rows["Liten"]["women"] == rows["Liten"]["men"] == ".."
    book = load_workbook(io.BytesIO(writing.as_workbook(report)))
    told = {row[0]: row[-3:] for row in book["Insatser"].iter_rows(values_only=True)}
    assert told["Insats"] == ("Kvinnor", "Män", "Deltagare") and told["Liten"][0] == ".."
    groups = {row[0] for row in book["Målgrupper"].iter_rows(values_only=True)}
    assert groups == {"Målgrupp", "Långtidssjukskriven", "Psykisk ohälsa", "Nyanländ", "Ingen särskild grupp"}


def test_a_counted_goal_is_told_by_what_is_shown(kept, browse):
    world, association, *_rest = kept
    decision = world.noted("decision", on=date(YEAR, 1, 5))
    with pytest.raises(Refused):
        world.noted("goal", year=YEAR, decision=decision, indicator="participants", result=3)
    world.noted("goal", year=YEAR, decision=decision, indicator="participants", target=20, measure=None)
    report = actions.make_report(world.viewer("association"), association.pk, YEAR)
    books = books_of(world.viewer("association"), YEAR)
    assert json.loads(report.content)["goals"][0]["result"] == books.participants()[rules.TOTAL]
    assert browse("association").get(reverse("association-board", args=[YEAR])).status_code == 200


def test_where_nobody_counts_participants_the_report_says_so(world, monkeypatch):
    monkeypatch.setattr(counting, "source", lambda: None)
    world.measure(starts_on=date(YEAR, 1, 1))
    association = Association.objects.get(name="Förbundet")
    report = actions.make_report(world.viewer("association"), association.pk, YEAR)
    assert not Figures.objects.exists() and json.loads(report.content)["is_counted"] is False
    (row,) = [row for row in csv.DictReader(io.StringIO(writing.as_csv(report))) if row["record"] == "measure"]
    assert row["women"] == row["participants"] == ""


def test_the_database_keeps_figures_as_they_are(kept):
    world, association, *_rest = kept
    actions.make_report(world.viewer("association"), association.pk, YEAR)
    for sql in ("UPDATE associations_figures SET content = '{}'", "DELETE FROM associations_figures"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    with pytest.raises(DatabaseError), transaction.atomic():
        Figures.objects.create(association=association, year=YEAR, content="{}", made_at=clock.now())
    assert Report.objects.count() == 1


def test_who_waits_is_told_in_bands_of_a_month_that_is_over_and_the_same_on_any_day(world, browse):
    measure = world.staffed()
    this_month = clock.today().replace(day=1)
    staff = world.viewer("measure")
    with time_machine.travel(clock.midnight(this_month) - timedelta(days=5), tick=False):
        waiting = [world.refer(world.case(), measure) for _ in range(6)]
        for referral in waiting:
            line.put_on_list(staff, referral.pk, line.Waits("no_place"))
        withdraw_referral(world.viewer("fk_a"), waiting[0].pk)
    association, at = Association.objects.get(name="Förbundet"), clock.midnight(this_month)
    waited = Message.objects.filter(verb="wait", at__lt=at).values_list("referral_id", flat=True)
    gone = Message.objects.filter(verb__in=("withdraw", "decline", "take_place"), at__lt=at).values_list(
        "referral_id", flat=True
    )
    assert len(set(waited) - set(gone)) == 5
    assert counting.waiting_at(association, at) == {measure.pk: "5–9"}
    page = browse("association").get(reverse("association")).content.decode()
    assert "5–9" in page
    withdraw_referral(world.viewer("fk_a"), waiting[1].pk)
    assert counting.waiting_at(association, at) == {measure.pk: "5–9"}


@pytest.mark.parametrize(("number", "told"), [(0, "0"), (1, "1–4"), (4, "1–4"), (5, "5–9"), (12, "10–14")])
def test_bands(number, told):
    assert rules.band(number) == told


def test_who_sees_counts_alone_does_not_see_from_day_to_day_that_a_place_was_taken(world, browse):
    measure = world.staffed(places=1)
    urls = (
        reverse("measures"),
        reverse("measure", args=[measure.public_id]),
        reverse("measures") + "?has_free_places=on",
    )
    before = {
        name: [browse(name).get(url).content.decode().count("ledig") for url in urls]
        for name in ("association", "analyst")
    }
    referral = world.refer(world.case(), measure)
    line.accept_referral(world.viewer("measure"), referral.pk, clock.today())
    for name, told in before.items():
        pages = [browse(name).get(url).content.decode() for url in urls]
        assert [page.count("ledig") for page in pages] == told == [0, 0, 0] and all(
            "Gröna steget" in page for page in pages
        )
    assert "0 av 1" in browse("fk_a").get(urls[0]).content.decode()
