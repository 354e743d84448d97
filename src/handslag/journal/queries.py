"""Reading the journal."""

import json
from collections.abc import Iterable

from django.db.models import QuerySet

from handslag.foundation.acting import reading
from handslag.foundation.prepared import prepared
from handslag.journal.actions import LISTED, LOOKED
from handslag.journal.looks import groups_by_basis
from handslag.journal.models import Entry, Shown

MOST_CHANGES = 40
"""How many of the latest changes of a case its page reads."""
MOST_LOOKS = 200
"""How many looks the person's page shows."""


def changes_of(*case_ids: int) -> QuerySet[Entry]:
    """What was done with cases, latest first."""
    return Entry.objects.filter(subject="case", subject_id__in=case_ids).exclude(verb=LOOKED).order_by("-id")


@prepared()
def latest_changes(_viewer: None, case_id: int) -> QuerySet[Entry]:
    """The latest of what was done with a case, latest first."""
    return changes_of(case_id)[:MOST_CHANGES]


def looks_at(case_ids: list[int]) -> QuerySet[Entry]:
    """Every time that somebody was shown one of the cases, by itself or in a list, latest first."""
    alone = Entry.objects.filter(subject="case", subject_id__in=case_ids, verb=LOOKED).order_by().values("id")
    listed = Shown.objects.filter(case_id__in=case_ids).order_by().values("entry_id")
    return Entry.objects.filter(id__in=alone.union(listed), verb__in=[LOOKED, LISTED]).order_by("-id")


@reading
def own_looks(case_ids: list[int]) -> list[Entry]:
    """Who has looked at the person's own cases, latest first; for the person."""
    return list(looks_at(case_ids)[:MOST_LOOKS])


def details(entry: Entry) -> dict:
    """An entry's details."""
    return json.loads(entry.details)


def bases_shown(entry: Entry, case_ids: Iterable[int]) -> dict[str, list[str]]:
    """Each basis on which a look showed these cases, with the groups of information that it showed."""
    return groups_by_basis(details(entry).get("shown", []), case_ids)
