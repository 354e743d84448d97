"""The catalogue: looking for a measure, reading it, keeping it, and what fits a person."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from handslag.cases.pages.rows import case_row
from handslag.cases.pages.views import reached
from handslag.cases.rules import may_act
from handslag.cases.visibility import visibility
from handslag.foundation import clock
from handslag.foundation.errors import Overtaken
from handslag.measures import actions, activities, may, queries, rules
from handslag.measures.models import Activity, Measure
from handslag.measures.pages.forms import ActivityForm, MeasureForm, SearchForm, present
from handslag.measures.pages.rows import activity_lines, groups_of, measure_table, near_label, places_label, runs_label
from handslag.measures.rules import READERS, SEE_FREE
from handslag.parties.rules import ASSOCIATION_ROLES, CASE_ROLES, HOLDING_ROLES, STAFF
from handslag.parties.viewer import Request
from handslag.reference import codes
from handslag.ui.access import page
from handslag.ui.paging import page_of
from handslag.ui.submission import carried_out, tried


@page(*READERS)
def catalogue(request: Request) -> HttpResponse:
    """What there is: measures by place, target group, direction and words, the nearest first."""
    viewer = request.viewer
    form, own = SearchForm(request.GET, sees_free=bool(viewer.roles & SEE_FREE)), list(queries.own_associations(viewer))
    near = queries.nearness_to(queries.place_of(viewer))
    found = page_of(queries.catalogue(form.wanted, near), request)
    context = {"form": form, "table": measure_table(viewer, found.rows, near), "page": found, "may_make": bool(own)}
    return render(request, "measures/catalogue.html", context)


def _found(measure_id: UUID) -> Measure:
    measure = queries.measure_of(measure_id)
    if measure is None:
        raise Http404
    return measure


def _activities(request: Request, measure: Measure) -> dict:
    """What a structural measure did, and whether the viewer notes it; nothing of an individual one."""
    if not rules.has_activities(measure.direction):
        return {}
    may_note = may.noter(request.viewer, measure) is not None
    return {"has_activities": True, "activities": activity_lines(measure), "may_note": may_note}


@page(*READERS)
def show(request: Request, measure_id: UUID) -> HttpResponse:
    """One measure."""
    measure = _found(measure_id)
    has_ended = bool(measure.ends_on and measure.ends_on < clock.today())
    may_refer = bool(measure.places and request.viewer.roles.intersection(HOLDING_ROLES)) and not has_ended
    context = {
        "measure": measure,
        "groups": groups_of(measure),
        "places": places_label(measure, queries.shown_free(request.viewer, [measure]).get(measure.pk)),
        "may_refer": may_refer,
        "runs": runs_label(measure),
        "has_ended": has_ended,
        "place": codes.label("municipality", measure.municipality_code),
        "direction": codes.label("measure_direction", measure.direction),
        "detail": codes.label("measure_detail", measure.detail),
        "follow_up": codes.label("follow_up_method", measure.follow_up),
        "languages": queries.labels("language", measure.languages),
        "parties": sorted(carrier.party.name for carrier in measure.carriers.all()),
        **_activities(request, measure),
        "may_change": may.kept_by(request.viewer, measure.association_id) is not None,
    }
    return render(request, "measures/measure.html", context)


@page(*ASSOCIATION_ROLES, STAFF)
def note_activity(request: Request, measure_id: UUID) -> HttpResponse:
    """Notes what a structural measure did."""
    measure = _found(measure_id)
    if not rules.has_activities(measure.direction) or may.noter(request.viewer, measure) is None:
        raise Http404
    form = ActivityForm(request.POST or None, initial={"day": clock.today()})

    def act(data: dict) -> None:
        activities.note_activity(request.viewer, measure.pk, **data)

    if carried_out(request, form, act, _("The activity is noted.")):
        return redirect("measure", measure_id)
    context = {"form": form, "heading": _("Note an activity"), "save": _("Save the activity"), "about": measure.name}
    return render(request, "measures/form.html", context | {"measure": measure})


@page(*ASSOCIATION_ROLES, STAFF)
@require_POST
def strike_activity(request: Request, activity_id: UUID) -> HttpResponse:
    """Strikes an activity that was noted by mistake."""
    noted = Activity.objects.select_related("measure").filter(public_id=activity_id).first()
    if noted is None or may.noter(request.viewer, noted.measure) is None:
        raise Http404
    tried(request, lambda: activities.strike_activity(request.viewer, noted.pk), _("The activity is struck."))
    return redirect("measure", noted.measure.public_id)


@page(*ASSOCIATION_ROLES)
def make(request: Request) -> HttpResponse:
    """Adds a measure to the catalogue of the officer's association."""
    association = queries.own_associations(request.viewer).first()
    if association is None:
        raise Http404
    members = queries.members_of(association)
    form = MeasureForm(request.POST or None, members=members, is_new=True, initial={"starts_on": clock.today()})
    made: list[Measure] = []

    def act(_data: dict) -> None:
        made.append(actions.make_measure(request.viewer, association.pk, form.locked, form.described))

    if carried_out(request, form, act, _("The measure stands in the catalogue.")):
        return redirect("measure", made[0].public_id)
    context = {"form": form, "heading": _("Add a measure"), "save": _("Save the measure"), "about": association.name}
    return render(request, "measures/form.html", context)


@page(*ASSOCIATION_ROLES)
def change(request: Request, measure_id: UUID) -> HttpResponse:
    """Tells a measure anew."""
    measure = _found(measure_id)
    if may.kept_by(request.viewer, measure.association_id) is None:
        raise Http404
    members = queries.members_of(measure.association)
    form = MeasureForm(request.POST or None, members=members, is_new=False, initial=present(measure))
    now = measure.changed_at.isoformat()
    form.carried = {"upon": request.POST.get("upon", now)}

    def act(_data: dict) -> None:
        if form.carried["upon"] != now:
            raise Overtaken(_("Somebody else has changed this measure meanwhile. See what it says now below."))
        actions.change_measure(request.viewer, measure.pk, measure.changed_at, form.described)

    if carried_out(request, form, act, _("The measure is changed.")):
        return redirect("measure", measure_id)
    is_overtaken = request.method == "POST" and form.carried["upon"] != now
    context = {"form": form, "heading": _("Change the measure"), "save": _("Save the measure"), "about": measure.name}
    return render(request, "measures/form.html", context | {"measure": measure, "is_overtaken": is_overtaken})


@page(*CASE_ROLES)
def for_case(request: Request, case_id: UUID) -> HttpResponse:
    """What there is for a person: the measures that fit, and why."""
    visible = visibility(request.viewer, reached(request, case_id))
    case, viewer = visible.case, request.viewer
    may_refer = case.is_worked_in and may_act(viewer, case.holder_id, case.holder.unit_id)
    groups, place = queries.groups_and_place(visible)
    near = queries.nearness_to(place)
    wanted = {code: codes.label("target_group", code) for code in groups}

    def why(measure: Measure) -> str:
        same = [wanted[group.target_group] for group in measure.groups.all() if group.target_group in wanted]
        return ", ".join([*same, near_label(near.of(measure))])

    def refer(measure: Measure) -> str:
        return reverse("refer", args=[case_id, measure.public_id])

    shown = page_of(queries.fitting(groups, near), request)
    context = {
        "case": case_row(visible, clock.today()),
        "table": measure_table(request.viewer, shown.rows, near, why, refer if may_refer else None),
        "page": shown,
        "groups": list(wanted.values()),
        "place": codes.label("municipality", place.municipality_code) if place.municipality_code else "",
    }
    return render(request, "measures/fitting.html", context)
