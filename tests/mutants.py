"""`make mutants`: breaks the code on purpose, one place at a time, in a copy, and sees a test fail each time.

A mutant that survives is a promise that no test holds. Those of PostgreSQL are tried where HANDSLAG_TEST_DATABASE names one.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
GUARDS, STATEFUL, HANDOVERS = "tests/test_guards.py", "tests/test_promises_stateful.py", "tests/test_handovers.py"
CASES, WATCH, CHECK = "tests/test_cases.py", "tests/test_watch.py", "tests/test_check.py"
CONTROL = "tests/test_disclosure_control.py"
DEFS, REPORTS, RELEASES = "tests/test_definitions.py", "tests/test_reports.py", "tests/test_releases.py"
LAWFUL, JOURNAL, SHARING, PERSON, SIGNING, SURFACE = (
    f"tests/test_{n}.py" for n in ("lawful", "journal", "sharing", "person_rights", "signing_in", "surface")
)
KNOWING = "tests/test_knowing.py"
CONFIRMING = "tests/test_confirming.py"
DATES = "tests/test_dates.py"
SERVING = "tests/test_serving.py"
PREPARED = "tests/test_prepared.py"
ORDER, REOPENING = "tests/test_order.py", "tests/test_reopening.py"
CONCEALING = "tests/test_concealing.py"
DATES, WRITTEN = "tests/test_dates.py", "tests/test_written_down.py"
LOCAL = "tests/test_local_accounts.py"
ROLE = "tests/test_application_role.py"
MICRODATA = "tests/test_microdata_written.py"
WALL = "tests/test_lawful.py::test_a_list_that_forgets_its_filter_finds_keys_and_shows_no_row"
OPENED = "tests/test_check.py::test_a_wall_that_was_opened_is_seen_and_nothing_starts"
ON_POSTGRESQL = (ROLE, WALL, OPENED)
SEARCHING = "tests/test_searching.py"
RIGHTS, PAGES, INTAKE, CLI, API = (f"tests/test_{n}.py" for n in ("rights", "pages", "intake", "cli", "api"))

MEETINGS, MET, MAIL, PASSAGES = (f"tests/test_{n}.py" for n in ("meetings", "meetings_stateful", "mail", "passages"))

ASSESSED, ASSESSING, PLANS, DRAFTS = (
    f"tests/test_{n}.py" for n in ("assessments", "assessments_stateful", "plans", "drafts")
)

MUTANTS = [
    # what breaks, file, the code, what it becomes, the tests that must notice
    ("a signed part changes", "assessments/guards.py", '*("own_words", "goal", "livelihood"', '*("goal", "livelihood"', ASSESSED),
    ("an assessment ends with nothing to do", "assessments/guards.py", 'NEW.reason NOT IN {UNFINISHED} AND {_NO_PLAN}', '1=0 AND {_NO_PLAN}', ASSESSED),
    ("an assessment ends unsigned, by the database", "assessments/guards.py", "AND NEW.outcome <> '' AND", "AND 1=0 AND", ASSESSED),
    ("an assessment ends unsigned", "assessments/actions.py", "        _require_signed(assessment, case)\n", "", ASSESSED),
    ("versions are left out", "assessments/guards.py", 'f"NEW.number <> 1 + (SELECT', 'f"1=0 AND NEW.number <> 1 + (SELECT', ASSESSED),
    ("anybody signs a part", "assessments/guards.py", 'f"NOT ({_ASKED}) OR NOT EXISTS', 'f"1=0 AND NOT EXISTS', ASSESSED),
    ("who wrote upon an older version overwrites", "assessments/actions.py", "if upon != (before.number if before else 0):", "if False:", ASSESSED),
    ("a part without the person's words", "assessments/signing.py", "and not content.no_words_reason:", "and False:", ASSESSED),
    ("dissent without a day", "assessments/signing.py", "    if content.settle_by is None:", "    if False:", ASSESSED),
    ("89 days between are too many", "assessments/rules.py", ">= JOINED_WITHIN:", ">= JOINED_WITHIN - 1:", ASSESSED),
    ("90 days between are few", "assessments/rules.py", ">= JOINED_WITHIN:", "> JOINED_WITHIN:", ASSESSED),
    ("a day is counted twice", "assessments/rules.py", "spell.since <= found[-1][1] + timedelta(days=1)", "False", ASSESSED),
    ("measures make no state", "assessments/queries.py", "found |= {rules.ENDED, *_measures(self.steps, clock.today())}", "found |= {rules.ENDED}", ASSESSING),
    ("parts are shown to all who are called", "assessments/pages/showing.py", "getattr(part, name)) if visible.sees(name, part) else None", "getattr(part, name))", ASSESSING),
    ("late assessments are silent", "assessments/waits.py", "        yield Wait(LATE", "        Wait(LATE", ASSESSED),
    ("dissent is silent", "assessments/waits.py", "            yield Wait(DISSENT", "            Wait(DISSENT", ASSESSED),
    ("settled dissent climbs", "assessments/waits.py", "        ~Exists(later),\n", "", ASSESSED),
    ("who takes part cannot confirm", "sharing/answering.py", "        yield TAKES_PART,", "        (TAKES_PART,", ASSESSING),
    ("a plan is told without a basis", "plans/actions.py", "if not covers(case.person.subject, case.holder.party.pk, to.unit, PLAN):", "if False:", PLANS),
    ("a plan is rewritten", "plans/guards.py", 'words_only_removed(REVIEW, "goal", ', "words_only_removed(REVIEW, ", PLANS),
    ("plans are reviewed too late", "plans/rules.py", "REVIEW_MONTHS = 6", "REVIEW_MONTHS = 7", PLANS),
    ("unreviewed plans are silent", "plans/waits.py", "        yield Wait(UNREVIEWED", "        Wait(UNREVIEWED", PLANS),
    ("overdue steps of plans are silent", "plans/waits.py", "        yield Wait(OVERDUE", "        Wait(OVERDUE", PLANS),
    ("a due step takes the place of another", "plans/rules.py", "if found and next_step_on > on else None", "if found else None", PLANS),
    ("what gives way is lost", "plans/actions.py", "    Step.objects.create(\n        plan=plan,\n        text=case.next_step,", "    Step(\n        plan=plan,\n        text=case.next_step,", PLANS),
    ("a case at rest is woken", "plans/actions.py", "or case.suspended_until:", "or False:", PLANS),
    ("missing items are not named", "plans/rules.py", "    if any(step.measure for step in steps):", "    if True:", PLANS),
    ("an older window overwrites", "drafts/rules.py", "return known != stored", "return False", DRAFTS),
    ("drafts are seen by all", "drafts/queries.py", "form=form, post__party_id__in=viewer.own_party_ids)", "form=form)", DRAFTS),
    ("drafts are kept for ever", "drafts/actions.py", "return old.delete()[0]", "return old.count()", DRAFTS),
    ("drafts stay when they are signed", "assessments/actions.py", "    drop(actor, case, form_of(assessment))\n", "", ASSESSED),
    ("a held meeting changes", "meetings/guards.py", 'when="OLD.ended_at IS NOT NULL",\n        name="ending_stands"', 'when="1=0",\n        name="ending_stands"', MEETINGS),
    ("a meeting of a closed case", "meetings/guards.py", "NEW.ended_at IS NOT NULL OR NOT EXISTS", "NEW.ended_at IS NOT NULL AND NOT EXISTS", MEETINGS),
    ("closing over a meeting", "meetings/guards.py", "OLD.closed_at IS NULL AND NEW", "1=0 AND NEW", MEETINGS),
    ("guests after the meeting", "meetings/guards.py", "f\"NOT {_BOOKED.format('NEW')}\",", '"1=0",', MEETINGS),
    ("held before its time", "meetings/actions.py", "if meeting.at > clock.now():", "if False:", MEETINGS),
    ("held with nobody", "meetings/actions.py", "    if not there:\n", "    if False:\n", MEETINGS),
    ("held without the person", "meetings/actions.py", "meeting.kind in rules.WITH_PERSON and", "False and", MEETINGS),
    ("held with nobody, by SQL", "meetings/guards.py", "OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND NEW.reason", "1=0 AND NEW.reason", MEETINGS),
    ("held without the person, by SQL", "meetings/guards.py", "OR NEW.kind NOT IN", "OR NEW.kind IN", MEETINGS),
    ("nobody chosen is not told", "sharing/pages/views.py", 'request.GET if "chosen" in request.GET else None', "None", SHARING),
    ("links lead elsewhere", "cli/main.py", "    _tell_address(address)\n", "", CLI),
    ("held without a next step", "meetings/actions.py", "    if not own:\n", "    if not (own or decisions):\n", MET),
    ("items left open", "meetings/actions.py", "        if wanted not in told:", "        if False:", MET),
    ("decisions told without a basis", "meetings/actions.py", "if not covers(case.person.subject, case.holder.party.pk, decided.to.unit, MEETINGS):", "if False:", MEETINGS),
    ("moving forgets", "meetings/actions.py", "    PastTime.objects.create(", "    PastTime(", MET),
    ("anyone keeps a meeting", "meetings/actions.py", "    may.answer_for(actor, case.pk)\n", "", MET),
    ("times are shown to all who are called", "meetings/queries.py", ".filter(_may_know_when(viewer), at__gte", ".filter(at__gte", MEETINGS),
    ("anybody outside is told", "meetings/rules.py", "return THAT if is_person else NOTHING", "return WHEN", MAIL),
    ("units are told without a basis", "meetings/rules.py", "return WHEN if inside else THAT", "return WHEN", MAIL),
    ("an update looks like the first", "meetings/letters.py", "return meeting.past_times.count() +", "return", MAIL),
    ("cancelling does not cancel", "meetings/letters.py", "method = CANCEL if", "method = CANCEL if False and", MAIL),
    ("reminded of a time that was left", "meetings/letters.py", "not timedelta(0) < left <= AHEAD", "False", MAIL),
    ("what fails is lost", "outbox/actions.py", '_note(letter, _trouble(error))\n', '_end(letter, rules.SENT)\n', MAIL),
    ("a dead address is tried for ever", "outbox/actions.py", "if not _refuses_the_receiver(error):", "if True:", MAIL),
    ("a feed is never ended", "meetings/queries.py", "digest=digest, revoked_at__isnull=True,", "digest=digest,", MAIL),
    ("the clock runs for any livelihood", "passages/rules.py", "livelihood in BENEFITS and today", "today", PASSAGES),
    ("the clock runs a day too long", "passages/rules.py", "today <= ends_on < today + timedelta(days=WITHIN)", "today <= ends_on <= today + timedelta(days=WITHIN)", PASSAGES),
    ("a job makes no difference", "passages/rules.py", "    if has_job:", "    if False:", PASSAGES),
    ("lists forget who has a job", "passages/queries.py", "Q(job__isnull=True) | Q(job=False), ", "", PASSAGES),
    ("an answer can change", "passages/guards.py", 'when="OLD.answer <> \'\'"', 'when="1=0"', PASSAGES),
    ("a reply before the decision is sent", "passages/rules.py", "reply_by < communicated_on", "False", PASSAGES),
    ("endings shown without a basis", "passages/queries.py", "held_by(viewer).filter(_may_know(viewer))", "held_by(viewer)", PASSAGES),
    ("unnoted meetings are silent", "meetings/waits.py", "        yield Wait(UNRECORDED", "        Wait(UNRECORDED", MEETINGS),
    ("a case without a holder's check", "cases/guards.py", '"OLD.is_active AND NOT NEW.is_active', '"1=0 AND', GUARDS),
    ("history can change", "cases/guards.py", 'PAST, "UPDATE", "1=1"', 'PAST, "UPDATE", "1=0"', GUARDS),
    ("a move leaves no trace", "cases/guards.py", '        f"{HOLDER_MOVES} AND NOT {REOPENS}",\n', '        "1=0",\n', STATEFUL),
    ("reopening: by anybody", "cases/may.py", "    if post is None:\n", "    if False:\n", RIGHTS),
    ("reopening: by the lead of another unit", "cases/may.py", "if post.role == LEAD and post.unit_id == holder.unit_id:", "if post.role == LEAD:", REOPENING),
    ("reopening: by the officer of another party", "cases/may.py", "if post.role == OFFICER and post.party_id == holder.party_id:", "if post.role == OFFICER:", RIGHTS),
    ("reopening: of what is open", "cases/may.py", "    if case.is_open:\n        raise Overtaken(_(\"The case is open already", "    if False:\n        raise Overtaken(_(\"The case is open already", REOPENING),
    ("reopening: a death for any reason", "cases/rules.py", "    if outcome in WRONGLY or reason", "    if False and reason", REOPENING),
    ("reopening: of what ended with another", "cases/reopening.py", "    if case.joined_to_id:\n", "    if False:\n", REOPENING),
    ("reopening: of what is emptied", "cases/reopening.py", "    if case.content_removed_on:\n", "    if False:\n", REOPENING),
    ("reopening: beside a new case", "cases/reopening.py", "    if Case.objects.filter(", "    if False and Case.objects.filter(", REOPENING),
    ("reopening: tells of another party's case", "cases/reopening.py", "if case.party_id != case.holder.party_id:", "if False:", REOPENING),
    ("reopening: out of reach", "cases/reopening.py", "    if not record_for(", "    if False and record_for(", REOPENING),
    ("reopening: to another unit", "cases/reopening.py", "if not works or holder.unit_id != case.holder.unit_id:", "if not works:", REOPENING),
    ("reopening: by who has left", "cases/reopening.py", "if not works or holder", "if holder", REOPENING),
    ("reopening: of another closing, by SQL", "cases/guards.py", "c.id = NEW.case_id AND c.closed_at = NEW.closed_at", "c.id = NEW.case_id", REOPENING),
    ("reopening: of another outcome, by SQL", "cases/guards.py", "AND c.outcome = NEW.outcome AND c.next_responsible = NEW.next_responsible ", "", REOPENING),
    ("reopening: of what ended with another, by SQL", "cases/guards.py", "c.person_wants_no_more = NEW.person_wants_no_more AND c.joined_to_id IS NULL", "c.person_wants_no_more = NEW.person_wants_no_more", REOPENING),
    ("reopening: a join is forgotten", "cases/guards.py", '*("next_responsible", "joined_to_id"),', '"next_responsible",', REOPENING),
    ("reopening: by anybody, by SQL", "cases/guards.py", "b.role = '{LEAD}' AND b.unit_id = o.unit_id", "b.unit_id = o.unit_id", REOPENING),
    ("reopening: by who has left, by SQL", "cases/guards.py", "b.id = NEW.by_id AND b.is_active", "b.id = NEW.by_id", REOPENING),
    ("reopening: for another unit, by SQL", "cases/guards.py", "h.id = NEW.holder_id AND h.unit_id = o.unit_id", "h.id = NEW.holder_id", REOPENING),
    ("reopening: for who has left, by SQL", "cases/guards.py", "({BEGINS_TO_HOLD} AND {INACTIVE_HOLDER", "({HOLDER_MOVES} AND {INACTIVE_HOLDER", REOPENING),
    ("reopening: out of reach, by SQL", "handovers/guards.py", 'f"{BEGINS_TO_HOLD} AND NEW.joined_to_id', 'f"NEW.holder_id <> OLD.holder_id AND NEW.joined_to_id', REOPENING),
    ("reopening: without its row", "cases/guards.py", "AND NOT (NEW.closed_at IS NULL AND EXISTS", "AND NOT (NEW.closed_at IS NULL OR EXISTS", REOPENING),
    ("reopening: the last holder is forgotten", "cases/guards.py", "        REOPENS,\n", '        "1=0",\n', REOPENING),
    ("reopening: told otherwise after", "cases/guards.py", '"person_wants_no_more", "at", "by_id", "reason", "holder_id"', '"person_wants_no_more", "at", "by_id"', REOPENING),
    ("reopening: words rewritten after", "cases/guards.py", "NEW.next_responsible NOT IN ('', '{REMOVED}')", "1=0", REOPENING),
    ("reopening: held while it was closed", "cases/queries.py", "since = reopened.get(point.until, point.until)", "since = point.until", STATEFUL),
    ("reopening: silent while it was closed", "cases/waits.py", "max(begun, day_of(anew)) if anew else begun", "begun", REOPENING),
    ("reopening: check counts silence while it was closed", "check/silence.py", "r.case_id = c.id AND r.at >= %s", "r.case_id = c.id AND r.at < %s", REOPENING),
    ("reopening: a closed case has holes", "cases/pages/timeline.py", "[*self.lived, *self.closed]", "self.lived", REOPENING),
    ("reopening: check sees no time between", "check/laws.py", "WHERE r.at <= r.closed_at OR NOT EXISTS", "WHERE r.at <= r.closed_at AND NOT EXISTS", CHECK),
    ("reopening: check asks nobody's right", "check/laws.py", "OR NOT ((b.role = 'lead'", "AND NOT ((b.role = 'lead'", CHECK),
    ("a row takes another one's place", "foundation/sqlite/constraints.py", 'return " OR ".join(clashes)', 'return "1=0"', GUARDS),
    ("a row's number is no key", "foundation/sqlite/constraints.py", 'yield ["rowid"], "1=1"', "yield from ()", GUARDS),
    ("a condition is forgotten", "foundation/sqlite/constraints.py", "both}{other}", "both} AND 1=0", GUARDS),
    ("columns of numbers take any text", "foundation/sqlite/constraints.py", "for check in (field.db_check(to), _of_its_type(field, to)) if", "for check in (field.db_check(to),) if", GUARDS),
    ("checks can be turned off", "foundation/sqlite/constraints.py", "(*checks, *of_columns)", "of_columns", GUARDS),
    ("postgresql: one's own tables stand in for ours", "foundation/guards.py", "'pg_catalog', 'public', 'pg_temp'", "'public'", ROLE),
    ("postgresql: anyone makes tables", "foundation/wall.py", "REVOKE TEMPORARY ON", "GRANT TEMPORARY ON", ROLE),
    ("postgresql: writes as of an earlier instant", "foundation/guards.py", "<> 'read committed'\"", "= ''\"", ROLE),
    ("postgresql: tables are emptied", "foundation/guards.py", '"TRUNCATE", "1=1"', '"TRUNCATE", "1=0"', ROLE),
    ("postgresql: two posts at once", "parties/guards.py", "FOR NO KEY UPDATE", "FOR KEY SHARE", ROLE),
    ("postgresql: joins what closes", "cases/guards.py", "m.id = NEW.joined_to_id FOR SHARE", "1=0", ROLE),
    ("postgresql: words while the basis ends", "handovers/guards.py", "WHERE d.to_unit_id = NEW.to_unit_id AND d.ended", "WHERE 1=0 AND d.ended", ROLE),
    ("postgresql: the action asks for an ending basis", "handovers/actions.py", "PLAN, is_held=True", "PLAN", ROLE),
    ("postgresql: barred while registered", "persons/guards.py", 'lock=ONE_AT_A_TIME.format("NEW"),', "", ROLE),
    ("guards fall before the tables change", "foundation/management/commands/migrate.py", "transaction.atomic(using=connection.alias)", "__import__('contextlib').nullcontext()", CHECK),
    ("a guard under a condition stands", "foundation/guards.py", "if standing.get(name) != wanted[name]]", "if name not in standing]", CHECK),
    ("nobody's triggers are not told", "foundation/guards.py", "sorted(standing.keys() - wanted.keys())", "[]", CHECK),
    ("check does not miss what is gone", "check/laws.py", "WHERE o.told > (SELECT", "WHERE 0 > (SELECT", CHECK),
    ("units need no handshake", "handovers/guards.py", "NEW.holder_id <> OLD.holder_id AND", "1=0 AND", GUARDS),
    ("any step from any state", "handovers/guards.py", "NEW.state <> OLD.state AND NOT", "1=0 AND NOT", GUARDS),
    ("closing under a handover", "handovers/guards.py", "OLD.closed_at IS NULL AND NEW", "1=0 AND NEW", HANDOVERS),
    ("accepting moves nothing", "handovers/actions.py", "case.holder, case.holder_since = holder, handover.answered_at", "pass", HANDOVERS),
    ("a contact in the past", "foundation/dating.py", "if at <= clock.now():", "if False:", HANDOVERS),
    ("a decline without a next", "handovers/actions.py", "if bool(next_unit) == goes_back:", "if False:", HANDOVERS),
    ("a decline in a circle", "handovers/actions.py", "link = link.previous", "link = None", HANDOVERS),
    ("asked twice, told nothing", "handovers/actions.py", "if handover.state not in transition.sources:", "if False:", HANDOVERS),
    ("anyone acts on a case", "cases/rules.py", "return viewer.is_system or holder_id", "return True or holder_id", RIGHTS),
    ("anyone sees a case", "cases/queries.py", "Case.objects.filter(_reach(viewer))", "Case.objects.filter()", RIGHTS),
    ("officers see other parties", "handovers/queries.py", "Q(sender__party_id__in=viewer.officer_party_ids)", "Q()", RIGHTS),
    ("measure staff hold", "parties/rules.py", 'HOLDING_ROLES = ("caseworker", LEAD)', 'HOLDING_ROLES = ("caseworker", LEAD, "measure_staff")', RIGHTS),
    ("views are open by default", "site/middleware.py", "if decision is False:", "if False:", RIGHTS),
    ("steps need no date ahead", "cases/actions.py", 'require_day(on, rules.STEP', 'require_day(clock.today(), rules.STEP', CASES),
    ("days: anybody chooses far ones", "foundation/spans.py", "self.after if leads else self.far", "self.after", DATES),
    ("days: the database holds any", "foundation/dates.py", "{name} < '{DAY_AFTER}{zone}'", "1=1", DATES),
    ("days: an import takes any", "intake/checking.py", "elif day and (wrong :=", "elif False and (wrong :=", DATES),
    ("days: the API takes any", "ui/api.py", "if isinstance(value, date):", "if False:", DATES),
    ("a contact before its time", "handovers/actions.py", "if booked and booked > clock.now():", "if False:", HANDOVERS),
    ("a third unit accepts", "handovers/guards.py", "AND p.unit_id = NEW.to_unit_id)", "AND 1=1)", HANDOVERS),
    ("who was not reached waits anew", "handovers/actions.py", "and not handover.missed_since", "", HANDOVERS),
    ("a missed contact prepares", "watch/queries.py", "state=handover_rules.ACCEPTED, missed_since", "state=handover_rules.ACCEPTED, to_post", HANDOVERS),
    ("nothing to live on is silent", "cases/waits.py", "Q(livelihood=NOTHING, ", "Q(livelihood='', ", WATCH),
    ("nothing to live on is told to all", "cases/waits.py", ', livelihood_by=F("holder__party")', "", WATCH),
    ("a pause moves nothing", "cases/rules.py", "return until + max(due_on - suspended_on, timedelta(0))", "return max(due_on, until)", CASES),
    ("closing without a next", "cases/actions.py", "if bool(next_responsible) == person_wants_no_more:", "if False:", CASES),
    ("steps stay behind", "cases/actions.py", "    if case.next_step_by_id == sender.pk:\n", "    if False:\n", CASES),
    ("an empty rung is passed in silence", "watch/rules.py", "            found.append(Call(wait, rung, True,", "            (Call(wait, rung, True,", WATCH),
    ("an empty rung stops the climb", "watch/rules.py", "max(reached, rung + 1)", "reached", WATCH),
    ("the absent are called", "parties/queries.py", "~Exists(away), is_active=True", "is_active=True", WATCH),
    ("Saturdays are worked", "foundation/days.py", "day.weekday() < 5", "day.weekday() < 6", WATCH),
    ("nothing is cleared", "watch/actions.py", "        _clear(gone, self.on)\n", "", WATCH),
    ("89 days", "cases/rules.py", "WARN_DAYS = 90", "WARN_DAYS = 89", WATCH),
    ("check sees no holes", "check/laws.py", "OR p.first <= c.opened_at", "", CHECK),
    ("check takes any holder", "check/laws.py", "AND p.is_active AND u.is_active AND p.role", "AND p.role", CHECK),
    ("check trusts the calls", "check/silence.py", "AND (e.is_gap OR EXISTS", "AND (1=1 OR EXISTS", CHECK),
    ("a party has somebody twice", "simulation/world.py", "share = min(free, left,", "share = min(left,", "tests/test_simulation.py"),
    ("the sign-ins' work grows with the world", "simulation/histories.py", "if unit.pk not in self._focus:", "if True:", "tests/test_simulation.py"),
    ("half a file is taken", "intake/actions.py", "if outcome.ok and not dry_run:", "if not dry_run:", INTAKE),
    ("any checksum", "persons/rules.py", "return None if luhn.is_valid(number[2:])", "return None if True", INTAKE),
    ("formulas are taken", "intake/shape.py", "if column.name in row.formulas:", "if False:", INTAKE),
    ("a second open case is taken", "intake/checking.py", "if person in busy:", "if False:", INTAKE),
    ("files of any size", "intake/limits.py", "if size > limit * MEGABYTE:", "if False:", INTAKE),
    ("the picker in production", "site/entrance/views.py", 'or settings.HANDSLAG_MODE != "demo"', "", CLI),
    ("demo users in production", "parties/checks.py", "if demo_users().exists():", "if False:", CLI),
    ("a token reads every party", "api/service.py", "party_ids=frozenset({known.party_id})", "party_ids=frozenset(range(999))", API),
    ("revoked tokens live", "api/service.py", ", revoked_at__isnull=True", "", API),
    ("acting for another party", "parties/api.py", "if p.party_id == party_id", "if p", API),
    ("every line of the journal is read", "cases/pages/journal.py", "return not entry.group or visible.shows(entry.group, entry.party)", "return True", SHARING),
    ("a rule is not asked", "foundation/acting.py", "            may(**{name: given.arguments[name] for name in asked})\n", "", "tests/test_house.py"),
    ("what nobody declared starts", "foundation/declaring.py", "for name in sorted(stored - record.columns.keys()):", "for name in ():", PERSON),
    ("rows are fetched past the wall", "site/pages/sections.py", "        found = first(viewer, ((section.find, section.short) for section in sections))\n    fetched = fetch(*found)\n", "        found = first(viewer, ((section.find, section.short) for section in sections))\n        fetched = fetch(*found)\n", WALL),
    ("a rule reads a walled table", "cases/walls.py", "sees(\"cases_case\", \"case_id\")", "\"EXISTS (SELECT 1 FROM cases_case c WHERE c.id = case_id)\"", LAWFUL),
    ("a function's own tables may stand in", "foundation/wall.py", "if functions.get(name) != [written]]", "if written not in functions.get(name, [])]", OPENED),
    ("whoever knows of one case knows all", "cases/walls.py", "f\"EXISTS ({_OF_PERSON} AND {_HELD})\",", "f\"EXISTS ({_OF_PERSON})\",", WALL),
    ("pseudonyms last", "microdata/writing.py", "self._key = secrets.token_bytes(32)", "self._key = bytes(32)", MICRODATA),
    ("who is protected is exported", "meetings/microdata.py", "held.filter(case__person__identity__isnull=False)", "held", MICRODATA),
    ("booked is held", "meetings/microdata.py", ", ended_at__isnull=False, reason=\"\"", ", reason=\"\"", MICRODATA),
    ("microdata are taken out unseen", "microdata/writing.py", "    _note(actor, begin, end)\n    folder", "    operate(actor)\n    folder", MICRODATA),
    ("a measure that never began is counted", "plans/microdata.py", "if until is None or until >= since:", "if True:", MICRODATA),
    ("a statement is kept for every day", "foundation/prepared.py", "most, clock.today()), list(asked)", "most, date.min), list(asked)", PREPARED),
    ("ids that differ are one", "foundation/prepared.py", "int: lambda which: FIRST - which,", "int: lambda which: FIRST,", PREPARED),
    ("a statement is kept for any ids", "foundation/statements.py", "in self.places:", "in ():", PREPARED),
    ("a query reads while it is built", "foundation/prepared.py", "with connection.execute_wrapper(refuse):", "with connection.execute_wrapper(lambda go, *asked: go(*asked)):", PREPARED),
    ("a beginning may hold wildcards", "foundation/statements.py", "connection.ops.prep_for_like_query(value)", "value", PREPARED),
    ("lists come in any order", "foundation/prepared.py", "in sorted(rows)]", "in rows[::-1]]", PREPARED),
    ("anyone opens cases for anyone", "cases/may.py", "<= actor.post_ids.union(led)", "<= actor.post_ids.union(led) | {d.holder_id for d in drafts}", RIGHTS),
    ("a query per row", "cases/queries.py", 'SHOWN = ("person__identity", "holder__user", "holder__unit")', 'SHOWN = ("holder__unit",)', PAGES),
    ("every group is shown", "cases/visibility.py", "return self._bases.get((self.case.person.subject, party_id, group))", "return OWN_RECORD", LAWFUL),
    ("a basis of another group", "disclosure/queries.py", "d.from_party_id, d.group): d.basis", "d.from_party_id, 'identity'): d.basis", LAWFUL),
    ("withdrawn is still told", "disclosure/queries.py", "filter(ended_at__isnull=True, until", "filter(until", LAWFUL),
    ("run out is still told", "disclosure/queries.py", "ended_at__isnull=True, until__gte=on or clock.today(), begins_at__isnull=False", "ended_at__isnull=True, begins_at__isnull=False", LAWFUL),
    ("told to the whole party", "disclosure/queries.py", "found.filter(to_unit_id__in=viewer.unit_ids)", "found.filter(to_unit__party_id__in=viewer.own_party_ids)", LAWFUL),
    ("names found without a basis", "cases/searching.py", 'own = _begins("person__", *name) & _may_know(viewer)', 'own = _begins("person__", *name)', LAWFUL),
    ("a stand-in sees nothing", "parties/viewer.py", "return self.posts + self.absent", "return self.posts", CASES),
    ("words without a basis", "handovers/actions.py", "if text.strip() and not may_tell(case, from_party_id, to_unit):", "if False:", SHARING),
    ("what others recorded opens at once", "disclosure/queries.py", "until__gte=on or clock.today(), begins_at__isnull=False)", "until__gte=on or clock.today())", CONFIRMING),
    ("the recorder says when another begins", "disclosure/actions.py", " if flow.from_party_id == post.party_id else {}", "", CONFIRMING),
    ("the day changes without a round", "cli/server.py", "return min(every_minutes * 60, left", "return max(every_minutes * 60, left", WATCH),
    ("check hears no consent that waits", "check/silence.py", "    for kind, party in _CONSENTS:", "    for kind, party in ():", CONFIRMING),
    ("check hears nothing that came back", "check/silence.py", "AND h.awaiting_since < %s AND p.party_id", "AND 1=0 AND h.awaiting_since < %s AND p.party_id", KNOWING),
    ("a signature that there is not", "disclosure/actions.py", "if seen == rules.SIGNATURE and", "if False and", CONFIRMING),
    ("a signature that there is not, by SQL", "disclosure/guards.py", "c.id = NEW.consent_id AND c.signed_at IS NOT NULL", "c.id = NEW.consent_id", CONFIRMING),
    ("a signature is taken away", "disclosure/guards.py", 'when="OLD.signed_at IS NOT NULL"', 'when="1=0"', CONFIRMING),
    ("strangers sign", "disclosure/queries.py", "Exists(standing), subject=subject, signed_at", "Exists(standing), signed_at", CONFIRMING),
    ("any unit confirms", "sharing/queries.py", "if answerer and (answerer.unit_id in here or d.from_party_id in parties)]", "if answerer]", CONFIRMING),
    ("the recorder confirms", "sharing/actions.py", "if post is None or any(d.recorded_by.user_id == post.user_id for d in disclosures):", "if post is None:", CONFIRMING),
    ("no secrecy test", "sharing/actions.py", "    if not is_tested:\n", "    if False:\n", CONFIRMING),
    ("one's own witness", "disclosure/actions.py", "    if agreed.witness.user_id == post.user_id:\n", "    if False:\n", CONFIRMING),
    ("a confirmation follows to another person", "rights/rectification.py", "    disclosure.end(post, recorded.exclude(seen=\"\"))\n", "", CONFIRMING),
    ("another party confirms by SQL", "disclosure/guards.py", " AND p.party_id = NEW.from_party_id) ", ") ", CONFIRMING),
    ("anyone withdraws", "sharing/actions.py", "or not _concerned(actor, told):", "and False:", SHARING),
    ("joined in one direction", "sharing/actions.py", "return covers(subject, case.party_id", "return True or covers(subject, case.party_id", SHARING),
    ("withdrawal leaves them joined", "sharing/actions.py", "    settle(actor, ended[0].subject)\n", "", SHARING),
    ("who is not told takes over", "handovers/actions.py", "    if is_told:\n", "    if True:\n", KNOWING),
    ("the meeting is noted before its time", "handovers/actions.py", "\"meet\")\n    _require_time_has_come(handover)\n", "\"meet\")\n", KNOWING),
    ("the person need not agree", "handovers/actions.py", "    if not person_agrees:\n", "    if False:\n", KNOWING),
    ("who was met is forgotten", "handovers/actions.py", "    if result == rules.HELD:\n        _acquaint(actor, case, case.holder)\n", "", KNOWING),
    ("who was not met is known", "handovers/actions.py", "    if result == rules.HELD:\n        _acquaint(", "    if True:\n        _acquaint(", KNOWING),
    ("nothing goes back", "sharing/actions.py", "        if post := _who_knows(case):\n", "        if False:\n", KNOWING),
    ("the lead is not alarmed", "watch/rules.py", "max(reached, wait.least_rung)", "reached", KNOWING),
    ("what is hidden is our own", "cases/visibility.py", " | _noters(self.case)", " | {IDENTITY: {self.case.holder.party_id}}", KNOWING),
    ("a case moves to who does not know", "handovers/guards.py", "NEW.joined_to_id IS NULL AND", "1=0 AND", KNOWING),
    ("met without a contact", "handovers/guards.py", "f\"NOT EXISTS (SELECT 1 FROM {TABLE} h JOIN parties_post a", "f\"1=0 AND NOT EXISTS (SELECT 1 FROM {TABLE} h JOIN parties_post a", KNOWING),
    ("joined cases stay behind", "cases/guards.py", '"WHERE joined_to_id = NEW.id AND closed_at IS NULL"', '"WHERE 1=0"', SHARING),
    ("a seal over half", "journal/seals.py", '"details", "party", "group",', '"party", "group",', JOURNAL),
    ("entries stand alone", "journal/seals.py", '_seal("entry", *values, before)', '_seal("entry", *values)', JOURNAL),
    ("batches stand alone", "journal/seals.py", '_seal("batch", number, at, places, root, before)', '_seal("batch", number, at, places, root)', JOURNAL),
    ("a batch of any entries", "journal/verification.py", "seals.root_of(seal for seal, _noted in found) != root", "False", JOURNAL),
    ("what is left out is not told", "journal/verification.py", "if at < due)", "if False)", JOURNAL),
    ("sealing after any head", "journal/chain.py", "if head.tag != seals.of_head(head.number, head.seal):", "if False:", JOURNAL),
    ("a batch covers no seals", "journal/chain.py", "RETURNING entry_id, seal", "RETURNING entry_id, ''", JOURNAL),
    ("nothing waits for a batch", "journal/guards.py", '        "journal_entry_waits",\n        ENTRY,\n        "INSERT",\n        "1=1",', '        "journal_entry_waits",\n        ENTRY,\n        "INSERT",\n        "1=0",', JOURNAL),
    ("batches can change", "journal/guards.py", "for table in (ENTRY, SHOWN, BATCH)", "for table in (ENTRY, SHOWN)", JOURNAL),
    ("the head goes back", "journal/guards.py", "NEW.number <= OLD.number", "1=0", JOURNAL),
    ("nobody looks at the anchors", "journal/verification.py", "self._anchored = anchored()", "self._anchored = {}", JOURNAL),
    ("verification reads at many instants", "foundation/snapshot.py", "if connection.in_atomic_block:", "if True:", JOURNAL),
    ("check believes the root", "check/written.py", "if digest != root and", "if False and", JOURNAL),
    ("check forgets the anchors", "check/written.py", "return {int(line.split()[0]): line.split()[1] for line in lines}", "return {}", JOURNAL),
    ("check sees no entry without a batch", "check/written.py", "elif row[AT] < due:", "elif False:", JOURNAL),
    ("other authorities' addresses are told", "journal/pages/lines.py", "if entry.party in own_parties", "if True", WRITTEN),
    ("a look names no groups", "cases/visibility.py", "if fact[1] not in self._own", "if False", WRITTEN),
    ("bases of all cases are merged", "journal/looks.py", 'if wanted.intersection(look["cases"]):', "if True:", WRITTEN),
    ("a person comes unwritten", "site/entrance/oidc.py", "        comings.of_person(comings.CAME, request, subject)\n", "        pass\n", WRITTEN),
    ("nobody's coming is written", "site/entrance/comings.py", "    if user:", "    if False:", WRITTEN),
    ("the API's board is no look", "watch/api.py", "    visibilities(viewer, [", "    list([", WRITTEN),
    ("only a check is not written", "intake/actions.py", "    if dry_run or not outcome.ok:", "    if not outcome.ok:", WRITTEN),
    ("the protected are named after", "rights/concealing.py", "        pre_save.connect(", "        str(", CONCEALING),
    ("the protected are named in what follows a case", "cases/actions.py", "case.next_responsible = conceal(case.next_responsible)[:200]", "pass", CONCEALING),
    ("agreed of another person", "cases/guards.py", '"NEW.subject <> OLD.subject AND EXISTS (SELECT 1', '"1=0 AND NEW.subject <> OLD.subject AND EXISTS (SELECT 1', CONFIRMING),
    ("other people's consents follow a number", "rights/rectification.py", 'if _held_of_others(old, party).exists():', 'if False:', PERSON),
    ("joined under a wrong number", "rights/rectification.py", 'if "identity_number" in changed:', 'if False:', PERSON),
    ("nobody left where it came from", "sharing/actions.py", "if (found := _at_work(post))), None) or _opener(case)", "if (found := _at_work(post))), None)", KNOWING),
    ("out of reach in silence", "sharing/room.py", "waits=(waits.waits, waits.out_of_reach),", "waits=(waits.waits,),", KNOWING),
    ("officers of a party withdraw elsewhere", "sharing/actions.py", "if post.role in HOLDING_ROLES and post.party_id in parties]", "if post.party_id in parties]", SHARING),
    ("withdrawn by any post", "sharing/actions.py", "return [post for post in actor.reach if post.role in HOLDING_ROLES and post.party_id in parties]", "return [post for post in actor.reach if post.role in HOLDING_ROLES]", SHARING),
    ("mail tells where the protected are", "meetings/rules.py", "    if is_protected:\n", "    if False:\n", MAIL),
    ("the time tells whom others know", "cases/searching.py", "subject__gte=subject", "subject=subject", SEARCHING),
    ("numbers are sought without end", "cases/pages/seeking.py", "if by_number and taken_back is None:", "if False:", SEARCHING),
    ("searches leave no trace", "cases/pages/seeking.py", '        _write(viewer, BY_NUMBER, "refused")', "        pass", SEARCHING),
    ("whom one finds counts as missed", "cases/pages/seeking.py", "if taken_back and keys:", "if False:", SEARCHING),
    ("moving tells of cases elsewhere", "cases/actions.py", "holder__unit=to.unit_id, closed_at__isnull=True)", "closed_at__isnull=True)", CASES),
    ("what does not exist is told", "cases/locking.py", "        raise not_yours()", "        raise NotAllowed('x')", RIGHTS),
    ("a stale form is saved", "cases/order.py", "version_of(case_id) > version", "False", ORDER),
    ("a repeated request is done again", "cases/order.py", "if once and _is_done(actor, case_id, once):", "if False:", ORDER),
    ("versions are read before the case is held", "cases/order.py", "    locked(case_id)\n    once", "    once", ORDER),
    ("a death is somebody's to answer for", "cases/actions.py", "if outcome in UNFINISHED:", "if False:", ORDER),
    ("looks are not written", "site/middleware.py", "        if viewer.looks:", "        if False:", JOURNAL),
    ("flagging forgets the others", "rights/protection.py", "Person.objects.select_for_update().filter(subject=subject)", "Person.objects.select_for_update().filter(pk=case.person_id)", PERSON),
    ("flagging leaves the words", "rights/protection.py", "    content.erase_words_below(Case.objects.filter(person=person))\n", "", PERSON),
    ("a barred number comes back", "persons/registering.py", "    if protected_among(subject for _party, subject in wanted):", "    if False:", PERSON),
    ("retention a year early", "rights/retention.py", "on.year - party.retention_years", "on.year + 1 - party.retention_years", PERSON),
    ("any level of assurance", "site/entrance/oidc.py", 'if data["id_token"].get("acr") not in settings.HANDSLAG_OIDC_ACR:', "if False:", SIGNING),
    ("any issuer", "site/entrance/oidc.py", 'issuer=self.openid_config["issuer"],', "", SIGNING),
    ("a code counts twice", "parties/second_factor.py", "if mark in used:", "if False:", LOCAL),
    ("the proving code counts again", "parties/second_factor.py", "    _use_up(authenticator, code)\n", "", LOCAL),
    ("no second factor is needed", "site/entrance/factors.py", "elif not second_factor.factors(user).exists():", "elif False:", LOCAL),
    ("two set up the factor", "parties/second_factor.py", "if is_first and factors(user).exists():", "if False:", LOCAL),
    ("the last factor goes", "site/entrance/factors.py", "if second_factor.factors(user).count() == 1:", "if False:", LOCAL),
    ("secrets in the clear", "parties/second_factor.py", "return keys.encrypt(text)", "return text", LOCAL),
    ("guessing is free", "ui/slowing.py", "return used.rollback if used else None", "return used.rollback if used else (lambda: None)", LOCAL),
    ("everyone at an address waits", "site/entrance/accounts.py", 'f"{guess} {ratelimit.get_ip(context.request)}"', 'f"{ratelimit.get_ip(context.request)}"', LOCAL),
    ("local accounts are always on", "site/entrance/views.py", "super().post if settings.HANDSLAG_LOCAL_ACCOUNTS else self.get", "super().post", LOCAL),
    ("saved work is not on disk", "settings.py", "PRAGMA synchronous=FULL;", "PRAGMA synchronous=NORMAL;", CLI),
    ("others read the database file", "foundation/sqlite/base.py", '            _make_private(str(self.settings_dict["NAME"]))\n', "            pass\n", CLI),
    ("the locks on the database go", "foundation/sqlite/base.py", " | os.O_EXCL", "", "tests/test_queue.py"),
    ("secrets can be guessed", "foundation/keys.py", "return len(set(secret)) < FEWEST_SIGNS or secret in", "return secret in", CLI),
    ("secrets repeat themselves", "foundation/keys.py", "return len(set(secret)) < FEWEST_SIGNS or", "return len(set(secret)) < FEWEST_SIGNS or False and", CLI),
    ("any host", "foundation/checks.py", 'if "*" in settings.ALLOWED_HOSTS:', "if False:", CLI),
    ("nothing is tried again", "foundation/acting.py", "or not overlapped(error)", "or True", SERVING),
    ("iterators are gone through again", "foundation/acting.py", "times = 1 if any(", "times = 1 if False and any(", SERVING),
    ("joined cases are locked apart", "cases/locking.py", "| Q(pk__in=mains)", "", SERVING),
    ("a full disk is any error", "foundation/failures.py", "return _code(error) in FULL or", "return False or", SERVING),
    ("forks share a connection", "foundation/forking.py", "            del connections[connection.alias]\n", "            pass\n", SERVING),
    ("a file of any length", "intake/limits.py", "if number > most + 1:", "if False:", INTAKE),
    ("rows of any width", "intake/limits.py", "if cells > MOST_CELLS:", "if False:", INTAKE),
    ("workbooks of any size", "intake/limits.py", "if size > rows * BYTES_A_ROW or", "if", INTAKE),
    ("workbooks of any content", "intake/limits.py", " or elements > rows * ELEMENTS_A_ROW:", ":", INTAKE),
    ("rows of any length", "intake/limits.py", "if self._left < 0:", "if False:", INTAKE),
    ("no limit by the day", "settings.py", ",100/1d/key", "", LOCAL),
    ("strangers guess all day", "site/entrance/accounts.py", "    if not cache.get(known):", "    if False:", LOCAL),
    ("strangers keep the owner out", "site/entrance/accounts.py", "    if not cache.get(known):", "    if True:", LOCAL),
    ("the future counts", "ui/slowing.py", "if history and history[0] > time.time():", "if False:", LOCAL),
    ("anybody's sessions are ended", "ui/sessions.py", "if BEGAN in data and _owner(data) == mine:", "if BEGAN in data:", LOCAL),
    ("a reset leaves the factor", "parties/second_factor.py", "    found.delete()\n", "", LOCAL),
    ("answers to another sign-in", "site/entrance/oidc.py", 'if claims["nonce"] != self.request.session.pop(NONCE, None):', "if False:", SIGNING),
    ("tokens made out to others", "site/entrance/oidc.py", 'if claims.get("azp", None if len(others) > 1 else client_id) != client_id:', "if False:", SIGNING),
    ("keys of another kind", "site/entrance/oidc.py", "NOT_A_TOKEN = (jwt.PyJWTError, TypeError, ValueError, AttributeError, KeyError)", "NOT_A_TOKEN = (jwt.PyJWTError,)", SIGNING),
    ("any answer tells the level", "site/entrance/oidc.py", 'if data["id_token"].get("acr") not in', 'if claims.get("acr") not in', SIGNING),
    ("a person stays beside staff", "ui/sessions.py", "    request.session.pop(KEY, None)\n", "    pass\n", SIGNING),
    ("a clock set back keeps sessions", "ui/middleware.py", "abs(now - session[BEGAN])", "now - session[BEGAN]", SIGNING),
    ("the password before is not asked for", "site/entrance/password.py", "not get_adapter().reauthenticate(self._user, given[\"old\"])", "False", LOCAL),
    ("wrong passwords leave no trace", "site/entrance/accounts.py", '            comings.failed(request, credentials["email"])\n', "            pass\n", LOCAL),
    ("the browser keeps what it saw", "site/entrance/views.py", """    response.headers["Clear-Site-Data"] = '"cache", "storage"'\n""", "", LOCAL),
    ("sessions never end", "ui/middleware.py", "if idle > settings.HANDSLAG_IDLE_MINUTES * 60 or", "if False and", SIGNING),
    ("a round fills the memory", "cli/main.py", "    keep_few_pages()\n", "", CLI),
    ("any site's wish is compressed", "ui/compression.py", 'if request.headers.get("Sec-Fetch-Site") == "same-origin":', "if True:", SURFACE),
    ("figures: a month is a day shorter", "statistics/definitions/definitions.toml", "INTERVAL 31 DAY", "INTERVAL 30 DAY", DEFS),
    ("figures: the day after is left out", "statistics/definitions/definitions.toml", "l.to_date > v.day + INTERVAL 1 DAY", "l.to_date > v.day + INTERVAL 2 DAY", DEFS),
    ("figures: breaks are never ignored", "statistics/definitions/definitions.toml", "+ INTERVAL 1 MONTH", "+ INTERVAL 0 MONTH", DEFS),
    ("figures: a week is eight days", "statistics/definitions/definitions.toml", "to_date > day - INTERVAL 7 DAY", "to_date > day - INTERVAL 8 DAY", DEFS),
    ("figures: mis-registrations count", "statistics/definitions/definitions.toml", "AND coalesce(q.end_reason, '') <> 'mis_registered'", "AND 1=1", DEFS),
    ("figures: orphans pass", "statistics/microdata/validating.py", "AND NOT EXISTS (SELECT 1", "AND NOT (1=1 OR 1 IN (SELECT 1", "tests/test_microdata.py"),
    ("figures: a hidden cell is in the px file", "statistics/writing/cubes.py", "_quoted(HIDDEN) if count is None else str(count)", '"0" if count is None else str(count)', REPORTS),
    ("figures: what was published before is forgotten", "statistics/safety/gate.py", "build(tables, total, hierarchies, earlier, sensitive)", "build(tables, total, hierarchies, (), sensitive)", RELEASES),
    ("figures: sums between tables are not known", "statistics/safety/system.py", "if added == counts[one.whole]:", "if False:", RELEASES),
    ("figures: the auditor forgets earlier releases", "statistics/safety/reading.py", "[(one.shown, one.table, one) for one in earlier]", "[]", RELEASES),
    ("figures: the auditor believes what it is told", "statistics/safety/bounding.py", "if not product(self._columns[:, moved], by).any():", "if True:", CONTROL),
    ("figures: the auditor believes in counts below nothing", "statistics/safety/bounding.py", "(room[way < 0] // -way[way < 0]).min(initial=OFTEN)", "1", CONTROL),
    ("figures: the auditor takes suppressed counts for true", "statistics/safety/tables.py", "if len(counts) < len(table.counts):", "if False:", CONTROL),
    ("figures: a bundle's cells all rise", "statistics/safety/bundling.py", "-1 if values[0] == values[1] else 1", "1", CONTROL),
    ("figures: known changes are made too often", "statistics/safety/combining.py", "room = np.where(values > 0, self._rise[places], self._fall[places])", "room = np.where(values > 0, self._rise[places], np.inf)", CONTROL),
    ("figures: sums of changes go below nothing", "statistics/safety/combining.py", "and (after >= -self._fall[places]).all()", "", CONTROL),
    ("figures: what is hidden depends on the cores", "statistics/safety/protecting.py", "len(begun) < AT_ONCE", "len(begun) < __import__('os').cpu_count()", CONTROL),
    ("figures: a place lies where it once lay", "statistics/safety/maps.py", "day < end", "True", CONTROL),
    ("figures: sensitive zeros are public", "statistics/safety/protecting.py", "if name in sensitive]", "if False]", RELEASES),
    ("figures: the protector takes hidden for empty", "statistics/safety/protecting.py", "self._true - least, is_open", "self._true, is_open", CONTROL),
    ("figures: the auditor takes hidden for empty", "statistics/safety/reading.py", "int(self._prints_zeros and not self._is_asked(key))", "0", CONTROL),
    ("figures: the reports mark nothing as sensitive", "statistics/reports/figures.py", 'if rules.zeros == "printed":', "if True:", REPORTS),
    ("figures: two release at once", "statistics/safety/ledger.py", "fcntl.flock(lock, fcntl.LOCK_EX)", "pass", RELEASES),
    ("figures: small revisions are shown", "statistics/safety/gate.py", "0 < abs(now - before) < threshold and now", "False", RELEASES),
    ("figures: the auditor sees no small revisions", "statistics/safety/auditing.py", "abs(now - then) < threshold", "False", RELEASES),
    ("figures: the auditor forgets what noise tells", "statistics/safety/reading.py", "self._bounds[key][1] if self._bounds and key in self._bounds else math.inf", "math.inf", RELEASES),
    ("figures: data of any day", "statistics/publishing/making.py", "if day < complete:", "if False:", REPORTS),
    ("figures: noise is not spread", "statistics/safety/cell_keys.py", "softmax(found @ powers)", "np.where(changes == 0, 1.0, 0.0)", "tests/test_cell_keys.py"),
    ("figures: a row left out tells that it is empty", "statistics/safety/files.py", "filled(table, self.sensitive, self.total)", "table", CONTROL),
    ("figures: a sentence without certainty", "statistics/reports/intervals.py", "return self.low > 0 or self.high < 0", "return True", REPORTS),
    ("figures: small bases are shown", "statistics/reports/presenting.py", "found[1] < self._figures.rules.least_base", "found[1] < 1", REPORTS),
]  # fmt: skip


def survives(folder: Path, file: str, code: str, broken: str, tests: str) -> bool:
    """Whether no test notices the broken code."""
    path = folder / "src/handslag" / file
    whole = path.read_text(encoding="utf-8")
    if whole.count(code) < 1:
        raise SystemExit(f"{file} no longer holds: {code}")
    path.write_text(whole.replace(code, broken, 1), encoding="utf-8")
    env = {
        **os.environ,
        "HANDSLAG_MUTANTS": "1",
        "PYTHONPATH": str(folder / "src"),
        "HANDSLAG_TEST_DATABASE": os.environ.get("HANDSLAG_TEST_DATABASE", "") if tests in ON_POSTGRESQL else "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "pytest", "-x", "-n", "2", "--hypothesis-seed=1", tests]
    try:
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False, timeout=600)
        return done.returncode == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_text(whole, encoding="utf-8")


def main() -> None:
    """Tries every mutant, or those whose name holds the word given; exits 1 naming the survivors."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    survivors = []
    with tempfile.TemporaryDirectory(prefix="handslag-mutants-") as name:
        folder = Path(name)
        for part in ("src", "tests", "docs", "pyproject.toml"):
            source = ROOT / part
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, folder / part)
        for what, file, code, broken, tests in MUTANTS:
            if word in what and (tests not in ON_POSTGRESQL or os.environ.get("HANDSLAG_TEST_DATABASE")):
                alive = survives(folder, file, code, broken, tests)
                print(f"{'SURVIVED' if alive else 'caught  '}  {what}", flush=True)
                survivors += [what] * alive
    sys.exit(f"{len(survivors)} survived: {', '.join(survivors)}" if survivors else 0)


if __name__ == "__main__":
    main()
