"""Taking a protected person's names and number out of running text.

Nobody's name is kept for it: only keyed fingerprints of the words and digits, as of the number that is barred.
"""

import re
from collections.abc import Iterator, Set

from handslag.foundation import keys

HIDDEN = "▒▒▒"
DATE, WITH_CENTURY = 6, 12
LENGTHS = (WITH_CENTURY, 10, 8, DATE)
"""How many digits an identity number or a day of birth is written with."""
WORD = re.compile(r"[^\W\d_]+")
DIGITS = re.compile(r"\d(?:[^\w]{0,3}\d)*")


def _fingerprint(text: str) -> str:
    return keys.blind(f"concealed\x1f{text}")


def fingerprints(number: str, given_name: str, family_name: str) -> str:
    """Of every word and digit by which the person could be named, however they are put together."""
    given, family = given_name.casefold(), family_name.casefold()
    names = (given, family, *given.split(), *family.split())
    words = {word for name in names for word in (*WORD.findall(name), "".join(WORD.findall(name)))}
    digits = {number, number[2:], number[:8], number[2:8]}
    return " ".join(sorted(_fingerprint(text) for text in words | digits))


def _named(text: str, known: Set[str]) -> Iterator[tuple[int, int]]:
    """Where in a text the person is named."""
    for word in WORD.finditer(text):
        plain = word[0].casefold()
        if any(_fingerprint(form) in known for form in (plain, plain.removesuffix("s"))):
            yield word.span()
    for run in DIGITS.finditer(text):
        places = [run.start() + at for at, character in enumerate(run[0]) if character.isdigit()]
        for length in LENGTHS:
            for begin in range(len(places) - length + 1):
                taken = places[begin : begin + length]
                if _fingerprint("".join(text[at] for at in taken)) in known:
                    yield taken[0], taken[-1] + 1


def conceal(text: str, hidden_words: str) -> str:
    """A text without the names and numbers that these fingerprints are of."""
    known, told, reached = set(hidden_words.split()), "", 0
    for begin, end in sorted(_named(text, known)):
        if begin >= reached:
            told += text[reached:begin] + HIDDEN
        reached = max(reached, end)
    return told + text[reached:]
