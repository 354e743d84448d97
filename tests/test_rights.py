"""The right-matrix: every page and every transition, for everyone. What has no expectation here fails."""

import inspect
import json
import pkgutil
import re
from collections import defaultdict
from datetime import time, timedelta
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from handslag.analyses import actions as analyses
from handslag.analyses.publishing import publish_release
from handslag.analyses.tracing import note_tracing
from handslag.api.service import api
from handslag.assessments import actions as assessments
from handslag.assessments.history import bring_in_assessments
from handslag.assessments.models import Assessment, Call, Document
from handslag.assessments.signing import Content
from handslag.associations import actions as books
from handslag.associations.bringing import bring_in_economy
from handslag.cases import actions as cases
from handslag.cases.opening import open_cases
from handslag.cases.reopening import reopen
from handslag.disclosure.actions import Agreed, Statutory
from handslag.disclosure.models import Consent, Disclosure
from handslag.disclosure.rules import Flow
from handslag.drafts.actions import forget_drafts, save_draft
from handslag.foundation import clock
from handslag.foundation.acting import by_itself
from handslag.foundation.errors import NotAllowed, Refused
from handslag.foundation.files import Entered, Line
from handslag.foundation.ids import uuid7
from handslag.handovers import actions as handovers
from handslag.handovers import contact, rules
from handslag.measures import actions as measures
from handslag.measures import activities
from handslag.measures.bringing import bring_in_measures
from handslag.measures.models import Measure
from handslag.meetings import actions as meetings
from handslag.meetings import calling, feeds, holding
from handslag.meetings.history import bring_in_meetings
from handslag.meetings.models import Decision, Meeting
from handslag.microdata.writing import note_microdata
from handslag.participations import actions as participations
from handslag.participations.anonymous import note_anonymous, note_anonymous_left
from handslag.participations.models import Participation
from handslag.parties import actions as parties
from handslag.parties.hiring import hire
from handslag.parties.models import Absence, Post, Secret
from handslag.parties.second_factor import reset_factors
from handslag.passages import actions as passages
from handslag.passages import programme_actions as programme
from handslag.plans import actions as plans
from handslag.plans.models import Plan, Step
from handslag.referrals import actions as referrals
from handslag.referrals import line
from handslag.referrals.models import Referral
from handslag.rights.extract import extract
from handslag.rights.protection import protect, unprotect
from handslag.rights.rectification import present, rectify
from handslag.rights.rekeying import rotate
from handslag.rights.retention import retain
from handslag.sharing import actions as sharing
from tests.strictness import StrictClient
from tests.worlds import contact_in, described

FK = {"fk_a", "fk_b", "fk_lead"}
AF = {"af_a", "af_b", "af_lead"}
FK2 = {"fk2_a", "fk2_lead"}
OTHERS = {"kom_a", "kom_b", "kom_lead", "hylte_a", "hylte_b", "hylte_lead"}
HOLDERS = FK | AF | FK2 | OTHERS
OFFICERS = {"fk_officer", "af_officer", "kom_officer", "hylte_officer"}
LEADS = {"fk_lead", "af_lead", "fk2_lead", "kom_lead", "hylte_lead"}
WITHOUT_PERSONS = {"association", "measure", "analyst", "admin"}
EVERYBODY = HOLDERS | OFFICERS | WITHOUT_PERSONS
NOBODY: set[str] = set()

# The case is held by fk_a at FK; a handover of it is offered to AF; fk_b is away.
PAGES = {
    "start": EVERYBODY,
    "sign-in": EVERYBODY,
    "sign-in-as": EVERYBODY,
    "eid": NOBODY,
    "openid_connect_callback": NOBODY,
    "account_login": EVERYBODY,
    "sign-in-set-up": EVERYBODY,
    "mfa_authenticate": EVERYBODY,
    "mfa_index": EVERYBODY,
    "account_reauthenticate": EVERYBODY,
    "mfa_activate_totp": EVERYBODY,
    "mfa_add_webauthn": EVERYBODY,
    "mfa_remove_webauthn": EVERYBODY,
    "mfa_view_recovery_codes": NOBODY,
    "mfa_generate_recovery_codes": EVERYBODY,
    "me": NOBODY,
    "sessions": EVERYBODY,
    "change-password": EVERYBODY,
    "own-withdraw": NOBODY,
    "own-sign": NOBODY,
    "own-access-log": NOBODY,
    "sign-out": EVERYBODY,
    "language": EVERYBODY,
    "my-work": HOLDERS,
    "my-work-section": HOLDERS,
    "search": HOLDERS | OFFICERS,
    "new-case": HOLDERS,
    "case": FK | AF | {"fk_officer", "af_officer"},
    "sharing": FK | AF | {"fk_officer", "af_officer"},
    "case-journal": FK | AF | {"fk_officer", "af_officer"},
    "case-meetings": FK | AF | {"fk_officer", "af_officer"},
    "access-log": FK | AF | {"fk_officer", "af_officer"},
    "access-log-printed": FK | AF | {"fk_officer", "af_officer"},
    "consent": {"fk_a", "fk_lead"},
    "confirm-consent": AF,
    "by-law": {"fk_a", "fk_lead"},
    "withdraw": FK | AF,
    "join": FK | AF,
    "rectify": FK,
    "protect": FK | AF,
    "next-step": FK | AF,
    "livelihood": FK | AF,
    "pause": FK | AF,
    "resume": FK | AF,
    "close": FK | AF,
    "reopen": {"fk_lead", "fk_officer"},
    "offer": FK,
    "receiving-units": HOLDERS,
    "book-meeting": FK | AF,
    "meeting": FK | AF | {"fk_officer", "af_officer"},
    "meeting-step": {"fk_a", "fk_lead"},
    "uninvite": FK | AF,
    "calendar": HOLDERS,
    "passage-step": {"fk_a", "fk_lead"},
    "programme-step": {"fk_a", "fk_lead"},
    "calendar-end": HOLDERS,
    "calendar-feed": EVERYBODY,
    "outbox": {"admin"},
    "decision": FK | AF | {"fk_officer", "af_officer"},
    "ask-assessment": FK | AF,
    "assessment": FK | AF | {"fk_officer", "af_officer"},
    "assessment-part": FK | AF,
    "assessment-versions": FK | AF | {"fk_officer", "af_officer"},
    "assessment-step": {"fk_a", "fk_lead"},
    "assessment-uncall": FK | AF,
    "assessment-gathered": FK | AF,
    "draft": FK | AF,
    "make-plan": FK | AF,
    "plan": FK | AF | {"fk_officer", "af_officer"},
    "plan-printed": FK | AF,
    "plan-change": {"fk_a", "fk_lead"},
    "plan-step": FK | AF | {"fk_officer", "af_officer"},
    "own-plan": NOBODY,
    "measures": EVERYBODY - {"admin"},
    "measure": EVERYBODY - {"admin"},
    "association": {"association"},
    "association-year": {"association"},
    "association-economy": {"association"},
    "association-board": {"association"},
    "association-report": {"association"},
    "fetch-report": {"association"},
    "note-in-books": {"association"},
    "change-noted": {"association"},
    "analyses": {"analyst"},
    "ask-analysis": {"analyst"},
    "analyses-ledger": {"analyst"},
    "analysis": {"analyst"},
    "analysis-progress": {"analyst"},
    "analysis-again": {"analyst"},
    "analysis-call-off": {"analyst"},
    "analysis-publish": {"analyst"},
    "analysis-all": NOBODY,
    "analysis-file": NOBODY,
    "make-measure": {"association"},
    "change-measure": {"association"},
    "note-activity": {"association", "measure"},
    "strike-activity": {"association", "measure"},
    "case-measures": FK | AF | {"fk_officer", "af_officer"},
    "referrals": {"measure"},
    "referral": FK | AF | {"fk_officer", "af_officer", "measure"},
    "referral-step": FK | AF | {"measure"},
    "refer": FK | AF,
    "refer-to": HOLDERS,
    "participations": {"measure"},
    "note-anonymous": {"measure"},
    "anonymous-left": {"measure"},
    "start-participation": {"measure", "af_lead"},
    "participation": FK | AF | {"fk_officer", "af_officer", "measure"},
    "participation-step": FK | AF | {"measure"},
    "handover": FK | AF | {"fk_officer", "af_officer"},
    "handover-step": FK | AF,
    "watch": HOLDERS | OFFICERS,
    "watch-section": HOLDERS | OFFICERS,
    "unit": {"fk_lead"},
    "unit-cases": {"fk_lead"},
    "absence": {"fk_lead"},
    "end-absence": {"fk_lead"},
    "leave": {"fk_lead"},
    "import": LEADS,
    "import-template": LEADS,
    "import-history": LEADS,
    "import-history-template": LEADS,
}
OPEN_TO_ALL = {"sign-in", "sign-in-as", "sign-out", "language", "eid", "openid_connect_callback", "account_login",
               "sign-in-set-up", "mfa_authenticate", "calendar-feed"}  # fmt: skip
