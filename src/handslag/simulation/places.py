"""The demo world's parties, units, associations and staff: all regions and municipalities, FK and AF."""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from django.contrib.auth.hashers import make_password

from handslag.parties.models import Absence, Association, Party, Post, Secret, Unit, User
from handslag.reference import codes
from handslag.reference.authorities import authorities, county_name
from handslag.simulation.names import FAMILY, MEN, WOMEN

DATA = Path(__file__).parent / "data"
DEMO_PASSWORD = "handslag-demo"  # noqa: S105  (for synthetic people alone; production refuses to start beside them)
FOCUS_COUNTY, FOCUS_MUNICIPALITY = "13", "1380"
EXAMPLE = "Exempelförbundet i Halland"
CASES_PER_CASEWORKER = 40
LEAST = 3
"""Caseworkers of a unit with few cases."""
EMPTY_OFFICER_SHARE, ABSENT_SHARE = 0.04, 0.05


@dataclass
class Places:
    """What was built: units by party code, and the posts of each unit that hold cases (its lead last)."""

    parties: dict[str, Party] = field(default_factory=dict)
    units: dict[str, list[Unit]] = field(default_factory=dict)
    holders: dict[int, list[Post]] = field(default_factory=dict)
    staff: int = 0

    @cached_property
    def every_unit(self) -> list[Unit]:
        """All units, party by party."""
        return [unit for units in self.units.values() for unit in units]

    @cached_property
    def focus(self) -> list[Unit]:
        """The units of the place where the demo's sign-ins work. Their work is the same however large the world."""
        parties = ("FK", "AF", f"KOM-{FOCUS_MUNICIPALITY}", f"REG-{FOCUS_COUNTY}")
        return [next(u for u in self.units[code] if u.county_code == FOCUS_COUNTY) for code in parties]


def unit_of(post: Post) -> Unit:
    """The unit of a post that holds cases. Raises ValueError for a post of another kind."""
    if post.unit is None:
        raise ValueError(f"{post.role} has no unit")
    return post.unit


def _parties() -> Iterator[Party]:
    for a in authorities():
        yield Party(code=a.code, kind=a.kind, name=a.name, county_code=a.county_code)


def _units(parties: dict[str, Party]) -> Iterator[Unit]:
    counties = codes.entries("county").values()
    for county in counties:
        place = county_name(county)
        offices = 1 + sum(code.startswith(county.code) for code in codes.entries("municipality")) // 8
        for number in range(1, offices + 1):
            suffix = f" {number}" if offices > 1 else ""
            yield Unit(
                party=parties["FK"],
                code=f"LFC-{county.code}-{number}",
                county_code=county.code,
                name=f"Lokalt försäkringscenter {place}{suffix}",
            )
            yield Unit(
                party=parties["AF"],
                code=f"AK-{county.code}-{number}",
                county_code=county.code,
                name=f"Arbetsförmedlingen {place}{suffix}",
            )
        yield Unit(
            party=parties[f"REG-{county.code}"],
            code="REHAB",
            county_code=county.code,
            name=f"Rehabkoordinering {place}",
        )
    for party in parties.values():
        if party.kind == "KOM":
            yield Unit(party=party, code="IFO", county_code=party.county_code, name=f"Försörjningsstöd {party.name}")


class _Staff:
    """Hires synthetic people: the same seed hires the same."""

    def __init__(self, rng: random.Random):
        self._rng = rng
        self._taken: set[str] = set()
        self.users: list[User] = []
        self.posts: list[Post] = []

    def hire(self, role: str, domain: str, **place) -> Post:
        given, family = self._rng.choice(WOMEN + MEN), self._rng.choice(FAMILY)
        plain = f"{given}.{family}".lower().translate(str.maketrans("åäö", "aao"))
        email, number = f"{plain}@{domain}.example", 2
        while email in self._taken:
            email, number = f"{plain}{number}@{domain}.example", number + 1
        self._taken.add(email)
        user = User(email=email, given_name=given, family_name=family, is_demo=True)
        post = Post(user=user, role=role, **place)
        self.users.append(user)
        self.posts.append(post)
        return post


def build(rng: random.Random, load: dict[str, int], on: date) -> Places:
    """Writes the whole country's parties, units, associations and staff, sized for `load` cases per party of a kind."""
    places = Places()
    places.parties = {p.code: p for p in Party.objects.bulk_create(_parties())}
    for unit in Unit.objects.bulk_create(_units(places.parties)):
        places.units.setdefault(unit.party.code, []).append(unit)
    staff = _Staff(rng)
    _hire_units(staff, places, load)
    _hire_officers(staff, rng, places)
    _hire_associations(staff, places)
    staff.hire("administrator", "handslag")
    User.objects.bulk_create(staff.users)
    password = make_password(DEMO_PASSWORD, salt="handslagdemosalt")
    Secret.objects.bulk_create(Secret(user=user, password=password) for user in staff.users)
    Post.objects.bulk_create(staff.posts)
    places.staff = len(staff.users)
    _send_away(rng, places, on)
    return places


def _hire_units(staff: _Staff, places: Places, load: dict[str, int]) -> None:
    for code, units in places.units.items():
        for unit in units:
            full = -(-load[unit.party.kind] // (len(units) * CASES_PER_CASEWORKER))
            size = LEAST if unit in places.focus else max(LEAST, full)
            place = {"party": unit.party, "unit": unit}
            posts = [staff.hire("caseworker", code.lower(), **place) for _ in range(size)]
            places.holders[unit.pk] = [*posts, staff.hire("lead", code.lower(), **place)]


def _hire_officers(staff: _Staff, rng: random.Random, places: Places) -> None:
    focus = {"FK", "AF", f"REG-{FOCUS_COUNTY}", f"KOM-{FOCUS_MUNICIPALITY}"}
    for code, party in places.parties.items():
        if code in focus or rng.random() > EMPTY_OFFICER_SHARE:
            staff.hire("cooperation_officer", code.lower(), party=party)
    for code in ("FK", "AF"):
        staff.hire("analyst", code.lower(), party=places.parties[code])


def _associations() -> Iterator[tuple[str, list[str]]]:
    """An example where the sign-ins work, and those of public material, with their municipalities."""
    yield EXAMPLE, [code for code in codes.entries("municipality") if code.startswith(FOCUS_COUNTY)]
    with (DATA / "associations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["name"], row["municipality_codes"].split(";")


def _hire_associations(staff: _Staff, places: Places) -> None:
    for name, municipalities in _associations():
        counties = {code[:2] for code in municipalities}
        members = ["FK", "AF", *(f"REG-{c}" for c in counties), *(f"KOM-{m}" for m in municipalities)]
        association = Association.objects.create(name=name)
        association.members.set(places.parties[code] for code in members)
        staff.hire("association_officer", "forbund", association=association)
        unit = places.units[f"KOM-{municipalities[0]}"][0]
        staff.hire("measure_staff", f"kom-{municipalities[0]}", party=unit.party, unit=unit)


def _send_away(rng: random.Random, places: Places, on: date) -> None:
    away = []
    for posts in places.holders.values():
        for index, post in enumerate(posts):
            if index and rng.random() < ABSENT_SHARE:
                stand_in = posts[index - 1] if rng.random() < 0.5 else None
                begin = on - timedelta(days=rng.randint(1, 10))
                until = on + timedelta(days=rng.randint(3, 40))
                away.append(Absence(post=post, from_on=begin, until_on=until, stand_in=stand_in))
    Absence.objects.bulk_create(away)
