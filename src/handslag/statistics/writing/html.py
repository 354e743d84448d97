"""The publication as one accessible HTML page that needs nothing beside it."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from handslag.statistics.reports.publication import Grid, Publication
from handslag.statistics.writing.charts import chart

LONG = 40
"""Longer tables are folded."""


def html(publication: Publication) -> str:
    """The page."""
    loader = FileSystemLoader(Path(__file__).parent)
    page = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)

    def drawn(grid: Grid) -> str:
        return chart(grid, publication.year, publication.language)

    return page.get_template("report.html.jinja").render(report=publication, chart=drawn, long=LONG)
