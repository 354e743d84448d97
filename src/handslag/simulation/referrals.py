"""The demo world's referrals, where its sign-ins work: each stage of them, by the actions that users take."""

from datetime import timedelta

from handslag.cases.models import Case
from handslag.disclosure.actions import Agreed
from handslag.disclosure.queries import unconfirmed
from handslag.disclosure.rules import GROUPS, Flow
from handslag.foundation import clock
from handslag.measures.models import Measure
from handslag.measures.rules import INDIVIDUAL
from handslag.parties.models import Post
from handslag.parties.queries import viewer_of
from handslag.referrals import actions, line
from handslag.referrals.models import Referral
from handslag.sharing.actions import confirm_telling, give_consent
from handslag.simulation.places import Places

AGREED = "Så att insatsen vet vem jag är och vad jag behöver."
ASKED = ("Två förmiddagar i veckan i lugn miljö.", "Prova på praktiskt arbete.", "Stöd att komma i gång på morgonen.")
SPOKEN = 7
"""How many are referred with consent; one more is referred without."""


def write(places: Places) -> None:
    """People whom FK holds where the sign-ins work, referred to a measure of the first measure staff."""
    staff = Post.objects.filter(role="measure_staff").select_related("user", "unit__party").order_by("id").first()
    measure = _measure(staff) if staff else None
    holder = places.holders[places.focus[0].pk][0]
    cases = Case.objects.filter(
        holder=holder, closed_at__isnull=True, joined_to__isnull=True, person__is_protected=False, assessments=None
    ).order_by("-id")[: SPOKEN + 1]
    if staff is None or measure is None or len(cases) <= SPOKEN:
        return
    referred = [_refer(measure, staff, case, n) for n, case in enumerate(cases)]
    _answer(referred[:SPOKEN], staff)


def _measure(staff: Post) -> Measure | None:
    carried = Measure.objects.filter(carriers__party=staff.party, direction=INDIVIDUAL, starts_on__lte=clock.today())
    return carried.filter(ends_on=None).select_related("association").order_by("id").first()


def _refer(measure: Measure, staff: Post, case: Case, number: int) -> Referral:
    holder, unit, today = case.holder, staff.unit, clock.today()
    speaks = number < SPOKEN
    if speaks:
        flows = {Flow(holder.party.pk, unit.pk, group) for group in GROUPS}
        flows |= {Flow(unit.party_id, holder.unit.pk, group) for group in GROUPS}
        until = today + timedelta(days=200)
        agreed = Agreed(AGREED, "written", None, today, until, "public_task", frozenset(flows))
        give_consent(viewer_of(holder.user), case.pk, agreed)
    asked = actions.Asked(measure, unit, ASKED[number % len(ASKED)] if speaks else "")
    return actions.refer(viewer_of(holder.user), case.pk, asked)


def _answer(spoken: list[Referral], staff: Post) -> None:
    """One to answer, a question, three in line of whom one was moved, a place that is offered, and a no."""
    there, today = viewer_of(staff.user), clock.today()
    _new, asked, first, second, third, invited, declined = spoken
    _confirm(asked, staff)
    actions.ask_referrer(there, asked.pk, "Kan personen komma på tisdagar?")
    line.put_on_list(there, invited.pk, line.Waits("no_place"))
    line.offer_place(there, invited.pk, today + timedelta(days=21), today + timedelta(days=7))
    for waiting in (first, second, third):
        line.put_on_list(there, waiting.pk, line.Waits("group_start", today + timedelta(days=60)))
    line.move_in_line(there, third.pk, 1, "benefit_ends")
    actions.decline_referral(there, declined.pk, "too_far")


def _confirm(referral: Referral, staff: Post) -> None:
    """Somebody at the measure's unit confirms what the unit tells."""
    at_unit = Post.objects.filter(unit=staff.unit, role="caseworker", is_active=True).order_by("id")
    waiting = unconfirmed().filter(subject=referral.case.person.subject, from_party=staff.party)
    found = at_unit.select_related("user").first()
    if found:
        confirm_telling(viewer_of(found.user), list(waiting.values_list("pk", flat=True)), "document", is_tested=True)
