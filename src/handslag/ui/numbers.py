"""Numbers out of what a browser sends."""

DIGITS = 18
"""As many as a database's whole number surely holds."""


def number(text: str | None) -> int | None:
    """The number that plain digits write; None for anything else, or for more digits than a database holds."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= DIGITS else None
