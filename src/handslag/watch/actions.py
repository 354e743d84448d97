"""The watch's round: finds what is owed, calls the rungs, clears what was answered. Safe to run twice, also at once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max, QuerySet

from handslag.cases.models import Case
from handslag.drafts.actions import forget_drafts
from handslag.foundation import clock
from handslag.foundation.acting import action, by_itself
from handslag.foundation.rooms import waiting
from handslag.foundation.waiting import Wait
from handslag.parties.queries import absences_on, present_posts
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Viewer
from handslag.plans.actions import put_due_steps
from handslag.sharing.actions import part_expired
from handslag.watch import queries, rules
from handslag.watch.models import Called, Escalation, Round

CHUNK = 2000
STRETCH = 50_000
"""How many cases a round looks at at once."""
WATCH = Viewer(None, is_system=True, name="watch")


class Presence:
    """Who is active and present on a day, by post, unit and party; a stand-in counts for the absent."""

    def __init__(self, on: date):
        present = present_posts(on).order_by().values_list("id", "role", "unit_id", "party_id")
        self._stands_for = {post: post for post, *_rest in present}
        self._by_place: dict[tuple, set[int]] = {}
        for post, role, unit, party in present:
            self._add(post, role, unit, party)
        covered = absences_on(on).filter(stand_in__in=list(self._stands_for), post__is_active=True)
        for post, stand_in, role, unit, party in covered.order_by().values_list(
            "post_id", "stand_in_id", "post__role", "post__unit_id", "post__party_id"
        ):
            self._stands_for[post] = stand_in
            self._add(stand_in, role, unit, party)

    def _add(self, post: int, role: str, unit: int | None, party: int | None) -> None:
        place = unit if role in HOLDING_ROLES else party
        self._by_place.setdefault((role, place), set()).add(post)

    def people(self, wait: Wait, rung: int) -> frozenset[int]:
        """The posts that count on a rung: present ones, or the stand-ins of the absent."""
        if rung == rules.OWER:
            if wait.owers:
                return frozenset(self._stands_for[p] for p in wait.owers if p in self._stands_for)
            return frozenset().union(*(self._at(role, wait.unit_id) for role in HOLDING_ROLES))
        if rung == rules.LEAD:
            return frozenset(self._at("lead", wait.unit_id))
        officers = self._at("cooperation_officer", wait.party_id)
        if rung == rules.JOINT:
            officers = officers | self._at("cooperation_officer", wait.other_party_id)
        return frozenset(officers)

    def _at(self, role: str, place: int) -> set[int]:
        return self._by_place.get((role, place), set())


@dataclass
class _Figures:
    """What a round found, counted as it goes."""

    climbing: Counter[str] = field(default_factory=Counter)
    gaps: int = 0
    gaps_with_nobody_above: int = 0
    raised: int = 0
    cleared: int = 0

    def count(self, wanted: dict[tuple, rules.Call]) -> None:
        """Counts the calls that stand: each thing that climbs once, and each empty rung."""
        self.climbing.update(kind for kind, _about in {key[:2] for key, call in wanted.items() if not call.is_gap})
        self.gaps += sum(call.is_gap for call in wanted.values())
        self.gaps_with_nobody_above += sum(call.is_gap and not call.posts for call in wanted.values())

    def told(self, on: date) -> dict[str, int]:
        """All figures of the round."""
        everything = Case.objects.all()
        return {
            "livelihood_ends_unprepared": queries.unprepared(everything, on).order_by().count(),
            "overdue_steps": queries.overdue(everything, on).order_by().count(),
            "consents_ending": queries.consents_ending(everything, on).order_by().count(),
            **{f"climbing_{kind}": self.climbing[kind] for kind in waiting()},
            "empty_rungs": self.gaps,
            "empty_rungs_with_nobody_above": self.gaps_with_nobody_above,
            "raised": self.raised,
            "cleared": self.cleared,
        }


@dataclass(frozen=True)
class _Round:
    """One round: who is present, and from which day on what has waited reaches which rung of its party's ladder."""

    on: date
    presence: Presence
    deadlines: Mapping[int, tuple[date, date, date]]

    def wanted(self, cases: range) -> dict[tuple, rules.Call]:
        """Every call that should stand in these cases, by its key."""
        found = {}
        for wait in queries.waits(self.on, cases):
            reached = rules.rung_reached(wait.since, self.deadlines[wait.party_id])
            for call in rules.calls(wait, reached, self.presence.people):
                found[call.key] = call
        return found

    def go(self, cases: range, figures: _Figures) -> None:
        """Makes the escalations of these cases what they should be."""
        wanted, standing = self.wanted(cases), _standing(cases)
        gone = [pk for key, pk in standing.items() if key not in wanted]
        new = [call for key, call in wanted.items() if key not in standing]
        _clear(gone, self.on)
        _raise(new, self.on)
        _name_people(wanted, _standing(cases) if new else standing, cases)
        figures.count(wanted)
        figures.raised += len(new)
        figures.cleared += len(gone)


