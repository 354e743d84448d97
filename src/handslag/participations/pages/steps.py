"""What can be done with a participation, step by step: the form, what it does, and what is said."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from handslag.foundation import clock
from handslag.participations import actions, rules
from handslag.participations.models import Participation
from handslag.participations.pages import forms
from handslag.parties.viewer import Request
from handslag.referrals.rules import MEASURE, REFERRER
from handslag.ui.forms import Form


@dataclass(frozen=True)
class Step:
    """How a step is taken on its page, and by which side."""

    heading: str
    done: str
    side: str
    form: Callable[[Request], Form]
    act: Callable[[Request, Participation, dict], object]
    told: str = ""
    press: str = ""
    """What its button says, where that is not the heading."""


def _today(form_class: type[Form], field: str) -> Callable[[Request], Form]:
    return lambda request: form_class(request.POST or None, initial={field: clock.today()})


def _sure(request: Request) -> Form:
    return forms.SureForm(request.POST if request.method == "POST" else None)


def _end(request: Request, participation: Participation, d: dict) -> object:
    after = actions.After(
        d["ended_on"], d["end_reason"], d["outcome"], d["livelihood_after"], d["occupation_after"], d["next_step"]
    )
    return actions.end_participation(request.viewer, participation.pk, after)


def _follow_up(request: Request, participation: Participation, d: dict) -> object:
    made = participation.follow_ups.values_list("months", flat=True)
    months = rules.follow_up_due(participation.ended_on, participation.end_reason, set(made), clock.today())
    told = actions.Told(months or 0, d["is_reached"] == "yes", d["livelihood"], d["occupation"])
    return actions.follow_up(request.viewer, participation.pk, told)


def steps() -> dict[str, Step]:
    """Every step by its verb, in the order of its buttons."""
    return {
        "attendance": Step(
            _("Note attendance"), _("It is noted."), MEASURE, _today(forms.AttendanceForm, "day"),
            lambda r, p, d: actions.note_attendance(r.viewer, p.pk, d["day"], came=d["came"] == "yes")),
        "interrupt": Step(
            _("Away for a time"), _("It is noted. The place is kept."), MEASURE, _today(forms.AwayForm, "from_on"),
            lambda r, p, d: actions.interrupt(r.viewer, p.pk, d["from_on"], d["reason"]), press=_("Note it")),
        "resume": Step(
            _("Back again"), _("It is noted."), MEASURE, _today(forms.BackForm, "until_on"),
            lambda r, p, d: actions.come_back(r.viewer, p.pk, d["until_on"]), press=_("Note it")),
        "end": Step(
            _("End the participation"), _("It is ended. The place is free, and who holds the person is told."), MEASURE,
            _today(forms.EndForm, "ended_on"), _end,
            _("Who holds the person takes it in hand; until then it climbs.")),
        "mis-register": Step(
            _("Registered by mistake"), _("It is noted. It counts in no statistics."), MEASURE, _sure,
            lambda r, p, d: actions.mis_register(r.viewer, p.pk),
            _("For a participation that never was. It leaves all statistics and stays in the journal.")),
        "see": Step(
            _("Take the end in hand"), _("The end is taken in hand."), REFERRER, _sure,
            lambda r, p, d: actions.see_end(r.viewer, p.pk),
            _("You have decided the way forward with the person. The end climbs no more.")),
        "follow-up": Step(
            _("Note how it went"), _("It is noted."), REFERRER, lambda r: forms.FollowUpForm(r.POST or None),
            _follow_up, _("Ask the person. When nobody answers, note that.")),
    }  # fmt: skip


def verbs(participation: Participation, state: str, *, is_due: bool) -> list[str]:
    """The steps that can be taken in a state, whoever takes them."""
    if state == rules.MIS_REGISTERED:
        return []
    if state != rules.OVER:
        return ["attendance", "resume" if state == rules.INTERRUPTED else "interrupt", "end", "mis-register"]
    see = ["see"] if participation.seen_at is None else []
    return [*see, *(["follow-up"] if is_due else []), "mis-register"]
