"""Actions, which alone write, and reads past the wall.

An action names who may take it: a rule that is asked before anything else, in the action's own transaction, and that
refuses by raising NotAllowed. A rule asks for those of the action's arguments that it names. An action is carried out
whole, again if it must be (`whole`).
"""

from collections.abc import Callable, Iterator
from functools import wraps
from inspect import Signature, signature
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from handslag.foundation.failures import overlapped
from handslag.foundation.wall import lifted

P = ParamSpec("P")
R = TypeVar("R")
Rule = Callable[..., object]
TIMES = 3
"""How often one whole transaction is tried where others came between."""


def whole(function: Callable[P, R]) -> Callable[P, R]:
    """Makes a function one transaction, tried again from its beginning where the database gave way to another one.

    Within another transaction it is tried once: all of that is lost, and it is tried again where it began. So is what
    was given an iterator, which can be gone through once.
    """

    @wraps(function)
    def carried_out(*args: P.args, **kwargs: P.kwargs) -> R:
        times = 1 if any(isinstance(given, Iterator) for given in (*args, *kwargs.values())) else TIMES
        while True:
            times -= 1
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if not times or connection.in_atomic_block or not overlapped(error):
                    raise

    return carried_out


def action(may: Rule) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Makes a function an action that `may` allows: one transaction, past the wall, refused before it begins.

    Raises TypeError where the rule asks for something that the action is not given.
    """
    asked = tuple(signature(may).parameters)

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        shape = signature(function)
        if unknown := set(asked) - set(shape.parameters):
            raise TypeError(f"{function.__name__} is not given {', '.join(sorted(unknown))}, which its rule asks for")

        @whole
        def allowed(*args: P.args, **kwargs: P.kwargs) -> R:
            may(**_named(shape, asked, args, kwargs))
            return function(*args, **kwargs)

        @wraps(function)
        def acting(*args: P.args, **kwargs: P.kwargs) -> R:
            with lifted():
                return allowed(*args, **kwargs)

        acting.may = may  # type: ignore[attr-defined]  # a function can carry more than its type says
        return acting

    return mark


def _named(shape: Signature, names: tuple[str, ...], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    if not names:
        return {}
    given = shape.bind(*args, **kwargs)
    given.apply_defaults()
    return {name: given.arguments[name] for name in names}


def by_itself() -> None:
    """The rule of what the product does by itself, for nobody: counting, journalling, going the watch's round."""


def reading(function: Callable[P, R]) -> Callable[P, R]:
    """Makes a function a read past the wall: of the person's own, for the person, or of all, for the operator."""

    @wraps(function)
    def read(*args: P.args, **kwargs: P.kwargs) -> R:
        with lifted():
            return function(*args, **kwargs)

    return read
