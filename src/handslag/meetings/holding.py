"""A meeting is held: who came, what was settled and decided. Each action is one transaction and is journalled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases.locking import locked
from handslag.cases.models import Case
from handslag.cases.visibility import visibility
from handslag.disclosure.queries import covers
from handslag.disclosure.rules import MEETINGS
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.dating import require_day
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.meetings import rules
from handslag.meetings.actions import acting_post, begun, day_of, may_keep
from handslag.meetings.calling import called
from handslag.meetings.models import Decision, Item, Meeting
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer


@dataclass(frozen=True)
class Settled:
    """What was settled of one item."""

    item: str
    text: str
    day: date | None = None


@dataclass(frozen=True)
class Decided:
    """What somebody does until a day."""

    text: str
    to: Post
    due_on: date


@dataclass(frozen=True)
class Outcome:
    """What came of a meeting: which of the participants came, what was said, settled and decided."""

    came: frozenset[int]
    notes: str
    decisions: tuple[Decided, ...]
    items: tuple[Settled, ...] = ()


def _require_somebody_came(meeting: Meeting, came: frozenset[int]) -> None:
    """A meeting that nobody came to was not held; of some kinds is none that the person did not come to."""
    there = [guest for guest in called(meeting) if guest.pk in came]
    if not there:
        raise Refused(_("Choose who came. If nobody came, note that the meeting was not held."), "came")
    if meeting.kind in rules.WITH_PERSON and not any(guest.role == rules.PERSON for guest in there):
        raise Refused(
            _("A meeting of this kind is held with the person. Without the person, note that it was not held."), "came"
        )


def _require_items(kind: str, items: Iterable[Settled]) -> None:
    told = {item.item for item in items if item.text.strip()}
    for item in items:
        if item.day:
            require_day(item.day, rules.SETTLED, item.item, leads=False)
    for wanted in rules.ITEMS.get(kind, ()):
        if wanted not in told:
            raise Refused(_("A meeting of this kind settles each of its items. Write what came of this one."), wanted)


def _require_decisions(actor: Viewer, meeting: Meeting, case: Case, decisions: tuple[Decided, ...]) -> Decided:
    """The decision that becomes the next step: the first due of those for the unit that is responsible."""
    there = {case.holder.unit_id, *called(meeting).values_list("unit_id", flat=True)}
    for decided in decisions:
        if not decided.text.strip():
            raise Refused(_("Write what was decided."), "decisions")
        if not (decided.to.is_active and decided.to.unit_id):
            raise Refused(_("{name} has left. Choose somebody else.").format(name=decided.to.user), "decisions")
        if decided.to.unit_id not in there:
            raise Refused(_("Only those who are called can be given something to do. Call them first."), "decisions")
        require_day(decided.due_on, rules.DECIDED, "decisions", leads=actor.leads(case.holder.unit_id))
        if not covers(case.person.subject, case.holder.party.pk, decided.to.unit, MEETINGS):
            message = _("No basis covers that {unit} is told what is decided. Record the person's consent first.")
            raise Refused(message.format(unit=decided.to.unit), "decisions")
    own = [decided for decided in decisions if decided.to.unit_id == case.holder.unit_id]
    if not own:
        raise Refused(_("Write what happens next, and who at the unit that is responsible does it."), "decisions")
    return min(own, key=lambda decided: decided.due_on)


@action(may_keep)
def hold_meeting(actor: Viewer, meeting_id: int, outcome: Outcome) -> Meeting:
    """Notes that a meeting was held, who came and what was decided. The first thing to do becomes the next step.

    Raises Refused before the meeting's time, where nobody came, for an item that is not settled, and where nobody of
    the unit that is responsible has anything to do next.
    """
    meeting, case = begun(meeting_id)
    if not actor.is_system and not visibility(actor, case).sees("at", meeting):
        raise Refused(_("No basis shows you when the meeting was. Move it to a time of your own first."))
    if meeting.at > clock.now():
        raise Refused(_("The meeting has not begun yet. Move it if the time was another."))
    _require_somebody_came(meeting, outcome.came)
    _require_items(meeting.kind, outcome.items)
    main = cases.main_of(case)
    first, post = _require_decisions(actor, meeting, main, outcome.decisions), acting_post(actor, case)
    for guest in called(meeting):
        guest.came = guest.pk in outcome.came
        guest.save(update_fields=["came"])
    Item.objects.bulk_create(
        Item(meeting=meeting, item=item.item, text=item.text.strip(), day=item.day, by=post)
        for item in outcome.items
        if item.item in rules.ITEMS.get(meeting.kind, ())
    )
    for decided in outcome.decisions:
        Decision.objects.create(
            meeting=meeting,
            text=decided.text.strip(),
            to=decided.to,
            due_on=decided.due_on,
            by=post,
            became_step=decided is first,
        )
    meeting.ended_at, meeting.ended_by, meeting.notes = clock.now(), post, outcome.notes.strip()
    meeting.save()
    if main.suspended_until and first.due_on < main.suspended_until:
        cases.end_pause(main)
    cases.set_next_step(actor, main, first.text, first.due_on, first.to, was_done=True)
    main.save()
    cases.journal(actor, "meeting_held", case, meeting=meeting.pk, kind=meeting.kind, on=day_of(meeting.at))
    return meeting


def _not_theirs() -> NotAllowed:
    return NotAllowed(_("Only those who were to do it, or who are responsible for the person, can note this."))


def _may_finish(actor: Viewer, decision_id: int) -> None:
    """Whose the decision is, a stand-in, or the lead of that unit; also who answers for the person."""
    decision = Decision.objects.filter(pk=decision_id).select_related("to", "meeting__case__holder").first()
    if decision is None:
        raise _not_theirs()
    own = decision.to_id in actor.post_ids or decision.to.unit_id in actor.led_unit_ids
    holder = decision.meeting.case.holder
    if not (own or holder.pk in actor.post_ids or holder.unit_id in actor.led_unit_ids or actor.is_system):
        raise _not_theirs()


@action(_may_finish)
def finish_decision(actor: Viewer, decision_id: int) -> Decision:
    """Notes that what was decided has been done."""
    case = locked(Decision.objects.values_list("meeting__case_id", flat=True).get(pk=decision_id))
    decision = Decision.objects.select_for_update(of=("self",)).select_related("to").get(pk=decision_id)
    if decision.done_at or decision.became_step:
        raise Overtaken(_("It is done already, or is the case's next step."))
    decision.done_at = clock.now()
    decision.done_by = actor.post_in(decision.to.unit_id) or acting_post(actor, case)
    decision.save(update_fields=["done_at", "done_by"])
    cases.journal(actor, "decision_done", case, meeting=decision.meeting_id)
    return decision
