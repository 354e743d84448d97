"""Protected identity: from this instant the person is nowhere known by name, number or place."""

from django.utils.translation import gettext as _

from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.locking import locked
from handslag.cases.models import Case
from handslag.disclosure import actions as disclosure
from handslag.foundation import clock, keys
from handslag.foundation.acting import action
from handslag.foundation.errors import Refused
from handslag.parties.may import operate
from handslag.parties.viewer import Viewer
from handslag.persons.concealing import conceal, fingerprints
from handslag.persons.models import Person
from handslag.persons.registering import bar, forget, unbar
from handslag.persons.rules import identity_number_problem
from handslag.rights import content
from handslag.sharing.actions import give_back_unknown


@action(may.answer_for)
def protect(actor: Viewer, case_id: int) -> int:
    """Masks the person of a case at every party at once, and bars the number from being registered again.

    Whoever may act on the case flags it. All sharing ends, joined cases part, names and numbers are removed, running
    text is emptied, and the person goes on as an anonymous participant, held by whoever held before, or by who knew the
    person where the holder had not met the person yet. Returns how many records were masked. Raises Overtaken,
    NotAllowed or Refused as every change of a case does.
    """
    case = locked(case_id)
    if case.person.is_protected:
        raise Refused(_("The person is protected already."))
    subject = case.person.subject
    bar(subject)
    disclosure.end_all(actor.post_in(case.holder.unit_id) or case.holder, subject)
    disclosure.forget(subject)
    persons = list(Person.objects.select_for_update().filter(subject=subject).order_by("id"))
    for person in persons:
        _mask(actor, person)
    give_back_unknown(actor, person__in=persons)
    return len(persons)


def _mask(actor: Viewer, person: Person) -> None:
    held = list(Case.objects.select_for_update().filter(person=person).order_by("id"))
    identity = getattr(person, "identity", None)
    if identity:
        person.hidden_words = fingerprints(identity.number, identity.given_name, identity.family_name)
    for case in held:
        cases.mask(case, lambda text: conceal(text, person.hidden_words))
    content.erase_words_below(Case.objects.filter(person=person))
    person.start_year = min(case.opened_at.year for case in held) if held else clock.today().year
    forget([person], is_protected=True)
    for case in held:
        cases.journal(actor, "protected", locked(case.pk))


@action(operate)
def unprotect(actor: Viewer, number: str) -> bool:
    """Lets a number be registered again, when the protection has ended; returns whether it was.

    For the operator alone. What was masked stays masked: the party registers the person anew.
    """
    if identity_number_problem(number):
        raise Refused(_("Write the identity number with 12 digits and nothing else."))
    return unbar(keys.blind(number))
