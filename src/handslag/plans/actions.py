"""What is done with a plan. The only code that writes it; each action is one transaction and is journalled."""

from dataclasses import asdict, dataclass
from datetime import date

from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.locking import locked
from handslag.cases.models import Case
from handslag.disclosure.queries import covers
from handslag.disclosure.rules import PLAN
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.dating import require_day
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.parties.may import operate
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer
from handslag.plans import rules
from handslag.plans.models import Plan, Review, Step
from handslag.reference import codes


@dataclass(frozen=True)
class Words:
    """What a plan says: the goal, and the items that are written in words (`plan_item`)."""

    goal: str
    support: str = ""
    duties: str = ""
    direction: str = ""
    other: str = ""
    note: str = ""


@dataclass(frozen=True)
class Planned:
    """What somebody does by a day, what the person does, and the measure that is asked for."""

    text: str
    to: Post
    due_on: date
    person_does: str = ""
    measure: str = ""
    begins_on: date | None = None


def acting_post(actor: Viewer, case: Case) -> Post:
    """The post from which the actor writes."""
    return actor.post_in(case.holder.unit_id) or case.holder


def of_case(case: Case) -> Plan | None:
    """The plan of a case, which is locked; None where there is none that goes on."""
    return Plan.objects.filter(case=case, ended_at__isnull=True).first()


def _require_plan(case: Case) -> Plan:
    plan = of_case(case)
    if plan is None:
        raise Overtaken(_("There is no plan that goes on. Make one first."))
    return plan


def _write(plan: Plan, post: Post, words: Words) -> Review:
    if not words.goal.strip():
        raise Refused(_("Write the goal, in the person's own words where you can."), "goal")
    told = {name: text.strip() for name, text in asdict(words).items()}
    return Review.objects.create(plan=plan, reviewed_on=clock.today(), by=post, at=clock.now(), **told)


def begin(actor: Viewer, case: Case, words: Words) -> Plan:
    """Makes the plan of a case, which the caller has locked. Raises Overtaken where one goes on already."""
    if of_case(case):
        raise Overtaken(_("There is a plan already. Review it instead."))
    post = acting_post(actor, case)
    plan = Plan.objects.create(case=case, by=post, made_at=clock.now())
    _write(plan, post, words)
    cases.journal(actor, "plan_made", case, plan=plan.pk)
    return plan


def put_step(actor: Viewer, case: Case, plan: Plan, planned: Planned, *, becomes_step: bool = False) -> Step:
    """Adds a step to the plan of a case, which the caller has locked. Raises Refused for a step without words, days
    that will not do, somebody who has left, or a unit that no basis lets be told of the plan."""
    if not planned.text.strip():
        raise Refused(_("Write what is to be done."), "text")
    if planned.measure:
        codes.require("rehabilitation_direction", planned.measure, "measure")
        if planned.begins_on is None:
            raise Refused(_("Write when the measure begins."), "begins_on")
    if planned.begins_on:
        require_day(planned.begins_on, rules.BEGINS, "begins_on", leads=False)
    require_day(planned.due_on, rules.STEP, "due_on", leads=actor.leads(case.holder.unit_id))
    if planned.begins_on and planned.due_on < planned.begins_on:
        raise Refused(_("The last day is before the first day. Change one of them."), "due_on")
    _require_doer(case, planned.to)
    step = Step.objects.create(
        plan=plan,
        text=planned.text.strip(),
        person_does=planned.person_does.strip(),
        to=planned.to,
        measure=planned.measure,
        begins_on=planned.begins_on,
        due_on=planned.due_on,
        by=acting_post(actor, case),
        made_at=clock.now(),
        became_step=becomes_step,
    )
    cases.journal(actor, "plan_step_added", case, step=step.pk, on=planned.due_on.isoformat())
    return step


def _put_next_step(case: Case, plan: Plan, by: Post, *, becomes_step: bool = False) -> Step:
    """The case's next step as a step of its plan."""
    return Step.objects.create(
        plan=plan,
        text=case.next_step,
        to=case.next_step_by,
        due_on=case.next_step_on,
        by=by,
        made_at=clock.now(),
        became_step=becomes_step,
    )


def going_on(actor: Viewer, case: Case, goal: str) -> Plan:
    """The plan of a case, which the caller has locked, with something to do in it: begun with this goal where there is
    none, and holding the case's next step where it holds nothing else."""
    plan = of_case(case) or begin(actor, case, Words(goal))
    if not plan.steps.filter(ended_at__isnull=True).exists():
        _put_next_step(case, plan, acting_post(actor, case), becomes_step=True)
    return plan


