"""Reading cases for a change: held until the transaction ends, by the lowest id first."""

from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.foundation.errors import Refused


def locked(case_id: int) -> Case:
    """The case's row, held against concurrent change until the transaction ends. Raises Refused where there is none.

    Locked first and read after: PostgreSQL drops a joined row whose join changed while it waited for the lock.
    """
    if not Case.objects.select_for_update().only("id").filter(pk=case_id).first():
        raise Refused(_("There is no such case."))
    return Case.objects.select_related("person", "holder__user", "holder__unit", "holder__party").get(pk=case_id)


def joined_to(case: Case) -> list[Case]:
    """The open cases that are joined to `case`, locked; they follow it in all that happens."""
    return list(Case.objects.select_for_update().filter(joined_to=case, closed_at__isnull=True).order_by("id"))
