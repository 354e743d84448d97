"""The publication as a tagged PDF (PDF/UA-1) by Typst. Text goes in as data, never as markup."""

import json
from dataclasses import asdict
from pathlib import Path

import typst

from handslag.statistics.reports.publication import Grid, Publication
from handslag.statistics.writing.charts import chart

FOLDER = Path(__file__).parent
LONG, WIDE = 40, 6
"""Longer tables are in the spreadsheet; wider ones are split."""


def _grids(grid: Grid, publication: Publication) -> list[dict[str, object]]:
    """A grid as pages can hold it: at most six columns each, the chart with the first."""
    drawn = chart(grid, publication.year, publication.language)
    step = 3 if len(grid.columns) % 3 == 0 else 2
    step *= max(WIDE // step, 1)
    found: list[dict[str, object]] = []
    for start in range(0, len(grid.columns), step):
        rows = [[row.label, *(cell.text for cell in row.cells[start : start + step])] for row in grid.rows]
        heads = [grid.stub, *(column.name for column in grid.columns[start : start + step])]
        found.append({"caption": grid.caption, "heads": heads, "rows": rows, "chart": drawn if start == 0 else ""})
    return found


def pdf(publication: Publication) -> bytes:
    """The document. Tables of more than 40 rows are left to the spreadsheet."""
    content = asdict(publication)
    for section, given in zip(content["sections"], publication.sections, strict=True):
        short = [grid for grid in given.grids if len(grid.rows) <= LONG]
        section["grids"] = [part for grid in short for part in _grids(grid, publication)]
    return typst.compile(
        FOLDER / "report.typ",
        root=FOLDER,
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        timestamp=0,
    )
