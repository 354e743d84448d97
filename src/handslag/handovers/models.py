from django.db import models
from django.db.models import F, Q

from handslag.cases.models import Case
from handslag.foundation.dates import Day, Instant
from handslag.foundation.ids import Public
from handslag.foundation.loading import Loaded
from handslag.handovers import rules
from handslag.parties.models import Post, Unit


class Handover(Public):
    """An offer to take over the responsibility for a person, and what became of it.

    The sender holds until the receiver has accepted and booked a first contact; where the receiver is not told who the
    person is, until all three have met. The database holds to that (guards.py). A handover that is answered never
    changes its answer.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="handovers")
    sender = models.ForeignKey(Post, models.PROTECT, related_name="sent_handovers")
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="handovers")
    to_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="named_handovers")
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="follow_up")

    joins = models.ForeignKey(Case, models.PROTECT, null=True, related_name="joining_handovers")

    reason = models.CharField(max_length=30)
    brief = models.TextField(max_length=4000, blank=True)
    promised = models.TextField(max_length=2000, blank=True)
    needed_by = Day()
    proposed_contact_at = Instant()
    offered_at = Instant()

    state = models.CharField(max_length=12, default=rules.OFFERED)
    awaiting_since = Instant()
    answered_at = Instant(null=True)

    accepted_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="accepted_handovers")
    first_contact_at = Instant(null=True)
    missed_since = Instant(null=True)
    """When a booked contact first passed without the person being met: it climbs from there, however often it is
    booked anew."""
    contact_result = models.CharField(max_length=30, blank=True)

    decline_reason = models.CharField(max_length=30, blank=True)
    goes_back = models.BooleanField(default=False)
    next_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=rules.OPEN), name="handover_one_open_per_case"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="handover_says_why"),
            models.CheckConstraint(
                condition=Q(state__in=rules.PENDING, answered_at__isnull=True)
                | (~Q(state__in=rules.PENDING) & Q(answered_at__isnull=False)),
                name="handover_answer_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[rules.CONDITIONAL, *rules.TAKEN])
                & Q(accepted_by__isnull=False, first_contact_at__isnull=False)
                | ~Q(state__in=[rules.CONDITIONAL, *rules.TAKEN])
                & Q(accepted_by__isnull=True, first_contact_at__isnull=True),
                name="handover_accept_books_contact",
            ),
            models.CheckConstraint(
                condition=Q(first_contact_at__isnull=True)
                | Q(answered_at__isnull=True)
                | Q(first_contact_at__gt=F("answered_at"))
                | Q(state=rules.COMPLETED, contact_result=rules.HELD, awaiting_since=F("answered_at")),
                name="handover_contact_after_accept",
            ),
            models.CheckConstraint(
                condition=~Q(contact_result=rules.HELD) | Q(awaiting_since__gte=F("first_contact_at")),
                name="handover_contact_held_in_its_time",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("offered_at")),
                name="handover_answered_after_offer",
            ),
            models.CheckConstraint(
                condition=Q(state=rules.COMPLETED) & ~Q(contact_result="")
                | ~Q(state=rules.COMPLETED) & Q(contact_result=""),
                name="handover_completes_by_contact",
            ),
            models.CheckConstraint(
                condition=Q(state=rules.DECLINED)
                & ~Q(decline_reason="")
                & (Q(goes_back=True, next_unit__isnull=True) | Q(goes_back=False, next_unit__isnull=False))
                | ~Q(state=rules.DECLINED) & Q(decline_reason="", goes_back=False, next_unit__isnull=True),
                name="handover_no_without_next",
            ),
        ]
        indexes = [
            models.Index(fields=["to_unit", "awaiting_since"], condition=Q(state__in=rules.OPEN), name="handover_in"),
            models.Index(fields=["case", "id"], name="handover_case"),
            models.Index(fields=["sender", "id"], name="handover_out"),
            models.Index(fields=["state", "awaiting_since"], name="handover_waits"),
            models.Index(fields=["to_unit", "case"], name="handover_to"),
        ]


class Message(Loaded):
    """A line of the dialogue between sender and receiver: each step taken, with its words."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="messages")
    at = Instant()
    by = models.ForeignKey(Post, models.PROTECT)
    verb = models.CharField(max_length=20)
    text = models.TextField(max_length=2000, blank=True)
