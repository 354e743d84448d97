"""The demo world's catalogue: measures of each association, of each detailed direction in its turn."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count

from django.utils import timezone

from handslag.journal.actions import entry, record_all
from handslag.journal.models import Entry
from handslag.journal.seals import instant
from handslag.measures.folding import fold
from handslag.measures.models import Activity, Carrier, ForGroup, Measure
from handslag.measures.rules import INDIVIDUAL, STRUCTURAL
from handslag.parties.models import Association, Party, Post
from handslag.reference import codes
from handslag.referrals.staff import STAFF

# name, detailed direction, target groups, what is done
INDIVIDUALS = (
    (
        "Grön väg tillbaka",
        "treating",
        ("long_term_sick", "mental_ill_health"),
        "Trädgård och natur i lugn takt, två förmiddagar i veckan, med arbetsterapeut och handledare.",
    ),
    (
        "Första steget",
        "motivating",
        ("zero_placed", "long_term_unemployed"),
        "Samtal i liten grupp om vardag, hälsa och mål. Därefter en egen plan.",
    ),
    (
        "Språng till jobb",
        "work_directed",
        ("long_term_sick", "long_term_unemployed"),
        "En arbetskonsulent söker arbetsplats tillsammans med deltagaren och följer med de första månaderna.",
    ),
    (
        "Ung kraft",
        "activating",
        ("young_activity_compensation", "young_disability"),
        "Verkstad, studiebesök och prova-på-dagar för unga, med plats för den som inte orkar hela dagar.",
    ),
    (
        "Hälsa på svenska",
        "preventive",
        ("newly_arrived",),
        "Hälsoskola på lätt svenska och det egna språket: sömn, smärta, vården och vägen till arbete.",
    ),
)
STRUCTURALS = (
    (
        "Gemensam kompetens",
        "preventive",
        "Utbildningsdagar där handläggare hos alla fyra parter lär känna varandras uppdrag.",
    ),
    ("Samverkansteam psykisk hälsa", "treating", "Fast team som svarar på frågor från alla parter inom en vecka."),
)
ADDED = (("sv",), ("sv", "en"), ("sv", "ar"), ("sv", "so", "ti"), ("sv", "fa"))
PLANNED_FOR_A_PLACE = 3
OPEN_SHARE = 0.7
"""How many associations publish their catalogue."""


def write(rng: random.Random, on: date) -> int:
    """Writes a catalogue for each association, and returns how many measures it made."""
    measures: list[Measure] = []
    carriers: list[Carrier] = []
    officers = Post.objects.filter(role="association_officer").select_related("user").order_by("id")
    by_association = {officer.association_id: officer for officer in officers}
    staffed = set(Post.objects.filter(role=STAFF).values_list("party", flat=True))
    for association in Association.objects.prefetch_related("members").order_by("id"):
        made = list(_drawn(rng, association, by_association[association.pk], on))
        measures += made
        for measure in made:
            chosen = _chosen(rng, measure, association, staffed)
            carriers += [Carrier(measure=measure, party=party) for party in chosen]
    Measure.objects.bulk_create(measures, batch_size=500)
    Carrier.objects.bulk_create(carriers, batch_size=1000)
    groups = {name: groups for name, _detail, groups, _text in INDIVIDUALS}
    told = [ForGroup(measure=m, target_group=group) for m in measures for group in groups.get(m.name, ())]
    ForGroup.objects.bulk_create(told, batch_size=1000)
    Measure.objects.update(is_listed=True)
    Activity.objects.bulk_create(_activities(rng, measures, on), batch_size=500)
    record_all(_journalled(measures))
    return len(measures)


def _activities(rng: random.Random, measures: list[Measure], on: date) -> Iterator[Activity]:
    """What structural measures did: something every other month since they began."""
    for measure in (one for one in measures if one.direction == STRUCTURAL):
        for days in range(10, (on - measure.starts_on).days, 60):
            day = measure.starts_on + timedelta(days=days)
            noted_at = timezone.make_aware(datetime.combine(day, time(16)))
            kind, hours = rng.choice((("training", 6), ("network", 3), ("team", 2), ("guidance", 2)))
            told = {"kind": kind, "hours": hours, "reached": rng.randint(6, 40)}
            yield Activity(measure=measure, day=day, by=measure.by, noted_at=noted_at, **told)


def _drawn(rng: random.Random, association: Association, officer: Post, on: date) -> Iterator[Measure]:
    members = list(association.members.all())
    homes = sorted(party.code.removeprefix("KOM-") for party in members if party.kind == "KOM")
    is_open, turn = rng.random() < OPEN_SHARE, count(rng.randrange(len(homes)))
    for name, detail, _groups, text in rng.sample(INDIVIDUALS, 4):
        yield _measure(
            rng,
            association,
            officer,
            on,
            name,
            detail,
            text,
            homes[next(turn) % len(homes)],
            INDIVIDUAL,
            is_open=is_open,
        )
    name, detail, text = rng.choice(STRUCTURALS)
    yield _measure(rng, association, officer, on, name, detail, text, homes[0], STRUCTURAL, is_open=is_open)


def _measure(
    rng: random.Random,
    association: Association,
    officer: Post,
    on: date,
    name: str,
    detail: str,
    text: str,
    home: str,
    direction: str,
    *,
    is_open: bool,
) -> Measure:
    place, is_individual = codes.entries("municipality")[home].label_sv, direction == INDIVIDUAL
    owners = [party for party in association.members.all() if party.code in (f"KOM-{home}", "AF")]
    places = rng.choice((6, 8, 10, 12, 16, 20)) if is_individual else None
    starts_on = on - timedelta(days=rng.randint(30, 900))
    at = timezone.make_aware(datetime.combine(starts_on - timedelta(days=20), time(10)))
    return Measure(
        association=association,
        name=name,
        description=text,
        direction=direction,
        detail=detail,
        follow_up="participants" if is_individual else "activities",
        has_esf=rng.random() < 0.1,
        starts_on=starts_on,
        ends_on=on + timedelta(days=rng.randint(100, 700)) if rng.random() < 0.5 else None,
        owner=rng.choice(owners),
        municipality_code=home,
        places=places,
        planned_a_year=places and places * PLANNED_FOR_A_PLACE,
        languages=";".join(rng.choice(ADDED)),
        accessibility="Hiss, hörslinga och ett rum för vila." if rng.random() < 0.6 else "",
        how_to_refer="Ring eller skriv, så bokar vi ett första besök tillsammans med dig och den det gäller.",
        contact=f"{name}, {place}",
        is_open_data=is_open,
        searched=fold(f"{name} {text} {place}"),
        by=officer,
        made_at=at,
        changed_at=at,
    )


def _chosen(rng: random.Random, measure: Measure, association: Association, staffed: set[int]) -> list[Party]:
    """The owner and some more, among them one at which somebody works for measures."""
    members, owner = list(association.members.all()), measure.owner
    others = [party for party in members if party != owner]
    chosen = [owner, *rng.sample(others, min(len(others), rng.randint(1, 3)))]
    if not staffed.intersection(party.pk for party in chosen):
        chosen += [party for party in members if party.pk in staffed][:1]
    return chosen


def _journalled(measures: list[Measure]) -> Iterator[Entry]:
    for measure in measures:
        line = entry(measure.by.user.email, "measure_made", "measure", measure.pk, association=measure.association_id)
        line.at = instant(measure.made_at)
        yield line
