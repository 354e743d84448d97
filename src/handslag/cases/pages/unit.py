"""The team lead's unit: cases, load, and moving cases between colleagues."""

from collections.abc import Collection
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handslag.cases import actions as case_actions
from handslag.cases.models import Case
from handslag.cases.order import Stale, in_order, versions_of
from handslag.cases.pages.changing import done_since, version_told
from handslag.cases.pages.rows import CaseRow, case_rows, due_column, holder_column, person_column
from handslag.cases.queries import cases_of_unit, load_of_unit
from handslag.foundation import clock
from handslag.foundation.acting import whole
from handslag.foundation.errors import Refused
from handslag.foundation.ids import uuid_of
from handslag.parties import actions
from handslag.parties.models import Post, Unit
from handslag.parties.pages.fields import PostChoice
from handslag.parties.pages.views import led_unit
from handslag.parties.queries import absences_of_unit, holding_posts
from handslag.parties.rules import LEAD
from handslag.parties.viewer import Request, Viewer
from handslag.ui.access import page
from handslag.ui.forms import Form
from handslag.ui.paging import page_of
from handslag.ui.submission import carried_out
from handslag.ui.tables import Column, Table, plain, table, tick


class ReceiverForm(Form):
    """Who takes over."""

    to = PostChoice(label=gettext_lazy("Who takes over?"), queryset=Post.objects.none())

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people


@page(LEAD)
def unit(request: Request, unit_id: UUID) -> HttpResponse:
    """People and their load, who is away, and the first of the unit's cases."""
    led = led_unit(request, unit_id)
    load, away = load_of_unit(led), {a.post_id: a for a in absences_of_unit(led) if a.from_on <= clock.today()}
    people = [
        {
            "post": post,
            "name": str(post.user),
            "email": post.user.email,
            "is_lead": post.role == "lead",
            "away": away.get(post.pk),
            **load.get(post.pk, {"held": 0, "overdue": 0}),
        }
        for post in holding_posts(led)
    ]
    return render(
        request,
        "cases/unit.html",
        {
            "unit": led,
            "people": people,
            "absences": absences_of_unit(led),
            "most": max([1, *(counted["held"] for counted in load.values())]),
        },
    )


def _movable_table(viewer: Viewer, cases: list[Case], chosen: Collection[UUID]) -> Table:
    """Cases with a box to tick, which carries how far its case has come."""
    come = versions_of(case.pk for case in cases)
    versions = {case.public_id: come.get(case.pk, 0) for case in cases}

    def box(row: CaseRow) -> SafeString:
        label = _("Move {name}").format(name=row.name)
        return tick("case", f"{row.id}.{versions[row.id]}", label, is_ticked=row.id in chosen)

    columns = (
        Column(_("Move"), box),
        person_column(),
        Column(_("Next step"), lambda row: plain(row.step)),
        due_column(),
        holder_column(),
    )
    return table(columns, case_rows(viewer, cases))


def _chosen(request: Request) -> dict[UUID, int | None]:
    """The cases that were ticked, each with how far it had come when the page was made."""
    told = (value.partition(".") for value in request.POST.getlist("case"))
    return {named: version_told(version) for text, _dot, version in told if (named := uuid_of(text))}


def _move(request: Request, led: Unit, chosen: dict[UUID, int | None], to: Post) -> None:
    """Moves cases: sent twice they move once, and where one has changed meanwhile none does."""
    here = dict(cases_of_unit(led).filter(public_id__in=chosen).order_by().values_list("pk", "public_id"))
    versions = {number: chosen[public_id] for number, public_id in here.items()}
    act = lambda: case_actions.reassign(request.viewer, list(chosen), to)  # noqa: E731
    try:
        in_order(request.viewer, versions, request.POST.get("once"), act)
    except Stale as stale:
        told = done_since(request.viewer, stale.case_id, stale.since)
        case = Case.objects.get(pk=stale.case_id)
        raise Refused(" ".join((stale.message, f"{case.reference}:", *told))) from None


@page(LEAD)
def unit_cases(request: Request, unit_id: UUID) -> HttpResponse:
    """The unit's cases, of one person or all; moves the chosen ones to a colleague."""
    led = led_unit(request, unit_id)
    people = holding_posts(led)
    form = ReceiverForm(request.POST or None, people=people)
    chosen = _chosen(request)
    if request.method == "POST" and not chosen:
        messages.error(request, _("Choose at least one case to move."))
    elif carried_out(
        request,
        form,
        lambda d: _move(request, led, chosen, d["to"]),
        _("{count} cases moved.").format(count=len(chosen)),
    ):
        return redirect(request.get_full_path())
    form.carried = {"once": str(uuid4())}
    holder = uuid_of(request.GET.get("holder"))
    found = cases_of_unit(led)
    if holder:
        found = found.filter(holder__public_id=holder)
    shown = page_of(found, request, 50)
    return render(
        request,
        "cases/unit_cases.html",
        {
            "unit": led,
            "table": _movable_table(request.viewer, shown.rows, chosen),
            "page": shown,
            "form": form,
            "people": people,
            "holder": holder,
        },
    )


@page(LEAD)
def leave(request: Request, post_id: UUID) -> HttpResponse:
    """Moves everything that a person who leaves holds to a colleague, and ends the post: one screen."""
    post = get_object_or_404(
        Post.objects.select_related("user", "unit"), public_id=post_id, unit_id__in=request.viewer.led_unit_ids
    )
    if not post.is_active:
        messages.info(request, _("{name} has left already.").format(name=post.user))
        return redirect("unit", post.unit.public_id)
    form = ReceiverForm(request.POST or None, people=holding_posts(post.unit).exclude(pk=post.pk))

    @whole
    def act(data: dict) -> None:
        case_actions.move_everything(request.viewer, post, data["to"])
        actions.end_post(request.viewer, post)

    done = _("{name} has left; everything has moved.").format(name=post.user)
    if carried_out(request, form, act, done):
        return redirect("unit", post.unit.public_id)
    held = load_of_unit(post.unit).get(post.pk, {"held": 0})["held"]
    return render(
        request,
        "parties/form.html",
        {
            "unit": post.unit,
            "form": form,
            "heading": _("{name} leaves").format(name=post.user),
            "lead_text": _(
                "{name} holds {count} cases. They move to the colleague you choose, with their next steps, "
                "and the account is closed."
            ).format(name=post.user, count=held),
            "save": _("Move everything and end the post"),
        },
    )