POSTED = {
    "strike-activity",
    "analysis-again",
    "analysis-call-off",
    "analysis-publish",
    "anonymous-left",
    "sign-in-as",
    "sign-out",
    "language",
    "search",
    "resume",
    "end-absence",
    "withdraw",
    "eid",
    "own-withdraw",
    "own-sign",
    "uninvite",
    "calendar-end",
    "assessment-uncall",
    "assessment-gathered",
    "draft",
}

# Who may take each step in the same world. The lead may act for the unit; a colleague may not act for the holder.
STEPS = {
    "offer": {"fk_a", "fk_lead"},
    "ask": AF,
    "answer": {"fk_a", "fk_lead"},
    "accept": AF,
    "accept_on_condition": AF,
    "meet": {"fk_a", "fk_lead"},
    "decline": AF,
    "withdraw": {"fk_a", "fk_lead"},
    "rebook": AF,
    "miss_contact": AF,
    "record_contact": AF,
}
CASE_ACTIONS = {
    "take_next_step": {"fk_a", "fk_lead"},
    "change_livelihood": {"fk_a", "fk_lead"},
    "suspend": {"fk_a", "fk_lead"},
    "resume": {"fk_a", "fk_lead"},
    "close": {"fk_a", "fk_lead"},
    "reopen": {"fk_lead", "fk_officer"},
    "reassign": {"fk_lead"},
    "move_everything": {"fk_lead"},
    "end_post": {"fk_lead"},
    "register_absence": {"fk_lead", "fk_a"},
    "end_absence": {"fk_lead", "fk_b"},
    "give_consent": {"fk_a", "fk_lead"},
    "confirm_telling": AF,
    "refuse_telling": AF,
    "tell_by_law": {"fk_a", "fk_lead"},
    "withdraw": FK | AF,
    "propose_joining": {"fk_a", "fk_lead"},
    "rectify": {"fk_a", "fk_lead"},
    "protect": {"fk_a", "fk_lead"},
    "open_cases": {"fk_a", "fk_lead"},
    "book_meeting": {"fk_a", "fk_lead"},
    "move_meeting": {"fk_a", "fk_lead"},
    "invite": {"fk_a", "fk_lead"},
    "invite_guest": {"fk_a", "fk_lead"},
    "uninvite": {"fk_a", "fk_lead"},
    "call_off": {"fk_a", "fk_lead"},
    "hold_meeting": {"fk_a", "fk_lead"},
    "bring_in_meetings": {"fk_lead"},
    "bring_in_assessments": {"fk_lead"},
    "note_ending": {"fk_a", "fk_lead"},
    "offer_transition": {"fk_a", "fk_lead"},
    "answer_offer": {"fk_a", "fk_lead"},
    "note_job": {"fk_a", "fk_lead"},
    "note_sick_leave": set(),
    "note_adaptation": set(),
    "note_discharge": set(),
    "note_way_back": {"fk_a", "fk_lead"},
    "ask_assessment": {"fk_a", "fk_lead"},
    "call_unit": {"fk_a", "fk_lead"},
    "uncall_unit": {"fk_a", "fk_lead"},
    "end_assessment": {"fk_a", "fk_lead"},
    "gather_document": FK | AF,
    "sign_part": FK | AF,
    "save_draft": FK | AF,
    "make_plan": {"fk_a", "fk_lead"},
    "review_plan": {"fk_a", "fk_lead"},
    "add_step": {"fk_a", "fk_lead"},
    "end_plan": {"fk_a", "fk_lead"},
    "end_step": {"fk_a", "fk_b", "fk_lead"},
    "make_feed": HOLDERS,
    "end_feed": HOLDERS,
    "finish_decision": {"fk_a", "fk_b", "fk_lead"},
    "note_in_books": {"association"},
    "correct_books": {"association"},
    "strike_from_books": {"association"},
    "make_report": {"association"},
    "bring_in_measures": {"association"},
    "bring_in_economy": {"association"},
    "make_measure": {"association"},
    "change_measure": {"association"},
    "note_activity": {"association", "measure"},
    "strike_activity": {"association", "measure"},
    "refer": {"fk_a", "fk_lead"},
    **dict.fromkeys(("answer_measure", "withdraw_referral", "settle_no"), {"fk_a", "fk_lead"}),
    **dict.fromkeys(("take_place", "pass_place"), {"fk_a", "fk_lead"}),
    **dict.fromkeys(("ask_referrer", "decline_referral", "accept_referral"), {"measure", "af_lead"}),
    **dict.fromkeys(("put_on_list", "move_in_line", "offer_place", "leave_place"), {"measure", "af_lead"}),
    "ask_release": {"analyst"},
    "run_again": {"analyst"},
    "call_off_release": {"analyst"},
    "fetch_file": {"analyst"},
    "fetch_all": {"analyst"},
    "publish_release": {"analyst"},
    **dict.fromkeys(
        ("start_participation", "interrupt", "come_back", "note_attendance", "end_participation", "mis_register"),
        {"measure", "af_lead"},
    ),
    **dict.fromkeys(("note_anonymous", "note_anonymous_left"), {"measure", "af_lead"}),
    **dict.fromkeys(("see_end", "follow_up"), {"fk_a", "fk_lead"}),
}
SYSTEM_ACTIONS = (
    *("hire", "set_password", "issue_token", "revoke_token", "retain", "extract", "rotate", "unprotect"),
    *("part_expired", "reset_factors", "put_due_steps", "forget_drafts", "note_microdata", "note_tracing"),
)
STEP_ACTIONS = {
    "offer": "offer_handover",
    "ask": "ask_back",
    "answer": "answer_question",
    "accept": "accept_handover",
    "accept_on_condition": "accept_handover",
    "meet": "record_joint_contact",
    "decline": "decline_handover",
    "withdraw": "withdraw_handover",
    "rebook": "rebook_contact",
    "miss_contact": "miss_contact",
    "record_contact": "record_contact",
}
OWN_ACTIONS = {"withdraw_own", "sign_own"}
"""What a person does about the own case."""


