"""Who is told what about the person of a case, and what a withdrawal would take away."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from handslag.cases.models import Case
from handslag.cases.queries import REACHED_BY, opened_to, visible_cases
from handslag.disclosure.models import Consent, Disclosure
from handslag.disclosure.queries import active, by_consent, covers, unconfirmed, unsigned
from handslag.disclosure.rules import IDENTITY
from handslag.foundation import clock
from handslag.foundation.acting import reading
from handslag.foundation.prepared import prepared
from handslag.handovers.models import Handover
from handslag.parties.models import Post, Unit
from handslag.parties.queries import holding_posts
from handslag.parties.viewer import Viewer
from handslag.sharing.answering import Telling, answerers


def is_standing(disclosure: Disclosure) -> bool:
    """Whether a disclosure holds today, or would if it were confirmed."""
    return disclosure.ended_at is None and disclosure.until >= clock.today()


def _subjects_held(post_ids: Collection[int]) -> QuerySet:
    """People whose cases these posts hold: few, so that what waits about them is found by them."""
    return Case.objects.filter(holder_id__in=post_ids).order_by().values_list("person__subject", flat=True)


@prepared("case_post_ids", "unit_ids", "officer_party_ids")
def _unconfirmed_near(viewer: Viewer) -> QuerySet:
    """What parties have not confirmed, of people whom the viewer's units hold or held, or whose cases are opened to
    them, by an offer or since they take part: of whom, which party, and the consent. Whoever met few people finds it
    by them: the viewer's party may tell of as many as the country has."""
    of_handovers = Handover.objects.order_by().values_list("case__person__subject", flat=True)
    met = _subjects_held(viewer.case_post_ids).union(
        of_handovers.filter(sender_id__in=viewer.case_post_ids),
        *(rows.order_by().values_list("case__person__subject", flat=True) for rows in opened_to(viewer)),
    )
    return unconfirmed().filter(subject__in=met).order_by().values_list("subject", "from_party_id", "consent_id")


def _answered(viewer: Viewer, tellings: Iterable[Telling]) -> set[Telling]:
    """Of tellings, those for which the viewer's units answer; for a party's own system, any of its units."""
    wanted, here, parties = set(tellings), viewer.unit_ids, viewer.party_ids
    answering = answerers(wanted) if wanted else {}
    return {telling for telling, at in answering.items() if at.unit_id in here or telling[1] in parties}


def answered_at(viewer: Viewer, disclosures: Iterable[Disclosure]) -> list[Disclosure]:
    """Of disclosures, those for whose telling the viewer's units answer; for a party's own system, any of its units."""
    disclosures = list(disclosures)
    answered = _answered(viewer, ((d.subject, d.from_party_id) for d in disclosures))
    return [d for d in disclosures if (d.subject, d.from_party_id) in answered]


def waiting_in(viewer: Viewer, case: Case) -> list[Disclosure]:
    """What waits about the person of a case for the viewer's units to confirm, in order."""
    found = unconfirmed().filter(subject=case.person.subject, from_party_id__in=viewer.own_party_ids)
    return answered_at(viewer, found.select_related("to_unit__party").order_by("id"))


@reading
def _waiting_for(viewer: Viewer) -> frozenset[int | None]:
    """Past the wall, which would ask of each line whether the person is met here: the query asks just that."""
    near = [((subject, party), consent) for subject, party, consent in _unconfirmed_near.rows(viewer)]
    answered = _answered(viewer, {telling for telling, _consent in near if telling[1] in viewer.own_party_ids})
    return frozenset(consent for telling, consent in near if telling in answered)


@prepared(given=_waiting_for)
def to_confirm(_viewer: Viewer, consent_ids: Collection[int]) -> QuerySet[Consent]:
    """Consents that wait for the viewer's units to confirm what their party tells, oldest first."""
    return Consent.objects.filter(pk__in=consent_ids).order_by("id")


