from django.db import models
from django.db.models import Q

from handslag.cases.models import Case
from handslag.drafts import rules
from handslag.foundation.dates import Instant
from handslag.foundation.ids import Public
from handslag.parties.models import Post, User


class Draft(Public):
    """What somebody is writing in a form about a case, as it was typed; nothing of it is noted yet.

    One an author and form, so that nobody overwrites another. `number` counts the savings: what was written upon an
    older one is not saved over a newer.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="drafts")
    form = models.CharField(max_length=80)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    """From which post it is written: its party alone sees it."""
    content = models.TextField(blank=True)
    number = models.PositiveIntegerField()
    saved_at = Instant()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "case", "form"], name="draft_once_an_author_and_form"),
            models.CheckConstraint(condition=~Q(form="") & Q(number__gte=rules.FIRST), name="draft_is_whole"),
        ]
        indexes = [
            models.Index(fields=["case", "form"], name="draft_of_form"),
            models.Index(fields=["saved_at"], name="draft_saved"),
        ]