def url_names() -> set[str]:
    """The names of all pages, from the code's own list."""
    found = set()
    for root in get_resolver().url_patterns:
        if not str(root.pattern).startswith("api"):
            found |= {p.name for p in getattr(root, "url_patterns", [root]) if p.name}
    return found


def test_every_page_has_an_expectation():
    assert url_names() == set(PAGES)


def decided(world, case):
    """A booked meeting of the case, and something that was decided at another."""
    meeting = world.meeting(case)
    decision = Decision.objects.create(
        meeting=world.meeting(case), text="Ring", to=world.posts["fk_b"], due_on=clock.today(), by=world.posts["fk_a"]
    )
    return meeting, decision


def assessed(world, case):
    """An assessment of the case to which AF is called, and its plan with a step for a colleague."""
    request = assessments.Request("Vägen tillbaka", clock.today(), (world.units["af"],), ("Intyg",))
    assessment = assessments.ask_assessment(world.viewer("fk_a"), case.pk, request)
    plan = plans.make_plan(world.viewer("fk_a"), case.pk, plans.Words("Halvtid"))
    planned = plans.Planned("Ring", world.posts["fk_b"], clock.today())
    return assessment, plan, plans.add_step(world.viewer("fk_a"), case.pk, planned)


def referred(world, case, measure):
    """A referral of the case's person to a measure whose staff work at AF's unit."""
    staff, unit = world.posts["measure"], world.units["af"]
    Post.objects.create(user=staff.user, role=staff.role, party=unit.party, unit=unit)
    return referrals.refer(world.viewer("fk_a"), case.pk, referrals.Asked(measure, unit, "Ord"))


def asked_of(year):
    """A report of a year, of the facts that the installation holds."""
    return analyses.Asked("joint_support", year, "own", "Statistik", "statistik@test.example", {})


def asked_for(world):
    """A report that waits to be made."""
    year = clock.today().year - 2
    return analyses.ask_release(world.viewer("analyst"), asked_of(year), clock.now())


def placed(world, case):
    """An accepted referral of the case's person to a measure of its own at AF's unit."""
    begun = clock.today() - timedelta(days=800)
    measure = world.measure(name=f"Insats {Measure.objects.count()}", starts_on=begun)
    asked = referrals.Asked(measure, world.units["af"], "Ord")
    referral = referrals.refer(world.viewer("fk_a"), case.pk, asked)
    return line.accept_referral(world.viewer("af_lead"), referral.pk, clock.today())


def taking_part(world, case, days=0):
    """A participation that began some days ago."""
    before = participations.Before(clock.today() - timedelta(days=days), "no_specific")
    return participations.start_participation(world.viewer("af_lead"), placed(world, case).pk, before)


def left(world, case):
    """A participation that ended 200 days ago."""
    one, day = taking_part(world, case, 300), clock.today() - timedelta(days=200)
    return participations.end_participation(
        world.viewer("af_lead"), one.pk, participations.After(day, "completed", "work", next_step="Ord")
    )


def nameless(world, measure):
    """A participant without a name at AF's unit."""
    year = clock.today().year
    return note_anonymous(world.viewer("af_lead"), world.units["af"].pk, measure.pk, "woman", year)


def active(world):
    """What a structural measure did, which AF carries too."""
    measure = world.measure(name="Struktur", direction="structural", places=None, planned_a_year=None)
    return activities.note_activity(world.viewer("association"), measure.pk, "training", clock.today(), 6, 12)


