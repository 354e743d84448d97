"""Reading referrals: both sides see each one all the way; the waiting list is told as places and reasons alone."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.cases.queries import with_joined
from handslag.foundation.acting import reading
from handslag.foundation.prepared import prepared
from handslag.parties.viewer import Viewer
from handslag.referrals import rules
from handslag.referrals.models import Message, Move, Referral
from handslag.referrals.staff import served_units

SHOWN = (
    "case__person__identity",
    "case__holder__user",
    "case__holder__unit",
    "referrer__user",
    "referrer__unit",
    "to_unit",
    "measure",
    "proposed",
)


def at_the_viewers_places(viewer: Viewer) -> QuerySet[Referral]:
    """Referrals to the viewer's units, or to parties whose cooperation officer the viewer is."""
    sides = Q(to_unit_id__in=viewer.unit_ids)
    if viewer.officer_party_ids:
        sides |= Q(to_unit__party_id__in=viewer.officer_party_ids)
    return Referral.objects.filter(sides).order_by()


def visible_referrals(viewer: Viewer) -> QuerySet[Referral]:
    """Referrals of cases that the viewer's units hold or referred, to these units, and of the parties whose cooperation
    officer the viewer is."""
    return Referral.objects.filter(
        Q(referrer__unit_id__in=viewer.unit_ids)
        | Q(case__holder__unit_id__in=viewer.unit_ids)
        | Q(to_unit_id__in=viewer.unit_ids)
        | Q(referrer__party_id__in=viewer.officer_party_ids)
        | Q(case__holder__party_id__in=viewer.officer_party_ids)
        | Q(to_unit__party_id__in=viewer.officer_party_ids)
    ).select_related(*SHOWN)


@reading
def _received(viewer: Viewer, referral_id: UUID) -> Referral | None:
    found = Referral.objects.filter(to_unit__in=served_units(viewer), public_id=referral_id)
    return found.select_related(*SHOWN).first()


def visible_referral(viewer: Viewer, referral_id: UUID) -> Referral | None:
    """A referral by its public id; None where there is none that the viewer may see."""
    found = visible_referrals(viewer).filter(public_id=referral_id).first()
    return found or (_received(viewer, referral_id) if served_units(viewer) else None)


@reading
def said_of(referral: Referral) -> list[Message]:
    """What was said and done about a referral that the viewer reaches, in order of time."""
    return list(referral.messages.select_related("by__user", "by__unit").order_by("at", "id"))


@reading
def received_by(viewer: Viewer, states: Collection[str], order: str) -> list[Referral]:
    """Referrals in these states to the units whose measures the viewer works for."""
    found = Referral.objects.filter(to_unit__in=served_units(viewer), state__in=states)
    return list(found.select_related(*SHOWN).order_by(order, "id"))


@reading
def line_of(measure_id: int) -> list[Referral]:
    """Who waits for a measure, first to last."""
    found = Referral.objects.filter(measure=measure_id, state=rules.WAITING)
    return list(found.select_related(*SHOWN).order_by("turn"))


@prepared()
def _lines(_viewer: None, measure_ids: Collection[int]) -> QuerySet:
    waiting = Referral.objects.filter(measure_id__in=measure_ids, state=rules.WAITING).order_by("measure", "turn")
    return waiting.values_list("pk", "measure_id")


@reading
def _places_in(measure_ids: frozenset[int]) -> dict[int, int]:
    found, line = dict[int, int](), dict[int, int]()
    for pk, measure in _lines.rows(None, measure_ids):
        found[pk] = line[measure] = line.get(measure, 0) + 1
    return found


def places_of(referrals: Iterable[Referral]) -> dict[int, int]:
    """For each referral that waits, its place in its measure's line, from 1."""
    measures = frozenset(referral.measure_id for referral in referrals if referral.state == rules.WAITING)
    return _places_in(measures) if measures else {}


@reading
def moves_during(referral: Referral) -> list[Move]:
    """The moves in a line since somebody came to it, the latest first: theirs and those of others in it."""
    if referral.waiting_since is None:
        return []
    until = Q(at__lte=referral.answered_at) if referral.answered_at else Q()
    found = Move.objects.filter(until, referral__measure=referral.measure_id, at__gte=referral.waiting_since)
    return list(found.order_by("-id"))


