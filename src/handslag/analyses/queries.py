"""Reading what analysts have asked for, and the ledger without its counts."""

from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from handslag.analyses import folders, rules
from handslag.analyses.models import Release
from handslag.statistics.definitions.catalogue import Definition, definitions
from handslag.statistics.reports.specification import ReportSpec, reports
from handslag.statistics.safety.ledger import Ledger, Told


def releases() -> QuerySet[Release]:
    """All that was asked for, the latest first."""
    return Release.objects.select_related("by__user", "by__party", "published_by__user").order_by("-id")


def release_of(public_id: UUID) -> Release | None:
    """One by its public id."""
    return releases().filter(public_id=public_id).first()


def before_in_line(release: Release) -> int:
    """How many wait, or are being made, before one that waits."""
    return Release.objects.filter(ended_at__isnull=True, id__lt=release.pk).count()


def told_before() -> list[Told]:
    """What the ledger knows to have been told, the latest first: how many cells, and how many of them hidden."""
    return Ledger(folders.ledger()).told()[::-1]


def sources() -> tuple[str, ...]:
    """Where microdata can come from here."""
    return rules.SOURCES if settings.HANDSLAG_MICRODATA else (rules.OWN,)


def can_publish() -> bool:
    """Whether the operator has said where reports are published."""
    return bool(settings.HANDSLAG_PUBLISH_TO and settings.HANDSLAG_PUBLISH_AT)


def indicators_of(spec: ReportSpec) -> set[str]:
    """The indicators that a report counts."""
    return {name for cube in spec.cubes for name in (cube.units, *cube.outcomes)}


def versions() -> dict[str, list[Definition]]:
    """The indicators of the reports that have more than one version, each with its versions, the newest first."""
    known = {name for spec in reports().values() for name in indicators_of(spec)}
    found: dict[str, list[Definition]] = {}
    for one in sorted(definitions(), key=lambda d: -d.version):
        if one.indicator in known:
            found.setdefault(one.indicator, []).append(one)
    return {name: several for name, several in found.items() if len(several) > 1}


def definitions_of(spec: ReportSpec, chosen: dict[str, int]) -> list[Definition]:
    """The definitions that a report is counted by."""
    own = indicators_of(spec)
    newest = {d.indicator: d for d in sorted(definitions(), key=lambda d: d.version) if d.indicator in own}
    return [
        next(d for d in definitions() if d.indicator == name and d.version == chosen.get(name, newest[name].version))
        for name in newest
    ]


def last_whole_year(today: date) -> int:
    """The latest year that is over."""
    return today.year - 1