@pytest.fixture
def scene(world):
    """The world of the matrix, and the arguments of each page in it."""
    case = world.case()
    handover = world.offer(case)
    waiting = world.consent(case, confirms=False)
    absence = Absence.objects.create(post=world.posts["fk_b"], from_on=clock.today() - timedelta(days=1))
    meeting, decision = decided(world, case)
    assessment, plan, planned = assessed(world, case)
    measure, noted = world.measure(), world.noted("cost")
    reported = books.make_report(world.viewer("association"), noted.association_id, clock.today().year - 1)
    referral = referred(world, case, measure)
    release, did = asked_for(world), active(world)

    taking, waits = taking_part(world, case, 5), placed(world, case)
    arguments = {
        "anonymous-left": [nameless(world, measure).public_id],
        "start-participation": [waits.public_id],
        "participation": [taking.public_id],
        "participation-step": [taking.public_id, "end"],
        "referral": [referral.public_id],
        "referral-step": [referral.public_id, "ask"],
        "refer": [case.public_id, measure.public_id],
        "refer-to": [measure.public_id],
        **dict.fromkeys(
            ("case", "next-step", "livelihood", "pause", "resume", "close", "reopen", "offer"), [case.public_id]
        ),
        **dict.fromkeys(
            (
                "sharing",
                "consent",
                "by-law",
                "withdraw",
                "access-log",
                "access-log-printed",
                "case-journal",
                "case-meetings",
            ),
            [case.public_id],
        ),
        **dict.fromkeys(("rectify", "protect"), [case.public_id]),
        "join": [case.public_id, case.public_id],
        "confirm-consent": [case.public_id, waiting.public_id],
        "own-sign": [waiting.public_id],
        "openid_connect_callback": ["eid"],
        "mfa_remove_webauthn": ["x"],
        "handover": [handover.public_id],
        "handover-step": [handover.public_id, "ask"],
        "my-work-section": ["held"],
        "watch-section": ["overdue"],
        "unit": [world.units["fk"].public_id],
        "unit-cases": [world.units["fk"].public_id],
        "absence": [world.units["fk"].public_id],
        "end-absence": [absence.public_id],
        "leave": [world.posts["fk_b"].public_id],
        "import-template": ["csv"],
        "import-history": ["meetings"],
        "import-history-template": ["meetings", "csv"],
        "book-meeting": [case.public_id],
        "passage-step": [case.public_id, "job"],
        "case-measures": [case.public_id],
        **dict.fromkeys(("measure", "change-measure"), [measure.public_id]),
        "note-activity": [did.measure.public_id],
        "strike-activity": [did.public_id],
        **dict.fromkeys(
            [f"analysis{step}" for step in ("", "-progress", "-again", "-call-off", "-publish", "-all")],
            [release.public_id],
        ),
        "analysis-file": [release.public_id, "figures.json"],
        "programme-step": [case.public_id, "way-back"],
        **dict.fromkeys(
            ("association-year", "association-economy", "association-board", "association-report"), [clock.today().year]
        ),
        "fetch-report": [reported.public_id, "csv"],
        "note-in-books": [clock.today().year, "cost"],
        "change-noted": ["cost", noted.public_id],
        "meeting": [meeting.public_id],
        "meeting-step": [meeting.public_id, "move"],
        "uninvite": [meeting.participants.get(post=world.posts["fk_a"]).public_id],
        "decision": [decision.public_id],
        "ask-assessment": [case.public_id],
        **dict.fromkeys(("assessment", "assessment-part", "assessment-versions"), [assessment.public_id]),
        "assessment-step": [assessment.public_id, "end"],
        "assessment-uncall": [Call.objects.get().public_id],
        "assessment-gathered": [Document.objects.get().public_id],
        "draft": [case.public_id, "form"],
        "make-plan": [case.public_id],
        **dict.fromkeys(("plan", "plan-printed", "own-plan"), [plan.public_id]),
        "plan-change": [plan.public_id, "step"],
        "plan-step": [planned.public_id],
        "calendar-feed": [feeds.make_feed(world.viewer("fk_a"))],
    }
    users = {post.user for post in world.posts.values()}
    Secret.objects.bulk_create(Secret(user=user, password=make_password("x")) for user in users)
    return world, case, handover, absence, arguments


@pytest.mark.parametrize("page", PAGES)
def test_only_those_a_page_is_for_can_open_it(scene, page):
    world, *_rest, arguments = scene
    url = reverse(page, args=arguments.get(page, []))
    opened = set()
    for name in EVERYBODY:
        client = StrictClient()
        client.force_login(world.posts[name].user)
        with transaction.atomic():
            response = client.post(url, {"q": "Per"}) if page in POSTED else client.get(url)
            transaction.set_rollback(True)
        assert response.status_code in (200, 302, 403, 404), (name, response.status_code)
        if response.status_code in (200, 302):
            opened.add(name)
    assert opened == PAGES[page]


@pytest.mark.parametrize("page", sorted(set(PAGES) - OPEN_TO_ALL))
def test_nobody_comes_in_without_signing_in(scene, page):
    *_rest, arguments = scene
    url = reverse(page, args=arguments.get(page, []))
    response = StrictClient().post(url) if page in POSTED else StrictClient().get(url)
    assert response.status_code == 302 and response.headers["Location"].startswith("/sign-in/")


def test_a_view_that_does_not_say_whom_it_is_for_is_for_nobody(world, rf):
    from django.core.exceptions import PermissionDenied

    from handslag.site.middleware import deny_by_default

    request = rf.get("/")
    request.user = world.posts["fk_lead"].user
    request.resolver_match = type("Match", (), {"namespaces": []})
    with pytest.raises(PermissionDenied):
        deny_by_default(lambda r: None).process_view(request, lambda r: None, (), {})


def _takers(world, act) -> set[str]:
    """Everyone whose attempt is not refused for lack of right."""
    allowed = set()
    for name in EVERYBODY:
        try:
            with transaction.atomic():
                act(world.viewer(name))
                allowed.add(name)
                transaction.set_rollback(True)
        except NotAllowed:
            pass
        except Refused:
            allowed.add(name)
    return allowed


def actions() -> dict[str, object]:
    """Every action of the product by its name, with its rule; what the product does by itself is nobody's."""
    found = {}
    for app in apps.get_app_configs():
        if app.name.startswith("handslag."):
            for module in pkgutil.walk_packages([app.path], f"{app.name}."):
                if ".migrations" not in module.name:
                    found |= {
                        thing.__name__: thing.may
                        for thing in vars(import_module(module.name)).values()
                        if inspect.isfunction(thing) and hasattr(thing, "may")
                    }
    return {name: rule for name, rule in found.items() if rule is not by_itself}


def test_every_action_has_an_expectation():
    assert set(actions()) == {*CASE_ACTIONS, *SYSTEM_ACTIONS, *STEP_ACTIONS.values(), *OWN_ACTIONS}


@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_what_is_the_operators_is_refused_to_everyone_who_signs_in(world, name):
    viewer, today = world.viewer(name), clock.today()
    acts = {
        "hire": lambda: hire(viewer, []),
        "note_microdata": lambda: note_microdata(viewer, today, today),
        "note_tracing": lambda: note_tracing(viewer, "x", "x", today.year),
        "set_password": lambda: parties.set_password(viewer, "x", "y"),
        "reset_factors": lambda: reset_factors(viewer, "x"),
        "retain": lambda: retain(viewer, today),
        "extract": lambda: extract(viewer, "FK", "x"),
        "rotate": lambda: rotate(viewer),
        "unprotect": lambda: unprotect(viewer, "x"),
        "issue_token": lambda: parties.issue_token(viewer, "FK", "x"),
        "revoke_token": lambda: parties.revoke_token(viewer, "FK", "x"),
        "part_expired": lambda: sharing.part_expired(viewer),
        "put_due_steps": lambda: plans.put_due_steps(viewer, today),
        "forget_drafts": lambda: forget_drafts(viewer, today),
    }
    assert set(acts) == set(SYSTEM_ACTIONS)
    for act in acts.values():
        with pytest.raises(NotAllowed):
            act()


def test_every_transition_has_an_expectation():
    assert {verb for verb, step in rules.BY_VERB.items() if step.side != rules.PRODUCT} == set(STEPS)


