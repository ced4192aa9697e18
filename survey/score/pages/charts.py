"""The chart of a class: totals in order, each with its 95 % interval. The table beside it says the same in numbers."""

from __future__ import annotations

import io
from functools import cache

import pylopdf_fonts_zh_cn
from flask_babel import gettext
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from survey.score.service import ClassSheet, Line

INK = {False: "#16202b", True: "#e8edf2"}
SOFT = {False: "#d5dce3", True: "#33404d"}
BRAND = {False: "#17537f", True: "#8fc1e8"}
WARN = {False: "#8a5300", True: "#f0bf6c"}
#: height of a unit's line and of the frame, in inches
LINE_HEIGHT, FRAME_HEIGHT = 0.27, 0.95


@cache
def _font() -> FontProperties:
    """A font with Chinese glyphs that comes with the product: a plain machine has none."""
    return FontProperties(fname=pylopdf_fonts_zh_cn.sans_path())


def totals(group: ClassSheet, *, dark: bool = False) -> bytes:
    """An SVG of one class; units without a total are left out, those for reference are drawn hollow."""
    lines = [line for line in group.lines if line.total is not None][::-1]
    with rc_context({"svg.hashsalt": "score", "svg.fonttype": "path"}):
        figure = Figure(figsize=(8.6, FRAME_HEIGHT + LINE_HEIGHT * max(len(lines), 1)), layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.subplots()
        axes.patch.set_alpha(0)
        for position, line in enumerate(lines):
            _draw(axes, position, line, dark)
        axes.set_yticks(range(len(lines)), [_label(line) for line in lines])
        axes.set_ylim(-0.7, len(lines) - 0.3)
        axes.set_xlabel(gettext("Total with interval"), fontproperties=_font(), color=INK[dark])
        axes.grid(axis="x", color=SOFT[dark], linewidth=0.8)
        axes.set_axisbelow(True)
        for side in axes.spines.values():
            side.set_visible(False)
        axes.tick_params(length=0, colors=INK[dark], labelsize=9)
        for label in (*axes.get_yticklabels(), *axes.get_xticklabels()):
            label.set_fontproperties(_font())
            label.set_fontsize(9)
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def _draw(axes: object, position: int, line: Line, dark: bool) -> None:
    colour = WARN[dark] if line.unranked else BRAND[dark]
    if line.low is not None and line.high is not None:
        axes.hlines(position, line.low, line.high, color=colour, linewidth=2)  # type: ignore[attr-defined]  # matplotlib's Axes
    face = "none" if line.unranked else colour
    axes.plot(line.total, position, "o", markersize=5.5, color=colour, markerfacecolor=face)  # type: ignore[attr-defined]  # the same


def _label(line: Line) -> str:
    place = f"{line.rank}  " if line.rank else ""
    return f"{place}{line.unit_name}"
