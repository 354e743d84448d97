"""Queueing letters, and sending what waits. Any number of senders may go at once.

A letter is claimed by moving its next try ahead, so one whose sender dies is tried again. It may then arrive twice,
with the same Message-ID.
"""

import smtplib
from collections import Counter
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import translation

from handslag.foundation import clock
from handslag.foundation.acting import action, by_itself
from handslag.foundation.rooms import letters
from handslag.outbox import rules
from handslag.outbox.models import Letter
from handslag.outbox.rules import Mail

PERMANENT = range(500, 600)
"""Answers of a mail server that no later try changes (RFC 5321, 4.2.1)."""
MOST = 500
"""How many letters one round sends."""


@action(by_itself)
def queue(kind: str, about: UUID, due_at: datetime | None = None) -> None:
    """Owes a mail about something, in the transaction of the change. Does nothing where no mail server is set."""
    if settings.HANDSLAG_SENDS_MAIL:
        now = clock.now()
        Letter.objects.create(kind=kind, about=about, queued_at=now, due_at=due_at or now)


@action(by_itself)
def _claim() -> Letter | None:
    now = clock.now()
    waiting = Letter.objects.filter(ended_at__isnull=True, due_at__lte=now).order_by("due_at", "id")
    for letter in waiting[:10]:
        free = Letter.objects.filter(pk=letter.pk, tries=letter.tries, due_at=letter.due_at, ended_at__isnull=True)
        if free.update(tries=letter.tries + 1, due_at=now + rules.wait(letter.tries + 1)):
            return letter
    return None


@action(by_itself)
def _end(letter: Letter, ending: str, trouble: str = "") -> None:
    standing = Letter.objects.filter(pk=letter.pk, ended_at__isnull=True)
    standing.update(ended_at=clock.now(), ending=ending, trouble=trouble)


@action(by_itself)
def _note(letter: Letter, trouble: str) -> None:
    Letter.objects.filter(pk=letter.pk, ended_at__isnull=True).update(trouble=trouble)


@action(by_itself)
def _written(letter: Letter) -> Mail | None:
    with translation.override(settings.LANGUAGE_CODE):
        return letters()[letter.kind](letter.about)


def _send(letter: Letter, mail: Mail) -> None:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=mail.to,
        headers={"Message-ID": f"<{letter.public_id}@{domain}>", "Auto-Submitted": "auto-generated"},
        connection=get_connection(),
    )
    if mail.calendar:
        message.attach_alternative(mail.calendar, f"text/calendar; method={mail.method}")
    message.send()


def _codes(error: Exception) -> list[int]:
    """The answers of the mail server behind an error; none where it did not answer."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _text in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def _trouble(error: Exception) -> str:
    return " ".join([type(error).__name__, *map(str, _codes(error))])[:60]


def _refuses_the_receiver(error: Exception) -> bool:
    return isinstance(error, smtplib.SMTPRecipientsRefused) and all(code in PERMANENT for code in _codes(error))


def send_waiting() -> Counter[str]:
    """Sends what is due, and tells how much of it ended how. A mail server that does not answer ends the round."""
    told: Counter[str] = Counter()
    while sum(told.values()) < MOST and (letter := _claim()):
        mail = _written(letter)
        if mail is None:
            _end(letter, rules.WITHHELD)
            told[rules.WITHHELD] += 1
            continue
        try:
            _send(letter, mail)
        except (OSError, smtplib.SMTPException) as error:
            if not _refuses_the_receiver(error):
                _note(letter, _trouble(error))
                told["waiting"] += 1
                break
            _end(letter, rules.REFUSED, _trouble(error))
            told[rules.REFUSED] += 1
        else:
            _end(letter, rules.SENT)
            told[rules.SENT] += 1
    return told
