"""Participations in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from handslag.participations import rules


def state_label(state: str) -> str:
    """A participation's state in words."""
    return {
        rules.UNDER_WAY: _("Takes part"),
        rules.INTERRUPTED: _("Away for a time"),
        rules.OVER: _("Has left"),
        rules.MIS_REGISTERED: _("Registered by mistake"),
    }[state]


def steps_told(steps: int | None) -> str:
    """Steps forward (stegförflyttning) in words; empty where they are not known."""
    if steps is None:
        return ""
    if steps == 0:
        return _("no step: as far from work as before")
    if steps > 0:
        return ngettext("{n} step nearer to work", "{n} steps nearer to work", steps).format(n=steps)
    return ngettext("{n} step farther from work", "{n} steps farther from work", -steps).format(n=-steps)


def regained_told(regained: bool | None) -> str:
    """Whether work capacity was regained, in words; empty where it is not known."""
    return "" if regained is None else (_("yes") if regained else _("no"))
