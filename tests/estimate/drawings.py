"""What a chart of results shows, read from its SVG: points and ends of intervals in the numbers of its axis."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: a number of the picture, and half of a point's height
N, HALF = r"(-?[\d.]+)", 2.345208
WORDS = re.compile(r"<!-- (.*?) -->")


@dataclass(frozen=True)
class Point:
    """Where a point stands in the picture, and its colours; hollow ones have none inside."""

    x: float
    y: float
    inside: str
    edge: str


class Drawing:
    """A picture taken apart; `axis` is the one with numbers, "x" or "y"."""

    def __init__(self, svg: bytes, axis: str) -> None:
        self.text, self.axis = svg.decode(), axis
        ((width, height),) = re.findall(rf'viewBox="0 0 {N} {N}"', self.text)
        self.width, self.height = float(width), float(height)
        #: everything that is written, in the order of the picture
        self.words = WORDS.findall(self.text)
        self.points = [self._point(part) for part in self.text.split('<g id="PathCollection_')[1:]]
        self._ticks = [
            (float(words.group(1)), float(line.group(1 if axis == "x" else 2)))
            for part in self._parts(axis)
            if (words := WORDS.search(part)) and (line := re.search(rf'd="M {N} {N} \nL ', part))
        ]

    def _parts(self, axis: str) -> list[str]:
        first, second = self.text.partition('id="matplotlib.axis_1"')[2].split('id="matplotlib.axis_2"')
        return (first if axis == "x" else second).split(f'<g id="{axis}tick_')[1:]

    def labels(self, axis: str) -> list[str]:
        """What is written at the ticks of an axis."""
        return [words.group(1) for part in self._parts(axis) if (words := WORDS.search(part))]

    @staticmethod
    def _point(part: str) -> Point:
        used = re.search(rf'<use xlink:href="#\w+" x="{N}" y="{N}" style="fill: ([#\w]+); stroke: (#\w+)', part)
        if used:
            return Point(float(used.group(1)), float(used.group(2)), used.group(3), used.group(4))
        drawn = re.search(rf'd="M {N} {N} .*?style="fill: ([#\w]+); stroke: (#\w+)', part, re.DOTALL)
        assert drawn, part[:500]
        return Point(float(drawn.group(1)), float(drawn.group(2)) - HALF, drawn.group(3), drawn.group(4))

    def number(self, place: float) -> float:
        """The number that stands at a place of the axis with numbers, to two digits."""
        (first, start), *_between, (last, end) = self._ticks
        return round(first + (last - first) * (place - start) / (end - start), 2)

    @property
    def values(self) -> list[float]:
        """The number of each point."""
        return [self.number(point.x if self.axis == "x" else point.y) for point in self.points]

    @property
    def intervals(self) -> list[tuple[float, float]]:
        """Both ends of each interval, as numbers."""
        found = re.findall(rf'd="M {N} {N} \nL {N} {N} \n"[^>]*stroke-opacity: 0.55', self.text)
        places = [(a, c) if self.axis == "x" else (b, d) for a, b, c, d in found]
        return [(self.number(float(low)), self.number(float(high))) for low, high in places]

    @property
    def line(self) -> list[float]:
        """The numbers that a line leads through; none without one."""
        found = re.search(r'd="([^"]*)"[^>]*stroke-width: 1.2; stroke-linecap', self.text)
        return [self.number(float(y)) for _x, y in re.findall(rf"{N} {N}", found.group(1))] if found else []
