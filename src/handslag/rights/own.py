"""What a person reads and does about the own case: who is responsible, what is told to whom, who has looked."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from handslag.cases.models import Case
from handslag.disclosure import actions as disclosure
from handslag.disclosure.models import Disclosure
from handslag.foundation.errors import Refused
from handslag.foundation.wall import action
from handslag.handovers import rules
from handslag.handovers.models import Handover
from handslag.journal.actions import record
from handslag.journal.models import Entry
from handslag.journal.queries import looks_at
from handslag.parties.viewer import Viewer
from handslag.persons.models import Person
from handslag.sharing.actions import part_uncovered
from handslag.sharing.queries import is_standing

LOOKS = 200
PERSON = "person"


@action
def own_cases(subject: str) -> list[Case]:
    """The person's cases at every party, open ones first, with who holds them."""
    found = Case.objects.filter(person__subject=subject).select_related("party", "holder__user", "holder__unit__party")
    return sorted(found.order_by("-id"), key=lambda case: not case.is_open)


@action
def own_contact(case: Case) -> Handover | None:
    """The first contact that is booked with the person in a case."""
    return Handover.objects.filter(case=case, state=rules.ACCEPTED).select_related("accepted_by__user").first()


@action
def own_disclosures(subject: str) -> list[Disclosure]:
    """What is told about the person today, and to whom."""
    found = Disclosure.objects.filter(subject=subject).select_related("from_party", "to_unit__party", "consent")
    return [d for d in found.order_by("id") if is_standing(d)]


@action
def own_looks(subject: str) -> list[Entry]:
    """Who has looked at the person's cases, latest first."""
    cases = Case.objects.filter(person__subject=subject).order_by()
    return list(looks_at(list(cases.values_list("pk", flat=True)))[:LOOKS])


@action
def withdraw_own(subject: str, ids: Iterable[int]) -> None:
    """Ends what the person has consented to, at once. What is told by law is not the person's to end.

    Raises Refused when nothing is chosen that still stands.
    """
    chosen = Disclosure.objects.filter(pk__in=list(ids), subject=subject, consent__isnull=False)
    ended = disclosure.end(None, chosen)
    if not ended:
        raise Refused(_("Choose at least one line that still stands."))
    person = Person.objects.filter(subject=subject).order_by("id").first()
    flows = [[d.from_party_id, d.to_unit_id, d.group] for d in ended]
    record(PERSON, "consent_withdrawn", "person", person.pk if person else 0, flows=flows)
    part_uncovered(Viewer(None, is_system=True, name=PERSON), subject)
