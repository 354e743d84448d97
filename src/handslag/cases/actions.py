"""What is done with a case. The only code that writes cases; each action is one transaction and is journalled."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from handslag.cases import may, rules
from handslag.cases.knowing import records_of
from handslag.cases.locking import hold, joined_to, locked
from handslag.cases.models import DEGREES, NOTHING, UNFINISHED, Acquaintance, Case, PastLivelihood, PastStep
from handslag.cases.order import ONCE
from handslag.cases.visibility import visibility
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.dating import require_day
from handslag.foundation.erasing import erase
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.foundation.rooms import REMOVED, rooms, verbs
from handslag.journal.actions import entry, record, record_all
from handslag.journal.models import Entry
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer
from handslag.persons.models import Person
from handslag.persons.registering import adopt
from handslag.reference import codes


def journal(actor: Viewer, verb: str, case: Case, **details) -> None:
    """Writes a case's journal entry."""
    record_all([journal_line(actor, verb, case, **details)])


def journal_line(actor: Viewer, verb: str, case: Case, **details) -> Entry:
    """A case's journal entry, naming for whom a stand-in acted, and whose information of which kind it tells."""
    once: dict[str, Any] = {ONCE: actor.memo[ONCE]} if actor.memo.get(ONCE) else {}
    return entry(
        actor.label,
        verb,
        "case",
        case.pk,
        acting_for=actor.acting_for(case.holder_id),
        party=actor.party_in(case.holder),
        group=verbs()[verb].group,
        **once,
        **details,
    )


def main_of(case: Case) -> Case:
    """The case in which the work is done: the one that `case` is joined to, locked, or `case` itself."""
    return locked(case.joined_to_id) if case.joined_to_id else case


def next_instant(case: Case) -> datetime:
    """Now, or the instant just after the present holding began, whichever is later."""
    latest = max([case.holder_since, *(joined.holder_since for joined in joined_to(case))])
    return max(clock.now(), latest + timedelta(microseconds=1))


PAUSE = ("suspended_on", "suspended_until", "suspension_reason")


def end_pause(case: Case) -> None:
    """Ends a pause on `case`, which the caller saves; without one it does nothing."""
    case.suspended_on = case.suspended_until = None
    case.suspension_reason = ""


def _remember_step(case: Case, *, was_done: bool, note: str) -> None:
    PastStep.objects.create(
        case=case,
        text=case.next_step,
        due_on=case.next_step_on,
        by_id=case.next_step_by_id,
        ended_at=clock.now(),
        was_done=was_done,
        note=note,
    )


def put_next_step(case: Case, text: str, on: date, by: Post, *, was_done: bool, note: str = "") -> None:
    """Moves the present next step to the past and sets a new one on `case`, which the caller saves.

    Cases joined to it have the same next step; they are saved here.
    """
    _remember_step(case, was_done=was_done, note=note)
    case.next_step, case.next_step_on, case.next_step_by = text, on, by
    for joined in joined_to(case):
        _remember_step(joined, was_done=was_done, note="")
        end_pause(joined)
        joined.next_step, joined.next_step_on, joined.next_step_by = text, on, by
        joined.save(update_fields=["next_step", "next_step_on", "next_step_by", *PAUSE])


def set_next_step(actor: Viewer, case: Case, text: str, on: date, by: Post, *, was_done: bool, note: str = "") -> None:
    """As `put_next_step`, for what a user wrote.

    Raises Refused for an empty step, a date that has passed, is too far or lies within a suspension, or a person of
    another unit.
    """
    if not text.strip():
        raise Refused(_("Write what happens next. An open case always has a next step."), "next_step")
    require_day(on, rules.STEP, "next_step_on", leads=actor.leads(case.holder.unit_id))
    if case.suspended_until and on < case.suspended_until:
        message = _("The case is paused until {day}. Choose that day or later.")
        raise Refused(message.format(day=case.suspended_until), "next_step_on")
    if by.unit_id != case.holder.unit_id or not by.is_active:
        raise Refused(_("Choose a person of the unit that is responsible."), "next_step_by")
    put_next_step(case, text.strip(), on, by, was_done=was_done, note=note.strip())


@action(may.change)
def take_next_step(
    actor: Viewer, case_id: int, text: str, on: date, by: Post | None = None, *, was_done: bool = True, note: str = ""
) -> Case:
    """Ends the present next step (done, or replaced) and sets the one that follows, with a date and a person."""
    case = locked(case_id)
    set_next_step(actor, case, text, on, by or case.holder, was_done=was_done, note=note)
    case.save()
    journal(
        actor,
        "next_step_set",
        case,
        on=on.isoformat(),
        by=case.next_step_by.user.email,
        done=was_done,
    )
    return case


