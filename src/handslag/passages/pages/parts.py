"""The clock on the case page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from handslag.cases.pages.page import Button, CasePage
from handslag.foundation.clock import day_of
from handslag.meetings.rules import TRANSITION
from handslag.passages import rules
from handslag.passages.queries import Clock, shown_clock
from handslag.passages.wording import stage_label
from handslag.reference import codes
from handslag.ui.dates import end_tone, iso, minute, when


def clock_on(page: CasePage) -> Clock | None:
    """The clock of the page's case, as far as its viewer may see it."""
    return page.once("clock", lambda page: shown_clock(page.visible) if page.case.is_open else None)


def _facts(page: CasePage, found: Clock) -> Iterator[tuple[str, str]]:
    """What was noted, in the order in which it happens; only what the viewer may see."""
    if found.passage:
        yield _("Why it ends"), codes.label("passage_cause", found.passage.cause)
        if found.passage.communicated_on:
            yield _("Sent for reply"), iso(found.passage.communicated_on)
            yield _("Last day to reply"), iso(found.passage.reply_by)
    if found.job and page.visible.sees("has_job", found.job):
        yield _("Job to go back to"), _("yes") if found.job.has_job else _("no")
    offer = found.offer
    if offer and page.visible.sees("offered_on", offer):
        unit = f" ({offer.with_unit})" if offer.with_unit else ""
        yield _("Offered"), f"{offer.offered_on}, {offer.by.user}{unit}"
        answers = {"": _("waiting for the person"), rules.ACCEPTED: _("accepted"), rules.DECLINED: _("declined")}
        yield _("Answer"), f"{answers[offer.answer]} {iso(offer.answered_on)}".strip()
    if found.booked and page.visible.sees("at", found.booked):
        yield _("Booked"), minute(found.booked.at)
    if found.held and page.visible.sees("at", found.held):
        days = _("{n} days before the end").format(n=found.held_days_before)
        yield _("Held"), f"{day_of(found.held.at)}, {days}"


def clock_part(page: CasePage) -> dict | None:
    """The clock, where a benefit is about to end or was noted to."""
    found = clock_on(page)
    if found is None:
        return None
    return {
        "benefit": codes.label("livelihood", found.benefit),
        "ends": found.ends_on.isoformat(),
        "ends_in": when(found.ends_on, page.today),
        "tone": end_tone(found.ends_on, page.today, rules.WITHIN),
        "stage": stage_label(found.stage),
        "facts": list(_facts(page, found)),
    }


def buttons(page: CasePage) -> Iterator[Button]:
    """What comes next in the passage, and noting that a benefit ends."""
    if not page.visible.sees("livelihood"):
        return

    def to(verb: str) -> str:
        return reverse("passage-step", args=[page.case.public_id, verb])

    found = clock_on(page)
    if found and found.stage in (rules.TO_OFFER, rules.REFUSED_BY_PERSON):
        yield Button(_("Offer a transition meeting"), to("offer"), is_primary=found.stage == rules.TO_OFFER)
    if found and found.stage == rules.OFFERED:
        yield Button(_("Note the person's answer"), to("answer"), is_primary=True)
    if found and found.stage == rules.TO_BOOK:
        book = reverse("book-meeting", args=[page.case.public_id]) + f"?kind={TRANSITION}"
        yield Button(_("Book the transition meeting"), book, is_primary=True)
    if found:
        yield Button(_("Job to go back to?"), to("job"))
    if found or page.case.livelihood in rules.BENEFITS:
        yield Button(_("Note how the benefit ends"), to("ending"))
