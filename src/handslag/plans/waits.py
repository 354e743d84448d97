"""What of plans waits: that they are reviewed, and that somebody does what was planned."""

from collections.abc import Iterator
from datetime import date, timedelta

from handslag.foundation.waiting import Wait
from handslag.plans.models import Review, Step
from handslag.plans.queries import unreviewed
from handslag.plans.rules import review_due

UNREVIEWED, OVERDUE = "unreviewed_plan", "overdue_plan_step"
HOLDER = ("case__holder_id", "case__holder__unit_id", "case__holder__party_id", "case__party_id")


def waits(on: date, cases: range) -> Iterator[Wait]:
    """What waits on `on` in cases of these ids: the holder reviews the plan, whoever was to do a step does it."""
    plans = unreviewed(on).filter(case_id__gte=cases.start, case_id__lt=cases.stop).order_by()
    last = dict(Review.objects.filter(plan__in=plans.values("pk")).order_by("id").values_list("plan_id", "reviewed_on"))
    for pk, about, case, holder, unit, party, opener in plans.values_list("pk", "public_id", "case_id", *HOLDER):
        since = review_due(last[pk]) + timedelta(days=1) if pk in last else on
        yield Wait(UNREVIEWED, case, about, since, (holder,), unit, party, opener)
    late = Step.objects.filter(
        ended_at__isnull=True,
        became_step=False,
        due_on__lt=on,
        plan__ended_at__isnull=True,
        plan__case__closed_at__isnull=True,
        plan__case_id__gte=cases.start,
        plan__case_id__lt=cases.stop,
    ).order_by()
    for about, case, due, to, unit, party, holder_party in late.values_list(
        *("public_id", "plan__case_id", "due_on", "to_id", "to__unit_id", "to__party_id"),
        "plan__case__holder__party_id",
    ).iterator():
        yield Wait(OVERDUE, case, about, due, (to,), unit, party, holder_party)
