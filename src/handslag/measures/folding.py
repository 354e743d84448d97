"""Words as they are looked for: without regard to capitals and marks above letters."""

import unicodedata


def fold(text: str) -> str:
    """A text in small letters without marks: `Björk` becomes `bjork`."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
