"""What goes wrong because of what was given."""


class BadInput(Exception):
    """Input that cannot be used; the message says where and how to mend it. Nothing was written."""
