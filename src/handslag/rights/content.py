"""Taking words and identity out of what is stored about a person: for protection now, and when the time is over."""

import re
import secrets
from collections.abc import Callable, Iterable

from handslag.cases.models import Case, PastStep
from handslag.disclosure.models import Consent, Disclosure
from handslag.disclosure.rules import ORAL
from handslag.handovers.models import Handover, Message
from handslag.persons.models import Identity, Person
from handslag.persons.registering import SUBJECT_BYTES
from handslag.rights.models import Rectification

REMOVED = "–"
HIDDEN = "▒▒▒"


def remove_words(case_ids: list[int]) -> None:
    """Empties the running text of cases: notes, briefs, promises, dialogues, what was rectified."""
    PastStep.objects.filter(case_id__in=case_ids).update(text=REMOVED, note="")
    Handover.objects.filter(case_id__in=case_ids).update(brief="", promised="")
    Message.objects.filter(handover__case_id__in=case_ids).update(text="")
    Rectification.objects.filter(case_id__in=case_ids).update(sealed_before="", sealed_after="", reason="")


def forget_consents(subject: str) -> None:
    """Empties a person's consents of their words and unlinks them; that they were given, and to what, stays."""
    unlinked = secrets.token_hex(SUBJECT_BYTES)
    Consent.objects.filter(subject=subject, manner=ORAL).update(purpose="", witness=REMOVED, subject=unlinked)
    Consent.objects.filter(subject=subject).update(purpose="", witness="", subject=unlinked)
    Disclosure.objects.filter(subject=subject).update(reason="", subject=unlinked)


def forget_identity(persons: Iterable[Person], *, is_protected: bool) -> None:
    """Removes who the persons are, and the index by which their records at other parties would be found."""
    for person in persons:
        Identity.objects.filter(person=person).delete()
        person.subject = secrets.token_hex(SUBJECT_BYTES)
        person.is_protected = is_protected or person.is_protected
        person.save()


def concealer(identity: Identity) -> Callable[[str], str]:
    """A function that takes a person's names and number out of a text."""
    number = identity.number
    words = [
        *identity.given_name.split(),
        *identity.family_name.split(),
        number,
        number[2:],
        f"{number[:8]}-{number[8:]}",
    ]
    words += [f"{number[2:8]}-{number[8:]}"]
    pattern = re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)), re.IGNORECASE)
    return lambda text: pattern.sub(HIDDEN, text)


def conceal_next_step(case: Case, conceal: Callable[[str], str]) -> None:
    """Takes the names out of the words that an open case must keep: what happens next."""
    case.next_step = conceal(case.next_step)[:200] or REMOVED
