"""Joint assessments as statistics count them."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import OuterRef, QuerySet, Subquery

from handslag.assessments.models import Assessment, Part
from handslag.foundation.clock import day_of, midnight

COLUMNS = ("pk", "case__person__subject", "ended_at", "benefit", "chapter", "case__municipality_code")


def assessments(begin: date, end: date) -> Iterator[tuple[int, str, date, str, str, str]]:
    """Assessments that were carried through on one of the days, with what the parties last signed of the benefit and
    the diagnosis, for people of a known municipality. One of which either is unsaid is not told."""
    through = Assessment.objects.filter(
        ended_at__gte=midnight(begin), ended_at__lt=midnight(end + timedelta(days=1)), reason=""
    )
    told = through.annotate(benefit=_last("livelihood"), chapter=_last("diagnosis_chapter")).filter(
        case__person__identity__isnull=False, benefit__isnull=False, chapter__isnull=False
    )
    for key, subject, ended_at, *rest in told.exclude(case__municipality_code="").values_list(*COLUMNS).iterator(2000):
        yield key, subject, day_of(ended_at), *rest


def _last(column: str) -> Subquery:
    signed: QuerySet[Part] = Part.objects.filter(assessment=OuterRef("pk")).exclude(**{column: ""})
    return Subquery(signed.order_by("-at", "-id").values(column)[:1])
