"""The demo world: synthetic people on their way back, in every state, some of them about to fall.

The same number of cases, seed and day give the same world. Cases are opened through the same door as an import; the
rest is written in bulk, under the same guards of the database as everything else. A world is written some cases at a
time, so that the largest takes little more memory than a small one, and becomes visible as a whole.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice

from django.db import transaction

from handslag.cases.models import Case
from handslag.cases.opening import Draft, open_cases
from handslag.foundation import clock
from handslag.foundation.errors import Refused
from handslag.foundation.planning import refresh_planner
from handslag.journal.chain import seal
from handslag.parties.models import Post, Unit, User
from handslag.parties.viewer import Viewer
from handslag.persons.rules import birth_year, sex
from handslag.reference import codes
from handslag.simulation import (
    assessments,
    associations,
    consents,
    histories,
    measures,
    participations,
    referrals,
    years,
)
from handslag.simulation.names import FAMILY, MEN, WOMEN
from handslag.simulation.places import DATA, Places, build
from handslag.watch.actions import go_round

SIMULATOR = Viewer(None, is_system=True, name="demo")
FOCUS_CASES = 140
PROTECTED_SHARE = 0.005
ENDING, ENDING_IN_FOCUS = 0.14, 0.35
"""Shares of livelihoods that have ended, or end within 90 days; at the place where the sign-ins work every step of a
passage is to be seen."""
CHUNK = 5000
"""How many cases are written at a time."""
WEIGHTS = {"FK": 35, "AF": 25, "KOM": 30, "REG": 10}
FILLED = 90
"""How many in a hundred of all people a party has at most."""
STEPS = (
    "Ring och stäm av läget",
    "Boka gemensam kartläggning",
    "Följ upp arbetsträningen",
    "Inhämta läkarutlåtande",
    "Planera omställningsmöte",
    "Stäm av med behandlande läkare",
    "Uppdatera planen tillsammans",
    "Besök på arbetsplatsen",
)
LIVELIHOODS = {
    "FK": ("sickness_benefit", "rehabilitation_allowance", "activity_compensation", "sickness_compensation"),
    "AF": ("activity_support", "unemployment_insurance", "none"),
    "KOM": ("social_assistance", "introduction_benefit", "none"),
    "REG": ("sickness_benefit", "wage", "social_assistance"),
}
GROUPS = {
    "sickness_benefit": "long_term_sick",
    "activity_compensation": "young_activity_compensation;young_disability",
    "social_assistance": "zero_placed",
    "unemployment_insurance": "long_term_unemployed",
    "introduction_benefit": "newly_arrived",
}


def identity_numbers(on: date) -> list[str]:
    """Test numbers of people between 19 and 66 on `on`."""
    lines = (DATA / "identity_numbers.txt").read_text(encoding="utf-8").splitlines()[1:]
    return [n for n in lines if 19 <= on.year - birth_year(n) <= 66]


def spread(cases: int, numbers: int) -> dict[str, int]:
    """How many cases each kind of party opens: by WEIGHTS, as long as there are people.

    A party has each of the `numbers` people once, so a kind has a ceiling; what passes it goes to the kinds with room
    left. Raises Refused where no kind has.
    """
    ceilings = {kind: count * (numbers * FILLED // 100) for kind, count in _parties().items()}
    shares, left = dict.fromkeys(WEIGHTS, 0), cases
    while left:
        room = {kind: ceilings[kind] - share for kind, share in shares.items() if share < ceilings[kind]}
        if not room:
            most = sum(ceilings.values())
            raise Refused(f"There are official test numbers for {most:,} cases on this day. Ask for no more.")
        weight, given = sum(WEIGHTS[kind] for kind in room), left
        for kind, free in room.items():
            share = min(free, left, -(-given * WEIGHTS[kind] // weight))
            shares[kind], left = shares[kind] + share, left - share
    return shares


def _parties() -> dict[str, int]:
    """How many parties there are of each kind."""
    return {"FK": 1, "AF": 1, "KOM": len(codes.entries("municipality")), "REG": len(codes.entries("county"))}


def _load(shares: dict[str, int]) -> dict[str, int]:
    """Cases of each of the parties of a kind, over which they are spread evenly."""
    return {kind: -(-shares[kind] // count) for kind, count in _parties().items()}


class _Drafts:
    """Draws cases: who, where, since when, on what."""

    def __init__(self, rng: random.Random, numbers: list[str], focus: list[Unit], on: date):
        self._rng, self._focus, self._on = rng, focus, on
        self._numbers = rng.sample(numbers, len(numbers))
        self._drawn: dict[str, int] = {}
        self._names: dict[str, tuple[str, str]] = {}
        self._by_county: dict[str, list[str]] = {}
        for code in codes.entries("municipality"):
            self._by_county.setdefault(code[:2], []).append(code)

    def _number(self, party: str) -> tuple[str, int]:
        """The next person of a party; each party begins elsewhere in the series, so that people are shared."""
        drawn = self._drawn[party] = self._drawn.get(party, 0) + 1
        offset = 17 * len(party) + sum(map(ord, party)) * 7
        return self._numbers[(offset + drawn) % len(self._numbers)], drawn

    def _name(self, number: str) -> tuple[str, str]:
        if number not in self._names:
            given = WOMEN if sex(number) == "woman" else MEN
            self._names[number] = (self._rng.choice(given), self._rng.choice(FAMILY))
        return self._names[number]

    def _ends_on(self, kind: str, *, is_focus: bool) -> date | None:
        if kind in ("wage", "none", "sickness_compensation"):
            return None
        draw = self._rng.random()
        if draw < 0.02:
            return self._on - timedelta(days=self._rng.randint(1, 20))
        if draw < (ENDING_IN_FOCUS if is_focus else ENDING):
            return self._on + timedelta(days=self._rng.randint(0, 89))
        return self._on + timedelta(days=self._rng.randint(90, 500)) if draw < 0.7 else None

    def _due(self) -> date:
        if self._rng.random() < 0.07:
            return self._on - timedelta(days=self._rng.randint(1, 25))
        return self._on + timedelta(days=self._rng.randint(0, 75))

    def _municipality(self, unit: Unit) -> str:
        """Where a person of a unit lives: in the party's own municipality, or anywhere in the unit's county."""
        party = unit.party
        return party.code[4:] if party.kind == "KOM" else self._rng.choice(self._by_county[unit.county_code])

    def draw(self, post: Post) -> Draft:
        """A case that `post` is to hold."""
        unit, party = post.unit, post.unit.party
        number, drawn = self._number(party.code)
        given, family = self._name(number)
        is_protected = self._rng.random() < PROTECTED_SHARE
        kind = self._rng.choice(LIVELIHOODS[party.kind])
        return Draft(
            party_id=party.pk,
            reference=f"{party.code}-{drawn:06d}",
            identity_number="" if is_protected else number,
            given_name="" if is_protected else given,
            family_name="" if is_protected else family,
            municipality_code="" if is_protected else self._municipality(unit),
            holder_id=post.pk,
            opened_on=self._on - timedelta(days=self._rng.randint(30, 700)),
            target_groups=GROUPS.get(kind, "no_specific"),
            livelihood=kind,
            livelihood_degree=None if kind in ("wage", "none") else self._rng.choice((25, 50, 75, 100, 100)),
            livelihood_ends_on=self._ends_on(kind, is_focus=unit in self._focus),
            next_step=self._rng.choice(STEPS),
            next_step_on=self._due(),
            is_protected=is_protected,
            sex=sex(number) if is_protected else "",
        )


def _holders(rng: random.Random, places: Places, shares: dict[str, int]) -> Iterator[Post]:
    """Who opens each case: first the focus, where the sign-ins have a full day's work however large the world; then
    all other places, a kind of party after the other, and each unit in its turn."""
    focused = min(sum(shares.values()) * 4 // 10, FOCUS_CASES, 4 * shares["FK"])
    for index in range(focused):
        posts = places.holders[places.focus[index % len(places.focus)].pk]
        yield posts[0] if index % 7 < 5 else posts[1 + index % (len(posts) - 1)]
    for kind, share in shares.items():
        units = [unit for unit in places.every_unit if unit.party.kind == kind and unit not in places.focus]
        turn = rng.sample(units, len(units))
        for index in range(max(0, share - focused // 4)):
            yield rng.choice(places.holders[turn[index % len(turn)].pk])


@transaction.atomic
def _write(cases: int, seed: int, on: date, progress: Callable[[str, int, int], None]) -> dict[str, int]:
    rng = random.Random(seed)
    numbers = identity_numbers(on)
    shares = spread(cases, len(numbers))
    places = build(rng, _load(shares), on)
    holders = islice(_holders(rng, places, shares), cases)
    draw, past = _Drafts(rng, numbers, places.focus, on), histories.Histories(rng, places, on)
    made = Counter(cases=0, handovers=0, closed=0)
    while chunk := list(islice(holders, CHUNK)):
        drafts = [draw.draw(post) for post in chunk]
        ids = open_cases(SIMULATOR, drafts)
        if not made["cases"]:
            consents.reveal(rng, places, on)
        made.update(cases=len(ids), **histories.write(past, dict(zip(ids, drafts, strict=True))))
        progress("cases", made["cases"], cases)
    assessments.write(places)
    measures.write(rng, on)
    associations.write(rng, on)
    participations.write(rng, places, on)
    referrals.write(places)
    years.write(rng, places, on)
    refresh_planner()
    go_round(on)
    return {"parties": len(places.parties), "units": len(places.every_unit), "staff": places.staff, **made}


def build_world(
    cases: int, seed: int, on: date | None = None, progress: Callable[[str, int, int], None] = lambda *_: None
) -> dict[str, int]:
    """Builds the demo world in an empty installation, whole or not at all, and returns how much of what was made.

    `progress` is told (what, done, of how many). Raises Refused where the installation already holds something, and
    for more cases than there are official test numbers for.
    """
    if User.objects.exists() or Case.objects.exists():
        raise Refused("This installation already holds a world. Choose an empty HANDSLAG_HOME or database.")
    made = _write(cases, seed, on or clock.today(), progress)
    seal()
    refresh_planner()
    return made
