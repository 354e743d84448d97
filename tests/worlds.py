"""Small hand-made worlds for the tests."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from itertools import count

import time_machine
from django.test import override_settings
from django.utils import timezone

from handslag.analyses.actions import Asked, ask_release
from handslag.assessments import actions as assessments
from handslag.assessments.rules import Spell
from handslag.assessments.signing import Content
from handslag.associations import actions as books
from handslag.associations.models import Decision, Figures, Noted
from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.cases.opening import Draft, open_cases
from handslag.cases.reopening import reopen
from handslag.disclosure.actions import Agreed
from handslag.disclosure.models import Consent
from handslag.disclosure.queries import unconfirmed
from handslag.disclosure.rules import GROUPS, Flow
from handslag.drafts.actions import save_draft
from handslag.foundation import clock, keys
from handslag.handovers import actions as handovers
from handslag.handovers import contact
from handslag.handovers.actions import Offer, offer_handover
from handslag.handovers.models import Handover
from handslag.journal.chain import seal
from handslag.measures.actions import Described, Locked, make_measure
from handslag.measures.activities import note_activity
from handslag.measures.models import Measure
from handslag.meetings import actions as meetings
from handslag.meetings import feeds, holding
from handslag.meetings.actions import Plan, Time, book_meeting
from handslag.meetings.models import Meeting
from handslag.meetings.rules import ITEMS
from handslag.participations import actions as participations
from handslag.participations.anonymous import note_anonymous
from handslag.parties.actions import issue_token, register_absence
from handslag.parties.models import Association, Party, Post, Unit, User
from handslag.parties.queries import viewer_of
from handslag.parties.viewer import Viewer
from handslag.passages import actions as passages
from handslag.passages import programme_actions as programme
from handslag.persons.registering import bar
from handslag.plans import actions as plans
from handslag.referrals import actions as referrals
from handslag.referrals import line
from handslag.sharing.actions import confirm_telling, give_consent
from handslag.sharing.queries import answered_at
from handslag.simulation.world import identity_numbers
from handslag.watch.actions import go_round

SYSTEM = Viewer(None, is_system=True, name="test")


@cache
def numbers() -> list[str]:
    """Official test numbers of adults."""
    return identity_numbers(date(2026, 11, 22))


def contact_in(days: int):
    """A time for a first contact some days ahead."""
    return timezone.now() + timedelta(days=days)


@dataclass
class World:
    """FK, AF and two municipalities in Halland; each unit with two caseworkers and a lead; officers per party."""

    parties: dict[str, Party] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    _serial: count = field(default_factory=lambda: count(1))

    def hire(self, name: str, role: str, **place) -> Post:
        """A new person on a new post, known in tests by `name`."""
        user = User.objects.create(email=f"{name}@test.example", given_name=name.title(), family_name="Test")
        self.posts[name] = Post.objects.create(user=user, role=role, **place)
        return self.posts[name]

    def found(self, name: str, code: str) -> None:
        """A new party with one unit, two caseworkers, a lead and an officer."""
        party = self.parties[name] = Party.objects.create(
            code=code, kind=code[:3].rstrip("-"), name=f"Part {code}", county_code="13"
        )
        unit = self.units[name] = Unit.objects.create(
            party=party, code=f"E-{name}", name=f"Enhet {name}", county_code="13"
        )
        for suffix, role in (("a", "caseworker"), ("b", "caseworker"), ("lead", "lead")):
            self.hire(f"{name}_{suffix}", role, party=party, unit=unit)
        self.hire(f"{name}_officer", "cooperation_officer", party=party)

    def viewer(self, name: str) -> Viewer:
        """The viewer of a person, read anew."""
        return viewer_of(self.posts[name].user)

    def token(self, party: str) -> str:
        """The secret of a new token of the API for a party."""
        return issue_token(SYSTEM, self.parties[party].code, f"test {next(self._serial)}")

    def draft(self, holder: str = "fk_a", **changes) -> Draft:
        """A case to open, held by `holder`."""
        post, serial = self.posts[holder], next(self._serial)
        fields = {
            "party_id": post.party_id,
            "reference": f"T-{serial:05d}",
            "identity_number": numbers()[serial],
            "given_name": "Test",
            "family_name": f"Person{serial}",
            "municipality_code": "1380",
            "holder_id": post.pk,
            "opened_on": clock.today() - timedelta(days=100),
            "target_groups": "long_term_sick",
            "livelihood": "sickness_benefit",
            "livelihood_degree": 100,
            "livelihood_ends_on": clock.today() + timedelta(days=200),
            "next_step": "Ring",
            "next_step_on": clock.today() + timedelta(days=10),
        }
        return Draft(**{**fields, **changes})

    def case(self, holder: str = "fk_a", **changes) -> Case:
        """An open case, held by `holder`."""
        (case_id,) = open_cases(SYSTEM, [self.draft(holder, **changes)])
        return Case.objects.get(pk=case_id)

    def consent(
        self, case: Case, unit: str = "af", out=GROUPS, back=GROUPS, until: int = 300, *, confirms=True, **changes
    ) -> Consent:
        """The person's consent that the holder's party and a unit tell each other these groups; the unit confirms its
        part where it has to do with the person."""
        case = Case.objects.select_related("holder__user").get(pk=case.pk)
        other = self.units[unit]
        flows = {Flow(case.holder.party_id, other.pk, group) for group in out}
        flows |= {Flow(other.party_id, case.holder.unit_id, group) for group in back}
        agreed = {
            "purpose": "Så att vi kan planera tillsammans.",
            "manner": "written",
            "witness": None,
            "given_on": clock.today(),
            "until": clock.today() + timedelta(days=until) if isinstance(until, int) else until,
            "gdpr_basis": "public_task",
            "flows": frozenset(flows),
        }
        consent = give_consent(viewer_of(case.holder.user), case.pk, Agreed(**{**agreed, **changes}))
        if confirms:
            self.confirm(f"{unit}_a")
        return consent

    def confirm(self, name: str) -> None:
        """Somebody confirms all that waits for a confirmation by the person's unit."""
        viewer = self.viewer(name)
        for told in answered_at(viewer, unconfirmed()):
            confirm_telling(viewer, [told.pk], "document", is_tested=True)

    def record_contact(self, name: str, handover: Handover, result: str = "held", next_step: str = "Kartläggning"):
        """Somebody notes the first contact at the time for which it is booked."""
        booked = Handover.objects.get(pk=handover.pk).first_contact_at
        with time_machine.travel(booked, tick=False):
            return contact.record_contact(self.viewer(name), handover.pk, result, next_step, clock.day_of(booked))

    def offer(
        self,
        case: Case,
        to_unit: str = "af",
        to: str | None = None,
        by: Viewer | None = None,
        *,
        consents=True,
        **changes,
    ) -> Handover:
        """An offer of `case` from its holder, with the person's consent where it goes to another party; without words
        where the person does not consent."""
        if not consents:
            changes = {"brief": "", "promised": "", **changes}
        elif self.units[to_unit].party_id != Post.objects.get(pk=case.holder_id).party_id:
            self.consent(case, to_unit)
        words = Offer(
            to_unit=self.units[to_unit],
            to_post=self.posts[to] if to else None,
            reason="benefit_ends",
            brief="Det här behöver ni veta.",
            promised="Ett samtal.",
            needed_by=clock.today() + timedelta(days=60),
            proposed_contact_at=contact_in(7),
        )
        by = by or viewer_of(Post.objects.get(pk=case.holder_id).user)
        handover = offer_handover(by, case.pk, Offer(**{**words.__dict__, **changes}))
        self.confirm(f"{to_unit}_a")
        return handover

    def meeting(self, case: Case, kind: str = "follow_up", days: int = 3) -> Meeting:
        """A meeting that the holder of `case` books some days ahead."""
        holder = viewer_of(Post.objects.get(pk=case.holder_id).user)
        return book_meeting(holder, case.pk, Plan(kind, "Prata om läget"), Time(contact_in(days), 60, "Rum 3"))

    def measure(self, by: Viewer | None = None, **changes) -> Measure:
        """A measure in the catalogue of the association, carried by FK and AF, published as open data."""
        locked = Locked(changes.pop("direction", "individual"), "participants", changes.pop("has_esf", False))
        association = Association.objects.get(name=changes.pop("association", "Förbundet"))
        return make_measure(by or self.viewer("association"), association.pk, locked, described(self, **changes))

    def noted(self, what: str, by: str = "association", reason: str = "", **changes) -> Noted:
        """Something in the association's books of this year."""
        viewer, today = self.viewer(by), clock.today()
        measure = changes.get("measure") or Measure.objects.first()
        told = {
            "allocation": {"party": self.parties["fk"], "amount": 2_000_000},
            "cost": {"measure": measure, "kind": "measure_cost", "budget": 500_000, "description": "Personal"},
            "planned": {"measure": measure, "number": 30},
            "position": {"month": 1, "own_capital": 400_000, "liquid_funds": 900_000},
            "decision": {"on": today, "number": "§ 12", "text": "Budgeten fastställs."},
            "agreement": {"measure": measure, "signed_on": today - timedelta(days=120)},
            "goal": {"text": "Nöjda deltagare", "indicator": "own", "target": 80},
        }[what]
        association = viewer.reach[0].association_id
        return books.note_in_books(viewer, association, what, {"year": today.year, **told, **changes}, reason)

    def refer(self, case: Case, measure: Measure, to_unit: str = "kom", *, consents=True, asked_for="Arbetsträning"):
        """A referral of the person of `case` to a measure, with the person's consent where it goes to another party."""
        holder = Post.objects.get(pk=case.holder_id)
        if consents and self.units[to_unit].party_id != holder.party_id:
            self.consent(case, to_unit)
        asked = referrals.Asked(measure, self.units[to_unit], asked_for if consents else "")
        referral = referrals.refer(viewer_of(holder.user), case.pk, asked)
        self.confirm(f"{to_unit}_a")
        return referral

    def staffed(self, **changes) -> Measure:
        """A measure that the municipality owns and that FK carries too: its staff work at the municipality's unit."""
        kom = self.parties["kom"]
        return self.measure(**{"name": "Gröna steget", "owner": kom, "parties": (kom, self.parties["fk"]), **changes})


