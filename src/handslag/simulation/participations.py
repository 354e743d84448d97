"""The demo world's two years of referrals to measures, and of taking part in them, in the shape of what was published.

They are of cases that were never handed over. Those who are referred now stand in `referrals.py`.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from handslag.cases.models import Case
from handslag.journal.actions import record_all
from handslag.journal.models import Entry
from handslag.measures.models import Measure
from handslag.measures.rules import INDIVIDUAL
from handslag.participations.models import Anonymous, Attendance, FollowUp, Interruption, Participation
from handslag.participations.rules import FOLLOW_UPS
from handslag.parties.models import Association, Post, Unit
from handslag.plans.rules import months_after
from handslag.referrals import rules
from handslag.referrals.models import Message, Referral
from handslag.referrals.staff import STAFF
from handslag.simulation import consents
from handslag.simulation.bulk import create, update_many
from handslag.simulation.meetings import at_hour, told
from handslag.simulation.places import EXAMPLE, Places, unit_of

IDENTIFIED = 70
"""Of a hundred participants those with a name: 17,454 of 24,867 in 2020 (FK's and AF's report of 2021, as it stands in
`statistics/reports/published_figures.csv`)."""
SHARE = 2
"""Every other of the cases near a measure that were never handed over has somebody who takes part, or took."""
MOST_A_PLACE = 3
"""How many have been on a place, at most."""
ASKED_FOR = "Vill pröva i lugn takt, högst två halva dagar i veckan till att börja med."
NEXT = "Fortsätta på arbetsplatsen, med stöd av arbetskonsulenten de första månaderna."
HERE = 20
"""How many take part, or took, where the sign-ins work."""
LEFT_FREE = 2
"""Places that nobody takes, so that there are some to offer."""
EDUCATIONS = ("compulsory_incomplete", "compulsory", "upper_secondary", "upper_secondary", "higher")
ENDS = (
    ("completed", "work", "wage", "work_subsidised"),
    ("completed", "work", "wage", "work_unsubsidised"),
    ("completed", "actively_seeking", "activity_support", "actively_seeking"),
    ("completed", "studies", "student_support", "studies"),
    ("continued_rehabilitation", "other_support", "", "other"),
    ("illness", "other_support", "", "other"),
    ("own_request", "own_request", "", "other"),
)
"""Why it ended, the outcome, livelihood (the same as before where it is empty) and occupation after."""


T = TypeVar("T")


@dataclass(slots=True)
class Staffed:
    """A measure, who works for it and where, and how many have places now."""

    measure: Measure
    staff: Post
    unit: Unit
    there: int = 0

    @property
    def places(self) -> int:
        """How many of its places are taken at most."""
        return max(1, (self.measure.places or 0) - LEFT_FREE)


@dataclass(slots=True)
class Stay:
    """Somebody's place in a measure, and the time there; `ended_on` is empty while it goes on."""

    case: Case
    at: Staffed
    offered_at: datetime
    started_on: date
    ended_on: date | None
    tells: bool = False
    referral: Referral = field(init=False)
    participation: Participation = field(init=False)


