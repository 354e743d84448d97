"""Who may: rules that actions name, about cases. Each locks what it looks at, and raises NotAllowed or Overtaken."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from handslag.cases import rules
from handslag.cases.locking import hold, locked, not_yours
from handslag.cases.models import Case
from handslag.foundation.errors import NotAllowed, Overtaken
from handslag.foundation.files import Line
from handslag.parties.models import Post
from handslag.parties.rules import LEAD, OFFICER
from handslag.parties.viewer import Viewer


def answer_for(actor: Viewer, case_id: int) -> Case:
    """Who holds the case, a stand-in, or the lead of the holder's unit."""
    case = locked(case_id)
    if not rules.may_act(actor, case.holder_id, case.holder.unit_id):
        raise not_yours()
    return case


def change(actor: Viewer, case_id: int) -> Case:
    """As `answer_for`, of a case in which work is done: it is open, and not joined to another."""
    case = answer_for(actor, case_id)
    if not case.is_open:
        raise Overtaken(_("The case is closed and can no longer be changed."))
    if case.joined_to_id:
        raise Overtaken(_("The case is joined to another. Work in that one."))
    return case


def leading_post(actor: Viewer, holder: Post) -> Post | None:
    """From which post the actor leads the unit of a holder, or is the cooperation officer of its party."""
    for post in actor.reach:
        if post.role == LEAD and post.unit_id == holder.unit_id:
            return post
        if post.role == OFFICER and post.party_id == holder.party_id:
            return post
    return None


def reopen(actor: Viewer, case_id: int) -> Post:
    """The lead of the unit that was responsible to the end, or the cooperation officer of its party: from that post."""
    case = locked(case_id)
    post = leading_post(actor, case.holder)
    if post is None:
        message = _("Only the team lead of {unit}, or the cooperation officer there, can open the case again.")
        raise NotAllowed(message.format(unit=case.holder.unit))
    if case.is_open:
        raise Overtaken(_("The case is open already."))
    return post


def lead_receiver(actor: Viewer, to: Post) -> None:
    """The lead of the unit of the colleague who takes over."""
    if to.unit_id not in actor.led_unit_ids:
        raise NotAllowed(_("Only the unit's team lead can do this."))


def open_for(actor: Viewer, drafts: Sequence[rules.Held]) -> None:
    """The operator; a caseworker, to hold by oneself; a lead, for the people of the own units."""
    if actor.is_system:
        return
    led = Post.objects.filter(unit_id__in=actor.led_unit_ids).order_by().values_list("pk", flat=True)
    if not {draft.holder_id for draft in drafts} <= actor.post_ids.union(led):
        raise NotAllowed(_("You can open cases that you hold yourself, or that people of the units you lead hold."))


def bring_in(actor: Viewer, lines: Sequence[Line]) -> None:
    """The operator; a lead, of what was in open cases that the own units hold, as noted by somebody active there."""
    cases, posts = hold_told_of(lines), Post.objects.in_bulk({line.by_id for line in lines})
    for line in lines:
        case, by = cases[line.case_id], posts[line.by_id]
        if not (actor.is_system or case.holder.unit_id in actor.led_unit_ids):
            raise not_yours()
        if not case.is_worked_in or by.unit_id != case.holder.unit_id or not by.is_active:
            raise Overtaken(_("Somebody changed the register meanwhile; nothing was taken. Check and try again."))


def hold_told_of(lines: Sequence[Line]) -> Mapping[int, Case]:
    """The cases that lines tell of, held until the transaction ends, by their ids."""
    ids = {line.case_id for line in lines}
    hold(ids)
    return Case.objects.select_related("person", "holder__user", "holder__unit", "holder__party").in_bulk(ids)
