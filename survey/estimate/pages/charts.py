"""Charts as SVG: units of one class in order with their intervals, and one unit's months. Text becomes outlines of
Noto Sans SC, so a machine without a Chinese font draws no boxes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import matplotlib as mpl
import pylopdf_fonts_zh_cn
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

mpl.rcParams["svg.hashsalt"] = "survey"  # the same numbers give the same picture, byte for byte


@dataclass(frozen=True)
class Bar:
    """One point with its interval."""

    label: str
    value: float
    low: float | None
    high: float | None
    #: rests on few answers
    weak: bool = False


@dataclass(frozen=True)
class Theme:
    """Colours of tokens.css: a picture cannot read the page's style sheet."""

    ink: str
    soft: str
    line: str
    brand: str


THEMES = {
    "light": Theme("#16202b", "#51606f", "#d5dce3", "#17537f"),
    "dark": Theme("#e8edf2", "#a9b6c3", "#33404d", "#8fc1e8"),
}
ROW_INCHES, WIDTH_INCHES = 0.26, 8.0


@cache
def _font() -> font_manager.FontProperties:
    return font_manager.FontProperties(fname=str(pylopdf_fonts_zh_cn.sans_path()), size=9)


def caterpillar(bars: Sequence[Bar], *, theme: str, title: str, unit: str) -> bytes:
    """Units from best to worst, each a point with its 95 % interval; hollow points rest on few answers.

    Args:
        bars: one for each unit, in any order.
        theme: "light" or "dark".
        title: what is drawn.
        unit: what the axis counts.
    """
    ordered = sorted(bars, key=lambda bar: bar.value)
    colours = THEMES[theme]
    figure = Figure(figsize=(WIDTH_INCHES, 0.9 + ROW_INCHES * max(len(ordered), 3)), layout="constrained")
    axes = figure.add_subplot()
    for row, bar in enumerate(ordered):
        _point(axes, bar, row, colours, flat=True)
    axes.set_yticks(range(len(ordered)), [bar.label for bar in ordered])
    axes.set_ylim(-0.7, max(len(ordered), 3) - 0.3)
    axes.set_xlabel(unit)
    axes.set_title(title, loc="left", fontproperties=_font(), color=colours.ink)
    axes.grid(axis="x", color=colours.line, linewidth=0.6)
    return _drawn(figure, axes, colours)


def trend(bars: Sequence[Bar], *, theme: str, title: str, unit: str) -> bytes:
    """Months in order, each with its 95 % interval."""
    colours = THEMES[theme]
    figure = Figure(figsize=(WIDTH_INCHES, 2.8), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(range(len(bars)), [bar.value for bar in bars], color=colours.brand, linewidth=1.2)
    for column, bar in enumerate(bars):
        _point(axes, bar, column, colours, flat=False)
    axes.set_xticks(range(len(bars)), [bar.label for bar in bars])
    axes.set_xlim(-0.5, max(len(bars), 2) - 0.5)
    axes.set_ylabel(unit)
    axes.set_title(title, loc="left", fontproperties=_font(), color=colours.ink)
    axes.grid(axis="y", color=colours.line, linewidth=0.6)
    return _drawn(figure, axes, colours)


def _point(axes: Axes, bar: Bar, place: int, colours: Theme, *, flat: bool) -> None:
    x, y = (bar.value, place) if flat else (place, bar.value)
    if bar.low is not None and bar.high is not None:
        ends = ([bar.low, bar.high], [place, place])
        axes.plot(*(ends if flat else ends[::-1]), color=colours.brand, linewidth=1.4, alpha=0.55, zorder=2)
    inside = "none" if bar.weak else colours.brand
    axes.scatter([x], [y], s=22, facecolors=inside, edgecolors=colours.brand, linewidths=1.2, zorder=3)


def _drawn(figure: Figure, axes: Axes, colours: Theme) -> bytes:
    axes.set_facecolor("none")
    figure.patch.set_alpha(0)
    axes.set_axisbelow(True)
    axes.tick_params(colors=colours.soft, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    for text in (*axes.get_xticklabels(), *axes.get_yticklabels(), axes.xaxis.label, axes.yaxis.label):
        text.set_fontproperties(_font())
        text.set_color(colours.soft)
    for text in axes.get_yticklabels():
        text.set_color(colours.ink)
    out = io.BytesIO()
    FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None, "Creator": None})
    return out.getvalue()