@action(may.change)
def change_livelihood(actor: Viewer, case_id: int, kind: str, degree: int | None, since: date, ends_on: date | None):
    """Notes what the person lives on from `since`; what was before ends there, or earlier if its end date came first.

    Raises Refused for an unknown code or degree, or dates out of order.
    """
    case = locked(case_id)
    if not actor.is_system and not visibility(actor, case).sees("livelihood"):
        raise NotAllowed(_("There is no basis to see the livelihood. Record the person's consent first."))
    codes.require("livelihood", kind, "livelihood")
    if degree is not None and degree not in DEGREES:
        raise Refused(_("The degree is 25, 50, 75 or 100, or empty."), "livelihood_degree")
    if degree is not None and kind == NOTHING:
        raise Refused(_("Who lives on nothing has no degree. Leave it empty."), "livelihood_degree")
    leads = actor.leads(case.holder.unit_id)
    require_day(since, rules.LIVELIHOOD_BEGINS, "livelihood_since", leads=leads)
    if ends_on:
        require_day(ends_on, rules.LIVELIHOOD_ENDS, "livelihood_ends_on", leads=leads)
    if since < case.livelihood_since:
        raise Refused(
            _("The present livelihood began {day}. Choose that day or later.").format(day=case.livelihood_since),
            "livelihood_since",
        )
    if ends_on and ends_on < since:
        raise Refused(_("The last day is before the first day. Change one of them."), "livelihood_ends_on")
    ended = min(since, case.livelihood_ends_on + timedelta(days=1)) if case.livelihood_ends_on else since
    if ended > case.livelihood_since:
        PastLivelihood.objects.create(
            case=case,
            kind=case.livelihood,
            by_party_id=case.livelihood_by_id,
            degree=case.livelihood_degree,
            since=case.livelihood_since,
            until=ended,
        )
    case.livelihood, case.livelihood_by, case.livelihood_degree = kind, case.holder.party, degree
    case.livelihood_since, case.livelihood_ends_on = since, ends_on
    case.save()
    journal(
        actor,
        "livelihood_changed",
        case,
        kind=kind,
        degree=degree,
        since=since.isoformat(),
        ends_on=ends_on and ends_on.isoformat(),
    )
    return case


@action(may.change)
def suspend(actor: Viewer, case_id: int, until: date, reason: str) -> Case:
    """Pauses a case until a day; the next step moves with it, by as many days as were left."""
    case = locked(case_id)
    codes.require("suspension_reason", reason, "reason")
    if case.suspended_until:
        raise Overtaken(_("The case is already paused. Resume it first."))
    today = clock.today()
    require_day(until, rules.PAUSE, "until", leads=actor.leads(case.holder.unit_id))
    if until == today:
        raise Refused(_("Choose a day after today."), "until")
    case.next_step_on = rules.moved_by_suspension(case.next_step_on, today, until)
    case.suspended_on, case.suspended_until, case.suspension_reason = today, until, reason
    case.save()
    _joined_rest_too(case)
    journal(
        actor, "suspended", case, until=until.isoformat(), reason=reason, next_step_on=case.next_step_on.isoformat()
    )
    return case


def _joined_rest_too(case: Case) -> None:
    fields = ("next_step_on", *PAUSE)
    Case.objects.filter(joined_to=case, closed_at__isnull=True).update(**{name: getattr(case, name) for name in fields})


@action(may.change)
def resume(actor: Viewer, case_id: int) -> Case:
    """Ends a pause; if it ends early, the next step moves back with it."""
    case = locked(case_id)
    if not case.suspended_until:
        raise Overtaken(_("The case is not paused."))
    case.next_step_on = rules.moved_by_resumption(case.next_step_on, case.suspended_until, clock.today())
    end_pause(case)
    case.save()
    _joined_rest_too(case)
    journal(actor, "resumed", case, next_step_on=case.next_step_on.isoformat())
    return case


LAWS = "own_record_law"
"""The statutes under which each kind of party keeps whom it has met."""


def acquaint(actor: Viewer, case: Case, post: Post, told: Person) -> None:
    """Notes that the party of `post` has met the person, who it is as `told`; nothing where it knew the person before.

    Identity and contact are the party's own record from now on, under the statute of its kind of party.
    """
    if any(record.party_id == post.party_id for record in records_of(case)):
        return
    codes.require(LAWS, law := post.party.kind, "law")
    own = adopt(told, post.party.pk, case.person.subject)
    Acquaintance.objects.create(case=case, person=own, law=law, by=post, at=clock.now())
    record(actor.label, "acquainted", "case", case.pk, party=post.party_id, law=law)


