"""What an association notes in its books. No row ever changes: a correction is a new version that replaces one."""

from django.db import models
from django.db.models import Q

from handslag.associations import rules
from handslag.foundation.dates import Day, Instant
from handslag.foundation.ids import Public
from handslag.measures.models import Measure
from handslag.parties.models import Association, Party, Post


def _first_of(name: str, *fields: str) -> models.UniqueConstraint:
    """That a thing has one first version."""
    return models.UniqueConstraint(fields=["association", *fields], condition=Q(replaces__isnull=True), name=name)


def _within(name: str, **most: int) -> models.CheckConstraint:
    """That numbers lie between 0 and so much each, where there are any."""
    holds = Q()
    for field, limit in most.items():
        holds &= Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0, f"{field}__lte": limit})
    return models.CheckConstraint(condition=holds, name=name)


def _of_the_act(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(year__gte=rules.ACT_SINCE, year__lte=2099), name=name)


class Noted(Public):
    """Something that an officer noted for the association: one version of it."""

    association = models.ForeignKey(Association, models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    is_struck = models.BooleanField(default=False)
    """Whether this version takes the thing out, as noted by mistake."""
    reason = models.CharField(max_length=200, blank=True)
    """Why it was corrected; asked for where the year has been reported."""
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = Instant()

    class Meta:
        abstract = True


class Allocation(Noted):
    """What a member pays for a year, in whole kronor, and the share of the whole that is agreed."""

    year = models.PositiveSmallIntegerField()
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    share = models.PositiveSmallIntegerField(null=True)
    """In hundredths of a per cent."""

    class Meta:
        constraints = [
            _of_the_act("allocation_year"),
            _within("allocation_within", amount=rules.MOST, share=rules.WHOLE_SHARE),
            _first_of("allocation_once", "year", "party"),
        ]


class Cost(Noted):
    """A row of a year's costs, in whole kronor: of administration (no measure) or of a measure."""

    year = models.PositiveSmallIntegerField()
    measure = models.ForeignKey(Measure, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    """Code list `cost_kind`."""
    budget = models.BigIntegerField()
    outcome = models.BigIntegerField(null=True)
    description = models.CharField(max_length=200)

    class Meta:
        constraints = [
            _of_the_act("cost_year"),
            _within("cost_within", budget=rules.MOST, outcome=rules.MOST),
            models.CheckConstraint(
                condition=Q(measure__isnull=True, kind=rules.ADMINISTRATION)
                | Q(measure__isnull=False, kind__in=[rules.MEASURE_COST, rules.ESF_COST]),
                name="cost_kind_fits",
            ),
            models.CheckConstraint(condition=~Q(description=""), name="cost_described"),
        ]
        indexes = [models.Index(fields=["association", "year"], name="cost_of_year")]


class Planned(Noted):
    """How many participants a measure is budgeted for in a year."""

    year = models.PositiveSmallIntegerField()
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            _of_the_act("planned_year"),
            _within("planned_within", number=rules.MOST_PARTICIPANTS),
            _first_of("planned_once", "year", "measure"),
        ]


class Position(Noted):
    """Own capital and liquid funds at the end of a month, in whole kronor: a forecast where it was noted before."""

    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    own_capital = models.BigIntegerField()
    liquid_funds = models.BigIntegerField()

    class Meta:
        constraints = [
            _of_the_act("position_year"),
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12)
                & Q(own_capital__gte=-rules.MOST, own_capital__lte=rules.MOST)
                & Q(liquid_funds__gte=-rules.MOST, liquid_funds__lte=rules.MOST),
                name="position_within",
            ),
            _first_of("position_once", "year", "month"),
        ]


class Decision(Noted):
    """What the board decided: the day of its meeting, the paragraph of the minutes, and what."""

    on = Day()
    number = models.CharField(max_length=20)
    text = models.TextField(max_length=2000)
    measure = models.ForeignKey(Measure, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(number="") & ~Q(text=""), name="association_decision_told"),
            _first_of("association_decision_once", "on", "number"),
        ]


class Agreement(Noted):
    """That the association and the members that carry a measure have agreed on it (överenskommelse)."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="+")
    signed_on = Day()
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="+")


class Goal(Noted):
    """A goal that the board set for a year, with the measure of its result."""

    year = models.PositiveSmallIntegerField()
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=300)
    indicator = models.CharField(max_length=30)
    """Code list `goal_indicator`: by what the result is measured."""
    target = models.PositiveIntegerField()
    result = models.PositiveIntegerField(null=True)
    """What came of it, where the association works it out itself."""

    class Meta:
        constraints = [
            _of_the_act("goal_year"),
            _within("goal_within", target=rules.MOST, result=rules.MOST),
            models.CheckConstraint(condition=~Q(text=""), name="goal_told"),
            models.CheckConstraint(
                condition=Q(indicator=rules.OWN) | Q(result__isnull=True), name="goal_result_counted_or_written"
            ),
        ]


class Report(Public):
    """A yearly report as it was made: its figures stay what they were then."""

    association = models.ForeignKey(Association, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    """1 for the first of a year, and so on."""
    definitions = models.CharField(max_length=20)
    """By which version of the definitions its figures were made."""
    content = models.TextField()
    """The figures, as JSON."""
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    made_at = Instant()

    class Meta:
        constraints = [
            _of_the_act("report_year"),
            models.UniqueConstraint(fields=["association", "year", "number"], name="report_numbered"),
        ]


class Figures(Public):
    """The participants of a year as they are shown: counted once, and protected (counting.py)."""

    association = models.ForeignKey(Association, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    content = models.TextField()
    """Tables of counts, as JSON; a hidden count is null. The true counts stand nowhere."""
    made_at = Instant()

    class Meta:
        constraints = [
            _of_the_act("figures_year"),
            models.UniqueConstraint(fields=["association", "year"], name="figures_once"),
        ]
