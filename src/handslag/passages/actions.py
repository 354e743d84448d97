"""What is noted of a passage. The only code that writes it; each action is one transaction and is journalled."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.locking import locked
from handslag.cases.models import Case
from handslag.cases.visibility import visibility
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.dating import require_day
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.parties.models import Post, Unit
from handslag.parties.viewer import Viewer
from handslag.passages import queries, rules
from handslag.passages.models import JobNote, Passage, TransitionOffer
from handslag.reference import codes


@dataclass(frozen=True)
class Ending:
    """How and when a benefit ends, and when the coming decision was sent for reply (SFB 110:13 a)."""

    benefit: str
    cause: str
    ends_on: date
    communicated_on: date | None = None
    reply_by: date | None = None


def begun(actor: Viewer, case_id: int) -> tuple[Case, Post]:
    """The case, whose livelihood the actor may see, and the post from which the actor notes.

    Raises NotAllowed where no basis shows the livelihood.
    """
    case = locked(case_id)
    if not actor.is_system and not visibility(actor, case).sees("livelihood"):
        raise NotAllowed(_("There is no basis to see the livelihood. Record the person's consent first."))
    return case, actor.post_in(case.holder.unit_id) or case.holder


def _require_days(ending: Ending) -> None:
    require_day(ending.ends_on, rules.ENDS_ON, "ends_on", leads=False)
    if ending.communicated_on:
        require_day(ending.communicated_on, rules.COMMUNICATED, "communicated_on", leads=False)
    if ending.reply_by:
        require_day(ending.reply_by, rules.REPLY, "reply_by", leads=False)
    if rules.problem_of_reply(ending.communicated_on, ending.reply_by):
        raise Refused(_("The last day to reply comes after the day the decision was sent for reply."), "reply_by")
    if ending.cause == rules.COMING and not (ending.communicated_on and ending.reply_by):
        raise Refused(
            _("Write when the coming decision was sent for reply, and the last day to reply."), "communicated_on"
        )


@action(may.change)
def note_ending(actor: Viewer, case_id: int, ending: Ending) -> Passage:
    """Notes that a benefit ends, that a decision against the person is coming, or that a benefit was refused.

    Raises Refused for another livelihood than one of sickness insurance, or days that will not do.
    """
    case, post = begun(actor, case_id)
    if ending.benefit not in rules.BENEFITS:
        raise Refused(_("Choose one of the values in the list."), "benefit")
    codes.require("passage_cause", ending.cause, "cause")
    _require_days(ending)
    passage = _create(case, post, ending)
    cases.journal(
        actor, "passage_noted", case, passage=passage.pk, cause=ending.cause, ends_on=ending.ends_on.isoformat()
    )
    return passage


def _create(case: Case, post: Post, ending: Ending) -> Passage:
    return Passage.objects.create(
        case=case,
        benefit=ending.benefit,
        cause=ending.cause,
        ends_on=ending.ends_on,
        communicated_on=ending.communicated_on,
        reply_by=ending.reply_by,
        by=post,
        noted_at=clock.now(),
    )


@action(may.change)
def offer_transition(actor: Viewer, case_id: int, offered_on: date, with_unit: Unit | None = None) -> TransitionOffer:
    """Notes that a transition meeting was offered to the person. Raises Refused where no benefit is about to end."""
    case, post = begun(actor, case_id)
    require_day(offered_on, rules.OFFERED_ON, "offered_on", leads=False)
    found = queries.clock_of(case)
    if found is None:
        raise Refused(_("No benefit is about to end. Note first when and why it ends."))
    passage = found.passage or _create(case, post, Ending(case.livelihood, rules.ENDS, found.ends_on))
    if passage.offers.filter(answer="").exists():
        raise Overtaken(_("A transition meeting is offered already. Note what the person answered."))
    offer = TransitionOffer.objects.create(
        passage=passage, offered_on=offered_on, with_unit=with_unit, by=post, noted_at=clock.now()
    )
    cases.journal(actor, "transition_offered", case, offer=offer.pk, on=offered_on.isoformat())
    return offer


@action(may.change)
def answer_offer(actor: Viewer, case_id: int, answer: str, answered_on: date) -> TransitionOffer:
    """Notes what the person answered to the offer: accepted or declined."""
    case, post = begun(actor, case_id)
    if answer not in (rules.ACCEPTED, rules.DECLINED):
        raise Refused(_("Choose one of the values in the list."), "answer")
    offer = TransitionOffer.objects.filter(passage__case=case, answer="").order_by("-id").first()
    if offer is None:
        raise Overtaken(_("No offer waits for an answer."))
    require_day(answered_on, rules.OFFERED_ON, "answered_on", leads=False)
    if answered_on < offer.offered_on:
        raise Refused(_("The answer comes after the offer. Change the day."), "answered_on")
    offer.answer, offer.answered_on, offer.answer_by = answer, answered_on, post
    offer.save()
    cases.journal(actor, "offer_answered", case, offer=offer.pk, answer=answer)
    return offer


@action(may.change)
def note_job(actor: Viewer, case_id: int, *, has_job: bool) -> JobNote:
    """Notes whether the person has a job to go back to. Who has one needs no transition meeting."""
    case = locked(case_id)
    post = actor.post_in(case.holder.unit_id) or case.holder
    note = JobNote.objects.create(case=case, has_job=has_job, by=post, noted_at=clock.now())
    cases.journal(actor, "job_noted", case, has_job=has_job)
    return note