@pytest.mark.parametrize("verb", STEPS)
def test_only_the_right_side_takes_a_step(world, verb):
    case = world.case()
    ahead, today = contact_in(3), clock.today()
    if verb != "offer":
        handover = world.offer(case, consents=verb not in ("accept_on_condition", "meet"))
    if verb == "answer":
        handovers.ask_back(world.viewer("af_a"), handover.pk, "?")
    if verb in ("meet", "rebook", "miss_contact", "record_contact"):
        handovers.accept_handover(world.viewer("af_a"), handover.pk, ahead)
    acts = {
        "offer": lambda v: handovers.offer_handover(v, case.pk, handovers.Offer(
            world.units["af"], None, "moved", "Ord", "", today, ahead)),
        "ask": lambda v: handovers.ask_back(v, handover.pk, "?"),
        "answer": lambda v: handovers.answer_question(v, handover.pk, "!"),
        "accept": lambda v: handovers.accept_handover(v, handover.pk, ahead),
        "accept_on_condition": lambda v: handovers.accept_handover(v, handover.pk, ahead),
        "meet": lambda v: contact.record_joint_contact(v, handover.pk, person_agrees=True),
        "decline": lambda v: handovers.decline_handover(v, handover.pk, "not_ready", None, goes_back=True),
        "withdraw": lambda v: handovers.withdraw_handover(v, handover.pk),
        "rebook": lambda v: contact.rebook_contact(v, handover.pk, ahead),
        "miss_contact": lambda v: contact.miss_contact(v, handover.pk, ahead),
        "record_contact": lambda v: contact.record_contact(v, handover.pk, "held", "Ring", today),
    }  # fmt: skip
    assert _takers(world, acts[verb]) == STEPS[verb]