def obstacle_to_closing(case: Case) -> str:
    """Why a case cannot be closed yet, in words; empty where it can. Each room tells what it must finish first."""
    return next(filter(None, (find(case) for room in rooms().values() for find in room.obstacles)), "")


@action(may.change)
def close(
    actor: Viewer, case_id: int, outcome: str, next_responsible: str = "", *, person_wants_no_more: bool = False
) -> Case:
    """Closes a case with an outcome and either who is responsible next or the person's own "no more".

    A death and a mis-registration are neither: they close as what they are.

    Raises Refused when either is lacking or both are given, and Overtaken while a room has something to finish first.
    """
    case = locked(case_id)
    codes.require("outcome", outcome, "outcome")
    next_responsible = next_responsible.strip()
    if outcome in UNFINISHED:
        next_responsible, person_wants_no_more = "", False
    elif bool(next_responsible) == person_wants_no_more:
        raise Refused(
            _("Say who is responsible next, or that the person wants no more: one of the two."), "next_responsible"
        )
    at, closed = next_instant(case), (*joined_to(case), case)
    for closing in closed:
        if obstacle := obstacle_to_closing(closing):
            raise Overtaken(obstacle)
    for closing in closed:
        closing.closed_at, closing.outcome = at, outcome
        closing.next_responsible, closing.person_wants_no_more = next_responsible, person_wants_no_more
        end_pause(closing)
        closing.save()
        journal(actor, "closed", closing, outcome=outcome, no_more=person_wants_no_more)
    return case


def mask(case: Case, conceal: Callable[[str], str]) -> None:
    """Takes the person's place and names out of a case: what happens next stays, without the names.

    An open case parts from the one that it was joined to. One that ended with another stays so, and stays closed.
    """
    if case.is_open:
        case.joined_to = None
    case.municipality_code, case.imported_digest = "", ""
    case.next_step = conceal(case.next_step)[:200] or REMOVED
    case.next_responsible = conceal(case.next_responsible)[:200]
    case.save()


def erase_content(cases: QuerySet[Case], on: date) -> None:
    """Empties closed cases whose time is over, as of `on`; that they were, who held them and how they ended stays."""
    erase(cases, content_removed_on=on)


@action(may.lead_receiver)
def reassign(actor: Viewer, public_ids: Iterable[UUID], to: Post) -> int:
    """Moves open cases, with their next steps, to a colleague within the same unit. Only the unit's lead does this.

    Also moves next steps that the colleague takes over in cases that others hold. All or none; returns how many.
    Raises Refused for cases that the unit does not hold, which may be no cases at all: it is not told.
    """
    wanted = set(public_ids)
    here = Case.objects.filter(public_id__in=wanted, holder__unit=to.unit_id, closed_at__isnull=True)
    found = sorted(here.filter(joined_to__isnull=True).order_by().values_list("id", flat=True))
    if len(found) < len(wanted):
        raise Refused(_("One of the chosen cases is no longer held at the unit. Choose again."))
    hold(found)
    for case_id in found:
        case = may.change(actor, case_id)
        if case.holder.unit_id != to.unit_id:
            raise Overtaken(_("One of the chosen cases is no longer held at the unit. Choose again."))
        if case.holder_id != to.pk:
            _move_within_unit(actor, case, to)
    return len(found)


def _move_within_unit(actor: Viewer, case: Case, to: Post) -> None:
    sender = case.holder
    if case.next_step_by_id == sender.pk:
        case.next_step_by = to
        Case.objects.filter(joined_to=case, closed_at__isnull=True).update(next_step_by=to)
    case.holder_since = next_instant(case)
    case.holder = to
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError:
        raise Refused(_("{name} has left and cannot take over cases.").format(name=to.user), "to") from None
    journal(actor, "reassigned", case, sender=sender.user.email, to=to.user.email)


@action(may.lead_receiver)
def move_everything(actor: Viewer, sender: Post, to: Post) -> int:
    """Moves all that a person who leaves holds, and every next step of theirs, to a colleague. Returns cases moved."""
    if sender.unit_id != to.unit_id or sender.pk == to.pk:
        raise Refused(_("Choose another person of the same unit."), "to")
    concerned = Case.objects.filter(Q(holder=sender) | Q(next_step_by=sender), closed_at__isnull=True).order_by("id")
    hold(concerned.values_list("id", flat=True))
    own = concerned.filter(holder=sender, joined_to__isnull=True)
    moved = reassign(actor, own.values_list("public_id", flat=True), to)
    for case in concerned.filter(next_step_by=sender):
        case.next_step_by = to
        case.save(update_fields=["next_step_by"])
        journal(actor, "next_step_moved", case, sender=sender.user.email, to=to.user.email)
    return moved