def report_of_last_year() -> Asked:
    """A report that an analyst asks for, of the facts that the installation holds."""
    return Asked("joint_support", clock.today().year - 1, "own", "Statistik", "statistik@test.example", {})


def described(world: World, **changes) -> Described:
    """What a measure says that FK and AF carry."""
    told = Described(
        name="Steget vidare",
        description="Vägledning i grupp och enskilt.",
        detail="activating",
        starts_on=clock.today() - timedelta(days=100),
        owner=world.parties["fk"],
        parties=(world.parties["fk"], world.parties["af"]),
        municipality_code="1380",
        target_groups=("long_term_sick",),
        places=12,
        planned_a_year=30,
        languages=("sv", "en"),
        how_to_refer="Ring och boka ett besök.",
        contact="Steget vidare, steget@test.example",
        is_open_data=True,
    )
    return replace(told, **changes)


def build() -> World:
    """A fresh world."""
    world = World()
    for name, code in {"fk": "FK", "af": "AF", "kom": "KOM-1380", "hylte": "KOM-1315"}.items():
        world.found(name, code)
    other = world.units["fk2"] = Unit.objects.create(
        party=world.parties["fk"], code="E-fk2", name="Enhet fk2", county_code="13"
    )
    for suffix, role in (("a", "caseworker"), ("lead", "lead")):
        world.hire(f"fk2_{suffix}", role, party=world.parties["fk"], unit=other)
    association = Association.objects.create(name="Förbundet")
    association.members.set(world.parties.values())
    world.hire("association", "association_officer", association=association)
    world.hire("measure", "measure_staff", party=world.parties["kom"], unit=world.units["kom"])
    world.hire("analyst", "analyst", party=world.parties["fk"])
    world.hire("admin", "administrator")
    return world