@pytest.mark.parametrize("action", CASE_ACTIONS)
def test_only_those_with_the_right_act_on_a_case(world, action):
    case, today = world.case(), clock.today()
    post, colleague = world.posts["fk_a"], world.posts["fk_b"]
    absence = Absence.objects.create(post=colleague, from_on=today)
    other = world.case("af_a", identity_number=case.person.identity.number)
    consent = world.consent(case)
    told = list(consent.disclosures.values_list("pk", flat=True))
    waiting = world.consent(case, confirms=False).disclosures.filter(begins_at__isnull=True)
    waits = list(waiting.values_list("pk", flat=True))
    meeting, decision = decided(world, case)
    measure = world.measure()
    noted = world.noted("cost")
    referral = referred(world, case, measure)
    entered = Entered(noted.association_id, noted.by_id, defaultdict(str))
    release, did = asked_for(world), active(world)

    waits_to_start, going, away, gone = (
        placed(world, case),
        *(taking_part(world, case, 5) for _ in "ab"),
        left(world, case),
    )
    participations.interrupt(world.viewer("af_lead"), away.pk, today - timedelta(days=2), "illness")
    nobody = nameless(world, measure)
    guest = meeting.participants.get(post=post)
    when = meetings.Time(contact_in(3), 60, "Rum 3")
    assessment, _plan, planned = assessed(world, case)
    document, call = Document.objects.get(), Call.objects.get()
    asked = assessments.Request("Ord", today, (world.units["kom"],))
    ending = assessments.Ending("Mål", "Ring", today, post, "other_next_step")
    empty = dict.fromkeys(("reason", "place", "purpose", "notes", "outcome", "standpoint", "plan_goal"), "")
    days = dict.fromkeys(("day", "asked_on", "ended_on"), today)
    event = {"kind": "sip", "time": time(0), "minutes": 60, "came": ("person",), "took_part": ("AF",)}
    past = Line(case.pk, post.pk, {**empty, **days, **event}, "x")
    agreed = Agreed(
        "Plan",
        "written",
        None,
        today,
        today,
        "public_task",
        frozenset({Flow(post.party_id, world.units["kom"].pk, "plan")}),
    )
    acts = {
        "take_next_step": lambda v: cases.take_next_step(v, case.pk, "Ring", today),
        "change_livelihood": lambda v: cases.change_livelihood(v, case.pk, "wage", None, today, None),
        "suspend": lambda v: cases.suspend(v, case.pk, today + timedelta(days=3), "treatment"),
        "resume": lambda v: cases.resume(v, case.pk),
        "close": lambda v: cases.close(v, case.pk, "work", "Chefen"),
        "reopen": lambda v: reopen(v, case.pk, "need_returned", colleague, "Ring", today),
        "reassign": lambda v: cases.reassign(v, [case.public_id], colleague),
        "move_everything": lambda v: cases.move_everything(v, post, colleague),
        "end_post": lambda v: parties.end_post(v, colleague),
        "register_absence": lambda v: parties.register_absence(v, post, today, None, None),
        "end_absence": lambda v: parties.end_absence(v, Absence.objects.get(pk=absence.pk)),
        "give_consent": lambda v: sharing.give_consent(v, case.pk, agreed),
        "confirm_telling": lambda v: sharing.confirm_telling(v, waits, "document", is_tested=True),
        "refuse_telling": lambda v: sharing.refuse_telling(v, waits),
        "tell_by_law": lambda v: sharing.tell_by_law(v, case.pk, Statutory(
            post.party_id, world.units["kom"], "osl_10_2", "Begärt", today)),
        "withdraw": lambda v: sharing.withdraw(v, told, case.pk),
        "propose_joining": lambda v: sharing.propose_joining(v, case.pk, other.pk, contact_in(3)),
        "rectify": lambda v: rectify(v, case.pk, {**present(case), "given_name": "Ny"}, "Fel"),
        "protect": lambda v: protect(v, case.pk),
        "open_cases": lambda v: open_cases(v, [world.draft("fk_a")]),
        "book_meeting": lambda v: meetings.book_meeting(v, case.pk, meetings.Plan("sip", "Ses"), when),
        "move_meeting": lambda v: meetings.move_meeting(v, meeting.pk, when, "another_time"),
        "invite": lambda v: calling.invite(v, meeting.pk, world.units["af"]),
        "invite_guest": lambda v: calling.invite_guest(v, meeting.pk, calling.Guest("employer", "Eva")),
        "uninvite": lambda v: calling.uninvite(v, guest.pk),
        "call_off": lambda v: meetings.call_off(v, meeting.pk, "not_needed"),
        "hold_meeting": lambda v: holding.hold_meeting(v, meeting.pk, holding.Outcome(frozenset(), "", ())),
        "bring_in_meetings": lambda v: bring_in_meetings(v, [past]),
        "bring_in_assessments": lambda v: bring_in_assessments(v, [past]),
        "note_ending": lambda v: passages.note_ending(v, case.pk, passages.Ending("sickness_benefit", "ends", today)),
        "offer_transition": lambda v: passages.offer_transition(v, case.pk, today),
        "answer_offer": lambda v: passages.answer_offer(v, case.pk, "accepted", today),
        "note_job": lambda v: passages.note_job(v, case.pk, has_job=True),
        "note_sick_leave": lambda v: programme.note_sick_leave(v, case.pk, today, 100, "youth_job_guarantee"),
        "note_adaptation": lambda v: programme.note_adaptation(v, case.pk, today, can_adapt=True),
        "note_discharge": lambda v: programme.note_discharge(v, case.pk, today),
        "note_way_back": lambda v: programme.note_way_back(v, case.pk, "returned", today),
        "ask_assessment": lambda v: assessments.ask_assessment(v, case.pk, asked),
        "call_unit": lambda v: assessments.call_unit(v, assessment.pk, world.units["kom"]),
        "uncall_unit": lambda v: assessments.uncall_unit(v, call.pk),
        "end_assessment": lambda v: assessments.end_assessment(v, assessment.pk, ending),
        "gather_document": lambda v: assessments.gather_document(v, document.pk),
        "sign_part": lambda v: assessments.sign_part(v, assessment.pk, Content("Vi", "Ord", "Mål"), 0),
        "save_draft": lambda v: save_draft(v, case.pk, "form", {"text": "Ord"}, 0),
        "make_plan": lambda v: plans.make_plan(v, case.pk, plans.Words("Mål")),
        "review_plan": lambda v: plans.review_plan(v, case.pk, plans.Words("Mål")),
        "add_step": lambda v: plans.add_step(v, case.pk, plans.Planned("Ring", colleague, today)),
        "end_plan": lambda v: plans.end_plan(v, case.pk, "completed"),
        "end_step": lambda v: plans.end_step(v, planned.pk, was_done=True),
        "make_feed": feeds.make_feed,
        "end_feed": feeds.end_feed,
        "finish_decision": lambda v: holding.finish_decision(v, decision.pk),
        "note_in_books": lambda v: books.note_in_books(v, noted.association_id, "planned", {}),
        "correct_books": lambda v: books.correct_books(v, noted.association_id, "cost", noted.public_id, {}),
        "strike_from_books": lambda v: books.strike_from_books(v, noted.association_id, "cost", noted.public_id),
        "bring_in_measures": lambda v: bring_in_measures(v, [entered]),
        "bring_in_economy": lambda v: bring_in_economy(v, [entered]),
        "make_report": lambda v: books.make_report(v, noted.association_id, today.year - 1),
        "make_measure": lambda v: world.measure(v, name="Ny"),
        "ask_release": lambda v: analyses.ask_release(v, asked_of(today.year - 1), clock.now()),
        "run_again": lambda v: analyses.run_again(v, release.pk),
        "call_off_release": lambda v: analyses.call_off_release(v, release.pk),
        "fetch_file": lambda v: analyses.fetch_file(v, release.pk, "figures.json"),
        "fetch_all": lambda v: analyses.fetch_all(v, release.pk),
        "publish_release": lambda v: publish_release(v, release.pk),
        "note_activity": lambda v: activities.note_activity(v, did.measure_id, "team", today, 2, 9),
        "strike_activity": lambda v: activities.strike_activity(v, did.pk),
        "change_measure": lambda v: measures.change_measure(v, measure.pk, measure.changed_at, described(world)),
        "refer": lambda v: referrals.refer(v, case.pk, referrals.Asked(measure, world.units["af"])),
        "ask_referrer": lambda v: referrals.ask_referrer(v, referral.pk, "?"),
        "answer_measure": lambda v: referrals.answer_measure(v, referral.pk, "!"),
        "withdraw_referral": lambda v: referrals.withdraw_referral(v, referral.pk),
        "settle_no": lambda v: referrals.settle_no(v, referral.pk),
        "decline_referral": lambda v: referrals.decline_referral(v, referral.pk, "full"),
        "accept_referral": lambda v: line.accept_referral(v, referral.pk, today),
        "put_on_list": lambda v: line.put_on_list(v, referral.pk, line.Waits("no_place")),
        "move_in_line": lambda v: line.move_in_line(v, referral.pk, 2, "mistake"),
        "offer_place": lambda v: line.offer_place(v, referral.pk, today, today),
        "leave_place": lambda v: line.leave_place(v, referral.pk),
        "take_place": lambda v: line.take_place(v, referral.pk),
        "pass_place": lambda v: line.pass_place(v, referral.pk),
        "start_participation": lambda v: participations.start_participation(v, waits_to_start.pk, participations.Before(today, "no_specific")),
        "interrupt": lambda v: participations.interrupt(v, going.pk, today, "illness"),
        "come_back": lambda v: participations.come_back(v, away.pk, today),
        "note_attendance": lambda v: participations.note_attendance(v, going.pk, today, came=True),
        "end_participation": lambda v: participations.end_participation(v, going.pk, participations.After(today, "completed", "work", next_step="!")),
        "mis_register": lambda v: participations.mis_register(v, going.pk),
        "see_end": lambda v: participations.see_end(v, gone.pk),
        "follow_up": lambda v: participations.follow_up(v, gone.pk, participations.Told(6, is_reached=False)),
        "note_anonymous": lambda v: note_anonymous(v, world.units["af"].pk, measure.pk, "man", today.year),
        "note_anonymous_left": lambda v: note_anonymous_left(v, nobody.pk),
    }  # fmt: skip
    assert _takers(world, acts[action]) == CASE_ACTIONS[action]


@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_search_finds_only_persons_of_the_own_place(scene, browse, name):
    world, case, *_rest = scene
    client = browse(name)
    for text in (case.person.identity.number, case.reference, case.person.identity.family_name):
        response = client.post(reverse("search"), {"q": text})
        found = response.status_code == 200 and f"/cases/{case.public_id}/" in response.content.decode()
        assert found == (name in FK | AF | {"fk_officer", "af_officer"}), text


def test_what_does_not_exist_and_what_is_hidden_look_the_same(scene, browse):
    world, case, handover, *_rest = scene
    client = browse("kom_a")
    for hidden, missing in (("/cases/{}/", case.public_id), ("/handovers/{}/", handover.public_id)):
        a, b = client.get(hidden.format(missing)), client.get(hidden.format(uuid7()))
        assert (a.status_code, b.status_code) == (404, 404)
        bodies = [re.sub(r"[0-9a-f-]{36}|[0-9]+|csrfmiddlewaretoken[^>]*", "", r.content.decode()) for r in (a, b)]
        assert bodies[0] == bodies[1]


MEASURES_STEPS = ("accept", "wait", "invite", "move", "decline", "ask", "leave")
STAFF_STEPS = ("attendance", "interrupt", "resume", "end", "mis-register")
REFERRERS_STEPS = ("take-place", "pass-place", "answer", "withdraw", "settle")