@prepared("post_ids", "own_party_ids")
def unconfirmed_of(viewer: Viewer) -> QuerySet[Consent]:
    """Consents of people whom the viewer holds that wait for other parties' confirmation, oldest first."""
    ours = Post.objects.filter(pk=OuterRef("recorded_by"), party_id__in=viewer.own_party_ids)
    waiting = unconfirmed().filter(Exists(ours), subject__in=_subjects_held(viewer.post_ids))
    return Consent.objects.filter(pk__in=waiting.order_by().values("consent_id")).order_by("id")


@prepared(*REACHED_BY)
def _cases_near(viewer: Viewer, subjects: Collection[str]) -> QuerySet[Case]:
    here = ExpressionWrapper(Q(holder_id__in=viewer.case_post_ids), BooleanField())
    return visible_cases(viewer).filter(person__subject__in=subjects).order_by(here, "id")


def case_by_subject(viewer: Viewer, subjects: Iterable[str]) -> dict[str, Case]:
    """Of each of these people a case that the viewer reaches: one that the viewer's places hold before others, then
    the latest."""
    return {case.person.subject: case for case in _cases_near.rows(viewer, frozenset(subjects))}


@prepared()
def _lines(_viewer: None, consent_ids: Collection[int]) -> QuerySet[Disclosure]:
    found = unconfirmed().filter(consent_id__in=consent_ids).order_by()
    return found.select_related("from_party", "consent__recorded_by__party")


def lines_waiting(consents: Iterable[Consent]) -> dict[Consent | None, list[Disclosure]]:
    """What waits for confirmation, under its consent."""
    return by_consent(_lines.rows(None, frozenset(consent.pk for consent in consents)))


@dataclass(frozen=True)
class Loss:
    """What a unit will see no more of a party's facts, and who works there."""

    unit: Unit
    from_party: str
    groups: tuple[str, ...]
    people: tuple[str, ...]


def losses(disclosures: Iterable[Disclosure]) -> list[Loss]:
    """Who loses what when these disclosures end. What another basis still covers is not lost."""
    by_flow: dict[tuple[Unit, str], list[str]] = {}
    ending = [d for d in disclosures if is_standing(d)]
    ids = [d.pk for d in ending]
    for d in ending:
        others = active().filter(subject=d.subject, from_party=d.from_party, to_unit=d.to_unit, group=d.group)
        if not others.exclude(pk__in=ids).exists():
            by_flow.setdefault((d.to_unit, d.from_party.name), []).append(d.group)
    return [
        Loss(unit, party, tuple(groups), tuple(str(post.user) for post in holding_posts(unit)))
        for (unit, party), groups in by_flow.items()
    ]


def parted_by(disclosures: Iterable[Disclosure]) -> list[Case]:
    """Joined cases that part when these disclosures end."""
    ending = [d for d in disclosures if is_standing(d) and d.group == IDENTITY]
    ids, parted = [d.pk for d in ending], []
    for d in ending:
        joined = Case.objects.filter(
            person__subject=d.subject, party=d.from_party, joined_to__isnull=False, closed_at__isnull=True
        ).select_related("party", "holder__unit", "person")
        others = active().exclude(pk__in=ids).filter(subject=d.subject, from_party=d.from_party, group=IDENTITY)
        parted += [
            case
            for case in joined
            if case.holder.unit_id == d.to_unit_id
            and covers(d.subject, case.party_id, case.holder.unit, IDENTITY)
            and not others.filter(to_unit=case.holder.unit).exists()
        ]
    return parted


@reading
def own_unsigned(subject: str) -> list[tuple[Consent, list[Disclosure]]]:
    """Consents that the person has not signed, each with what is told by it, or would be; for the person."""
    consents = unsigned(subject).select_related("recorded_by__user", "recorded_by__unit", "recorded_by__party")
    lines = by_consent(d for d in own_disclosures(subject) if d.consent_id)
    return [(consent, lines.get(consent, [])) for consent in consents]


@reading
def own_disclosures(subject: str) -> list[Disclosure]:
    """What is told about the person today, and to whom; for the person."""
    found = Disclosure.objects.filter(subject=subject).select_related("from_party", "to_unit__party", "consent")
    return [d for d in found.order_by("id") if is_standing(d)]
