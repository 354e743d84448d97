"""Taking part in a measure: the staff's lists, the start, each participation and its steps."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from handslag.cases.pages.bases import basis_lines
from handslag.cases.pages.rows import person_name
from handslag.foundation import clock
from handslag.measures.models import Measure
from handslag.participations import actions, anonymous, queries, rules
from handslag.participations.models import Participation
from handslag.participations.pages import forms
from handslag.participations.pages.facts import away_told, facts, followed
from handslag.participations.pages.rows import participation_row, participation_table, start_table
from handslag.participations.pages.steps import steps, verbs
from handslag.parties.models import Unit
from handslag.parties.rules import CASE_ROLES, HOLDING_ROLES, LEAD
from handslag.parties.viewer import Request
from handslag.plans.pages.rows import step_row
from handslag.referrals import rules as referrals
from handslag.referrals.queries import visible_referral
from handslag.referrals.seeing import is_for_staff, seen
from handslag.referrals.staff import STAFF, served_units
from handslag.referrals.steps import acting_post
from handslag.ui.access import page
from handslag.ui.submission import carried_out, tried

READERS, STEPPERS = (*CASE_ROLES, STAFF), (*HOLDING_ROLES, STAFF)


@page(STAFF)
def inbox(request: Request) -> HttpResponse:
    """Who takes part in the measures that the viewer works for: to start, there, and lately gone."""
    viewer = request.viewer
    lists = [
        (_("To start"), start_table(viewer, queries.to_start_at(viewer))),
        (_("Takes part"), participation_table(viewer, queries.taking_part_at(viewer))),
        (_("Has left of late"), participation_table(viewer, queries.lately_ended_at(viewer))),
    ]
    return render(request, "participations/inbox.html", {"lists": lists, "anonymous": queries.anonymous_at(viewer)})


@page(STAFF, LEAD)
def start(request: Request, referral_id: UUID) -> HttpResponse:
    """Notes that somebody with a place has started; what the case knows is proposed."""
    referral = visible_referral(request.viewer, referral_id)
    if referral is None or acting_post(request.viewer, referral, referrals.MEASURE) is None:
        raise Http404
    (found,) = seen(request.viewer, [referral])
    earlier = Participation.objects.filter(pk__in=[one.pk for one in queries.earlier_of(referral.case_id)])
    form = forms.StartForm(
        request.POST or None, earlier=earlier.select_related("referral__measure"), initial=_proposed(found)
    )
    made: list[Participation] = []

    def act(data: dict) -> None:
        made.append(actions.start_participation(request.viewer, referral.pk, actions.Before(**data)))

    if carried_out(request, form, act, _("The person takes part in the measure.")):
        return redirect("participation", made[0].public_id)
    context = {
        "form": form,
        "name": person_name(found.case),
        "measure": referral.measure,
        "reference": referral.case.reference,
    }
    return render(request, "participations/start.html", context)


def _proposed(found) -> dict:
    """What the case knows and a basis shows, to begin with."""
    referral, case = found.referral, found.case
    groups = (case.value("target_groups") or "").split(";")
    day = min(referral.starts_on or clock.today(), clock.today())
    return {"started_on": day, "target_group": groups[0], "livelihood": case.value("livelihood") or ""}


def _visible(request: Request, participation_id: UUID) -> Participation:
    found = queries.visible_participation(request.viewer, participation_id)
    if found is None:
        raise Http404
    return found


def _context(request: Request, participation: Participation) -> dict:
    viewer, referral = request.viewer, participation.referral
    (found,) = seen(viewer, [referral])
    sides = [s for s in (referrals.REFERRER, referrals.MEASURE) if acting_post(viewer, referral, s)]
    made = queries.followed_up(participation)
    known_already = {one.months for one in made}
    months = rules.follow_up_due(participation.ended_on, participation.end_reason, known_already, clock.today())
    state, known = queries.states_of([participation])[participation.pk], steps()
    open_now = [verb for verb in verbs(participation, state, is_due=months is not None) if known[verb].side in sides]
    return {
        "participation": participation,
        "row": participation_row(participation, found, state),
        "seen": found,
        "holder": referral.case.holder,
        "reaches_case": not is_for_staff(viewer, referral),
        "bases": basis_lines(found.case),
        "steps": [(verb, known[verb].heading) for verb in open_now],
        "verbs": open_now,
        "made": followed(found.case, made),
    }


@page(*READERS)
def show(request: Request, participation_id: UUID) -> HttpResponse:
    """A participation as the measure's staff and who holds the person see it."""
    participation = _visible(request, participation_id)
    context = _context(request, participation)
    case = context["seen"].case
    plan = queries.plan_seen(case)
    context |= {
        "facts": facts(participation, case),
        "away": [away_told(case, one) for one in queries.away_of(participation) if case.sees("from_on", one)],
        "attended": [one for one in queries.attended(participation) if case.sees("came", one)],
        "goal": plan.words.goal if plan and plan.words else "",
        "plan_steps": [step_row(step) for step in plan.open_steps] if plan else [],
    }
    return render(request, "participations/participation.html", context)


@page(*STEPPERS)
def step(request: Request, participation_id: UUID, verb: str) -> HttpResponse:
    """Takes one step."""
    participation = _visible(request, participation_id)
    context, taken = _context(request, participation), steps().get(verb)
    if taken is None:
        raise Http404
    form = taken.form(request)
    if carried_out(request, form, lambda data: taken.act(request, participation, data), taken.done):
        return redirect("participation", participation_id)
    return render(request, "participations/step.html", {**context, "form": form, "step": taken})


@page(STAFF)
def note_anonymous(request: Request) -> HttpResponse:
    """Notes a participant without a name."""
    units = Unit.objects.filter(pk__in=served_units(request.viewer)).select_related("party")
    parties = units.values("party")
    today = clock.today()
    measures = Measure.objects.filter(is_listed=True, direction="individual", carriers__party__in=parties)
    form = forms.AnonymousForm(
        request.POST or None,
        units=units,
        measures=measures.exclude(ends_on__lt=today).distinct().order_by("name"),
        initial={"start_year": today.year, "unit": units[0].public_id if len(units) == 1 else None},
    )

    def act(data: dict) -> None:
        anonymous.note_anonymous(request.viewer, data["unit"].pk, data["measure"].pk, data["sex"], data["start_year"])

    if carried_out(request, form, act, _("It is noted. Nothing else is kept.")):
        return redirect("participations")
    return render(request, "participations/anonymous.html", {"form": form})


@page(STAFF)
@require_POST
def anonymous_left(request: Request, anonymous_id: UUID) -> HttpResponse:
    """Notes that a participant without a name has left."""
    shown = {one.public_id: one for one in queries.anonymous_at(request.viewer)}
    noted = shown.get(anonymous_id)
    if noted is None:
        raise Http404
    tried(request, lambda: anonymous.note_anonymous_left(request.viewer, noted.pk), _("The place is free."))
    return redirect("participations")
