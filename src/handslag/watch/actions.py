"""The watch's round: finds what is owed, calls the rungs, clears what was answered. Safe to run twice, also at once."""

from collections import Counter
from datetime import date

from handslag.cases.models import Case
from handslag.foundation import clock
from handslag.foundation.acting import action, by_itself
from handslag.parties.queries import absences_on, present_posts
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Viewer
from handslag.sharing.actions import part_expired
from handslag.watch import queries, rules
from handslag.watch.models import Called, Escalation, Round

CHUNK = 2000
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

    def people(self, wait: rules.Wait, rung: int) -> frozenset[int]:
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


def wanted_calls(on: date) -> dict[tuple, rules.Call]:
    """Every call that should stand on `on`, by its key."""
    presence = Presence(on)
    deadlines = {party: ladder.deadlines(on) for party, ladder in queries.ladders().items()}
    found = {}
    for wait in queries.waits(on):
        reached = rules.rung_reached(wait.since, deadlines[wait.party_id])
        for call in rules.calls(wait, reached, presence.people):
            found[call.key] = call
    return found


def _standing() -> dict[tuple, int]:
    rows = Escalation.objects.filter(cleared_on__isnull=True).order_by()
    fields = ("kind", "case_id", "handover_id", "waiting_since", "rung", "is_gap", "id")
    return {tuple(key): pk for *key, pk in rows.values_list(*fields)}


def _clear(ids: list[int], on: date) -> None:
    for begin in range(0, len(ids), CHUNK):
        Escalation.objects.filter(id__in=ids[begin : begin + CHUNK], cleared_on__isnull=True).update(cleared_on=on)


def _raise(calls: list[rules.Call], on: date) -> None:
    Escalation.objects.bulk_create(
        (
            Escalation(
                kind=c.wait.kind,
                case_id=c.wait.case_id,
                handover_id=c.wait.handover_id,
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


def _name_people(wanted: dict[tuple, rules.Call], standing: dict[tuple, int]) -> None:
    named = set(
        Called.objects.filter(escalation__cleared_on__isnull=True).order_by().values_list("escalation_id", "post_id")
    )
    missing = [
        Called(escalation_id=standing[key], post_id=post)
        for key, call in wanted.items()
        if key in standing
        for post in call.posts
        if (standing[key], post) not in named
    ]
    Called.objects.bulk_create(missing, batch_size=CHUNK, ignore_conflicts=True)


def _figures(on: date, wanted: dict[tuple, rules.Call]) -> dict[str, int]:
    waiting = Counter(kind for kind, *_rest in {key[:3] for key, call in wanted.items() if not call.is_gap})
    return {
        "livelihood_ends_unprepared": queries.unprepared(Case.objects.all(), on).order_by().count(),
        "overdue_steps": queries.overdue(Case.objects.all(), on).order_by().count(),
        "consents_ending": queries.consents_ending(Case.objects.all(), on).order_by().count(),
        **{f"climbing_{kind}": waiting[kind] for kind in rules.KINDS},
        "empty_rungs": sum(call.is_gap for call in wanted.values()),
        "empty_rungs_with_nobody_above": sum(call.is_gap and not call.posts for call in wanted.values()),
    }


@action(by_itself)
def go_round(on: date | None = None) -> dict[str, int]:
    """Goes one round for the day `on` (default today) and returns its figures.

    Nothing is ever closed or moved by it: it calls named people and clears the calls whose reason is gone. A second
    round on the same day, or at the same time, changes nothing.
    """
    on = on or clock.today()
    part_expired(WATCH)
    wanted, standing = wanted_calls(on), _standing()
    gone = [pk for key, pk in standing.items() if key not in wanted]
    new = [call for key, call in wanted.items() if key not in standing]
    _clear(gone, on)
    _raise(new, on)
    _name_people(wanted, _standing() if new else standing)
    figures = {**_figures(on, wanted), "raised": len(new), "cleared": len(gone)}
    Round.objects.create(on=on, at=clock.now(), figures=figures)
    return figures
