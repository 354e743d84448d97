"""The code lists, as data that this room reads for itself: code, label_sv, label_en, source."""

import csv
from functools import cache
from pathlib import Path

LISTS = Path(__file__).parents[1] / "reference" / "data"


@cache
def labels(name: str) -> dict[str, dict[str, str]]:
    """The list's codes in its own order, each with its label by language (`sv`, `en`)."""
    with (LISTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: {"sv": row["label_sv"], "en": row["label_en"]} for row in csv.DictReader(file)}
