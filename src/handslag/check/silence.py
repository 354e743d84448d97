"""Promise 3: what has been silent too long must stand on the ladder, before named people. Own SQL, own calendar."""

from datetime import date, datetime, timedelta

import holidays
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

STALE = timedelta(days=2)
"""A watch that has not gone its round for longer is itself silent; then everything that waits counts from today."""

_ESCALATED = (
    "EXISTS (SELECT 1 FROM watch_escalation e WHERE e.case_id IN {case} AND e.kind = '{kind}' AND e.cleared_on IS NULL "
    "AND (e.is_gap OR EXISTS (SELECT 1 FROM watch_called k WHERE k.escalation_id = e.id)))"
)
_MISSED = "h.state IN ('conditional', 'accepted') AND COALESCE(h.missed_since, h.first_contact_at) < %s"
_HANDOVERS = (
    ("unanswered_handover", "h.state = 'offered' AND h.awaiting_since < %s", "u.party_id"),
    ("unanswered_question", "h.state = 'asked' AND h.awaiting_since < %s", "p.party_id"),
    ("missed_contact", _MISSED, "p.party_id"),
)
_FROM_HANDOVERS = (
    "SELECT {what} FROM handovers_handover h JOIN cases_case c ON c.id = h.case_id "
    "JOIN parties_unit u ON u.id = h.to_unit_id JOIN parties_post p ON p.id = c.holder_id "
    "WHERE {waits} AND {party} IN (SELECT id FROM parties_party WHERE lead_after_days = %s)"
)
_REFERRALS = (("unanswered_referral", "offered", "u.party_id"), ("unanswered_measure_question", "asked", "p.party_id"))
_FROM_REFERRALS = (
    "SELECT {what} FROM referrals_referral f JOIN cases_case c ON c.id = f.case_id "
    "JOIN parties_unit u ON u.id = f.to_unit_id JOIN parties_post p ON p.id = c.holder_id "
    "WHERE f.state = '{state}' AND f.awaiting_since < %s "
    "AND {party} IN (SELECT id FROM parties_party WHERE lead_after_days = %s)"
)
_OF_THE_PERSON = "SELECT o.id FROM cases_case o JOIN persons_person r ON r.id = o.person_id WHERE r.subject = d.subject"
_FROM_CONSENTS = (
    "SELECT {{what}} FROM disclosure_disclosure d JOIN disclosure_consent s ON s.id = d.consent_id "
    "JOIN parties_post w ON w.id = d.recorded_by_id "
    f"JOIN cases_case c ON c.id = (SELECT max(n.id) FROM ({_OF_THE_PERSON}) n) "
    "WHERE d.begins_at IS NULL AND d.ended_at IS NULL AND d.until >= %s AND s.recorded_at < %s "
    "AND {party} IN (SELECT id FROM parties_party WHERE lead_after_days = %s) "
    "AND EXISTS (SELECT 1 FROM cases_case k JOIN parties_post h ON h.id = k.holder_id "
    f"WHERE k.id IN ({_OF_THE_PERSON}) "
    "AND (h.party_id = {party} OR EXISTS (SELECT 1 FROM cases_pastholding b JOIN parties_post f ON f.id = b.holder_id "
    "WHERE b.case_id = k.id AND f.party_id = {party}) OR EXISTS (SELECT 1 FROM handovers_handover v "
    "JOIN parties_unit u ON u.id = v.to_unit_id WHERE v.case_id = k.id "
    "AND v.state IN ('offered', 'asked', 'conditional') AND u.party_id = {party})))"
)
"""Of a party that has to do with the person: it holds, held or is offered a case."""
_CONSENTS = (("consent_to_confirm", "d.from_party_id"), ("consent_unconfirmed", "w.party_id"))
_FROM_RETURNS = (
    "SELECT {what} FROM handovers_handover h JOIN cases_case c ON c.id = h.case_id "
    "JOIN parties_post p ON p.id = c.holder_id WHERE h.state = 'accepted' AND h.answered_at = h.offered_at "
    "AND h.awaiting_since < %s AND p.party_id IN (SELECT id FROM parties_party WHERE lead_after_days = %s)"
)
_FROM_STEPS = (
    "SELECT {what} FROM cases_case c JOIN parties_post p ON p.id = c.holder_id "
    "WHERE c.closed_at IS NULL AND c.joined_to_id IS NULL "
    "AND c.next_step_on <= %s AND p.party_id IN (SELECT id FROM parties_party WHERE lead_after_days = %s) "
    "AND NOT EXISTS (SELECT 1 FROM handovers_handover h "
    f"WHERE h.case_id = c.id AND {_MISSED})"
)
_FROM_NOTHING = (
    "SELECT {what} FROM cases_case c JOIN parties_post p ON p.id = c.holder_id "
    "WHERE c.closed_at IS NULL AND c.joined_to_id IS NULL AND c.livelihood_by_id = p.party_id "
    "AND ((c.livelihood = 'none' AND c.livelihood_since <= %s) OR (c.livelihood <> 'none' AND "
    "c.livelihood_ends_on < %s)) AND p.party_id IN (SELECT id FROM parties_party WHERE lead_after_days = %s) "
    "AND NOT EXISTS (SELECT 1 FROM cases_reopening r WHERE r.case_id = c.id AND r.at >= %s)"
)
_FROM_MEETINGS = (
    "SELECT {what} FROM meetings_meeting m JOIN cases_case c ON c.id = m.case_id "
    "JOIN parties_post p ON p.id = c.holder_id WHERE m.ended_at IS NULL AND m.at < %s "
    "AND p.party_id IN (SELECT id FROM parties_party WHERE lead_after_days = %s)"
)
_FROM_DECISIONS = (
    "SELECT {what} FROM meetings_decision d JOIN meetings_meeting m ON m.id = d.meeting_id "
    "JOIN cases_case c ON c.id = m.case_id JOIN parties_post p ON p.id = d.to_id "
    "WHERE d.done_at IS NULL AND NOT d.became_step AND c.closed_at IS NULL AND d.due_on <= %s "
    "AND p.party_id IN (SELECT id FROM parties_party WHERE lead_after_days = %s)"
)
_LED_BY = (
    "JOIN cases_case c ON c.id = {0}.case_id JOIN parties_post p ON p.id = c.holder_id WHERE {1} "
    "AND p.party_id IN (SELECT id FROM parties_party WHERE lead_after_days = %s)"
)
_FROM_ASSESSMENTS = "SELECT {what} FROM assessments_assessment a " + _LED_BY.format(
    "a", "a.ended_at IS NULL AND a.wanted_by <= %s"
)
_FROM_DISSENT = "SELECT {what} FROM assessments_assessment a " + _LED_BY.format(
    "a",
    "c.closed_at IS NULL AND EXISTS (SELECT 1 FROM assessments_part d WHERE d.assessment_id = a.id AND d.dissents "
    "AND d.settle_by <= %s AND d.number = (SELECT max(l.number) FROM assessments_part l "
    "WHERE l.assessment_id = d.assessment_id AND l.party_id = d.party_id))",
)
_FROM_PLANS = "SELECT {what} FROM plans_plan l " + _LED_BY.format(
    "l",
    "c.closed_at IS NULL AND l.ended_at IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM plans_review r WHERE r.plan_id = l.id AND r.reviewed_on > %s)",
)
_FROM_PLAN_STEPS = (
    "SELECT {what} FROM plans_step s JOIN plans_plan l ON l.id = s.plan_id JOIN cases_case c ON c.id = l.case_id "
    "JOIN parties_post p ON p.id = s.to_id WHERE s.ended_at IS NULL AND NOT s.became_step AND l.ended_at IS NULL "
    "AND c.closed_at IS NULL AND s.due_on <= %s "
    "AND p.party_id IN (SELECT id FROM parties_party WHERE lead_after_days = %s)"
)
HALF_A_YEAR = 185
"""One day more than the longest six months have."""
_AT_PARTY = "p.party_id IN (SELECT id FROM parties_party WHERE lead_after_days = %s)"
_FROM_ILL = (
    "SELECT {{what}} FROM passages_sickleave l JOIN cases_case c ON c.id = l.case_id "
    "JOIN parties_post p ON p.id = c.holder_id WHERE c.closed_at IS NULL AND c.joined_to_id IS NULL "
    "AND l.until IS NULL AND l.degree = 100 AND l.since <= %s AND {examined} EXISTS "
    "(SELECT 1 FROM passages_adaptation a WHERE a.leave_id = l.id) "
    f"AND NOT EXISTS (SELECT 1 FROM passages_discharge d WHERE d.case_id = c.id AND d.result = '') AND {_AT_PARTY}"
)
_ILL = (("to_examine", "NOT", timedelta(days=14)), ("to_leave", "", timedelta(days=30)))
"""Wholly ill participants: from their 15th day adaptation is to be examined, from their 31st they leave."""
_FROM_ENDING = (
    "SELECT {what} FROM cases_case c JOIN parties_post p ON p.id = c.holder_id "
    "WHERE c.closed_at IS NULL AND c.joined_to_id IS NULL AND c.livelihood_by_id = p.party_id AND c.livelihood IN "
    "('sickness_benefit', 'rehabilitation_allowance', 'sickness_compensation', 'activity_compensation') "
    "AND c.livelihood_ends_on <= %s AND c.livelihood_ends_on >= %s "
    "AND NOT EXISTS (SELECT 1 FROM passages_passage s WHERE s.case_id = c.id) "
    "AND NOT EXISTS (SELECT 1 FROM passages_jobnote j WHERE j.case_id = c.id AND j.has_job) "
    "AND NOT EXISTS (SELECT 1 FROM meetings_meeting m WHERE m.case_id = c.id AND m.kind = 'transition_meeting' "
    f"AND m.reason = '') AND {_AT_PARTY}"
)
"""Benefits that end within 60 days of which nothing was noted: no offer, no job to go back to, no meeting."""
_SILENT_WITHIN = timedelta(days=60)
UNEXPLAINED = (
    "SELECT c.reference FROM handovers_handover h JOIN cases_case c ON c.id = h.case_id "
    "WHERE h.state IN ('declined', 'withdrawn') AND NOT EXISTS (SELECT 1 FROM handovers_message m "
    "WHERE m.handover_id = h.id AND m.verb IN ('decline', 'withdraw'))"
)
"""Handovers that ended with nobody having ended them."""