# Which parties' systems an operation answers with something, in the same world (401 without a token, always).
OPERATIONS = {
    ("get", "/api/v1/cases"): {"fk", "af", "kom"},
    ("post", "/api/v1/cases/search"): {"fk", "af", "kom"},
    ("get", "/api/v1/cases/{case_id}"): {"fk", "af"},
    ("get", "/api/v1/handovers"): {"fk", "af", "kom"},
    ("post", "/api/v1/handovers"): {"fk"},
    ("get", "/api/v1/handovers/{handover_id}"): {"fk", "af"},
    ("post", "/api/v1/handovers/{handover_id}/accept"): {"af"},
    ("post", "/api/v1/handovers/{handover_id}/decline"): {"af"},
    ("post", "/api/v1/handovers/{handover_id}/meet"): {"fk"},
    ("get", "/api/v1/consents"): {"fk", "af", "kom"},
    ("post", "/api/v1/consents/{consent_id}/confirm"): {"af"},
    ("post", "/api/v1/consents/{consent_id}/refuse"): {"af"},
    ("post", "/api/v1/handovers/{handover_id}/ask"): {"af"},
    ("post", "/api/v1/handovers/{handover_id}/answer"): {"fk"},
    ("post", "/api/v1/handovers/{handover_id}/withdraw"): {"fk"},
    ("get", "/api/v1/meetings"): {"fk", "af", "kom"},
    ("post", "/api/v1/meetings"): {"fk"},
    ("get", "/api/v1/meetings/{meeting_id}"): {"fk", "af"},
    ("post", "/api/v1/meetings/{meeting_id}/move"): {"fk"},
    ("post", "/api/v1/meetings/{meeting_id}/call-off"): {"fk"},
    ("post", "/api/v1/meetings/{meeting_id}/hold"): {"fk"},
    ("get", "/api/v1/assessments"): {"fk", "af", "kom"},
    ("post", "/api/v1/assessments"): {"fk"},
    ("get", "/api/v1/assessments/{assessment_id}"): {"fk", "af"},
    ("post", "/api/v1/assessments/{assessment_id}/sign"): {"fk", "af"},
    ("get", "/api/v1/plans"): {"fk", "af", "kom"},
    ("get", "/api/v1/plans/{plan_id}"): {"fk", "af"},
    ("post", "/api/v1/plans"): {"fk"},
    ("post", "/api/v1/plans/{plan_id}/review"): {"fk"},
    ("post", "/api/v1/plans/{plan_id}/steps"): {"fk"},
    ("post", "/api/v1/plans/{plan_id}/steps/{step_id}/end"): {"fk"},
    ("post", "/api/v1/plans/{plan_id}/end"): {"fk"},
    ("get", "/api/v1/passages/{case_id}"): {"fk", "af"},
    ("post", "/api/v1/passages/{case_id}/sick-leave"): set(),
    ("get", "/api/v1/watch"): {"fk", "af", "kom"},
    ("get", "/api/v1/measures"): {"fk", "af", "kom"},
    ("get", "/api/v1/measures/{measure_id}"): {"fk", "af", "kom"},
    ("get", "/api/v1/measures/{measure_id}/activities"): {"fk", "af", "kom"},
    ("get", "/api/v1/referrals"): {"fk", "af", "kom"},
    ("post", "/api/v1/referrals"): {"fk"},
    ("get", "/api/v1/referrals/{referral_id}"): {"fk", "af"},
    **{("post", f"/api/v1/referrals/{{referral_id}}/{verb}"): {"af"} for verb in MEASURES_STEPS},
    **{("post", f"/api/v1/referrals/{{referral_id}}/{verb}"): {"fk"} for verb in REFERRERS_STEPS},
    ("get", "/api/v1/services"): {"fk", "af", "kom", "nobody"},
    ("get", "/api/v1/services/csv"): {"fk", "af", "kom", "nobody"},
    ("get", "/api/v1/participations"): {"fk", "af", "kom"},
    ("post", "/api/v1/participations"): {"af"},
    ("get", "/api/v1/participations/{participation_id}"): {"fk", "af"},
    **{("post", f"/api/v1/participations/{{participation_id}}/{verb}"): {"af"} for verb in STAFF_STEPS},
    **{("post", f"/api/v1/participations/{{participation_id}}/{verb}"): {"fk"} for verb in ("see", "follow-up")},
    ("get", "/api/v1/services/{measure_id}"): {"fk", "af", "kom", "nobody"},
    ("get", "/api/v1/api-info"): {"fk", "af", "kom", "nobody"},
}


def operations() -> set[tuple[str, str]]:
    """Every operation of the API, from its own description."""
    return {(method, path) for path, found in api.get_openapi_schema()["paths"].items() for method in found}


def test_every_operation_has_an_expectation():
    assert operations() == set(OPERATIONS)


def _sick_leave(acting_as: str) -> dict:
    return {"acting_as": acting_as, "since": str(clock.today()), "degree": 50, "programme": "youth_job_guarantee"}


def _referral_ready(world, verb: str) -> None:
    """Brings the referral to where the step can be taken."""
    referral, staff, today = Referral.objects.earliest("id"), world.viewer("af_lead"), clock.today()
    if verb in ("invite", "move", "take-place", "pass-place"):
        line.put_on_list(staff, referral.pk, line.Waits("no_place"))
    if verb in ("take-place", "pass-place"):
        line.offer_place(staff, referral.pk, today, today)
    if verb == "move":
        other = world.refer(world.case(), referral.measure, "af")
        line.put_on_list(staff, other.pk, line.Waits("no_place"))
    if verb == "leave":
        line.accept_referral(staff, referral.pk, today)
    if verb == "answer":
        referrals.ask_referrer(staff, referral.pk, "?")
    if verb == "settle":
        referrals.decline_referral(staff, referral.pk, "full")
    if verb == "referrals":
        referrals.withdraw_referral(world.viewer("fk_a"), referral.pk)


def _participation(world, case, path: str):
    """The participation that an operation is about, brought to where the step can be taken."""
    if path.endswith(("/see", "/follow-up")):
        return left(world, case)
    one = Participation.objects.get()
    if path.endswith("/resume"):
        participations.interrupt(world.viewer("af_lead"), one.pk, clock.today() - timedelta(days=2), "illness")
    return one


def _ready(world, case, handover, method: str, path: str) -> None:
    """Brings the case to where the operation can be carried out."""
    if path.endswith("/answer"):
        handovers.ask_back(world.viewer("af_a"), handover.pk, "?")
    if path == "/api/v1/assessments" and method == "post":
        Assessment.objects.update(ended_at=clock.now(), ended_by=world.posts["fk_a"], reason="deceased")
    if path == "/api/v1/plans" and method == "post":
        plans.end_plan(world.viewer("fk_a"), case.pk, "completed")
    if path.endswith("/meet"):
        told = Disclosure.objects.filter(to_unit=world.units["af"], group="identity", ended_at__isnull=True)
        sharing.withdraw(world.viewer("fk_a"), list(told.values_list("pk", flat=True)), case.pk)
        handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(3))
    if "/referrals" in path and method == "post":
        _referral_ready(world, path.rsplit("/", 1)[-1])
    if path == "/api/v1/handovers" and method == "post":
        handovers.withdraw_handover(world.viewer("fk_a"), handover.pk)


