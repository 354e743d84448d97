"""What happened to the demo world's cases: handovers in every state, livelihoods, pauses and endings, in bulk."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from handslag.cases.models import Case, PastLivelihood
from handslag.cases.opening import Draft
from handslag.foundation import days
from handslag.handovers import rules
from handslag.handovers.models import Handover, Message
from handslag.handovers.returning import RETURN
from handslag.handovers.wording import GONE_BACK, written
from handslag.journal.actions import record_all
from handslag.parties.models import Post
from handslag.reference import codes
from handslag.sharing.actions import JOIN
from handslag.simulation import consents
from handslag.simulation.accepting import ACCEPTED_AFTER, NOTED_AFTER, accept, is_told
from handslag.simulation.bulk import update_many
from handslag.simulation.meetings import Diary, at_hour, told
from handslag.simulation.passages import Passages
from handslag.simulation.places import Places

SCENARIOS = {
    "closed": 0.10,
    rules.COMPLETED: 0.25,
    rules.OFFERED: 0.06,
    rules.ASKED: 0.015,
    rules.ACCEPTED: 0.03,
    rules.DECLINED: 0.02,
    rules.WITHDRAWN: 0.01,
    "paused": 0.03,
}
BRIEFS = (
    "Har varit sjukskriven länge och börjar orka mer. Vill arbeta, gärna i lugn miljö. Behöver korta dagar först.",
    "Ersättningen tar slut och personen är orolig för ekonomin. Har sökt arbete två gånger. God kontakt i telefon.",
    "Väntar på utredning i vården. Klarar två timmar om dagen. Vill att vi ringer före lunch.",
    "Unga år utan skola eller arbete. Har stöd av sin mamma. Intresserad av djur och fordon.",
)
PROMISES = (
    "Att någon ringer inom en vecka och att hen inte behöver berätta allt en gång till.",
    "Att få följa med på ett första möte hos er.",
    "",
)
OF_CONSENT = (JOIN, RETURN)
"""Reasons of handovers that only consent brings about."""
QUESTION = "Finns det ett aktuellt läkarutlåtande som vi kan få se?"


class Histories:
    """Draws what happened to cases."""

    def __init__(self, rng: random.Random, places: Places, on: date):
        self.rng, self.on, self.places = rng, on, places
        self._focus = {unit.pk for unit in places.focus}
        self._posts: dict[int, Post] = {}
        self._by_county: dict[str, list[Post]] = {}
        for unit in places.every_unit:
            posts = places.holders[unit.pk]
            self._posts |= {post.pk: post for post in posts}
            if unit.pk not in self._focus:
                self._by_county.setdefault(unit.county_code, []).extend(posts)

    def _receiver(self, sender: Post) -> Post:
        """Somebody at another party nearby; the focus keeps to itself, and its first posts get the most to do."""
        if sender.unit_id in self._focus:
            unit = self.rng.choice([unit for unit in self.places.focus if unit.party_id != sender.party_id])
            posts = self.places.holders[unit.pk]
            return posts[0] if self.rng.random() < 0.6 else self.rng.choice(posts)
        while (receiver := self.rng.choice(self._by_county[sender.unit.county_code])).party_id == sender.party_id:
            pass
        return receiver

    def holders(self, drafts: dict[int, Draft]) -> Iterator[tuple[int, Post]]:
        """Who holds each of these cases by now."""
        found = Case.objects.filter(pk__gte=min(drafts), pk__lte=max(drafts)).order_by("id")
        for case_id, holder_id in found.values_list("id", "holder_id"):
            yield case_id, self._posts[holder_id]

    def is_focus(self, post: Post) -> bool:
        """Whether somebody works where the demo's sign-ins do."""
        return post.unit_id in self._focus

    def handover(self, case_id: int, draft: Draft, state: str) -> tuple[Handover, Post]:
        """An offer as it stood when it was made, and the post that takes it up."""
        sender = self._posts[draft.holder_id]
        receiver = self._receiver(sender)
        if state in (rules.COMPLETED, rules.DECLINED, rules.WITHDRAWN, "closed"):
            day = draft.opened_on + (self.on - draft.opened_on) * self.rng.randint(10, 70) // 100
        else:
            day = self.on - timedelta(days=self.rng.randint(2, 28))
        at = at_hour(max(day, draft.opened_on + timedelta(days=1)), self.rng.randint(8, 16))
        handover = Handover(
            case_id=case_id,
            sender=sender,
            to_unit=receiver.unit,
            to_post=receiver if self.rng.random() < 0.4 else None,
            reason=self.rng.choice([code for code in codes.entries("handover_reason") if code not in OF_CONSENT]),
            brief=self.rng.choice(BRIEFS),
            promised=self.rng.choice(PROMISES),
            needed_by=at.date() + timedelta(days=self.rng.randint(20, 90)),
            proposed_contact_at=at + timedelta(days=10),
            offered_at=at,
            awaiting_since=at,
        )
        return handover, receiver

    def contact_at(self, accepted_at: datetime, state: str) -> datetime:
        """When the first contact was booked for; of those still ahead, a quarter was missed."""
        if state != rules.ACCEPTED:
            return accepted_at + timedelta(days=5)
        missed = self.rng.random() < 0.25
        days = -self.rng.randint(1, 12) if missed else self.rng.randint(1, 20)
        return max(at_hour(self.on + timedelta(days=days), 10), accepted_at + timedelta(hours=2))

    def scenario(self) -> str | None:
        """What happened to a case: one of SCENARIOS, or nothing yet."""
        draw = self.rng.random()
        for name, share in SCENARIOS.items():
            draw -= share
            if draw < 0:
                return name
        return None

    def past_livelihood(self, case_id: int, draft: Draft) -> tuple[PastLivelihood, date] | None:
        """An earlier livelihood and when the present one began, now and then with a hole between."""
        lived = (self.on - draft.opened_on).days
        if self.rng.random() > 0.3 or lived < 60:
            return None
        until = draft.opened_on + timedelta(days=lived // 2)
        since = until + timedelta(days=self.rng.choice((0, 0, 0, 14, 31)))
        if draft.livelihood_ends_on and since > draft.livelihood_ends_on:
            return None
        kind = self.rng.choice(("sickness_benefit", "social_assistance", "activity_support", "wage"))
        spell = PastLivelihood(
            case_id=case_id, by_party_id=draft.party_id, kind=kind, degree=None, since=draft.opened_on, until=until
        )
        return spell, since


def _answer(offers: list[tuple[Handover, Post, str]], on: date) -> None:
    """Asks back, declines and withdraws."""
    by_state: dict[str, list[Handover]] = {}
    for handover, _post, state in offers:
        by_state.setdefault(state, []).append(handover)
    update_many(
        "handovers_handover",
        ("state", "awaiting_since"),
        [(rules.ASKED, h.offered_at, h.pk) for h in by_state.get(rules.ASKED, [])],
    )
    update_many(
        "handovers_handover",
        ("state", "answered_at", "decline_reason", "goes_back"),
        [
            (rules.DECLINED, h.offered_at + timedelta(days=1), "brief_incomplete", True, h.pk)
            for h in by_state.get(rules.DECLINED, [])
        ],
    )
    update_many(
        "handovers_handover",
        ("state", "answered_at"),
        [(rules.WITHDRAWN, h.offered_at + timedelta(days=1), h.pk) for h in by_state.get(rules.WITHDRAWN, [])],
    )
    update_many(
        "cases_case",
        ("next_step", "next_step_on"),
        [(written(GONE_BACK), days.add_working_days(on, 2), h.case_id) for h in by_state.get(rules.DECLINED, [])],
    )


def _steps(handover: Handover, receiver: Post, state: str) -> list[tuple[str, Post, int, str, str, dict]]:
    """What was said: (verb, by whom, hours after the offer, words, the journal's verb, its details)."""
    said = [("offer", handover.sender, 0, "", "handover_offered", {"to_unit": handover.to_unit.name})]
    if state == rules.ASKED:
        said.append(("ask", receiver, 2, QUESTION if handover.brief else "", "handover_asked", {}))
    elif state == rules.DECLINED:
        said.append(("decline", receiver, 24, "", "handover_declined", {"reason": "brief_incomplete"}))
    elif state == rules.WITHDRAWN:
        said.append(("withdraw", handover.sender, 24, "", "handover_withdrawn", {}))
    elif state != rules.OFFERED and not is_told(handover):
        said.append(("accept_on_condition", receiver, ACCEPTED_AFTER, "", "handover_accepted_on_condition", {}))
        if state != rules.ACCEPTED:
            holder = {"holder": receiver.user.email}
            said.append(("meet", handover.sender, NOTED_AFTER, "", "joint_contact_recorded", holder))
    elif state != rules.OFFERED:
        said.append(("accept", receiver, ACCEPTED_AFTER, "", "handover_accepted", {"holder": receiver.user.email}))
        if state != rules.ACCEPTED:
            hours = ACCEPTED_AFTER + 5 * 24
            said.append(("record_contact", receiver, hours, "", "first_contact_recorded", {"result": "held"}))
    return said


def _tell(offers: list[tuple[Handover, Post, str]]) -> None:
    """The dialogue and the journal behind the handovers."""
    messages, entries = [], []
    for handover, receiver, state in offers:
        for verb, post, hours, words, journalled, details in _steps(handover, receiver, state):
            at = handover.offered_at + timedelta(hours=hours)
            messages.append(Message(handover=handover, at=at, by=post, verb=verb, text=words))
            entries.append(told(post, journalled, handover.case_id, at, handover=handover.pk, **details))
    Message.objects.bulk_create(messages, batch_size=2000)
    record_all(entries)


def _end(cases: list[int], rng: random.Random, on: date) -> None:
    rows = []
    for case_id in cases:
        no_more = rng.random() < 0.2
        outcome = "own_request" if no_more else rng.choice(("work", "studies", "actively_seeking", "other_support"))
        at = at_hour(on - timedelta(days=rng.randint(1, 5)), 15)
        rows.append((at, outcome, "" if no_more else "Arbetsgivare och vårdcentral", no_more, case_id))
    update_many("cases_case", ("closed_at", "outcome", "next_responsible", "person_wants_no_more"), rows)


def _pause(cases: dict[int, Draft], rng: random.Random, on: date) -> None:
    rows = []
    for case_id, draft in cases.items():
        until = on + timedelta(days=rng.randint(5, 60))
        rows.append((on - timedelta(days=10), until, "treatment", max(draft.next_step_on, until), case_id))
    update_many("cases_case", ("suspended_on", "suspended_until", "suspension_reason", "next_step_on"), rows)


def _meet(
    histories: Histories, drafts: dict[int, Draft], quiet: set[int], over: set[int], since: dict[int, date]
) -> None:
    """Meetings and passages of all cases but those that are `over`, and joint first contacts that are still ahead."""
    diary = Diary(histories.rng, histories.places, histories.on)
    passages = Passages(diary)
    diary.first_contacts(drafts)
    for case_id, holder in histories.holders(drafts):
        draft, is_quiet = drafts[case_id], case_id in quiet
        if case_id in over:
            continue
        is_with_opener = holder.pk == draft.holder_id
        if not (is_with_opener and passages.draw(case_id, draft, holder, since.get(case_id, draft.opened_on))):
            diary.usual(case_id, draft, holder, is_focus=histories.is_focus(holder), is_quiet=is_quiet)
    passages.write()
    diary.write()


def write(histories: Histories, drafts: dict[int, Draft]) -> dict[str, int]:
    """Writes the histories of `drafts` (by case id) and returns how many of each were made."""
    rng, on = histories.rng, histories.on
    chosen: dict[str, list[int]] = {}
    for case_id in drafts:
        if scenario := histories.scenario():
            chosen.setdefault(scenario, []).append(case_id)
    offers: list[tuple[Handover, Post, str]] = []
    for state in (rules.COMPLETED, *rules.PENDING, rules.ACCEPTED, rules.DECLINED, rules.WITHDRAWN, "closed"):
        cases = chosen.get(state, []) if state != "closed" else chosen.get(state, [])[::2]
        offers += [(*histories.handover(case_id, drafts[case_id], state), state) for case_id in cases]
    consents.write(rng, histories.places, offers, on)
    Handover.objects.bulk_create([handover for handover, *_rest in offers], batch_size=2000)
    accepted = (offer for offer in offers if offer[2] in (rules.COMPLETED, rules.ACCEPTED, "closed"))
    accept(accepted, histories.contact_at)
    _answer([o for o in offers if o[2] in (rules.ASKED, rules.DECLINED, rules.WITHDRAWN)], on)
    _tell(offers)
    past = [made for case_id, draft in drafts.items() if (made := histories.past_livelihood(case_id, draft))]
    PastLivelihood.objects.bulk_create((spell for spell, _since in past), batch_size=2000)
    update_many("cases_case", ("livelihood_since",), [(since, spell.case_id) for spell, since in past])
    eventful = {case_id for cases in chosen.values() for case_id in cases}
    over = {*chosen.get("closed", []), *chosen.get(rules.ACCEPTED, [])}
    _meet(histories, drafts, drafts.keys() - eventful, over, {spell.case_id: since for spell, since in past})
    _end(chosen.get("closed", []), rng, on)
    _pause({case_id: drafts[case_id] for case_id in chosen.get("paused", [])}, rng, on)
    return {"handovers": len(offers), "closed": len(chosen.get("closed", []))}
