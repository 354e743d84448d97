"""Taking a protected person's names and number out of running text, when the protection begins and ever after.

Nobody's name is kept for it: only keyed fingerprints of the words and digits, as of the number that is barred.
"""

import re
from collections.abc import Iterable, Iterator, Set
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.db.models.signals import pre_save

from handslag.foundation import keys
from handslag.foundation.rooms import Record, records
from handslag.persons.models import Identity

HIDDEN = "▒▒▒"
DATE, WITH_CENTURY = 6, 12
LENGTHS = (WITH_CENTURY, 10, 8, DATE)
"""How many digits an identity number or a day of birth is written with."""
WORD = re.compile(r"[^\W\d_]+")
DIGITS = re.compile(r"\d(?:[^\w]{0,3}\d)*")


def _fingerprint(text: str) -> str:
    return keys.blind(f"concealed\x1f{text}")


def fingerprints(identity: Identity) -> str:
    """Of every word and digit by which the person could be named, however they are put together."""
    number, given, family = identity.number, identity.given_name.casefold(), identity.family_name.casefold()
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


def _written_about() -> Iterator[tuple[type[Model], Record, list[str]]]:
    for record in records().values():
        prose = [name for name, column in record.columns.items() if column.is_prose and not column.is_sealed]
        if record.about and prose:
            yield apps.get_model(record.model), record, prose


def _conceal_row(row: Model, about: str, prose: Iterable[str]) -> None:
    if hidden := attrgetter(about)(row).hidden_words:
        for name in prose:
            text = conceal(getattr(row, name) or "", hidden)
            setattr(row, name, text[: getattr(row._meta.get_field(name), "max_length", None)])


def always() -> None:
    """Has whatever is written about a protected person concealed before it is stored, in every room."""
    for model, record, prose in _written_about():

        def before_saving(instance: Any, about: str = record.about, names: list[str] = prose, **_: object) -> None:
            _conceal_row(instance, about, names)

        pre_save.connect(before_saving, sender=model, weak=False, dispatch_uid=f"handslag.conceal.{record.model}")
