"""The team lead's unit: cases, load, absence, and moving cases between colleagues."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from handslag.cases import actions as case_actions
from handslag.cases.queries import cases_of_unit, load_of_unit
from handslag.foundation import clock
from handslag.parties import actions
from handslag.parties.models import Absence, Post, Unit
from handslag.parties.queries import absences_of_unit, holding_posts
from handslag.web import rows
from handslag.web.access import LEADS, page
from handslag.web.caseworker.forms import PostChoice
from handslag.web.doing import carried_out, tried
from handslag.web.forms import DayField, Form
from handslag.web.numbers import number
from handslag.web.paging import page_of


class AbsenceForm(Form):
    """Who is away, when, and who stands in."""

    post = PostChoice(label=gettext_lazy("Who is away?"), queryset=Post.objects.none())
    from_on = DayField(label=gettext_lazy("First day"))
    until_on = DayField(label=gettext_lazy("Last day, if known"), required=False)
    stand_in = PostChoice(
        label=gettext_lazy("Who stands in?"),
        queryset=Post.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody"),
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = self.fields["stand_in"].queryset = people


class ReceiverForm(Form):
    """Who takes over."""

    to = PostChoice(
        label=gettext_lazy("Who takes over?"), queryset=Post.objects.none(), empty_label=gettext_lazy("Choose")
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people


def _led(request: HttpRequest, unit_id: int) -> Unit:
    if unit_id not in request.viewer.led_unit_ids:
        raise Http404
    return get_object_or_404(Unit, pk=unit_id)


@page(*LEADS)
def unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    """People and their load, who is away, and the first of the unit's cases."""
    led = _led(request, unit_id)
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
        "lead/unit.html",
        {
            "unit": led,
            "people": people,
            "absences": absences_of_unit(led),
            "most": max([p["held"] for p in people] + [1]),
        },
    )


@page(*LEADS)
def unit_cases(request: HttpRequest, unit_id: int) -> HttpResponse:
    """The unit's cases, of one person or all; moves the chosen ones to a colleague."""
    led = _led(request, unit_id)
    people = holding_posts(led)
    form = ReceiverForm(request.POST or None, people=people)
    chosen = [case_id for value in request.POST.getlist("case") if (case_id := number(value))]
    if request.method == "POST" and not chosen:
        messages.error(request, _("Choose at least one case to move."))
    elif carried_out(
        request,
        form,
        lambda d: case_actions.reassign(request.viewer, chosen, d["to"]),
        _("{count} cases moved.").format(count=len(chosen)),
    ):
        return redirect(request.get_full_path())
    found, holder = cases_of_unit(led), number(request.GET.get("holder"))
    if holder:
        found = found.filter(holder_id=holder)
    shown = page_of(found, request, 50)
    return render(
        request,
        "lead/unit_cases.html",
        {
            "unit": led,
            "rows": rows.case_rows(request.viewer, shown.rows),
            "page": shown,
            "form": form,
            "people": people,
            "holder": holder,
            "chosen": set(chosen),
        },
    )


@page(*LEADS)
def absence(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Notes that somebody is away, with a stand-in."""
    led = _led(request, unit_id)
    form = AbsenceForm(request.POST or None, people=holding_posts(led), initial={"from_on": clock.today()})

    def act(data: dict) -> None:
        actions.register_absence(request.viewer, data["post"], data["from_on"], data["until_on"], data["stand_in"])

    if carried_out(request, form, act, _("The absence is noted.")):
        return redirect("unit", unit_id)
    return render(
        request,
        "lead/form.html",
        {"unit": led, "form": form, "heading": _("Note an absence"), "save": _("Save the absence")},
    )


@page(*LEADS)
@require_POST
def end_absence(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Ends an absence: the person is back today."""
    found = get_object_or_404(
        Absence.objects.select_related("post"), pk=absence_id, post__unit_id__in=request.viewer.led_unit_ids
    )
    tried(request, lambda: actions.end_absence(request.viewer, found), _("The absence is ended."))
    return redirect("unit", found.post.unit_id)


@page(*LEADS)
def leave(request: HttpRequest, post_id: int) -> HttpResponse:
    """Moves everything that a person who leaves holds to a colleague, and ends the post: one screen."""
    post = get_object_or_404(
        Post.objects.select_related("user", "unit"),
        pk=post_id,
        is_active=True,
        unit_id__in=request.viewer.led_unit_ids,
    )
    form = ReceiverForm(request.POST or None, people=holding_posts(post.unit).exclude(pk=post.pk))

    @transaction.atomic
    def act(data: dict) -> None:
        case_actions.move_everything(request.viewer, post, data["to"])
        actions.end_post(request.viewer, post)

    done = _("{name} has left; everything has moved.").format(name=post.user)
    if carried_out(request, form, act, done):
        return redirect("unit", post.unit_id)
    held = load_of_unit(post.unit).get(post.pk, {"held": 0})["held"]
    return render(
        request,
        "lead/form.html",
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
