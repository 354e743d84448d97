from django.db import models

from handslag.cases.models import Case
from handslag.foundation.ids import Public
from handslag.parties.models import Post


class Note(Public):
    """Something that somebody at work noted about a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes")
    text = models.TextField(max_length=2000)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = models.DateTimeField()
