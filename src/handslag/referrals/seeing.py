"""A referral as one viewer may see it: who the person is and what was written, where a basis shows it."""

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass

from handslag.cases.visibility import CaseVisibility, visibilities
from handslag.foundation.wall import lifted
from handslag.parties.models import Post
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Viewer
from handslag.referrals.models import Message, Referral
from handslag.referrals.staff import served_units


@dataclass(frozen=True)
class Seen:
    """A referral, and its case as the viewer may see it."""

    referral: Referral
    case: CaseVisibility

    @property
    def asked_for(self) -> str:
        """What is asked for; empty where it is hidden."""
        return self.case.value("asked_for", self.referral) or ""

    def text_of(self, message: Message) -> str:
        """The words of a step; empty where they are hidden."""
        return self.case.value("text", message) or ""


def is_for_staff(viewer: Viewer, referral: Referral) -> bool:
    """Whether the viewer meets a referral as measure staff alone, who reach no case."""
    near = {referral.to_unit_id, referral.case.holder.unit_id}
    return referral.to_unit_id in served_units(viewer) and not viewer.unit_ids.intersection(near)


def _reader(viewer: Viewer, referral: Referral) -> Viewer:
    """Who reads a referral: measure staff read of the person what their unit is told, and nothing else of the case."""
    if not is_for_staff(viewer, referral):
        return viewer
    unit = referral.to_unit
    at = Post(user=viewer.user, role=HOLDING_ROLES[0], unit=unit, party_id=unit.party_id)
    return Viewer(viewer.user, (at,), name=viewer.name, looks=viewer.looks)


def seen(viewer: Viewer, referrals: Iterable[Referral]) -> list[Seen]:
    """Referrals as the viewer may see them, in their order. Each was reached through a query for this viewer."""
    alike: dict[int | None, list[Referral]] = {}
    referrals = list(referrals)
    for referral in referrals:
        alike.setdefault(referral.to_unit_id if is_for_staff(viewer, referral) else None, []).append(referral)
    shown: dict[int, CaseVisibility] = {}
    for unit_id, those in alike.items():
        with nullcontext() if unit_id is None else lifted():
            cases = visibilities(_reader(viewer, those[0]), [one.case for one in those], with_past=True)
        shown |= {one.pk: case for one, case in zip(those, cases, strict=True)}
    return [Seen(referral, shown[referral.pk]) for referral in referrals]
