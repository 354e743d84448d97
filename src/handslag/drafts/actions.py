"""Saving drafts. The only code that writes them. A draft is nothing noted yet, so the journal does not tell of it:
what is noted in the end is journalled."""

import json
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from handslag.cases.locking import locked
from handslag.cases.models import Case
from handslag.cases.queries import visible_cases
from handslag.drafts import rules
from handslag.drafts.models import Draft
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.parties.may import operate
from handslag.parties.models import Post
from handslag.parties.rules import HOLDING_ROLES
from handslag.parties.viewer import Viewer

Content = Mapping[str, str | list[str]]
"""What stands in a form's fields, by their names."""


def writing_post(actor: Viewer, case: Case) -> Post:
    """The post from which the actor writes: one at the unit that is responsible, else the actor's first."""
    posts = (post for post in actor.reach if post.role in HOLDING_ROLES)
    return actor.post_in(case.holder.unit_id) or next(posts)


def _may_write(actor: Viewer, case_id: int) -> None:
    """A caseworker who reaches the case."""
    if not (actor.user and actor.unit_ids and visible_cases(actor).filter(pk=case_id).exists()):
        raise NotAllowed(_("Only caseworkers who reach the case can write in it."))


@action(_may_write)
def save_draft(actor: Viewer, case_id: int, form: str, content: Content, known: int) -> Draft:
    """Keeps what is typed in a form, as it stands. `known` is the number of the saving that it was written upon.

    Raises Overtaken, and changes nothing, where the author saved something later from another window.
    """
    case = locked(case_id)
    text = json.dumps(content, ensure_ascii=False)
    if len(text) > rules.LONGEST:
        raise Refused(_("The text is too long to be saved. Shorten it."))
    stored = Draft.objects.filter(author=actor.user, case=case, form=form).first()
    if rules.is_stale(stored.number if stored else 0, known):
        raise Overtaken(_("You have saved something later here, from another window. Open the page again to see it."))
    draft = stored or Draft(author=actor.user, case=case, form=form, number=0)
    draft.post, draft.content, draft.saved_at = writing_post(actor, case), text, clock.now()
    draft.number += 1
    draft.save()
    return draft


def drop(actor: Viewer, case: Case, form: str) -> None:
    """Removes the actor's draft of a form, whose content is being noted in the same transaction."""
    Draft.objects.filter(author=actor.user, case=case, form=form).delete()


@action(operate)
def forget_drafts(actor: Viewer, on: date) -> int:
    """Removes drafts that nobody has touched for half a year, as of `on`. For the watch; returns how many."""
    old = Draft.objects.filter(saved_at__lt=clock.midnight(rules.kept_since(on)))
    return old.delete()[0]
