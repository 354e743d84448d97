"""The demo world: synthetic people on their way back, in every state, some of them about to fall.

The same number of cases, seed and day give the same world. Cases are opened through the same door as an import; the
rest is written in bulk, under the same guards of the database as everything else.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from django.db import transaction

from handslag.cases.models import Case
from handslag.cases.opening import Draft, open_cases
from handslag.foundation import clock
from handslag.foundation.errors import Refused
from handslag.foundation.planning import refresh_planner
from handslag.parties.models import Post, Unit, User
from handslag.parties.viewer import Viewer
from handslag.persons.rules import birth_year, sex
from handslag.reference import codes
from handslag.simulation import consents, histories
from handslag.simulation.names import FAMILY, MEN, WOMEN
from handslag.simulation.places import DATA, FOCUS_COUNTY, FOCUS_MUNICIPALITY, Places, build, unit_of
from handslag.watch.actions import go_round

SIMULATOR = Viewer(None, is_system=True, name="demo")
FOCUS_CASES = 140
PROTECTED_SHARE = 0.005
WEIGHTS = {"FK": 0.35, "AF": 0.25, "KOM": 0.3, "REG": 0.1}
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


def shares_of(cases: int, numbers: int) -> dict[str, int]:
    """How many cases each kind of party opens. A party can have each person once, so each kind has a ceiling.

    Raises Refused where all of them together are too few: there are no more test numbers.
    """
    ceiling = numbers * 9 // 10
    ceilings = {"FK": ceiling, "AF": ceiling, "REG": len(codes.entries("county")) * ceiling}
    ceilings["KOM"] = len(codes.entries("municipality")) * ceiling
    if cases > sum(ceilings.values()):
        message = "The official test numbers suffice for {most:,} cases, each person once at each party."
        raise Refused(message.format(most=sum(ceilings.values())))
    shares = {kind: int(cases * weight) for kind, weight in WEIGHTS.items()}
    for kind in ("FK", "AF"):
        shares[kind] = min(shares[kind], ceilings[kind])
    regions = max(shares["REG"], cases // 4 if cases > 20_000 else 0)
    shares["REG"] = min(regions, ceilings["REG"], cases - shares["FK"] - shares["AF"])
    shares["KOM"] = cases - sum(shares[kind] for kind in ("FK", "AF", "REG"))
    return shares


def _load(shares: dict[str, int]) -> dict[str, int]:
    """Cases by party code, spread evenly over the parties of a kind."""
    counties, municipalities = codes.entries("county"), codes.entries("municipality")
    return {
        "FK": shares["FK"],
        "AF": shares["AF"],
        **{f"REG-{c}": -(-shares["REG"] // len(counties)) for c in counties},
        **{f"KOM-{m}": -(-shares["KOM"] // len(municipalities)) for m in municipalities},
    }


class _Drafts:
    """Draws cases: who, where, since when, on what."""

    def __init__(self, rng: random.Random, numbers: list[str], on: date):
        self._rng, self._on = rng, on
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

    def _ends_on(self, kind: str) -> date | None:
        if kind in ("wage", "none", "sickness_compensation"):
            return None
        draw = self._rng.random()
        if draw < 0.02:
            return self._on - timedelta(days=self._rng.randint(1, 20))
        if draw < 0.14:
            return self._on + timedelta(days=self._rng.randint(0, 89))
        return self._on + timedelta(days=self._rng.randint(90, 500)) if draw < 0.7 else None

    def _due(self) -> date:
        if self._rng.random() < 0.07:
            return self._on - timedelta(days=self._rng.randint(1, 25))
        return self._on + timedelta(days=self._rng.randint(0, 75))

    def _municipality(self, party: str, unit: Unit) -> str:
        """Where a person of the party lives: in the party's own municipality, or anywhere in the unit's county."""
        return party[4:] if party.startswith("KOM") else self._rng.choice(self._by_county[unit.county_code])

    def draw(self, party: str, post: Post) -> Draft:
        number, drawn = self._number(party)
        given, family = self._name(number)
        is_protected = self._rng.random() < PROTECTED_SHARE
        kind = self._rng.choice(LIVELIHOODS[party[:3].rstrip("-")])
        unit = unit_of(post)
        return Draft(
            party_id=unit.party_id,
            reference=f"{party}-{drawn:06d}",
            identity_number="" if is_protected else number,
            given_name="" if is_protected else given,
            family_name="" if is_protected else family,
            municipality_code="" if is_protected else self._municipality(party, unit),
            holder_id=post.pk,
            opened_on=self._on - timedelta(days=self._rng.randint(30, 700)),
            target_groups=GROUPS.get(kind, "no_specific"),
            livelihood=kind,
            livelihood_degree=None if kind in ("wage", "none") else self._rng.choice((25, 50, 75, 100, 100)),
            livelihood_ends_on=self._ends_on(kind),
            next_step=self._rng.choice(STEPS),
            next_step_on=self._due(),
            is_protected=is_protected,
            sex=sex(number) if is_protected else "",
        )


def _focus(places: Places, cases: int) -> Iterator[tuple[str, Post]]:
    """A place where the demo sign-ins have a full day's work, however large the world."""
    wanted = min(cases * 4 // 10, FOCUS_CASES)
    for index in range(wanted):
        party = ("FK", "AF", f"KOM-{FOCUS_MUNICIPALITY}", f"REG-{FOCUS_COUNTY}")[index % 4]
        unit = next(u for u in places.units[party] if u.county_code == FOCUS_COUNTY)
        posts = places.holders[unit.pk]
        yield party, posts[0] if index % 7 < 5 else posts[1 + index % (len(posts) - 1)]


def _elsewhere(rng: random.Random, places: Places, shares: dict[str, int], used: int) -> Iterator[tuple[str, Post]]:
    by_kind: dict[str, list[tuple[str, Unit]]] = {}
    for party, units in places.units.items():
        by_kind.setdefault(party[:3].rstrip("-"), []).extend(
            (party, u)
            for u in units
            if not (
                u.county_code == FOCUS_COUNTY and (not party.startswith("KOM") or party.endswith(FOCUS_MUNICIPALITY))
            )
        )
    for kind, share in shares.items():
        turn = rng.sample(by_kind[kind], len(by_kind[kind]))
        for index in range(max(0, share - used // 4)):
            party, unit = turn[index % len(turn)]
            yield party, rng.choice(places.holders[unit.pk])


@transaction.atomic
def build_world(
    cases: int, seed: int, on: date | None = None, progress: Callable[[str, int, int], None] = lambda *_: None
) -> dict[str, int]:
    """Builds the demo world in an empty installation and returns how much of what was made.

    `progress` is told (what, done, of how many). Raises Refused where the installation already holds something.
    """
    on = on or clock.today()
    if User.objects.exists() or Case.objects.exists():
        raise Refused("This installation already holds a world. Choose an empty HANDSLAG_HOME or database.")
    rng = random.Random(seed)
    numbers = identity_numbers(on)
    shares = shares_of(cases, len(numbers))
    places = build(rng, _load(shares), on)
    pairs = list(_focus(places, cases))
    pairs += _elsewhere(rng, places, shares, len(pairs))
    draw = _Drafts(rng, numbers, on)
    drafts = [draw.draw(party, post) for party, post in pairs[:cases]]
    ids = open_cases(SIMULATOR, drafts, lambda done: progress("cases", done, len(drafts)))
    consents.reveal(rng, places, on)
    made = histories.write(rng, places, dict(zip(ids, drafts, strict=True)), on, progress)
    refresh_planner()
    go_round(on)
    refresh_planner()
    return {
        "parties": len(places.parties),
        "units": sum(map(len, places.units.values())),
        "staff": User.objects.count(),
        "cases": len(ids),
        **made,
    }
