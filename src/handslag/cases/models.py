from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Q

from handslag.cases.rules import WRONGLY
from handslag.foundation.dates import Day, Instant
from handslag.foundation.ids import Public
from handslag.foundation.loading import Loaded
from handslag.parties.models import Party, Post
from handslag.persons.models import Person

DEGREES = (25, 50, 75, 100)
NOTHING = "none"
"""The livelihood of who lives on nothing of their own: it has no degree."""

UNFINISHED = tuple(WRONGLY)
"""Outcomes after which nobody is responsible next, and that are nobody's wish."""


class Case(Public):
    """A person's case as one party opened it, with the one holder who answers for it now.

    The present holder stands on the row itself and cannot be empty; earlier holders stand in `PastHolding` by the
    instant until which they held. Overlap and hole can therefore not be expressed (see guards.py).
    """

    party = models.ForeignKey(Party, models.PROTECT, related_name="cases")
    reference = models.CharField(max_length=40)
    person = models.ForeignKey(Person, models.PROTECT, related_name="cases")
    municipality_code = models.CharField(max_length=4, blank=True)
    target_groups = models.CharField(max_length=200, blank=True)

    opened_at = Instant()
    holder = models.ForeignKey(Post, models.PROTECT, related_name="held_cases")
    holder_since = Instant()

    livelihood = models.CharField(max_length=30, blank=True)
    livelihood_by = models.ForeignKey(Party, models.PROTECT, related_name="+")
    livelihood_degree = models.PositiveSmallIntegerField(null=True)
    livelihood_since = Day()
    livelihood_ends_on = Day(null=True)

    next_step = models.CharField(max_length=200)
    next_step_on = Day()
    next_step_by = models.ForeignKey(Post, models.PROTECT, related_name="next_steps")

    suspended_on = Day(null=True)
    suspended_until = Day(null=True)
    suspension_reason = models.CharField(max_length=30, blank=True)

    closed_at = Instant(null=True)
    outcome = models.CharField(max_length=30, blank=True)
    next_responsible = models.CharField(max_length=200, blank=True)
    person_wants_no_more = models.BooleanField(default=False)

    joined_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="joined")
    imported_digest = models.CharField(max_length=64, blank=True)
    content_removed_on = Day(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "reference"], name="case_reference_unique_in_party"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(closed_at__isnull=True), name="case_one_open_per_person_and_party"
            ),
            models.CheckConstraint(condition=Q(holder_since__gte=F("opened_at")), name="case_held_from_opening"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gt=F("holder_since")), name="case_held_to_closing"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="", next_responsible="", person_wants_no_more=False)
                | (
                    Q(closed_at__isnull=False)
                    & ~Q(outcome="")
                    & (
                        (Q(person_wants_no_more=True, next_responsible="") & ~Q(outcome__in=UNFINISHED))
                        | (Q(person_wants_no_more=False) & ~Q(next_responsible=""))
                        | Q(outcome__in=UNFINISHED, person_wants_no_more=False, next_responsible="")
                    )
                ),
                name="case_closes_with_outcome_and_next",
            ),
            models.CheckConstraint(condition=~Q(next_step=""), name="case_has_next_step"),
            models.CheckConstraint(
                condition=Q(suspended_on__isnull=True, suspended_until__isnull=True, suspension_reason="")
                | (
                    Q(suspended_on__isnull=False, suspended_until__gt=F("suspended_on"))
                    & Q(next_step_on__gte=F("suspended_until"))
                    & ~Q(suspension_reason="")
                ),
                name="case_suspension_moves_next_step",
            ),
            models.CheckConstraint(
                condition=Q(livelihood_degree__isnull=True) | Q(livelihood_degree__in=DEGREES),
                name="case_degree_known",
            ),
            models.CheckConstraint(
                condition=~Q(livelihood=NOTHING) | Q(livelihood_degree__isnull=True), name="case_nothing_has_no_degree"
            ),
            models.CheckConstraint(
                condition=Q(livelihood_ends_on__isnull=True) | Q(livelihood_ends_on__gte=F("livelihood_since")),
                name="case_livelihood_dates_in_order",
            ),
            models.CheckConstraint(condition=~Q(joined_to=F("id")), name="case_joined_to_another"),
        ]
        indexes = [
            models.Index(fields=["holder", "next_step_on"], condition=Q(closed_at__isnull=True), name="case_work"),
            models.Index(fields=["next_step_by"], condition=Q(closed_at__isnull=True), name="case_step_by"),
            models.Index(fields=["next_step_on"], condition=Q(closed_at__isnull=True), name="case_due"),
            models.Index(fields=["livelihood_ends_on"], condition=Q(closed_at__isnull=True), name="case_ending"),
            models.Index(
                fields=["livelihood_since"],
                condition=Q(closed_at__isnull=True, livelihood=NOTHING),
                name="case_nothing",
            ),
            models.Index(fields=["reference"], name="case_reference"),
            models.Index(fields=["joined_to"], condition=Q(joined_to__isnull=False), name="case_joined"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Whether the case is still open."""
        return self.closed_at is None

    @property
    def is_worked_in(self) -> bool:
        """Whether work is done in this case: it is open, and not joined to another in which the work is done."""
        return self.is_open and self.joined_to_id is None


class PastHolding(Loaded):
    """A change point: until this instant the case was held by `holder`. Written by the database alone."""

    pk = models.CompositePrimaryKey("case_id", "until")
    case = models.ForeignKey(Case, models.PROTECT, related_name="past_holdings")
    until = Instant()
    holder = models.ForeignKey(Post, models.PROTECT, related_name="past_holdings")


class Reopening(Loaded):
    """That a closed case was opened again: how it had ended, who opened it and why, and who has held it since `at`.

    Writing this row is what opens the case: the database does the rest (see guards.py).
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="reopenings")
    closed_at = Instant()
    outcome = models.CharField(max_length=30)
    next_responsible = models.CharField(max_length=200, blank=True)
    person_wants_no_more = models.BooleanField(default=False)
    at = Instant()
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=30)
    holder = models.ForeignKey(Post, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "closed_at"], name="reopening_once_a_closing"),
            models.CheckConstraint(condition=Q(at__gt=F("closed_at")), name="reopening_after_closing"),
            models.CheckConstraint(
                condition=~Q(reason="")
                & (
                    reduce(or_, (Q(outcome=outcome, reason=reason) for outcome, reason in WRONGLY.items()))
                    | ~(Q(outcome__in=[*WRONGLY]) | Q(reason__in=[*WRONGLY.values()]))
                ),
                name="reopening_for_a_reason",
            ),
        ]


