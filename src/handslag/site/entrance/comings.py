"""Who comes in and who goes, written down."""

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from handslag.journal.actions import record
from handslag.parties.models import User
from handslag.parties.queries import viewer_of
from handslag.persons.queries import known_as
from handslag.sharing.actions import PERSON
from handslag.ui.addresses import address_of

CAME, WENT, FAILED = "signed_in", "signed_out", "sign_in_failed"


def _of_staff(verb: str, request: HttpRequest, user: User | None) -> None:
    if user:
        address, party = address_of(request)[:45], viewer_of(user).party_id
        record(user.email, verb, "user", user.pk, address=address, party=party)


def _came(request: HttpRequest, user: User, **_: object) -> None:
    _of_staff(CAME, request, user)


def _went(request: HttpRequest, user: User | None, **_: object) -> None:
    _of_staff(WENT, request, user)


def of_person(verb: str, request: HttpRequest, subject: str) -> None:
    """Writes that a person came in or went, where a party knows the person."""
    record(PERSON, verb, "person", known_as(subject), address=address_of(request)[:45])


def failed(request: HttpRequest, email: str) -> None:
    """Writes that a password was wrong; what was given for an e-mail that nobody has is not written down."""
    user = User.objects.filter(email=email.strip().lower()).first()
    label, subject = (user.email, user.pk) if user else ("unknown", 0)
    record(label, FAILED, "user", subject, address=address_of(request)[:45])


def note() -> None:
    """Has every sign-in and sign-out of staff written down, whichever way in it was."""
    user_logged_in.connect(_came, dispatch_uid="handslag.came")
    user_logged_out.connect(_went, dispatch_uid="handslag.went")
