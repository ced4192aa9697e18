"""The chart of a class: totals in order, each with its 95 % interval. The table beside it says the same in numbers."""

from __future__ import annotations

from flask_babel import gettext
from matplotlib.axes import Axes

from survey.base.web import charts
from survey.base.web.charts import ChartTheme
from survey.score.service import ClassSheet, Line

#: height of a unit's line and of the frame, in inches
LINE_HEIGHT, FRAME_HEIGHT = 0.27, 0.95


def totals(group: ClassSheet, *, theme: str = "light") -> bytes:
    """An SVG of one class; units without a total are left out, those for reference are drawn hollow."""
    colours = charts.theme(theme)
    lines = [line for line in group.lines if line.total is not None][::-1]
    figure, axes = charts.sheet(FRAME_HEIGHT + LINE_HEIGHT * max(len(lines), 1))
    for position, line in enumerate(lines):
        _draw(axes, position, line, colours)
    axes.set_yticks(range(len(lines)), [_label(line) for line in lines])
    axes.set_ylim(-0.7, len(lines) - 0.3)
    axes.set_xlabel(gettext("Total with interval"))
    axes.grid(axis="x", color=colours.line, linewidth=0.8)
    return charts.drawn(figure, axes, colours)


def _draw(axes: Axes, position: int, line: Line, colours: ChartTheme) -> None:
    if line.total is None:
        return
    colour = colours.warn if line.unranked else colours.brand
    if line.low is not None and line.high is not None:
        axes.hlines(position, line.low, line.high, color=colour, linewidth=2)
    face = "none" if line.unranked else colour
    axes.plot(line.total, position, "o", markersize=5.5, color=colour, markerfacecolor=face)


def _label(line: Line) -> str:
    place = f"{line.rank}  " if line.rank else ""
    return f"{place}{line.unit_name}"
