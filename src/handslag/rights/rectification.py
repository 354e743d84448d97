"""Rectification (GDPR art. 16): what is wrong is mended, and both versions are kept."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.locking import locked
from handslag.cases.models import Case
from handslag.cases.visibility import visibility
from handslag.disclosure import actions as disclosure
from handslag.disclosure.models import Consent, Disclosure
from handslag.foundation import clock, keys
from handslag.foundation.acting import action
from handslag.foundation.errors import NotAllowed, Refused
from handslag.foundation.rooms import record_of
from handslag.parties.models import Post
from handslag.parties.viewer import Viewer
from handslag.persons.models import Identity, Person
from handslag.persons.registering import protected_among
from handslag.persons.rules import INITIALS, identity_number_problem, search_name, sex
from handslag.reference import codes
from handslag.rights.models import Rectification
from handslag.sharing.actions import part_others, settle

NAMED = {"sealed_number": "identity_number"}
"""Columns whose value is not what stands in them, and what the value is called."""


def present(case: Case) -> dict[str, str]:
    """The values that a caseworker can rectify, as they are now; the rest is changed by the work itself."""
    found = {}
    for row in (case.person.identity, case):
        for name, column in record_of(type(row)).columns.items():
            if column.is_rectifiable:
                value = getattr(row, name)
                found[NAMED.get(name, name)] = keys.decrypt(value) if column.is_sealed else value
    return found


def _own_record(actor: Viewer, case_id: int) -> None:
    """Who may change the case, at the party whose record it is."""
    case = may.change(actor, case_id)
    if case.party_id not in actor.own_party_ids or not visibility(actor, case).identity:
        raise NotAllowed(_("Only the party whose record it is can rectify it."))


@action(_own_record)
def rectify(actor: Viewer, case_id: int, values: dict[str, str], reason: str) -> list[Rectification]:
    """Mends recorded values of a case and its person, keeping both versions. Returns what was rectified.

    Raises NotAllowed for somebody who may not act on the case or whose party's record it is not, and Refused for a
    value that is wrong or the same as before.
    """
    case = locked(case_id)
    if not reason.strip():
        raise Refused(_("Write what was wrong, and who said so."), "reason")
    before = present(case)
    changed = {field: values[field].strip() for field in before if values[field].strip() != before[field]}
    if not changed:
        raise Refused(_("Nothing differs from what is recorded."))
    _require_right(case, changed)
    post, subject = actor.post_in(case.holder.unit_id) or case.holder, case.person.subject
    if "identity_number" in changed:
        part_others(actor, case)
    _apply(case, changed, post)
    settle(actor, subject)
    made = [
        Rectification(
            case=case,
            field=field,
            sealed_before=keys.encrypt(before[field]),
            sealed_after=keys.encrypt(value),
            reason=reason.strip(),
            by=post,
            at=clock.now(),
        )
        for field, value in changed.items()
    ]
    Rectification.objects.bulk_create(made)
    cases.journal(actor, "rectified", case, fields=sorted(changed))
    return made


def _require_right(case: Case, changed: dict[str, str]) -> None:
    number = changed.get("identity_number")
    if number is not None:
        if identity_number_problem(number):
            raise Refused(_("The identity number is not right. Check every digit."), "identity_number")
        subject = keys.blind(number)
        taken = Person.objects.filter(party_id=case.party_id, subject=subject).exists()
        if taken or protected_among([subject]):
            raise Refused(_("The number cannot be recorded here: it is taken, or protected."), "identity_number")
    for field in ("given_name", "family_name"):
        if field in changed and not changed[field]:
            raise Refused(_("The cell is empty. Fill it in."), field)
    if "municipality_code" in changed and not codes.exists("municipality", changed["municipality_code"]):
        raise Refused(_("Choose one of the values in the list."), "municipality_code")


def _follow(case: Case, old: str, new: str, post: Post) -> None:
    """Consents that the party recorded under the wrong number belong to the person whose number is right.

    What other parties confirmed by them was of somebody else: it ends, and stays with that person. Where the party also
    holds or held another's case under the wrong number, nobody can tell whose its consents are: all of them end.
    """
    party = case.party_id
    recorded = Disclosure.objects.filter(subject=old, recorded_by__party=party)
    if _held_of_others(old, party).exists():
        disclosure.end(post, recorded)
        return
    disclosure.end(post, recorded.exclude(seen=""))
    Consent.objects.filter(subject=old, recorded_by__party=party).update(subject=new)
    recorded.filter(seen="").update(subject=new)


def _held_of_others(subject: str, party_id: int) -> QuerySet[Case]:
    held = Q(holder__party=party_id) | Q(past_holdings__holder__party=party_id)
    return Case.objects.filter(held, person__subject=subject).exclude(party=party_id)


def _apply(case: Case, changed: dict[str, str], post: Post) -> None:
    identity: Identity = case.person.identity
    identity.given_name = changed.get("given_name", identity.given_name)
    identity.family_name = changed.get("family_name", identity.family_name)
    identity.search_name = search_name(identity.given_name, identity.family_name)
    identity.search_initials = identity.search_name[:INITIALS]
    if number := changed.get("identity_number"):
        identity.sealed_number = keys.encrypt(number)
        before, case.person.subject, case.person.sex = case.person.subject, keys.blind(number), sex(number)
        case.person.save()
        _follow(case, before, case.person.subject, post)
    identity.save()
    case.municipality_code = changed.get("municipality_code", case.municipality_code)
    case.target_groups = changed.get("target_groups", case.target_groups)
    case.save()
