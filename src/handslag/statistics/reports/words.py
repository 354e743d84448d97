"""Words and numbers in the reader's language (`words.toml`)."""

import tomllib
from functools import cache
from pathlib import Path

from handslag.statistics.codes import labels
from handslag.statistics.counting.cubes import TOTAL
from handslag.statistics.definitions.catalogue import definitions

WORDS = Path(__file__).with_name("words.toml")
LANGUAGES = ("sv", "en")
LISTS = {
    "benefit": ("livelihood",),
    "direction": ("rehabilitation_direction", "measure_direction"),
    "place": ("county", "municipality"),
}


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def word(key: str, language: str, **values: object) -> str:
    """A word or sentence, with its values filled in."""
    return _words()[language][key].format(**values)


def number(value: float, language: str, decimals: int = 0) -> str:
    """A number as it is written: 8 662 and 54,1 in Swedish, 8,662 and 54.1 in English."""
    text = f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")
    return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",") if language == "sv" else text


def dimension_label(name: str, language: str) -> str:
    """What a dimension is called; an outcome is called by its definition's name, `place:county` by its level."""
    place, _sign, level = name.partition(":")
    if place == "place":
        return word(level or "place_all", language)
    named = {d.indicator: d.name[language] for d in definitions()}
    return named.get(name) or word(name, language)


def code_label(dimension: str, code: str, language: str) -> str:
    """What a code is called; a place with several associations by both names."""
    if code == TOTAL:
        return word("total", language)
    if code in ("yes", "no", "unknown"):
        return word(f"{dimension}_{code}" if dimension == "identified" else code, language)
    municipality, _sign, association = code.partition("|")
    for name in LISTS.get(dimension, (dimension,)):
        if dimension != "age_group" and municipality in labels(name):
            label = labels(name)[municipality][language]
            return f"{label}, {association}" if association else label
    return code.replace("-", "–")
