"""Days and instants: what may be chosen, by whom, and what the database can hold at all."""

from datetime import date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.foundation import clock
from handslag.foundation.dates import Day, Instant
from handslag.foundation.errors import Refused
from handslag.foundation.spans import EARLIEST, LATEST, Span
from handslag.handovers import actions as handovers
from handslag.handovers import contact
from handslag.intake.actions import import_cases
from handslag.parties.actions import register_absence
from tests.test_intake import good_row, write_csv
from tests.worlds import contact_in

DATED = [
    field
    for app in apps.get_app_configs()
    if app.name.startswith("handslag.")
    for model in app.get_models()
    for field in model._meta.local_concrete_fields
    if isinstance(field, models.DateField)
]
ABSURD = ["0001-01-01", "1900-01-01", "1989-12-31", "2100-01-01", "9999-12-31"]
NO_DATES = ["2026-02-31", "2026-13-01", "zz", "99991231"]


@given(
    st.builds(Span, *(st.integers(0, 40_000),) * 3),
    st.dates(EARLIEST, LATEST),
    st.dates(),
    st.booleans(),
)
def test_a_span_holds_what_lies_between_its_ends(span, today, day, leads):
    assert span.holds(day, today, leads=leads) == (span.first(today) <= day <= span.last(today, leads=leads))
    assert span.first(today) >= EARLIEST and span.last(today, leads=leads) <= LATEST
    if span.holds(day, today, leads=leads):
        assert -span.before <= (day - today).days <= (span.after if leads else span.far)


@pytest.mark.parametrize("field", DATED, ids=lambda field: f"{field.model._meta.label}.{field.name}")
def test_every_column_of_days_is_held_to_its_years(field):
    assert isinstance(field, Day | Instant), "use foundation/dates.py"


def _refused(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            return False
    except DatabaseError:
        return True


@pytest.mark.parametrize("day", [*ABSURD, *NO_DATES])
def test_direct_sql_writes_no_absurd_day(world, day):
    handover = world.offer(world.case())
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(3))
    register_absence(world.viewer("fk_lead"), world.posts["fk_b"], clock.today(), None, None)
    written = {Day: day, Instant: f"{day} 10:00:00"}
    tried = 0
    for field in DATED:
        if field.model.objects.exists():
            table, kind = field.model._meta.db_table, type(field)
            assert _refused(f"UPDATE {table} SET \"{field.column}\" = '{written[kind]}'"), field
            tried += 1
    assert tried > 20


SQL = {
    "a first contact of 1990": "UPDATE handovers_handover SET first_contact_at = '1990-01-02 10:00:00'",
    "a first contact before the answer": "UPDATE handovers_handover SET first_contact_at = answered_at",
    "an answer before the offer": "UPDATE handovers_handover SET state = 'withdrawn', answered_at = '2001-01-01 10:00'",
    "a contact held before its time": "UPDATE handovers_handover SET state = 'completed', contact_result = 'held'",
    "nothing to live on, in full": "UPDATE cases_case SET livelihood = 'none', livelihood_degree = 100",
    "a livelihood that ends before": "UPDATE cases_case SET livelihood_ends_on = '1999-01-01'",
    "closed in 9999": "UPDATE cases_case SET closed_at = '9999-01-01 10:00:00', outcome = 'work', "
    "next_responsible = 'x' WHERE joined_to_id IS NULL",
}


@pytest.mark.parametrize("tampering", SQL)
def test_direct_sql_puts_no_day_before_what_it_follows(world, tampering):
    case = world.case()
    handover = world.offer(case)
    assert connection.vendor == "postgresql" or _refused("UPDATE cases_case SET next_step_on = '2026-1-1'")
    if "answer before" not in tampering and "9999" not in tampering:
        handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(3))
    if "9999" in tampering:
        handovers.withdraw_handover(world.viewer("fk_a"), handover.pk)
    assert _refused(SQL[tampering])


def _far(days: int) -> datetime:
    return timezone.now() + timedelta(days=days)


