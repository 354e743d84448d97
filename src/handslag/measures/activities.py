"""What structural measures did: activities, and how many people at work they reached."""

from datetime import date

from django.utils.translation import gettext as _

from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.dating import require_day
from handslag.foundation.errors import Overtaken, Refused
from handslag.journal.actions import record
from handslag.measures import may, rules
from handslag.measures.models import Activity, Measure
from handslag.parties.viewer import Viewer
from handslag.reference import codes


@action(may.note)
def note_activity(actor: Viewer, measure_id: int, kind: str, day: date, hours: int, reached: int) -> Activity:
    """Notes what a structural measure did on a day, for how many hours, and how many people at work it reached.

    Raises Refused, with the field, for an individual measure, a day ahead or before the measure began, an unknown kind,
    and numbers out of bounds.
    """
    measure = Measure.objects.get(pk=measure_id)
    if measure.direction != rules.STRUCTURAL:
        raise Refused(_("Only a structural measure has activities."))
    codes.require("activity_kind", kind, "kind")
    require_day(day, rules.HELD, "day", leads=True)
    if day < measure.starts_on:
        raise Refused(
            _("The measure began {day}. Choose that day or a later one.").format(day=measure.starts_on), "day"
        )
    for name, number, most in (("hours", hours, rules.LONGEST), ("reached", reached, rules.MOST)):
        if not 1 <= number <= most:
            raise Refused(_("Write a number from 1 to {most}.").format(most=most), name)
    by = may.noter(actor, measure) or may.voucher(actor, measure.association_id)
    told = {"kind": kind, "day": day, "hours": hours, "reached": reached}
    noted = Activity.objects.create(measure=measure, by=by, noted_at=clock.now(), **told)
    record(actor.label, "activity_noted", "measure", measure.pk, kind=kind, day=day.isoformat(), reached=reached)
    return noted


@action(may.strike)
def strike_activity(actor: Viewer, activity_id: int) -> Activity:
    """Strikes an activity that was noted by mistake: it counts no more. Raises Overtaken where it is struck already."""
    noted = Activity.objects.select_for_update().get(pk=activity_id)
    if noted.is_struck:
        raise Overtaken(_("It is struck already."))
    noted.is_struck = True
    noted.save(update_fields=["is_struck"])
    record(actor.label, "activity_struck", "measure", noted.measure_id, day=noted.day.isoformat())
    return noted
