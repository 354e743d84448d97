"""Reading handovers: both sides see each one all the way."""

from collections.abc import Collection

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.cases.queries import with_joined
from handslag.foundation.acting import reading
from handslag.foundation.prepared import prepared
from handslag.handovers import rules
from handslag.handovers.models import Handover
from handslag.parties.viewer import Viewer

SHOWN = (
    "case__person__identity",
    "case__holder__user",
    "sender__user",
    "sender__unit",
    "to_unit",
    "to_post__user",
    "accepted_by__user",
)


def at_the_viewers_places(viewer: Viewer) -> QuerySet[Handover]:
    """Handovers that the viewer's places sent or were offered, whatever came of them."""
    sides = Q(sender_id__in=viewer.case_post_ids) | Q(to_unit_id__in=viewer.unit_ids)
    if viewer.officer_party_ids:
        sides |= Q(to_unit__party_id__in=viewer.officer_party_ids)
    return Handover.objects.filter(sides).order_by()


def visible_handovers(viewer: Viewer) -> QuerySet[Handover]:
    """Handovers from or to the viewer's units, or the parties whose cooperation officer the viewer is."""
    return Handover.objects.filter(
        Q(sender__unit_id__in=viewer.unit_ids)
        | Q(to_unit_id__in=viewer.unit_ids)
        | Q(case__holder__unit_id__in=viewer.unit_ids)
        | Q(sender__party_id__in=viewer.officer_party_ids)
        | Q(to_unit__party_id__in=viewer.officer_party_ids)
    ).select_related(*SHOWN)


@prepared("unit_ids")
def waiting_for(viewer: Viewer) -> QuerySet[Handover]:
    """Handovers that wait for an answer from the viewer or anyone at the viewer's units; soonest needed first."""
    return (
        Handover.objects.filter(to_unit_id__in=viewer.unit_ids, state=rules.OFFERED)
        .select_related(*SHOWN)
        .order_by("needed_by", "id")
    )


def _held(viewer: Viewer) -> QuerySet:
    """Ids of the open cases that the viewer holds: few, so that what hangs on them is found by their index."""
    return Case.objects.filter(holder_id__in=viewer.post_ids, closed_at__isnull=True).order_by().values("pk")


@prepared("post_ids")
def questions_for(viewer: Viewer) -> QuerySet[Handover]:
    """Handovers in which the receiver has asked back and the viewer, as holder, owes the answer."""
    return (
        Handover.objects.filter(case__in=_held(viewer), state=rules.ASKED)
        .select_related(*SHOWN)
        .order_by("awaiting_since", "id")
    )


@prepared("post_ids")
def sent_by(viewer: Viewer) -> QuerySet[Handover]:
    """Handovers that the viewer sent and that are not at their end, latest first."""
    return (
        Handover.objects.filter(sender_id__in=viewer.post_ids, state__in=rules.OPEN)
        .select_related(*SHOWN)
        .order_by("-id")
    )


@prepared("post_ids")
def contacts_of(viewer: Viewer) -> QuerySet[Handover]:
    """First contacts of the viewer, joint ones too, that are booked and not yet recorded, soonest first."""
    ahead = Q(case__in=_held(viewer), state__in=rules.BOOKED) | Q(
        accepted_by_id__in=viewer.post_ids, state=rules.CONDITIONAL
    )
    return Handover.objects.filter(ahead).select_related(*SHOWN).order_by("first_contact_at", "id")


@prepared("post_ids", "led_unit_ids")
def come_back(viewer: Viewer) -> QuerySet[Handover]:
    """Cases that came back at once because the consent ended, for who holds them and the unit's lead, until the person
    has been met again; latest first."""
    near = Q(accepted_by_id__in=viewer.post_ids) | Q(to_unit_id__in=viewer.led_unit_ids)
    back = Handover.objects.filter(near, state=rules.ACCEPTED, answered_at=F("offered_at"))
    return back.select_related(*SHOWN).order_by("-id")


@prepared("unit_ids", "officer_party_ids")
def _of_cases(viewer: Viewer, case_ids: Collection[int]) -> QuerySet[Handover]:
    return visible_handovers(viewer).filter(case_id__in=case_ids).order_by("-id")


def handovers_of(viewer: Viewer, case: Case) -> list[Handover]:
    """The handovers of a case, and of those joined to it, that the viewer may see, latest first."""
    return _of_cases.rows(viewer, with_joined(case))


def sides(viewer: Viewer, handover: Handover) -> set[str]:
    """On which sides of a handover the viewer may act.

    The sender's side is whoever may act for the holder; the receiver's is anyone who holds at the receiving unit.
    """
    holder = handover.case.holder
    found = set()
    if handover.state in rules.PENDING and (holder.pk in viewer.post_ids or holder.unit_id in viewer.led_unit_ids):
        found.add(rules.SENDER)
    if handover.to_unit_id in viewer.unit_ids:
        found.add(rules.RECEIVER)
    return found


@prepared()
def _open_handover(_viewer: None, case_id: int) -> QuerySet:
    return Handover.objects.filter(case_id=case_id, state__in=rules.OPEN).values_list("pk", flat=True)[:1]


def obstacle_to_closing(case: Case) -> str:
    """Why a case cannot be closed while a handover is on its way; empty where none is."""
    if not _open_handover.rows(None, case.pk):
        return ""
    return _("Finish the handover first: withdraw it, or record its first contact.")


@reading
def booked_contacts(cases: list[Case]) -> dict[int, Handover]:
    """The first contact that is booked in each of the cases, where one is; for the person."""
    booked = Handover.objects.filter(case__in=cases, state__in=rules.BOOKED).select_related("accepted_by__user")
    return {handover.case_id: handover for handover in booked.order_by("id")}
