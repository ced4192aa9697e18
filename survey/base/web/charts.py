"""What every chart shares: font, colours of the theme, bare axes, and a picture that is the same for the same numbers.

Text becomes outlines of Noto Sans SC, so a machine without a Chinese font draws no boxes. Load this module and those
that build on it by `drawing.load`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

import matplotlib as mpl
import pylopdf_fonts_zh_cn
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from survey.base.web import colours

mpl.rcParams["svg.hashsalt"] = "survey"  # the same numbers give the same picture, byte for byte
mpl.rcParams["svg.fonttype"] = "path"
TEXT_SIZE = 9
WIDTH_INCHES = 8.0


@dataclass(frozen=True)
class ChartTheme:
    """Colours of one theme."""

    ink: str
    soft: str
    line: str
    brand: str
    warn: str


@cache
def theme(name: str) -> ChartTheme:
    """The colours of a light or a dark page; any other name is light."""
    found = colours.themes()["dark" if name == "dark" else "light"]
    return ChartTheme(found["ink"], found["ink-soft"], found["line"], found["brand"], found["warn"])


@cache
def font() -> FontProperties:
    """A font with Chinese letters that comes with the product."""
    return FontProperties(fname=str(pylopdf_fonts_zh_cn.sans_path()), size=TEXT_SIZE)


def sheet(height: float) -> tuple[Figure, Axes]:
    """An empty chart of this height in inches, without a background: the page shows through."""
    figure = Figure(figsize=(WIDTH_INCHES, height), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.add_subplot()
    axes.set_facecolor("none")
    return figure, axes


def drawn(figure: Figure, axes: Axes, colour: ChartTheme) -> bytes:
    """The finished picture as SVG: no frame, labels in the theme's colours, nothing that changes from run to run."""
    axes.set_axisbelow(True)
    axes.tick_params(colors=colour.soft, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    for text in (*axes.get_xticklabels(), *axes.get_yticklabels(), axes.xaxis.label, axes.yaxis.label):
        text.set_fontproperties(font())
        text.set_color(colour.soft)
    for text in axes.get_yticklabels():
        text.set_color(colour.ink)
    out = io.BytesIO()
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(out, metadata={"Date": None, "Creator": None})
    return out.getvalue()