def called_to(meeting: Meeting) -> frozenset[int]:
    """All who are called to a meeting."""
    return frozenset(meeting.participants.filter(taken_off_at=None).values_list("pk", flat=True))


def _meet(world: World, case: Case) -> None:
    """Meetings that were moved, held and are still to come, a letter that is owed, and a calendar."""
    viewer, today = world.viewer("fk_a"), clock.today()
    with time_machine.travel(clock.now() - timedelta(days=9), tick=False):
        met = world.meeting(case, "sip")
        meetings.move_meeting(viewer, met.pk, Time(contact_in(4), 60, "Rum 9"), "another_time")
    answers = tuple(holding.Settled(item, "Ja") for item in ITEMS["sip"])
    decided = tuple(holding.Decided(text, world.posts["fk_a"], today) for text in ("Ring", "Skriv"))
    holding.hold_meeting(viewer, met.pk, holding.Outcome(called_to(met), "Vi pratade.", decided, answers))
    feeds.make_feed(viewer)
    passages.note_ending(viewer, case.pk, passages.Ending("sickness_benefit", "refused", today))
    passages.offer_transition(viewer, case.pk, today)
    passages.answer_offer(viewer, case.pk, "accepted", today)
    passages.offer_transition(viewer, case.pk, today)
    passages.note_job(viewer, case.pk, has_job=False)
    with override_settings(HANDSLAG_SENDS_MAIL=True):
        world.meeting(case)


