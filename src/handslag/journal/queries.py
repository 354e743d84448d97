"""Reading the journal."""

from django.db.models import QuerySet

from handslag.journal.models import Entry


def entries_about(subject: str, subject_id: int) -> QuerySet[Entry]:
    """All entries about one thing, latest first."""
    return Entry.objects.filter(subject=subject, subject_id=subject_id).order_by("-id")
