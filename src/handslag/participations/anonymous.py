"""Participants of whom only sex and the year of the start are kept (protected identity, or no consent)."""

from django.utils.translation import gettext as _

from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.journal.actions import record
from handslag.measures.models import Measure
from handslag.measures.queries import free_places
from handslag.measures.rules import INDIVIDUAL
from handslag.participations.models import Anonymous
from handslag.parties.models import Unit
from handslag.parties.viewer import Viewer
from handslag.reference import codes
from handslag.referrals.staff import staff_post, units_of


def may_note(actor: Viewer, unit_id: int) -> None:
    """Who works for measures at the unit, or leads it."""
    if staff_post(actor, unit_id) is None:
        raise NotAllowed(_("Only who works for the measure notes who takes part."))


def may_change(actor: Viewer, anonymous_id: int) -> None:
    """Who works for measures at the unit that noted it."""
    found = Anonymous.objects.filter(pk=anonymous_id).values_list("unit_id", flat=True).first()
    may_note(actor, found or 0)


@action(may_note)
def note_anonymous(actor: Viewer, unit_id: int, measure_id: int, sex: str, start_year: int) -> Anonymous:
    """Notes a participant without a name, who takes a place. Raises Refused where none is free, for another unit's
    measure, and for a year that is not this one or one of the three before."""
    measure = Measure.objects.select_for_update(no_key=True).filter(pk=measure_id).first()
    if measure is None or measure.direction != INDIVIDUAL or not units_of(measure).filter(pk=unit_id).exists():
        raise Refused(_("Choose a measure that your unit works for."), "measure")
    codes.require("sex", sex, "sex")
    last = clock.today().year
    first = min(max(last - 3, measure.starts_on.year), last)
    if not first <= start_year <= last:
        raise Refused(_("Choose a year from {first} to {last}.").format(first=first, last=last), "start_year")
    if not free_places([measure])[measure.pk]:
        raise Refused(_("No place is free."), "measure")
    noted = Anonymous.objects.create(measure=measure, unit=Unit.objects.get(pk=unit_id), sex=sex, start_year=start_year)
    record(actor.label, "anonymous_noted", "measure", measure.pk, start_year=start_year)
    return noted


@action(may_change)
def note_anonymous_left(actor: Viewer, anonymous_id: int) -> Anonymous:
    """Notes that a participant without a name has left: the place is free. No day is kept."""
    noted = Anonymous.objects.select_for_update().get(pk=anonymous_id)
    if noted.has_left:
        raise Overtaken(_("It is noted already that the participant has left."))
    noted.has_left = True
    noted.save()
    record(actor.label, "anonymous_left", "measure", noted.measure_id)
    return noted