def _held(viewer: Viewer) -> QuerySet:
    """Ids of the open cases that the viewer holds: few, so that what hangs on them is found by their index."""
    return Case.objects.filter(holder_id__in=viewer.post_ids, closed_at__isnull=True).order_by().values("pk")


@prepared("post_ids")
def answers_owed(viewer: Viewer) -> QuerySet[Referral]:
    """Referrals in which the viewer, as holder, owes an answer: to a question, or for an offered place."""
    owed = Referral.objects.filter(case__in=_held(viewer), state__in=(rules.ASKED, rules.INVITED))
    return owed.select_related(*SHOWN).order_by("awaiting_since", "id")


@prepared("post_ids")
def noes(viewer: Viewer) -> QuerySet[Referral]:
    """Noes that the viewer, as holder, has not taken in hand, the latest first."""
    found = Referral.objects.filter(case__in=_held(viewer), state=rules.DECLINED, settled_at__isnull=True)
    return found.select_related(*SHOWN).order_by("-id")


@prepared("post_ids")
def going_on_of(viewer: Viewer) -> QuerySet[Referral]:
    """Referrals of the viewer's cases that the measure owes an answer for, or that wait in line; latest first."""
    found = Referral.objects.filter(case__in=_held(viewer), state__in=(rules.OFFERED, rules.WAITING))
    return found.select_related(*SHOWN).order_by("-id")


@prepared("led_unit_ids")
def unanswered_at(viewer: Viewer) -> QuerySet[Referral]:
    """Referrals to units that the viewer leads that the measure's staff owe an answer for, the oldest first."""
    found = Referral.objects.filter(to_unit_id__in=viewer.led_unit_ids, state=rules.OFFERED)
    return found.select_related(*SHOWN).order_by("awaiting_since", "id")


@prepared("case_post_ids")
def board_noes(viewer: Viewer) -> QuerySet[Referral]:
    """At the viewer's units or parties, noes that nobody has taken in hand; the oldest first."""
    found = Referral.objects.filter(case__holder_id__in=viewer.case_post_ids, state=rules.DECLINED)
    open_ones = found.filter(settled_at__isnull=True, case__closed_at__isnull=True)
    return open_ones.select_related(*SHOWN).order_by("answered_at", "id")


@prepared("case_post_ids")
def board_places(viewer: Viewer) -> QuerySet[Referral]:
    """At the viewer's units or parties, offered places that nobody has answered for, those first that are due first."""
    found = Referral.objects.filter(case__holder_id__in=viewer.case_post_ids, state=rules.INVITED)
    return found.select_related(*SHOWN).order_by("answer_by", "id")


def taking_places() -> QuerySet[Referral]:
    """Referrals that take a place of their measure."""
    return Referral.objects.filter(state__in=rules.PLACED)


def taking_part() -> QuerySet[Referral]:
    """Referrals by which the unit of a measure takes part in a case: they are on their way, or led to a place."""
    return Referral.objects.filter(state__in=(*rules.OPEN, rules.ACCEPTED))


@prepared("unit_ids", "officer_party_ids")
def _of_cases(viewer: Viewer, case_ids: Collection[int]) -> QuerySet[Referral]:
    return visible_referrals(viewer).filter(case_id__in=case_ids).order_by("-id")


def referrals_of(viewer: Viewer, case: Case) -> list[Referral]:
    """The referrals of a case, and of those joined to it, that the viewer may see, latest first."""
    return _of_cases.rows(viewer, with_joined(case))


@prepared()
def _open_referral(_viewer: None, case_id: int) -> QuerySet:
    found = Referral.objects.filter(case_id=case_id, state__in=rules.OPEN)
    return found.order_by().values_list("pk", flat=True)[:1]


def obstacle_to_closing(case: Case) -> str:
    """Why a case cannot be closed while a referral is on its way; empty where none is."""
    return _("Withdraw the referrals that are on their way first.") if _open_referral.rows(None, case.pk) else ""


@reading
def own_referrals(subject: str) -> list[Referral]:
    """The referrals of a person that are open, or that led to a place, for the person; the latest first."""
    shown = (*rules.OPEN, rules.ACCEPTED)
    found = Referral.objects.filter(case__person__subject=subject, state__in=shown, case__closed_at__isnull=True)
    return list(found.select_related(*SHOWN).order_by("-id"))
