"""A viewer steps behind the wall, and out again."""

from handslag.foundation import clock
from handslag.foundation.wall import enter, leave, step_past
from handslag.parties.viewer import Viewer

__all__ = ["enter_as", "leave", "step_past"]


def enter_as(viewer: Viewer) -> None:
    """From here on the connection sees what this viewer reaches, and nothing else (PostgreSQL)."""
    enter(viewer.user.pk if viewer.user else None, viewer.party_ids, clock.today())