def _in(cases: range) -> QuerySet[Escalation]:
    standing = Escalation.objects.filter(cleared_on__isnull=True, case_id__gte=cases.start, case_id__lt=cases.stop)
    return standing.order_by()


def _standing(cases: range) -> dict[tuple, int]:
    fields = ("kind", "about", "waiting_since", "rung", "is_gap", "id")
    return {tuple(key): pk for *key, pk in _in(cases).values_list(*fields).iterator()}


def _clear(ids: list[int], on: date) -> None:
    for begin in range(0, len(ids), CHUNK):
        Escalation.objects.filter(id__in=ids[begin : begin + CHUNK], cleared_on__isnull=True).update(cleared_on=on)


def _raise(calls: list[rules.Call], on: date) -> None:
    Escalation.objects.bulk_create(
        (
            Escalation(
                kind=c.wait.kind,
                case_id=c.wait.case_id,
                about=c.wait.about,
                to_unit_id=c.wait.to_unit_id,
                waiting_since=c.wait.since,
                rung=c.rung,
                is_gap=c.is_gap,
                raised_on=on,
            )
            for c in calls
        ),
        batch_size=CHUNK,
        ignore_conflicts=True,
    )


def _name_people(wanted: dict[tuple, rules.Call], standing: dict[tuple, int], cases: range) -> None:
    named = set(_in(cases).filter(calls__isnull=False).values_list("id", "calls__post_id").iterator())
    missing = (
        Called(escalation_id=standing[key], post_id=post)
        for key, call in wanted.items()
        if key in standing
        for post in call.posts
        if (standing[key], post) not in named
    )
    Called.objects.bulk_create(missing, batch_size=CHUNK, ignore_conflicts=True)


@action(by_itself)
def go_round(on: date | None = None) -> dict[str, int]:
    """Goes one round for the day `on` (default today) and returns its figures.

    Nothing is ever closed by it: it calls named people and clears the calls whose reason is gone. Before that it lets
    what ran out end, and steps of plans that are due become next steps. A second
    round on the same day, or at the same time, changes nothing. It goes through the cases stretch by stretch, so that
    the largest country fits in little memory.
    """
    on = on or clock.today()
    part_expired(WATCH)
    put_due_steps(WATCH, on)
    forget_drafts(WATCH, on)
    ladders = {party: ladder.deadlines(on) for party, ladder in queries.ladders().items()}
    this, figures = _Round(on, Presence(on), ladders), _Figures()
    last = Case.objects.aggregate(last=Max("id"))["last"] or 0
    for begin in range(0, last + 1, STRETCH):
        this.go(range(begin, begin + STRETCH), figures)
    told = figures.told(on)
    Round.objects.create(on=on, at=clock.now(), figures=told)
    return told
