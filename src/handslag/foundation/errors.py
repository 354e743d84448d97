"""Refusals: what a user may not do, said in the user's language with the way to mend it."""


class Refused(Exception):
    """An action that was not carried out; nothing has changed.

    `message` is shown to the user and says how to mend it. `field` names the form field it belongs to, if any.
    """

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.field = field


class NotAllowed(Refused):
    """The actor lacks the right to do this."""


class TooMany(Refused):
    """The actor has tried this too often, and waits a while."""


class Overtaken(Refused):
    """Somebody else got there first: the thing is no longer in the state that the actor saw."""