@pytest.mark.parametrize(
    ("field", "far", "act"),
    [
        ("next_step_on", 181, lambda v, w, c, day, at: cases.take_next_step(v, c.pk, "Ring", day)),
        ("until", 181, lambda v, w, c, day, at: cases.suspend(v, c.pk, day, "treatment")),
        ("livelihood_ends_on", 5 * 365 + 1,
         lambda v, w, c, day, at: cases.change_livelihood(v, c.pk, "wage", None, clock.today(), day)),
        ("proposed_contact_at", 91, lambda v, w, c, day, at: w.offer(c, by=v, proposed_contact_at=at)),
        ("needed_by", 366, lambda v, w, c, day, at: w.offer(c, by=v, needed_by=day)),
        ("until_on", 366, lambda v, w, c, day, at: register_absence(v, w.posts["fk_a"], clock.today(), day, None)),
    ],
)  # fmt: skip
def test_a_far_day_is_for_the_team_lead_and_an_absurd_one_for_nobody(world, field, far, act):
    case = world.case()
    with pytest.raises(Refused, match="enhetschef") as refused:
        act(world.viewer("fk_a"), world, case, clock.today() + timedelta(days=far), _far(far))
    assert refused.value.field == field
    for who in ("fk_a", "fk_lead"):
        with pytest.raises(Refused, match="från") as refused:
            act(world.viewer(who), world, case, date(2099, 1, 1), _far(26_000))
        assert refused.value.field == field
    act(world.viewer("fk_lead"), world, case, clock.today() + timedelta(days=far), _far(far))


def test_a_far_first_contact_is_for_the_receivers_lead(world):
    case = world.case()
    handover = world.offer(case)
    with pytest.raises(Refused, match="enhetschef"):
        handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(91))
    handovers.accept_handover(world.viewer("af_lead"), handover.pk, contact_in(91), world.posts["af_a"])
    with pytest.raises(Refused, match="från"):
        contact.rebook_contact(world.viewer("af_lead"), handover.pk, contact_in(366))


@pytest.mark.parametrize("day", ABSURD)
def test_no_page_takes_an_absurd_day(world, browse, day):
    case, client = world.case(), browse("fk_a")
    before = Case.objects.values().get(pk=case.pk)
    forms = {
        "next-step": {"was_done": "yes", "next_step": "Ring", "next_step_on": day, "next_step_by": case.holder.public_id},
        "livelihood": {"livelihood": "wage", "livelihood_since": day, "livelihood_ends_on": day},
        "pause": {"reason": "treatment", "until": day},
        "offer": {"receiver": world.units["af"].public_id, "reason": "moved", "needed_by": day,
                  "proposed_contact_at": f"{day}T10:00"},
    }  # fmt: skip
    for name, fields in forms.items():
        page = client.post(reverse(name, args=[case.public_id]), fields)
        assert page.status_code == 200 and "Detta behöver rättas" in page.content.decode(), name
    assert Case.objects.values().get(pk=case.pk) == before


@pytest.mark.parametrize("day", ABSURD)
@pytest.mark.parametrize("zone", ["", "+14:00", "-12:00"])
def test_the_api_takes_no_absurd_day(world, day, zone):
    case = world.case()
    client = Client(headers={"Authorization": f"Bearer {world.token('fk')}"})
    offer = {"acting_as": "fk_a@test.example", "case_id": str(case.public_id), "to_party": "AF", "to_unit": "E-af",
             "reason": "moved", "needed_by": day, "proposed_contact_at": f"{day}T23:59:59{zone}"}  # fmt: skip
    answer = client.post("/api/v1/handovers", offer, content_type="application/json")
    assert answer.status_code == 422, answer.content


@pytest.mark.parametrize("day", ABSURD)
@pytest.mark.parametrize("column", ["opened_on", "livelihood_ends_on", "next_step_on"])
def test_the_import_takes_no_absurd_day(world, tmp_path, column, day):
    path = write_csv(tmp_path / "cases.csv", [good_row(world, 1, **{column: day})])
    outcome = import_cases(world.viewer("fk_lead"), path)
    assert column in {problem.column for problem in outcome.problems} and not Case.objects.exists()


def test_nothing_has_no_degree(world, tmp_path):
    case = world.case()
    with pytest.raises(Refused) as refused:
        cases.change_livelihood(world.viewer("fk_a"), case.pk, "none", 100, clock.today(), None)
    assert refused.value.field == "livelihood_degree"
    path = write_csv(tmp_path / "cases.csv", [good_row(world, 1, livelihood="none", livelihood_degree="100")])
    assert [p.column for p in import_cases(world.viewer("fk_lead"), path).problems] == ["livelihood_degree"]