class Years:
    """Draws what became of each, from one source of chance."""

    def __init__(self, rng: random.Random, places: Places, on: date):
        self.rng, self.places, self.on = rng, places, on
        self.example, self.by_municipality = self._staffed()

    def _staffed(self) -> tuple[list[Staffed], dict[str, list[Staffed]]]:
        """The measures where the sign-ins work, and all others by municipality."""
        found: dict[int, list[Staffed]] = defaultdict(list)
        staff: dict[int, Post] = {}
        for post in Post.objects.filter(role=STAFF).select_related("user", "unit").order_by("id"):
            staff.setdefault(post.party_id or 0, post)
        listed = Measure.objects.filter(direction=INDIVIDUAL).prefetch_related("carriers", "groups").order_by("id")
        for measure in listed:
            own = next((staff[c.party_id] for c in measure.carriers.all() if c.party_id in staff), None)
            if own:
                found[measure.association_id].append(Staffed(measure, own, unit_of(own)))
        example: list[Staffed] = []
        near: dict[str, list[Staffed]] = defaultdict(list)
        for association in Association.objects.prefetch_related("members").order_by("id"):
            if association.name == EXAMPLE:
                example = found[association.pk]
                continue
            for party in association.members.all():
                near[party.code.removeprefix("KOM-")] += found[association.pk]
        return example, near

    def cases(self) -> tuple[list[Case], list[Case]]:
        """Open cases of people with a name that were never handed over: where the sign-ins work, and elsewhere."""
        quiet = Case.objects.filter(
            closed_at__isnull=True, joined_to__isnull=True, person__is_protected=False, handovers__isnull=True
        ).exclude(municipality_code="")
        quiet = quiet.select_related("person", "holder__user", "holder__unit", "holder__party").order_by("id")
        focus = {unit.pk for unit in self.places.focus}
        near, far = [], []
        for case in quiet:
            if case.holder.unit_id in focus:
                near.append(case)
            elif case.municipality_code in self.by_municipality:
                far.append(case)
        return near, self.rng.sample(far, len(far) // SHARE)

    def stay(self, case: Case, at: Staffed, *, goes_on: bool | None = None) -> Stay | None:
        """A stay within the two years and since the case was opened; None where there was no time for one."""
        first = max(case.opened_at.date() + timedelta(days=3), at.measure.starts_on, self.on - timedelta(days=700))
        room = (self.on - first).days - 40
        if room < 0:
            return None
        asked = first + timedelta(days=int(room * self.rng.random() ** 2))
        started = asked + timedelta(days=self.rng.randint(10, 30))
        ended: date | None = started + timedelta(days=self.rng.randint(30, 240))
        if goes_on or (ended and ended >= self.on):
            ended = None
        if ended is None and (goes_on is False or at.there >= at.places):
            ended = started + timedelta(days=self.rng.randint(1, max(1, (self.on - started).days - 1)))
        at.there += ended is None
        return Stay(case, at, at_hour(asked, self.rng.randint(8, 15)), started, ended)

    def elsewhere(self, cases: list[Case]) -> Iterator[Stay]:
        """Stays of people away from where the sign-ins work, near where they live."""
        drawn: dict[int, int] = defaultdict(int)
        for case in cases:
            near = self.by_municipality[case.municipality_code]
            near = [at for at in near if drawn[at.measure.pk] < at.places * MOST_A_PLACE]
            found = self.stay(case, self.rng.choice(near)) if near else None
            if found:
                drawn[found.at.measure.pk] += 1
                yield found


def write(rng: random.Random, places: Places, on: date) -> None:
    """Two years of referrals and participations up to `on`."""
    years = Years(rng, places, on)
    near, far = years.cases()
    stays = list(years.elsewhere(far))
    stays += _focus(years, near)
    _take_part(years, stays)
    _nameless(years, stays)


def _focus(years: Years, cases: list[Case]) -> list[Stay]:
    """Who takes part, and took, where the sign-ins work; the measures' staff are told of them."""
    many, filled = years.example[0], years.example[-1]
    stays = [
        stay
        for number, case in enumerate(cases[:HERE])
        if (stay := years.stay(case, filled if number % 4 == 1 else many, goes_on=number < HERE // 2))
    ]
    consents.agree(years.rng, years.places, [(stay.case, stay.at.unit) for stay in stays], years.on)
    for stay in stays:
        stay.tells = True
    return stays


def _referral(case: Case, at: Staffed, offered_at: datetime, tells: bool) -> Referral:  # noqa: FBT001
    return Referral(
        case=case,
        measure=at.measure,
        to_unit=at.unit,
        referrer=case.holder,
        asked_for=ASKED_FOR if tells else "",
        offered_at=offered_at,
        awaiting_since=offered_at,
    )


def _said(referral: Referral, verb: str, at: datetime, by: Post, text: str = "") -> Message:
    return Message(referral=referral, at=at, by=by, verb=verb, text=text)


def _line(of: Referral, verb: str, at: datetime, by: Post | None = None, **details: object) -> Entry:
    about = {"referral": of.pk, "measure": of.measure.name, **details}
    return told(by or of.referrer, verb, of.case_id, at, **about)


def _take_part(years: Years, stays: list[Stay]) -> None:
    """Writes stays: those that are over as many at a time as there are places, then those that go on."""
    over = sorted((stay for stay in stays if stay.ended_on), key=lambda stay: stay.started_on)
    for together in _rounds([(stay.at, stay) for stay in over]):
        _start(years, together)
        _end(years, together)
    _start(years, [stay for stay in stays if not stay.ended_on])


def _start(years: Years, stays: list[Stay]) -> None:
    for stay in stays:
        stay.referral = _referral(stay.case, stay.at, stay.offered_at, stay.tells)
    create(Referral, (stay.referral for stay in stays))
    yes = [(stay, stay.offered_at + timedelta(days=4)) for stay in stays]
    update_many(
        "referrals_referral",
        ("state", "awaiting_since", "said_yes_at", "answered_at", "starts_on"),
        [(rules.ACCEPTED, at, at, at, stay.started_on, stay.referral.pk) for stay, at in yes],
    )
    for stay in stays:
        stay.participation = _participation(years.rng, stay)
    create(Participation, (stay.participation for stay in stays))
    create(Message, (_said(s.referral, "refer", s.offered_at, s.case.holder) for s in stays))
    create(Message, (_said(s.referral, "accept", at, s.at.staff) for s, at in yes))
    create(Interruption, (away for stay in stays for away in _away(years, stay)))
    create(Attendance, (day for stay in stays if stay.tells and not stay.ended_on for day in _came(years, stay)))
    record_all(line for stay, at in yes for line in _begun(stay, at))


def _begun(stay: Stay, accepted_at: datetime) -> Iterator[Entry]:
    referral, staff, day = stay.referral, stay.at.staff, stay.started_on.isoformat()
    yield _line(referral, "referred", stay.offered_at, to_unit=stay.at.unit.name)
    yield _line(referral, "referral_accepted", accepted_at, staff, starts_on=day)
    yield _line(referral, "participation_started", at_hour(stay.started_on, 15), staff, started_on=day)


def _participation(rng: random.Random, stay: Stay) -> Participation:
    case, groups = stay.case, [group.target_group for group in stay.at.measure.groups.all()]
    own = [group for group in case.target_groups.split(";") if group]
    return Participation(
        referral=stay.referral,
        started_on=stay.started_on,
        target_group=next((group for group in own if group in groups), own[0] if own else "no_specific"),
        livelihood_before=case.livelihood,
        occupation_before=rng.choice(("other", "other", "other", "actively_seeking", "work_subsidised")),
        education=rng.choice(EDUCATIONS),
        support_months=rng.randint(0, 96),
        started_by=stay.at.staff,
        started_at=at_hour(stay.started_on, 15),
    )


def _away(years: Years, stay: Stay) -> Iterator[Interruption]:
    """Some were away for a time, or are."""
    last = (stay.ended_on or years.on) - timedelta(days=1)
    first = stay.started_on + timedelta(days=10)
    if first >= last or years.rng.random() > 0.15:  # noqa: PLR2004
        return
    until = None if not stay.ended_on else first + timedelta(days=years.rng.randint(1, (last - first).days))
    reason = years.rng.choice(("illness", "treatment", "care_of_child"))
    yield Interruption(participation=stay.participation, from_on=first, until_on=until, reason=reason, by=stay.at.staff)


def _came(years: Years, stay: Stay) -> Iterator[Attendance]:
    for back in range(1, 9):
        day = years.on - timedelta(days=back)
        if day.weekday() in (0, 2) and day >= stay.started_on:
            came = years.rng.random() < 0.8  # noqa: PLR2004
            yield Attendance(participation=stay.participation, day=day, came=came, by=stay.at.staff)


def _end(years: Years, stays: list[Stay]) -> None:
    """Ends stays, and follows them up as long as the time has come."""
    rows: list[tuple] = []
    follow_ups: list[FollowUp] = []
    for stay in stays:
        if stay.ended_on is None:
            continue
        reason, outcome, livelihood, occupation = years.rng.choice(ENDS)
        at, staff = at_hour(stay.ended_on, 15), stay.at.staff
        is_seen = not stay.tells or stay.ended_on < years.on - timedelta(days=10)
        after = (stay.ended_on, reason, outcome, livelihood or stay.case.livelihood, occupation)
        seen = at + timedelta(days=2) if is_seen else None
        rows.append((*after, NEXT if stay.tells else "", staff.pk, at, seen, stay.participation.pk))
        follow_ups += _followed_up(years, stay, stay.ended_on, after[3], occupation)
    columns = ("ended_on", "end_reason", "outcome", "livelihood_after", "occupation_after", "next_step")
    update_many("participations_participation", (*columns, "ended_by_id", "ended_at", "seen_at"), rows)
    left = [(rules.ENDED, at_hour(stay.ended_on, 15), stay.referral.pk) for stay in stays if stay.ended_on]
    update_many("referrals_referral", ("state", "awaiting_since"), left)
    create(FollowUp, follow_ups)
    create(Message, (_said(s.referral, "leave", at_hour(s.ended_on, 15), s.at.staff) for s in stays if s.ended_on))
    record_all(line for stay in stays for line in _ended(stay))


def _ended(stay: Stay) -> Iterator[Entry]:
    if stay.ended_on:
        at, staff, about = at_hour(stay.ended_on, 15), stay.at.staff, {"ended_on": stay.ended_on.isoformat()}
        yield _line(stay.referral, "place_left", at, staff)
        yield _line(stay.referral, "participation_ended", at, staff, **about)


def _followed_up(years: Years, stay: Stay, ended: date, livelihood: str, occupation: str) -> Iterator[FollowUp]:
    """The follow-ups that are behind; where the sign-ins work the latest of one month is still to be made."""
    for months in FOLLOW_UPS:
        day = months_after(ended, months)
        waits = stay.tells and day > years.on - timedelta(days=30)
        if day < years.on and not waits:
            reached = years.rng.random() < 0.8  # noqa: PLR2004
            yield FollowUp(
                participation=stay.participation,
                months=months,
                is_reached=reached,
                livelihood=livelihood if reached else "",
                occupation=occupation if reached else "",
                by=stay.case.holder,
                at=at_hour(day, 10),
            )


def _nameless(years: Years, stays: list[Stay]) -> None:
    """Participants without a name, as many a year as were published to a hundred; where the sign-ins work they fill
    a measure but for a few places."""
    filled = years.example[-1]
    there: list[tuple[Staffed, Anonymous]] = []
    left: list[tuple[Staffed, Anonymous]] = []
    for year in (years.on.year - 1, years.on.year):
        began = [at for at in _all(years) if at.measure.starts_on.year <= year]
        named = len({stay.case.person.subject for stay in stays if _went_on(stay, year)})
        for _ in range(round(named * (100 - IDENTIFIED) / IDENTIFIED) if began else 0):
            is_there = year == years.on.year and filled.there < filled.places
            at = filled if is_there else years.rng.choice(began)
            at.there += is_there
            sex = years.rng.choice(("woman", "man"))
            noted = Anonymous(measure=at.measure, unit=at.unit, sex=sex, start_year=year)
            (there if is_there else left).append((at, noted))
    for together in _rounds(left):
        create(Anonymous, together)
        Anonymous.objects.filter(pk__in=[noted.pk for noted in together]).update(has_left=True)
    create(Anonymous, (noted for _at, noted in there))


def _rounds(those: list[tuple[Staffed, T]]) -> list[list[T]]:
    """As many at a time as each measure has places free."""
    turns: dict[int, int] = defaultdict(int)
    rounds: dict[int, list[T]] = defaultdict(list)
    for at, one in those:
        rounds[turns[at.measure.pk] // max(1, at.places - at.there)].append(one)
        turns[at.measure.pk] += 1
    return [together for _turn, together in sorted(rounds.items())]


def _went_on(stay: Stay, year: int) -> bool:
    return stay.started_on.year <= year and (stay.ended_on is None or stay.ended_on.year >= year)


def _all(years: Years) -> Iterable[Staffed]:
    """Every measure that somebody works for, once."""
    found = {at.measure.pk: at for near in years.by_municipality.values() for at in near}
    return [*years.example, *found.values()]
