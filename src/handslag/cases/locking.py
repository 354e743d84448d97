"""Reading cases for a change: held until the transaction ends, by the lowest id first."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.foundation.errors import NotAllowed


def not_yours() -> NotAllowed:
    """The refusal of who may not change a case, in the same words whether or not there is one."""
    return NotAllowed(_("Only the person responsible, a stand-in or the team lead can change this case."))


def hold(case_ids: Iterable[int]) -> set[int]:
    """Locks cases and all that are joined with them, in the one order that everybody keeps; which they are.

    Who will change several cases holds all of them first: two who take them one by one may each wait for the other.
    """
    ids = sorted(set(case_ids))
    mains = Case.objects.filter(pk__in=ids, joined_to__isnull=False).order_by().values("joined_to")
    family = Q(pk__in=ids) | Q(joined_to__in=ids) | Q(pk__in=mains)
    return set(Case.objects.select_for_update().filter(family).order_by("id").values_list("id", flat=True))


def locked(case_id: int) -> Case:
    """The case, held with those that it is joined with until the transaction ends.

    Raises NotAllowed where there is none, as for who may not change it.
    Locked first and read after: PostgreSQL drops a joined row whose join changed while it waited for the lock.
    """
    if case_id not in hold([case_id]):
        raise not_yours()
    return Case.objects.select_related("person", "holder__user", "holder__unit", "holder__party").get(pk=case_id)


def joined_to(case: Case) -> list[Case]:
    """The open cases that are joined to `case`, which is locked; they follow it in all that happens."""
    return list(Case.objects.filter(joined_to=case, closed_at__isnull=True).order_by("id"))
