"""Reading the outbox: what waits and since when. No content, no addresses: there are none."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Min, QuerySet

from handslag.outbox import rules
from handslag.outbox.models import Letter


def waiting() -> QuerySet[Letter]:
    """Letters that are not through, the oldest first."""
    return Letter.objects.filter(ended_at__isnull=True).order_by("queued_at", "id")


def in_trouble() -> QuerySet[Letter]:
    """Letters that were tried and are not through, or that a receiver's server refuses for good; the latest first."""
    tried = Letter.objects.filter(ended_at__isnull=True).exclude(trouble="")
    return (tried | Letter.objects.filter(ending=rules.REFUSED)).order_by("-id")


def oldest_trouble() -> Letter | None:
    """The letter that has been tried in vain for longest."""
    since = Letter.objects.filter(ended_at__isnull=True).exclude(trouble="").aggregate(since=Min("queued_at"))["since"]
    return Letter.objects.filter(queued_at=since).first() if since else None


def latest(kind: str, about: Iterable[UUID]) -> dict[UUID, Letter]:
    """The latest letter of a kind about each of these."""
    found = Letter.objects.filter(kind=kind, about__in=list(about)).order_by("id")
    return {letter.about: letter for letter in found}