def _fall_ill(world: World, case: Case) -> None:
    """A participant of AF's who is wholly ill, was examined and left the programme."""
    viewer, today = world.viewer("af_a"), clock.today()
    programme.note_sick_leave(viewer, case.pk, today - timedelta(days=40), 100, "job_development_guarantee")
    programme.note_adaptation(viewer, case.pk, today, can_adapt=False)
    programme.note_discharge(viewer, case.pk, today)


def _assess(world: World, case: Case) -> None:
    """An assessment that each party has signed and that ended in a plan, another that goes on, and a draft."""
    viewer, today = world.viewer("fk_a"), clock.today()
    world.consent(case)
    request = assessments.Request("Vägen tillbaka", today + timedelta(days=30), (world.units["af"],), ("Intyg",))
    done = assessments.ask_assessment(viewer, case.pk, request)
    content = Content("Vi är med", "Jag vill", "Halvtid", diagnosis_chapter="F", spells=(Spell(100, today, None),))
    for name in ("fk_a", "af_a"):
        assessments.sign_part(world.viewer(name), done.pk, content, 0)
    step = assessments.Ending("Halvtid", "Ring", today + timedelta(days=5), world.posts["fk_a"], "joint_measure")
    assessments.end_assessment(viewer, done.pk, step)
    planned = plans.Planned(
        "Praktik", world.posts["af_a"], today + timedelta(days=60), "Går dit", "work_directed", today
    )
    plans.add_step(viewer, case.pk, planned)
    going = assessments.ask_assessment(viewer, case.pk, request)
    save_draft(viewer, case.pk, assessments.form_of(going), {"own_words": "Jag"}, 0)


def _keep_books(world: World) -> None:
    """Something of each kind in the association's books, and a correction."""
    for kind in ("allocation", "cost", "planned", "position", "decision", "agreement"):
        world.noted(kind)
    goal = world.noted("goal", decision=Decision.objects.get())
    viewer = world.viewer("association")
    books.strike_from_books(viewer, goal.association_id, "goal", goal.public_id)
    books.make_report(viewer, goal.association_id, clock.today().year - 1)
    Figures.objects.create(association=goal.association, year=2020, content="{}", made_at=clock.now())


