"""Booking a meeting, who is called, what came of it, and what was decided."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from handslag.cases.pages.changing import carried, changed, pressed
from handslag.cases.pages.rows import case_row
from handslag.cases.pages.views import reached
from handslag.cases.rules import may_act
from handslag.cases.visibility import CaseVisibility, visibility
from handslag.disclosure.queries import covers
from handslag.disclosure.rules import MEETINGS
from handslag.drafts.pages.desk import writing_page, written
from handslag.foundation import clock, days
from handslag.meetings import actions, calling, holding, queries, rules
from handslag.meetings.models import Meeting, Participant
from handslag.meetings.pages import forms
from handslag.meetings.pages.guests import guest_lines
from handslag.meetings.pages.rows import meeting_row, table_of
from handslag.parties.pages.fields import chosen_county, receiver_of
from handslag.parties.queries import holders_of_county, holding_posts
from handslag.parties.rules import CASE_ROLES, HOLDING_ROLES
from handslag.parties.viewer import OPENED, Request
from handslag.reference import codes
from handslag.ui.access import page
from handslag.ui.dates import iso, minute
from handslag.ui.forms import Form
from handslag.ui.paging import page_of


@page(*HOLDING_ROLES)
def book(request: Request, case_id: UUID) -> HttpResponse:
    """Books a meeting with the person."""
    case = reached(request, case_id)
    day = days.add_working_days(clock.today(), 5)
    kind = request.GET.get("kind", "")
    form = forms.BookForm(request.POST or None, initial={"at": f"{day}T10:00", "minutes": 60, "kind": kind})
    made: list[Meeting] = []

    def act(_data: dict) -> None:
        made.append(actions.book_meeting(request.viewer, case.pk, form.plan, form.time))

    at = written(request, case, "book-meeting", form, act, _("The meeting is booked. Call the others who come."))
    if at is None:
        return redirect("meeting", made[0].public_id) if made else redirect("case", case_id)
    return writing_page(request, case, form, at, _("Book a meeting"), _("Book the meeting"))


def _reached(request: Request, meeting_id: UUID) -> tuple[Meeting, CaseVisibility]:
    meeting = queries.visible_meeting(request.viewer, meeting_id)
    if meeting is None:
        raise Http404
    request.viewer.memo[OPENED] = meeting.case_id
    return meeting, visibility(request.viewer, meeting.case)


@dataclass(frozen=True)
class Step:
    """How a page lets the user do something with a meeting."""

    heading: str
    save: str
    done: str
    form: Callable[[Request, Meeting, CaseVisibility], Form]
    act: Callable[[Request, Meeting, Any], object]
    is_long: bool = False
    """Whether it is saved as a draft while it is written."""


def _move_form(request: Request, meeting: Meeting, visible: CaseVisibility) -> Form:
    present = {"minutes": meeting.minutes, "place": meeting.place, "link": meeting.link}
    return forms.MoveForm(request.POST or None, initial=present if visible.sees("at", meeting) else {})


def _invite_form(request: Request, meeting: Meeting, _visible: CaseVisibility) -> Form:
    county = chosen_county(request, meeting.case.holder.unit.county_code)
    return forms.InviteForm(request.POST or None, people=holders_of_county(county))


def _doers(meeting: Meeting) -> set[int]:
    """Who can be given something to do: the unit that is responsible, and called units that may be told."""
    subject, holder = meeting.case.person.subject, meeting.case.holder
    called = {guest.unit for guest in queries.participants(meeting) if guest.unit}
    units = {unit for unit in called if covers(subject, holder.party.pk, unit, MEETINGS)} | {holder.unit}
    return {post.pk for unit in units for post in holding_posts(unit)}


def _hold_form(request: Request, meeting: Meeting, visible: CaseVisibility) -> Form:
    return forms.HoldForm(
        request.POST or None,
        kind=visible.value("kind", meeting) or "",
        guests=[(line.id, line.who) for line in guest_lines(queries.participants(meeting), visible)],
        people=forms.people_of(_doers(meeting)),
        initial={"to_1": meeting.case.holder.public_id},
    )


def _hold(request: Request, meeting: Meeting, form: forms.HoldForm) -> None:
    guests = {str(guest.public_id): guest.pk for guest in queries.participants(meeting)}
    holding.hold_meeting(request.viewer, meeting.pk, form.outcome(guests))


def _steps() -> dict[str, Step]:
    return {
        "hold": Step(_("Note the meeting as held"), _("Save what came of it"),
                     _("The meeting is noted; the first decision is the next step."), _hold_form, _hold, is_long=True),
        "invite": Step(_("Call a unit or a colleague"), _("Call"), _("They are called."), _invite_form,
                       lambda r, m, f: calling.invite(r.viewer, m.pk, *receiver_of(f.cleaned_data["receiver"]))),
        "guest": Step(_("Call somebody from outside"), _("Call"), _("They are called."),
                      lambda r, _m, _v: forms.GuestForm(r.POST or None),
                      lambda r, m, f: calling.invite_guest(r.viewer, m.pk, f.guest)),
        "move": Step(_("Move the meeting"), _("Save the new time"), _("The meeting is moved."), _move_form,
                     lambda r, m, f: actions.move_meeting(r.viewer, m.pk, f.time, f.cleaned_data["reason"])),
        "call-off": Step(_("The meeting is not held"), _("Save"), _("It is noted that the meeting is not held."),
                         lambda r, _m, _v: forms.CallOffForm(r.POST or None),
                         lambda r, m, f: actions.call_off(r.viewer, m.pk, f.cleaned_data["reason"])),
    }  # fmt: skip


def _may_keep(request: Request, meeting: Meeting) -> bool:
    holder = meeting.case.holder
    return may_act(request.viewer, holder.pk, holder.unit_id)


def _open_steps(request: Request, meeting: Meeting) -> list[tuple[str, str]]:
    if meeting.state != rules.BOOKED or not _may_keep(request, meeting):
        return []
    wanted = {verb: step.heading for verb, step in _steps().items()}
    if meeting.at > clock.now():
        del wanted["hold"]
    return list(wanted.items())


def _told(meeting: Meeting, visible: CaseVisibility) -> dict[str, str]:
    """What of a meeting the viewer may read, and nothing else."""
    told = {name: visible.value(name, meeting) or "" for name in ("purpose", "agenda", "interpreter", "needs", "link")}
    told["notes"] = meeting.notes if meeting.ended_at and visible.sees("notes", meeting) else ""
    told["minutes"] = str(visible.value("minutes", meeting) or "")
    return told


@page(*CASE_ROLES)
def of_case(request: Request, case_id: UUID) -> HttpResponse:
    """All meetings of a case, latest first."""
    case, today = reached(request, case_id), clock.today()
    visible, found = visibility(request.viewer, case), page_of(queries.all_meetings(case), request)
    rows = table_of((meeting_row(meeting, visible, today) for meeting in found.rows), hides_person=True)
    return render(request, "meetings/all.html", {"case": case_row(visible, today), "table": rows, "page": found})


@page(*CASE_ROLES)
def show(request: Request, meeting_id: UUID) -> HttpResponse:
    """A meeting as the viewer may see it, with what the viewer may do."""
    meeting, visible = _reached(request, meeting_id)
    today = clock.today()
    steps = _open_steps(request, meeting)
    return render(
        request,
        "meetings/meeting.html",
        {
            "meeting": meeting,
            "case": case_row(visible, today),
            "row": meeting_row(meeting, visible, today),
            "told": _told(meeting, visible),
            "shows": visible.sees("at", meeting),
            "guests": guest_lines(queries.participants(meeting), visible),
            "items": [
                (codes.label("meeting_item", i.item), i.text, iso(i.day)) for i in queries.items(visible, meeting)
            ],
            "decisions": queries.decisions(visible, meeting),
            "past": [
                (minute(p.at), codes.label("meeting_change", p.reason)) for p in queries.past_times(visible, meeting)
            ],
            "steps": steps,
            "may_keep": bool(steps),
            "carried": carried(meeting.case),
        },
    )


@page(*HOLDING_ROLES)
def step(request: Request, meeting_id: UUID, verb: str) -> HttpResponse:
    """Does something with a meeting."""
    taken = _steps().get(verb)
    if not taken:
        raise Http404
    meeting, visible = _reached(request, meeting_id)
    if not _may_keep(request, meeting):
        raise Http404
    form = taken.form(request, meeting, visible)
    act = lambda _data: taken.act(request, meeting, form)  # noqa: E731
    if taken.is_long:
        at = written(request, meeting.case, f"{verb}-{meeting_id}", form, act, taken.done)
        if at is not None:
            return writing_page(request, meeting.case, form, at, taken.heading, taken.save)
        return redirect("meeting", meeting_id)
    if changed(request, meeting.case, form, act, taken.done):
        return redirect("meeting", meeting_id)
    today = clock.today()
    return render(
        request,
        "meetings/step.html",
        {
            "case": case_row(visible, today),
            "row": meeting_row(meeting, visible, today),
            "form": form,
            "step": taken,
            "counties": codes.choices("county") if verb == "invite" else [],
            "county": chosen_county(request, meeting.case.holder.unit.county_code),
        },
    )


@page(*HOLDING_ROLES)
@require_POST
def take_off(request: Request, participant_id: UUID) -> HttpResponse:
    """Takes somebody off a meeting."""
    guest = get_object_or_404(Participant.objects.select_related("meeting"), public_id=participant_id)
    meeting, _visible = _reached(request, guest.meeting.public_id)
    act, done = lambda: calling.uninvite(request.viewer, guest.pk), _("They are no longer called.")  # noqa: E731
    pressed(request, meeting.case, act, done)
    return redirect("meeting", meeting.public_id)


@page(*CASE_ROLES)
def decision(request: Request, decision_id: UUID) -> HttpResponse:
    """Something decided at a meeting; whoever was to do it notes that it is done."""
    found = queries.visible_decision(request.viewer, decision_id)
    if found is None:
        raise Http404
    made, visible = found
    form = forms.DoneForm(request.POST if request.method == "POST" else None)
    done = _("It is noted as done.")
    if changed(request, visible.case, form, lambda _data: holding.finish_decision(request.viewer, made.pk), done):
        return redirect("meeting", made.meeting.public_id)
    return render(
        request, "meetings/decision.html", {"case": case_row(visible, clock.today()), "decision": made, "form": form}
    )
