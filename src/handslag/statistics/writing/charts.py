"""Charts as SVG, beside the tables that hold the same numbers: a bar for the year, a line where the year before was."""

from xml.etree import ElementTree as ET

from handslag.statistics.reports.publication import Grid
from handslag.statistics.reports.words import number, word

ROW, TOP, ROOM, AFTER = 26, 30, 260, 60
"""In pixels: a bar with what is around it, what stands above, the longest bar, and room for its number."""
LETTER, LONGEST = 6.9, 34
BAR, LINE, INK = "#0b6fa4", "#1b1b1b", "#2f2f2f"


def _text(parent: ET.Element, x: float, y: float, content: str, anchor: str = "start") -> None:
    style = {"x": f"{x:.1f}", "y": f"{y:.1f}", "fill": INK, "font-size": "13", "text-anchor": anchor}
    ET.SubElement(parent, "text", style).text = content


def _short(label: str) -> str:
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"


def chart(grid: Grid, year: int, language: str) -> str:
    """The grid's bars as an SVG that names itself to screen readers; empty where there is nothing to draw."""
    shown = [n for bar in grid.bars for n in (bar.now, bar.before) if n is not None]
    if not shown or max(shown) <= 0:
        return ""
    scale = ROOM / (100 if grid.bars_are_shares else max(shown))
    left = 16 + round(LETTER * max(len(_short(bar.label)) for bar in grid.bars))
    width, height = left + ROOM + AFTER, TOP + ROW * len(grid.bars) + 6
    size = {"width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}"}
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", **size})
    svg.set("font-family", "Inter, Libertinus Serif, sans-serif")
    ET.SubElement(svg, "title").text = word("chart_of", language, caption=grid.caption)
    _key(svg, left, year, any(bar.before is not None for bar in grid.bars))
    for place, bar in enumerate(grid.bars):
        y = TOP + place * ROW
        _text(svg, left - 10, y + 16, _short(bar.label), "end")
        end = float(left)
        if bar.now is not None:
            end = left + bar.now * scale
            box = {"x": str(left), "y": str(y + 3), "width": f"{bar.now * scale:.1f}", "height": str(ROW - 8)}
            ET.SubElement(svg, "rect", {"fill": BAR, **box})
        if bar.before is not None:
            x = f"{left + bar.before * scale:.1f}"
            line = {"x1": x, "x2": x, "y1": str(y), "y2": str(y + ROW - 2), "stroke": LINE, "stroke-width": "2"}
            ET.SubElement(svg, "line", line)
            end = max(end, float(x))
        _text(svg, end + 6, y + 16, _amount(bar.now, grid, language))
    return ET.tostring(svg, encoding="unicode")


def _amount(value: float | None, grid: Grid, language: str) -> str:
    if value is None:
        return ".."
    return f"{number(value, language, 0)} %" if grid.bars_are_shares else number(value, language)


def _key(svg: ET.Element, left: int, year: int, with_before: bool) -> None:
    ET.SubElement(svg, "rect", x=str(left), y="6", width="18", height="11", fill=BAR)
    _text(svg, left + 24, 16, str(year))
    if with_before:
        x = str(left + 80)
        ET.SubElement(svg, "line", {"x1": x, "x2": x, "y1": "4", "y2": "20", "stroke": LINE, "stroke-width": "2"})
        _text(svg, left + 88, 16, str(year - 1))
