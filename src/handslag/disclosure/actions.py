"""Recording a consent or a statutory disclosure, and ending it. The only code that writes them.

Callers name the person by the subject of a case that the actor may act on; `sharing/actions.py` does so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from handslag.disclosure import rules
from handslag.disclosure.models import Consent, Disclosure
from handslag.disclosure.rules import Flow
from handslag.foundation import clock, keys
from handslag.foundation.erasing import erase_prose
from handslag.foundation.errors import NotAllowed, Refused
from handslag.parties.models import Post, Unit
from handslag.reference import codes


@dataclass(frozen=True)
class Agreed:
    """What the person agreed to."""

    purpose: str
    manner: str
    witness: Post | None
    given_on: date
    until: date
    gdpr_basis: str
    flows: frozenset[Flow]


@dataclass(frozen=True)
class Statutory:
    """What a party tells by law: to which unit, on which statute, why and until when."""

    from_party_id: int
    to_unit: Unit
    statute: str
    reason: str
    until: date


def _require_dates(given_on: date, until: date) -> None:
    wrong = rules.problem_of_dates(given_on, until, clock.today())
    if wrong:
        field, kind = wrong
        messages = {
            "future": _("The day lies ahead. A consent is recorded when it has been given."),
            "past": _("The date has passed. Choose today or a later day."),
            "long": _("A consent holds for two years at most. Choose an earlier day."),
        }
        raise Refused(messages[kind], field)


def _create(subject: str, post: Post, flows: Iterable[Flow], until: date, **basis) -> list[Disclosure]:
    now = clock.now()

    def begun(flow: Flow) -> dict:
        return {"begins_at": now, "confirmed_by": post} if flow.from_party_id == post.party_id else {}

    ordered = sorted(flows, key=lambda f: (f.from_party_id, f.to_unit_id, rules.GROUPS.index(f.group)))
    return Disclosure.objects.bulk_create(
        Disclosure(
            subject=subject,
            from_party_id=flow.from_party_id,
            to_unit_id=flow.to_unit_id,
            group=flow.group,
            until=until,
            recorded_by=post,
            **begun(flow),
            **basis,
        )
        for flow in ordered
    )


def record_consent(post: Post, subject: str, agreed: Agreed) -> Consent:
    """Writes a consent and what it opens: at once what the recorder's own party tells, and what others tell when they
    have confirmed it (secrecy holds between authorities: OSL 2009:400 8:1, 12:2).

    Raises Refused for one that does not say all that it must.
    """
    if not agreed.purpose.strip():
        raise Refused(_("Write what the consent is for, in words that the person would use."), "purpose")
    codes.require("consent_manner", agreed.manner, "manner")
    codes.require("gdpr_basis", agreed.gdpr_basis, "gdpr_basis")
    _require_witness(post, agreed)
    _require_dates(agreed.given_on, agreed.until)
    if not agreed.flows:
        raise Refused(_("Choose at least one kind of information that is told."))
    consent = Consent.objects.create(
        subject=subject,
        purpose=agreed.purpose.strip(),
        manner=agreed.manner,
        witness=agreed.witness,
        given_on=agreed.given_on,
        until=agreed.until,
        gdpr_basis=agreed.gdpr_basis,
        recorded_by=post,
        recorded_at=clock.now(),
    )
    _create(subject, post, agreed.flows, agreed.until, consent=consent)
    return consent


def _require_witness(post: Post, agreed: Agreed) -> None:
    if agreed.manner != rules.ORAL:
        return
    if agreed.witness is None or not agreed.witness.is_active:
        raise Refused(_("Choose who else heard the oral consent. Without a witness, let the person sign."), "witness")
    if agreed.witness.user_id == post.user_id:
        raise Refused(_("The witness is another than the one who records the consent."), "witness")


def record_statutory(post: Post, subject: str, told: Statutory) -> list[Disclosure]:
    """Writes a disclosure by law; it opens what the statute covers.

    Raises Refused for an unknown statute or no why, and NotAllowed for what is another party's to tell.
    """
    if told.from_party_id != post.party_id:
        raise NotAllowed(_("What the law lets another party tell, that party records itself."))
    codes.require("statutory_basis", told.statute, "statute")
    if not told.reason.strip():
        raise Refused(_("Write why the law asks for it."), "reason")
    _require_dates(clock.today(), told.until)
    if told.to_unit.party_id == told.from_party_id:
        raise Refused(_("Within your own party nothing needs to be disclosed."), "to_unit")
    groups = codes.entries("statutory_basis")[told.statute].covers.split(";")
    flows = [Flow(told.from_party_id, told.to_unit.pk, group) for group in groups]
    return _create(subject, post, flows, told.until, statute=told.statute, reason=told.reason.strip())


def confirm(post: Post, disclosures: Iterable[Disclosure], seen: str) -> list[Disclosure]:
    """Lets what others recorded begin at this instant; `post`, at the party that tells, answers for it.

    Returns those that began now. Raises Refused for an unknown code of what was seen of the consent, and for the
    person's signature where the person has not signed.
    """
    codes.require("consent_seen", seen, "seen")
    waiting = _waiting(disclosures)
    if seen == rules.SIGNATURE and any(d.consent is None or d.consent.signed_at is None for d in waiting):
        raise Refused(_("The person has not signed it. Say what else you have seen of the consent."), "seen")
    now = clock.now()
    for disclosure in waiting:
        disclosure.begins_at, disclosure.confirmed_by, disclosure.seen = now, post, seen
    Disclosure.objects.bulk_update(waiting, ["begins_at", "confirmed_by", "seen"])
    return waiting


def _waiting(disclosures: Iterable[Disclosure]) -> list[Disclosure]:
    found = Disclosure.objects.select_for_update(of=("self",)).filter(pk__in=[d.pk for d in disclosures])
    return list(found.select_related("consent").filter(ended_at__isnull=True, begins_at__isnull=True).order_by("id"))


def sign(consent: Consent) -> None:
    """Notes that the person has agreed to a consent with e-ID, at this instant."""
    consent.signed_at = clock.now()
    consent.save(update_fields=["signed_at"])


def end(post: Post | None, disclosures: Iterable[Disclosure]) -> list[Disclosure]:
    """Ends disclosures at this instant; those ended before stay as they were. Returns those that were ended now.

    `post` is who noted it; None for the person's own doing.
    """
    ids = [d.pk for d in disclosures]
    standing = list(Disclosure.objects.select_for_update().filter(pk__in=ids, ended_at__isnull=True).order_by("id"))
    now = clock.now()
    for disclosure in standing:
        disclosure.ended_at, disclosure.ended_by = now, post
    Disclosure.objects.bulk_update(standing, ["ended_at", "ended_by"])
    return standing


def end_all(post: Post, subject: str) -> None:
    """Ends all that is told about a person, at once."""
    standing = Disclosure.objects.filter(subject=subject, ended_at__isnull=True)
    standing.update(ended_at=clock.now(), ended_by=post)


def forget(subject: str) -> None:
    """Empties a person's consents of their words and unlinks them; that they were given, and to what, stays."""
    unlinked = keys.random_index()
    for rows in (Consent.objects.filter(subject=subject), Disclosure.objects.filter(subject=subject)):
        found = list(rows.order_by().values_list("pk", flat=True))
        erase_prose(rows)
        rows.model.objects.filter(pk__in=found).update(subject=unlinked)