def _require_doer(case: Case, to: Post) -> None:
    if not (to.is_active and to.unit):
        raise Refused(_("{name} has left. Choose somebody else.").format(name=to.user), "to")
    if to.unit != case.holder.unit and to.unit.party_id == case.holder.party.pk:
        message = _("{unit} does not have the person. Choose somebody of the unit that is responsible, or hand over.")
        raise Refused(message.format(unit=to.unit), "to")
    if not covers(case.person.subject, case.holder.party.pk, to.unit, PLAN):
        message = _("No basis covers that {unit} is told of the plan. Record the person's consent first.")
        raise Refused(message.format(unit=to.unit), "to")


@action(may.change)
def make_plan(actor: Viewer, case_id: int, words: Words) -> Plan:
    """Makes the plan of a case: one for all parties. Raises Refused without a goal."""
    return begin(actor, locked(case_id), words)


@action(may.change)
def review_plan(actor: Viewer, case_id: int, words: Words) -> Review:
    """Writes the plan's words anew. What stood before stays beside it."""
    case = locked(case_id)
    review = _write(_require_plan(case), acting_post(actor, case), words)
    cases.journal(actor, "plan_reviewed", case, review=review.pk)
    return review


@action(may.change)
def add_step(actor: Viewer, case_id: int, planned: Planned) -> Step:
    """Adds a step: what, who, when, and what the person does."""
    case = locked(case_id)
    return put_step(actor, case, _require_plan(case), planned)


def _may_end_step(actor: Viewer, step_id: int) -> None:
    """Whose the step is, a stand-in or the lead of that unit; also who answers for the person."""
    step = Step.objects.filter(pk=step_id).select_related("to", "plan__case__holder").first()
    if step is None:
        raise Refused(_("There is no such step."))
    holder = step.plan.case.holder
    posts, units = {step.to_id, holder.pk}, {step.to.unit_id, holder.unit_id}
    if not (posts & actor.post_ids or units & actor.led_unit_ids or actor.is_system):
        raise NotAllowed(_("Only those who were to do it, or who are responsible for the person, can note this."))


@action(_may_end_step)
def end_step(actor: Viewer, step_id: int, *, was_done: bool) -> Step:
    """Notes that a step is done, or will not be. Raises Overtaken where that was noted, or it is the case's next."""
    case = locked(Step.objects.values_list("plan__case_id", flat=True).get(pk=step_id))
    step = Step.objects.select_for_update(of=("self",)).select_related("to").get(pk=step_id)
    if step.ended_at or step.became_step:
        raise Overtaken(_("It is done already, or is the case's next step."))
    step.ended_at, step.was_done = clock.now(), was_done
    step.ended_by = actor.post_in(step.to.unit_id) or acting_post(actor, case)
    step.save(update_fields=["ended_at", "ended_by", "was_done"])
    cases.journal(actor, "plan_step_ended", case, step=step.pk, done=was_done)
    return step


@action(may.change)
def end_plan(actor: Viewer, case_id: int, ending: str) -> Plan:
    """Ends the plan: completed, or broken off. The case goes on, with its next step."""
    case = locked(case_id)
    codes.require("plan_ending", ending, "ending")
    plan = _require_plan(case)
    plan.ended_at, plan.ended_by, plan.ending = clock.now(), acting_post(actor, case), ending
    plan.save()
    cases.journal(actor, "plan_ended", case, plan=plan.pk, ending=ending)
    return plan


@action(operate)
def put_due_steps(actor: Viewer, on: date) -> int:
    """Makes steps that are due by `on` the next steps of their cases, where nothing else is due there. The next step
    that gives way becomes a step of the plan, so that it comes back. For the watch; returns how many.
    """
    due = Step.objects.filter(
        due_on__lte=on, ended_at__isnull=True, became_step=False, plan__ended_at__isnull=True
    ).filter(plan__case__closed_at__isnull=True, plan__case__next_step_on__gt=on)
    ids = due.order_by("plan__case_id").values_list("plan__case_id", flat=True).distinct()
    return sum(_put_due_step(actor, locked(case_id), on) for case_id in list(ids))


def _put_due_step(actor: Viewer, case: Case, on: date) -> bool:
    plan = of_case(case)
    if plan is None or not case.is_worked_in or case.suspended_until:
        return False
    own = plan.steps.filter(to__unit=case.holder.unit, to__is_active=True, ended_at__isnull=True, became_step=False)
    step = rules.due(own.order_by("due_on", "id"), case.next_step_on, on)
    if step is None:
        return False
    _put_next_step(case, plan, case.holder)
    step.became_step = True
    step.save(update_fields=["became_step"])
    cases.put_next_step(case, step.text, step.due_on, step.to, was_done=False)
    case.save()
    cases.journal(actor, "plan_step_due", case, step=step.pk, on=step.due_on.isoformat())
    return True
