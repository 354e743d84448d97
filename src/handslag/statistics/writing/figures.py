"""Every figure of a report as JSON, for machines: cells with a status, shares with their intervals, and sentences."""

from collections.abc import Iterator

from handslag.statistics.reports.figures import Figures
from handslag.statistics.reports.intervals import share
from handslag.statistics.reports.presenting import present
from handslag.statistics.reports.published import about, beside
from handslag.statistics.reports.words import LANGUAGES
from handslag.statistics.safety.tables import PUBLISHED, STATUS, SUPPRESSED, Cell
from handslag.statistics.writing.cubes import Box, boxes


def as_json(figures: Figures) -> dict[str, object]:
    """Every figure that may be shown, for machines: cells with a status, what is derived from them in sentences, and
    what was published before beside ours (a count, or a whole number of percent)."""
    return {
        "report": figures.spec.name,
        "year": figures.year,
        "sentences": {
            language: [s for section in present(figures, language, "").sections for s in section.sentences]
            for language in LANGUAGES
        },
        "published": [
            {
                "about": {language: about(row, cube, language) for language in LANGUAGES},
                "year": int(row["year"]),
                "unit": row["unit"],
                "published": float(row["value"]),
                "ours": ours,
                "source": {language: row[f"source_{language}"] for language in LANGUAGES},
            }
            for row, cube, ours in beside(figures)
        ],
        "tables": [
            {
                "name": box.name,
                "title": box.title,
                "unit": box.unit,
                "dimensions": box.dimensions,
                "cells": [_cell(box, key, count) for key, count in box.cells()],
                "shares": list(shares(figures, box)),
            }
            for box in boxes(figures, "en")
        ],
    }


def _cell(box: Box, key: Cell, count: int | None) -> dict[str, str | int | None]:
    status = SUPPRESSED if count is None else PUBLISHED
    return {**dict(zip(box.dimensions, key, strict=True)), "count": count, STATUS: status}


def shares(figures: Figures, box: Box) -> Iterator[dict[str, str | float]]:
    """The shares (0 to 1) of a table by an outcome that may be shown, each with its Wilson interval and base."""
    if {"yes", "no"} <= set(box.codes[-2]):
        for (*group, answer, year), yes in box.cells():
            no = box.counts.get((*group, "no", year), 0)
            if answer == "yes" and yes is not None and no is not None and yes + no >= figures.rules.least_base:
                one = share(yes, yes + no)
                where = dict(zip(box.dimensions[:-2], group, strict=True))
                yield {**where, "year": year, "base": yes + no, "share": one.value, "low": one.low, "high": one.high}