def _refer(world: World) -> None:
    """A waiting list that was changed, with a place that is offered, and a no."""
    measure, staff, today = world.staffed(), world.viewer("measure"), clock.today()
    first, second, third = (world.refer(world.case(), measure) for _ in range(3))
    for referral in (first, second):
        line.put_on_list(staff, referral.pk, line.Waits("group_start", today + timedelta(days=30)))
    line.move_in_line(staff, second.pk, 1, "benefit_ends")
    line.offer_place(staff, second.pk, today, today)
    referrals.decline_referral(staff, third.pk, "full")
    _take_part(world, measure)


def _take_part(world: World, measure: Measure) -> None:
    """Somebody who was away, came, left and was followed up, and somebody without a name."""
    staff, today = world.viewer("measure"), clock.today()
    other = world.staffed(name="Blåa steget", starts_on=today - timedelta(days=800))
    referral = line.accept_referral(staff, world.refer(world.case(), other).pk, today)
    one = participations.start_participation(
        staff, referral.pk, participations.Before(today - timedelta(days=300), "long_term_sick")
    )
    participations.interrupt(staff, one.pk, today - timedelta(days=280), "illness")
    participations.note_attendance(staff, one.pk, today - timedelta(days=290), came=True)
    after = participations.After(today - timedelta(days=200), "completed", "work", "wage", "studies", "Börja läsa.")
    participations.end_participation(staff, one.pk, after)
    participations.follow_up(world.viewer("fk_a"), one.pk, participations.Told(6, is_reached=False))
    note_anonymous(staff, world.units["kom"].pk, other.pk, "woman", today.year)


def build_at_work() -> World:
    """A fresh world with something in every table."""
    world = build()
    fill(world)
    return world


def fill(world: World) -> None:
    """Something in every table: cases that stay, move, are on their way, declined, closed; a measure."""
    world.measure()
    structural = world.measure(name="Struktur", direction="structural", places=None, planned_a_year=None)
    note_activity(world.viewer("association"), structural.pk, "training", clock.today(), 6, 12)
    ask_release(world.viewer("analyst"), report_of_last_year(), clock.now())
    stays, moved, offered, declined, met, closed = (
        world.case(),
        world.case(next_step_on=clock.today() - timedelta(days=30)),
        world.case("af_a"),
        world.case("fk_b"),
        world.case("af_b"),
        world.case("kom_a"),
    )
    cases.change_livelihood(world.viewer("fk_a"), stays.pk, "sickness_benefit", 50, clock.today(), None)
    handovers.accept_handover(world.viewer("af_b"), world.offer(moved).pk, contact_in(2))
    handovers.ask_back(world.viewer("kom_a"), world.offer(offered, "kom").pk, "Vad behöver ni?")
    handovers.decline_handover(world.viewer("af_a"), world.offer(declined).pk, "not_ready", world.units["hylte"])
    taken = handovers.accept_handover(world.viewer("kom_a"), world.offer(met, "kom").pk, contact_in(1))
    world.record_contact("kom_a", taken)
    cases.reassign(world.viewer("kom_lead"), [closed.public_id], world.posts["kom_b"])
    cases.close(world.viewer("kom_b"), closed.pk, "work", "Chefen")
    ended = world.case("kom_a")
    cases.close(world.viewer("kom_a"), ended.pk, "deceased")
    kom_b, soon = world.posts["kom_b"], clock.today() + timedelta(days=9)
    reopen(world.viewer("kom_lead"), ended.pk, "death_wrong", kom_b, "Ring", soon)
    register_absence(world.viewer("fk_lead"), world.posts["fk_b"], clock.today(), None, None)
    world.token("fk")
    _meet(world, stays)
    _fall_ill(world, world.case("af_a", livelihood="activity_support"))
    _keep_books(world)
    _assess(world, stays)
    _refer(world)
    bar(keys.random_index())
    go_round()
    seal()