class PastStep(Loaded):
    """A next step that is behind: done, or replaced before it was done."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="past_steps")
    text = models.CharField(max_length=200)
    due_on = Day()
    by = models.ForeignKey(Post, models.PROTECT)
    ended_at = Instant()
    was_done = models.BooleanField()
    note = models.CharField(max_length=500, blank=True)


class PastLivelihood(Loaded):
    """What the person lived on before, from `since` to (not including) `until`."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="past_livelihoods")
    kind = models.CharField(max_length=30, blank=True)
    by_party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    degree = models.PositiveSmallIntegerField(null=True)
    since = Day()
    until = Day()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="past_livelihood_dates_in_order"),
            models.CheckConstraint(
                condition=~Q(kind=NOTHING) | Q(degree__isnull=True), name="past_livelihood_nothing_has_no_degree"
            ),
        ]


class Acquaintance(Loaded):
    """That a party has met the person of a case which another opened.

    Who the person is, is from then on the party's own record (`person`), under its own law: it does not end with a
    consent.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="acquaintances")
    person = models.ForeignKey(Person, models.PROTECT, related_name="acquaintances")
    law = models.CharField(max_length=10)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = Instant()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "person"], name="acquaintance_once"),
            models.CheckConstraint(condition=~Q(law=""), name="acquaintance_names_its_law"),
        ]
