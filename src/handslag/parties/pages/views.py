"""The team lead notes who is away, and who stands in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from handslag.foundation import clock
from handslag.foundation.ids import uuid_of
from handslag.parties import actions
from handslag.parties.models import Absence, Post, Unit
from handslag.parties.pages.fields import PostChoice
from handslag.parties.queries import holding_posts
from handslag.parties.rules import LEAD
from handslag.parties.viewer import Request
from handslag.ui.access import page
from handslag.ui.forms import DayField, Form
from handslag.ui.submission import carried_out, tried


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


def led_unit(request: Request, unit_id: UUID) -> Unit:
    """The unit, if the viewer leads it; else a page that says nothing is here."""
    return get_object_or_404(Unit, public_id=unit_id, pk__in=request.viewer.led_unit_ids)


@page(LEAD)
def absence(request: Request, unit_id: UUID) -> HttpResponse:
    """Notes that somebody is away, with a stand-in."""
    led = led_unit(request, unit_id)
    form = AbsenceForm(request.POST or None, people=holding_posts(led), initial={"from_on": clock.today()})

    def act(data: dict) -> None:
        actions.register_absence(request.viewer, data["post"], data["from_on"], data["until_on"], data["stand_in"])

    if carried_out(request, form, act, _("The absence is noted.")):
        return redirect("unit", unit_id)
    return render(
        request,
        "parties/form.html",
        {"unit": led, "form": form, "heading": _("Note an absence"), "save": _("Save the absence")},
    )


@page(LEAD)
@require_POST
def end_absence(request: Request, absence_id: UUID) -> HttpResponse:
    """Ends an absence: the person is back today."""
    led = Absence.objects.select_related("post__unit").filter(post__unit_id__in=request.viewer.led_unit_ids)
    found = led.filter(public_id=absence_id).first()
    if found is None:
        unit = led_unit(request, uuid_of(request.POST.get("unit")) or absence_id)
        messages.info(request, _("The absence has ended already."))
        return redirect("unit", unit.public_id)
    tried(request, lambda: actions.end_absence(request.viewer, found), _("The absence is ended."))
    return redirect("unit", found.post.unit.public_id)
