"""Charts of results: units of one class in order with their intervals, and one unit's months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from survey.base.web import charts
from survey.base.web.charts import ChartTheme

ROW_INCHES = 0.26


@dataclass(frozen=True)
class Bar:
    """One point with its interval."""

    label: str
    value: float
    low: float | None
    high: float | None
    #: rests on few answers
    weak: bool = False


def caterpillar(bars: Sequence[Bar], *, theme: str, title: str, unit: str) -> bytes:
    """Units from best to worst, each a point with its 95 % interval; hollow points rest on few answers.

    Args:
        bars: one for each unit, in any order.
        theme: "light" or "dark".
        title: what is drawn.
        unit: what the axis counts.
    """
    ordered = sorted(bars, key=lambda bar: bar.value)
    colours = charts.theme(theme)
    figure, axes = charts.sheet(0.9 + ROW_INCHES * max(len(ordered), 3))
    for row, bar in enumerate(ordered):
        _point(axes, bar, row, colours, flat=True)
    axes.set_yticks(range(len(ordered)), [bar.label for bar in ordered])
    axes.set_ylim(-0.7, max(len(ordered), 3) - 0.3)
    axes.set_xlabel(unit)
    axes.set_title(title, loc="left", fontproperties=charts.font(), color=colours.ink)
    axes.grid(axis="x", color=colours.line, linewidth=0.6)
    return charts.drawn(figure, axes, colours)


def trend(bars: Sequence[Bar], *, theme: str, title: str, unit: str) -> bytes:
    """Months in order, each with its 95 % interval."""
    colours = charts.theme(theme)
    figure, axes = charts.sheet(2.8)
    axes.plot(range(len(bars)), [bar.value for bar in bars], color=colours.brand, linewidth=1.2)
    for column, bar in enumerate(bars):
        _point(axes, bar, column, colours, flat=False)
    axes.set_xticks(range(len(bars)), [bar.label for bar in bars])
    axes.set_xlim(-0.5, max(len(bars), 2) - 0.5)
    axes.set_ylabel(unit)
    axes.set_title(title, loc="left", fontproperties=charts.font(), color=colours.ink)
    axes.grid(axis="y", color=colours.line, linewidth=0.6)
    return charts.drawn(figure, axes, colours)


def _point(axes: Axes, bar: Bar, place: int, colours: ChartTheme, *, flat: bool) -> None:
    x, y = (bar.value, place) if flat else (place, bar.value)
    if bar.low is not None and bar.high is not None:
        ends = ([bar.low, bar.high], [place, place])
        axes.plot(*(ends if flat else ends[::-1]), color=colours.brand, linewidth=1.4, alpha=0.55, zorder=2)
    inside = "none" if bar.weak else colours.brand
    axes.scatter([x], [y], s=22, facecolors=inside, edgecolors=colours.brand, linewidths=1.2, zorder=3)
