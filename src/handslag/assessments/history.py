"""Joint assessments that have been, brought in from a file: the own party's part of each, and what it ended in."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.assessments import rules
from handslag.assessments.models import Assessment, Part
from handslag.assessments.signing import Content, require_content
from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.models import Case
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.errors import Overtaken, Refused
from handslag.foundation.files import Column, History, Line, Values
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer
from handslag.plans import actions as plans
from handslag.plans.models import Plan
from handslag.reference import codes
from handslag.reference.authorities import authorities

COLUMNS = (
    Column("asked_on", 10, days=rules.HAS_BEEN),
    Column("ended_on", 10, days=rules.HAS_BEEN),
    Column("purpose", 2000, has_lines=True),
    Column("took_part", 200, several=True),
    Column("outcome", 30, optional=True, codes="assessment_outcome"),
    Column("reason", 30, optional=True, codes="end_reason"),
    Column("standpoint", 4000, optional=True, has_lines=True),
    Column("own_words", 4000, optional=True, has_lines=True),
    Column("goal", 2000, optional=True, has_lines=True),
    Column("no_words_reason", 30, optional=True, codes="no_words_reason"),
    Column("livelihood", 30, optional=True, codes="livelihood"),
    Column("livelihood_since", 10, optional=True, days=rules.SINCE),
    Column("diagnosis_chapter", 10, optional=True, codes="diagnosis_chapter"),
    Column("obstacles", 4000, optional=True, has_lines=True),
    Column("occupation", 30, optional=True, codes="occupation"),
    Column("education", 30, optional=True, codes="education"),
    Column("work", 4000, optional=True, has_lines=True),
    Column("resources", 4000, optional=True, has_lines=True),
    Column("plan_goal", 2000, optional=True, has_lines=True),
)
"""`took_part` names the other parties; `outcome`, or `reason` of one that was broken off, tells how it ended; from
`standpoint` on the own party tells its part; `plan_goal` begins the plan of a case that has none."""
PART = tuple(column.name for column in COLUMNS if column.name in Content.__dataclass_fields__)


def key_of(told: Values) -> date:
    """A case has one assessment that ended on a day."""
    ended_on: date = told["ended_on"]
    return ended_on


def known(case_ids: Collection[int]) -> Mapping[tuple[int, date], str]:
    """The assessments of these cases that have ended, each with the fingerprint by which it was brought in, if so."""
    found = Assessment.objects.filter(case_id__in=case_ids, ended_at__isnull=False).order_by()
    rows = found.values_list("case_id", "ended_at", "imported_digest")
    return {(case, clock.day_of(at)): digest for case, at, digest in rows if at}


def _content(told: Values) -> Content:
    return Content(**{name: told[name] for name in PART})


def _ends_in_plan(told: Values) -> bool:
    return told["reason"] not in rules.UNFINISHED


def faults(case: Case, told: Values) -> Iterator[tuple[str, str]]:
    """What is wrong with an assessment that has been, whose cells are right each by itself."""
    if told["asked_on"] < clock.day_of(case.opened_at):
        yield "asked_on", _("The day is before the case was opened. Leave the row out.")
    if told["ended_on"] < told["asked_on"]:
        yield "ended_on", _("The last day is before the first day. Change one of them.")
    yield from _party_faults(case, told)
    yield from _ending_faults(told)
    if told["standpoint"] or told["outcome"]:
        try:
            require_content(_content(told))
        except Refused as refused:
            yield refused.field or "", refused.message
    elif any(told[name] for name in PART):
        yield "standpoint", _("Write your party's standpoint.")
    if Assessment.objects.filter(case=case, ended_at__isnull=True).exists():
        yield "case", _("A joint assessment goes on in the case. End it first.")
    if _ends_in_plan(told) and not told["plan_goal"] and not Plan.objects.filter(case=case, ended_at=None).exists():
        yield "plan_goal", _("The case has no plan, and an assessment ends in one. Write the goal of the plan.")


def _party_faults(case: Case, told: Values) -> Iterator[tuple[str, str]]:
    there = {authority.code for authority in authorities()} - {case.holder.party.code}
    for code in told["took_part"]:
        if code not in there:
            message = _("“{code}” is no other party. Name those that took part by their codes, such as AF.")
            yield "took_part", message.format(code=code)


def _ending_faults(told: Values) -> Iterator[tuple[str, str]]:
    if bool(told["outcome"]) == bool(told["reason"]):
        yield "outcome", _("Write the outcome, or in the column “reason” why it was broken off; one of them.")
    if told["reason"] and told["reason"] not in rules.BREAKS:
        reasons = ", ".join(code for code in codes.entries("end_reason") if code in rules.BREAKS)
        yield "reason", _("An assessment is broken off for one of: {codes}.").format(codes=reasons)


@action(may.bring_in)
def bring_in_assessments(actor: Viewer, lines: Sequence[Line]) -> None:
    """Notes assessments that have been, each with the own party's part, all of them or none. Nobody is called, so
    nothing reaches another party; what they ended in is the case's plan, which goes on with the case's next step.

    Raises Overtaken where somebody brought one of them in, or asked for one, meanwhile.
    """
    held, posts = may.hold_told_of(lines), Post.objects.select_related("party").in_bulk({line.by_id for line in lines})
    in_order = sorted(lines, key=lambda line: (line.values["ended_on"], line.values["asked_on"]))
    goals = {line.case_id: line.values["plan_goal"] for line in in_order if line.values["plan_goal"]}
    try:
        for line in in_order:
            case, by = held[line.case_id], posts[line.by_id]
            assessment = _assessed(case, by, line)
            if _ends_in_plan(line.values):
                assessment.plan = plans.going_on(actor, case, goals.get(case.pk, ""))
            _end(assessment, by, line)
            on = line.values["ended_on"].isoformat()
            cases.journal(actor, "assessment_brought_in", case, assessment=assessment.pk, on=on)
    except IntegrityError:
        raise Overtaken(_("Somebody changed the register meanwhile; nothing was taken. Check and try again.")) from None


def _assessed(case: Case, by: Post, line: Line) -> Assessment:
    """The assessment as it was asked for, with the part that the colleague vouches for. By when it was wanted nobody
    tells: by the day on which it ended."""
    told = line.values
    assessment = Assessment.objects.create(
        case=case,
        purpose=told["purpose"],
        wanted_by=told["ended_on"],
        by=by,
        asked_at=clock.midnight(told["asked_on"]),
        imported_digest=line.digest,
        took_part=";".join(told["took_part"]),
    )
    if told["standpoint"]:
        at = clock.midnight(told["ended_on"])
        Part.objects.create(assessment=assessment, party=by.party, number=1, by=by, at=at, **_content(told).columns)
    return assessment


def _end(assessment: Assessment, by: Post, line: Line) -> None:
    assessment.ended_at, assessment.ended_by = clock.midnight(line.values["ended_on"]), by
    assessment.outcome, assessment.reason = line.values["outcome"], line.values["reason"]
    assessment.save()


HISTORY = History(
    "assessments",
    gettext_lazy("Joint assessments that have been"),
    COLUMNS,
    faults,
    key_of,
    known,
    bring_in_assessments,
)
