"""What of joint assessments waits: that they are done by the day that was wanted, and that dissent is settled."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef

from handslag.assessments.models import Assessment, Part
from handslag.foundation.waiting import Wait

LATE, DISSENT = "late_assessment", "unsettled_dissent"
_PLACE = ("holder_id", "holder__unit_id", "holder__party_id", "party_id")


def waits(on: date, cases: range) -> Iterator[Wait]:
    """What waits on `on` in cases of these ids: the holder sees to it that the parties come to an end."""
    late = Assessment.objects.filter(
        ended_at__isnull=True, wanted_by__lt=on, case_id__gte=cases.start, case_id__lt=cases.stop
    ).order_by()
    for about, case, since, holder, unit, party, opener in late.values_list(
        "public_id", "case_id", "wanted_by", *(f"case__{name}" for name in _PLACE)
    ).iterator():
        yield Wait(LATE, case, about, since, (holder,), unit, party, opener)
    later = Part.objects.filter(
        assessment=OuterRef("assessment"), party=OuterRef("party"), number__gt=OuterRef("number")
    ).order_by()
    open_dissent = Part.objects.filter(
        ~Exists(later),
        dissents=True,
        settle_by__lt=on,
        assessment__case__closed_at__isnull=True,
        assessment__case_id__gte=cases.start,
        assessment__case_id__lt=cases.stop,
    ).order_by("assessment_id", "settle_by")
    told = None
    for about, case, since, holder, unit, party, other in open_dissent.values_list(
        *("assessment__public_id", "assessment__case_id", "settle_by"),
        *(f"assessment__case__{name}" for name in _PLACE[:-1]),
        "party_id",
    ).iterator():
        if about != told:  # what is to be settled first calls for all of the assessment
            yield Wait(DISSENT, case, about, since, (holder,), unit, party, other)
        told = about
