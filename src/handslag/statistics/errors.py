"""What goes wrong because of what was given."""


class BadInput(Exception):
    """Input that cannot be used; the message says where and how to mend it. Nothing was written."""


class Unsound(BadInput):
    """Microdata that are not as the schema says; the message holds values of theirs."""


class Unsafe(BadInput):
    """Tables that cannot be made safe (any more); the message names the cell, which tells that it is small."""


class Nothing(BadInput):
    """Microdata that have nothing for the year."""