@pytest.mark.parametrize("operation", sorted(OPERATIONS), ids=" ".join)
def test_an_operation_answers_only_the_parties_that_it_is_for(scene, operation):
    world, case, handover, *_rest = scene
    method, path = operation
    meeting = Meeting.objects.filter(case=case).order_by("id").first()
    waiting = Consent.objects.filter(disclosures__begins_at__isnull=True).distinct().get()
    ids = {
        "case": case,
        "handover": handover,
        "meeting": meeting,
        "assessment": Assessment.objects.get(),
        "plan": Plan.objects.get(),
        "step": Step.objects.get(),
        "consent": waiting,
        "measure": Measure.objects.earliest("id"),
        "referral": Referral.objects.earliest("id"),
        "participation": _participation(world, case, path),
    }
    url = path.format(**{f"{name}_id": found.public_id for name, found in ids.items()})
    _ready(world, case, handover, method, path)
    answered = set()
    for party in ("fk", "af", "kom", "nobody"):
        known = party in world.parties
        headers = {"Authorization": f"Bearer {world.token(party)}"} if known else {}
        body = {
            "acting_as": f"{party}_a@test.example", "text": "Ord", "case_id": str(case.public_id), "to_party": "AF", "to_unit": "E-af",
            "reason": "moved", "brief": "Ord", "needed_by": clock.today().isoformat(), "decline_reason": "not_ready",
            "goes_back": True, "proposed_contact_at": contact_in(3).isoformat(), "first_contact_at": contact_in(3).isoformat(),
        }  # fmt: skip
        if "assessments" in path:
            body |= {
                "purpose": "Väg",
                "wanted_by": str(clock.today()),
                "units": [{"party": "AF", "unit": "E-af"}],
                "upon": 0,
                "standpoint": "Vi",
                "own_words": "Jag",
                "goal": "Mål",
            }
        if "meetings" in path:
            body |= {"kind": "sip", "purpose": "Ses", "at": contact_in(3).isoformat(), "place": "Rum 3", "reason": "another_time",
                     "came": [str(guest.public_id) for guest in meeting.participants.all()],
                     "decisions": [{"text": "Ring", "to": "fk_a@test.example", "due_on": str(clock.today() + timedelta(days=9))}]}  # fmt: skip
        if "plans" in path:
            body |= {"goal": "Halvtid", "to": "fk_a@test.example", "due_on": str(clock.today()), "ending": "completed",
                     "was_done": True}  # fmt: skip
        if "consents" in path:
            lines = waiting.disclosures.filter(begins_at__isnull=True).values_list("public_id", flat=True)
            body |= {"lines": [*map(str, lines)], "seen": "document", "is_tested": True}
        if "referrals" in path:
            lead = {"acting_as": f"{party}_lead@test.example"} if path.split("/")[-1] in MEASURES_STEPS else {}
            body |= {"measure_id": str(ids["measure"].public_id), "starts_on": str(clock.today()), "wait_reason": "no_place",
                     "answer_by": str(clock.today()), "place": 2, "asked_for": "Ord", "reason": "mistake", "decline_reason": "full", **lead}  # fmt: skip
        if "participations" in path:
            today = str(clock.today())
            lead = {} if path.endswith(("/see", "/follow-up")) else {"acting_as": f"{party}_lead@test.example"}
            unstarted = Referral.objects.get(state="accepted", participation=None)
            body |= {"referral_id": str(unstarted.public_id), "started_on": today, "target_group": "no_specific", "from_on": today,
                     "until_on": today, "day": today, "came": True, "ended_on": today, "reason": "illness", "outcome": "work",
                     "next_step": "Ord", "months": 6, "is_reached": False, **lead}  # fmt: skip
        body |= {"person_agrees": True}
        body = _sick_leave(body["acting_as"]) if path.endswith("/sick-leave") else body
        client, late = Client(headers=headers), timedelta(days=4 if path.endswith(("/hold", "/meet")) else 0)
        with transaction.atomic(), time_machine.travel(clock.now() + late):
            sent = {"data": json.dumps(body), "content_type": "application/json"} if method == "post" else {}
            status = getattr(client, method)(url, **sent).status_code
            transaction.set_rollback(True)
        assert status in (200, 201, 401, 403, 404), (party, status)
        assert known or status in (200, 401)
        if status < 400:
            answered.add(party)
    assert answered == OPERATIONS[operation]


def test_measure_staff_of_the_same_unit_reach_no_person(scene, browse):
    assert browse("measure").get(reverse("my-work")).status_code == 403


NOWHERE = 10**9


def test_what_is_out_of_reach_is_refused_as_what_does_not_exist(world):
    """In the same words and kind, whatever else would be refused about it; nothing tells that there is such a case."""
    case, today = world.case(), clock.today()
    meeting, handover, viewer = world.meeting(case), world.offer(case), world.viewer("hylte_lead")
    decided = meetings.Plan("sip", "Ses"), meetings.Time(contact_in(3), 60, "Rum 3")
    of_case = {
        "next step": lambda pk: cases.take_next_step(viewer, pk, "", today),
        "pause": lambda pk: cases.suspend(viewer, pk, today, ""),
        "closing": lambda pk: cases.close(viewer, pk, ""),
        "consent": lambda pk: sharing.give_consent(viewer, pk, None),
        "withdrawal": lambda pk: sharing.withdraw(viewer, [], pk),
        "rectification": lambda pk: rectify(viewer, pk, {}, ""),
        "protection": lambda pk: protect(viewer, pk),
        "meeting": lambda pk: meetings.book_meeting(viewer, pk, *decided),
    }
    of_others = {
        "move": (lambda pk: meetings.move_meeting(viewer, pk, decided[1], ""), meeting.pk),
        "accept": (lambda pk: handovers.accept_handover(viewer, pk, contact_in(2)), handover.pk),
        "take back": (lambda pk: handovers.withdraw_handover(viewer, pk), handover.pk),
    }
    for what, (act, pk) in {**{name: (act, case.pk) for name, act in of_case.items()}, **of_others}.items():
        told = []
        for tried in (pk, NOWHERE):
            with pytest.raises(Refused) as refused:
                act(tried)
            told.append((type(refused.value), refused.value.message, refused.value.field))
        assert told[0] == told[1], what