def _deadline(on: date, days: int) -> date:
    """The latest day from which `days` Swedish working days have passed on `on`."""
    closed = holidays.country_holidays("SE", years=(on.year - 1, on.year), categories=("public", "de_facto"))
    worked = (on - timedelta(days=n) for n in range(365))
    latest_first = [day for day in worked if day.weekday() < 5 and day not in closed]
    return latest_first[days - 1] - timedelta(days=1)


def _looked_on(cursor, today: date) -> date:
    cursor.execute('SELECT on_day, at FROM (SELECT "on" AS on_day, at, id FROM watch_round) r ORDER BY id DESC LIMIT 1')
    row = cursor.fetchone()
    if not row:
        return today
    on, at = (datetime.fromisoformat(str(value)) for value in row)
    at = at if timezone.is_aware(at) else timezone.make_aware(at, timezone.get_default_timezone())
    return on.date() if timezone.now() - at < STALE else today


def _instant(connection: BaseDatabaseWrapper, day: date):
    midnight = timezone.make_aware(datetime.combine(day, datetime.min.time()))
    return connection.ops.adapt_datetimefield_value(midnight)


def _queries(connection: BaseDatabaseWrapper, on: date, lead_days: int):
    deadline = _deadline(on, lead_days)
    waited = _instant(connection, deadline + timedelta(days=1))
    missed = _instant(connection, on)
    for kind, waits, party_column in _HANDOVERS:
        yield kind, _FROM_HANDOVERS.format(what="{what}", waits=waits, party=party_column), [waited, lead_days]
    for kind, state, party in _REFERRALS:
        yield kind, _FROM_REFERRALS.format(what="{what}", state=state, party=party), [waited, lead_days]
    yield "came_back", _FROM_RETURNS, [missed, lead_days]
    for kind, party in _CONSENTS:
        today = connection.ops.adapt_datefield_value(on)
        yield kind, _FROM_CONSENTS.format(party=party), [today, waited, lead_days]
    yield "unrecorded_meeting", _FROM_MEETINGS, [waited, lead_days]
    step = connection.ops.adapt_datefield_value(deadline)
    yield "overdue_decision", _FROM_DECISIONS, [step, lead_days]
    yield "late_assessment", _FROM_ASSESSMENTS, [step, lead_days]
    yield "unsettled_dissent", _FROM_DISSENT, [step, lead_days]
    half_a_year = connection.ops.adapt_datefield_value(deadline - timedelta(days=HALF_A_YEAR))
    yield "unreviewed_plan", _FROM_PLANS, [half_a_year, lead_days]
    yield "overdue_plan_step", _FROM_PLAN_STEPS, [step, lead_days]
    for kind, examined, after in _ILL:
        begun = connection.ops.adapt_datefield_value(deadline - after)
        yield kind, _FROM_ILL.format(examined=examined), [begun, lead_days]
    ends = [connection.ops.adapt_datefield_value(day) for day in (deadline + _SILENT_WITHIN, on)]
    yield "no_transition", _FROM_ENDING, [*ends, lead_days]
    yield "overdue_step", _FROM_STEPS, [step, lead_days, missed]
    yield "no_livelihood", _FROM_NOTHING, [step, step, lead_days, waited]


def silent(connection: BaseDatabaseWrapper, today: date, first: int) -> tuple[int, int, list[str]]:
    """(how much has waited long enough to climb, how much of it has not, the first offenders' references)."""
    checked = broken = 0
    offenders: list[str] = []
    with connection.cursor() as cursor:
        on = _looked_on(cursor, today)
        cursor.execute("SELECT DISTINCT lead_after_days FROM parties_party")
        for (lead_days,) in cursor.fetchall():
            for kind, query, values in _queries(connection, on, lead_days):
                cursor.execute(query.format(what="count(*)"), values)
                checked += cursor.fetchone()[0]
                escalated = _ESCALATED.format(case=f"({_OF_THE_PERSON})" if "consent" in kind else "(c.id)", kind=kind)
                cursor.execute(f"{query.format(what='c.reference')} AND NOT {escalated}", values)
                found = [reference for (reference,) in cursor.fetchall()]
                broken += len(found)
                offenders += found[: first - len(offenders)]
        cursor.execute(UNEXPLAINED)
        found = [reference for (reference,) in cursor.fetchall()]
        return checked, broken + len(found), (offenders + found)[:first]
