"""Being told how far a long task has come."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how many steps are done, and of how many."""


def quiet(what: str, done: int, of: int) -> None:
    """Tells nobody."""
