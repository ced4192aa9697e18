"""How a leaf's value becomes points: in proportion, along a line, by bands, or against its class (折算)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flask_babel import gettext

from survey.score.scheme.read import Findings, known_keys, list_in, number_in

#: in proportion to the largest value; from a value that brings nothing to one that brings everything; by steps; in
#: proportion to the best of the class; in proportion to its mean, up to the full marks
WAYS = ("share", "line", "bands", "best", "mean")
#: half the width of a 95 % interval in standard errors, at which a bent conversion is looked up
REACH = 1.959963984540054


@dataclass(frozen=True)
class Conversion:
    """One rule of conversion."""

    way: str = "share"
    #: of a line: the value that brings nothing, and the value from which on all marks are got
    zero: float = 0.0
    full: float = 100.0
    #: of bands: (lowest value, points), highest first
    bands: tuple[tuple[float, float], ...] = ()

    @property
    def is_relative(self) -> bool:
        """Whether it needs the values of the class's other units."""
        return self.way in ("best", "mean")

    def points(self, value: float, out_of: float, marks: float, reference: float | None = None) -> float:
        """Points of a value.

        Args:
            value: from 0 to `out_of`.
            out_of: the largest value there can be.
            marks: the component's full marks.
            reference: the best or the mean value of the class, for conversions that compare with it.

        >>> Conversion().points(95.12, 100, 400)
        380.48
        >>> falling = Conversion("line", zero=10, full=0)
        >>> [falling.points(rate, 100, 20) for rate in (0, 2.5, 10, 40)]
        [20.0, 15.0, 0.0, 0.0]
        >>> steps = Conversion("bands", bands=((95, 20), (85, 16), (0, 5)))
        >>> [steps.points(index, 100, 20) for index in (95, 94.99, 84.99)]
        [20, 16, 5]
        >>> Conversion("best").points(81, 100, 20, reference=90), Conversion("mean").points(99, 100, 20, reference=90)
        (18.0, 20.0)
        """
        if self.way == "bands":
            return next((points for lowest, points in self.bands if value >= lowest), 0.0)
        if self.way == "line":
            reached = (value - self.zero) / (self.full - self.zero)
            return marks * min(reached, 1.0) if reached > 0 else 0.0
        if self.is_relative:
            return marks * min(value / reference, 1.0) if reference else 0.0
        return value * (marks / out_of)

    def error(self, value: float, error: float, out_of: float, marks: float, reference: float | None = None) -> float:
        """Standard error of the points: half the way between the points at both ends of the value's 95 % interval.

        It is exact where points go in proportion; where the line bends or steps it is what the value's uncertainty
        does to the points. The class's best or mean is taken as known.

        >>> Conversion().error(90, 0.5, 100, 400)
        2.0
        >>> Conversion("line", zero=60, full=95).error(99.5, 0.5, 100, 20)
        0.0
        """
        if self.way == "share":
            return error * marks / out_of
        reach = REACH * error
        ends = [self.points(value + side * reach, out_of, marks, reference) for side in (-1, 1)]
        return abs(ends[1] - ends[0]) / (2 * REACH)


IN_PROPORTION = Conversion()


def read_conversion(findings: Findings, path: str, value: object, marks: float | None, out_of: float) -> Conversion:
    """A leaf's rule of conversion; absent = in proportion.

    `best` and `mean` stand as words; a line is `{zero: 60, full: 95}`; bands are a list of `{from: 95, points: 20}`.
    """
    if value is None or value == "share":
        return IN_PROPORTION
    if value in ("best", "mean"):
        return Conversion(str(value))
    if isinstance(value, dict):
        return _line(findings, path, value, out_of)
    if isinstance(value, list):
        return Conversion("bands", bands=_bands(findings, path, value, marks))
    findings.add(path, value, gettext("Write best, mean, a line such as {zero: 60, full: 95}, or a list of bands."))
    return IN_PROPORTION


def _line(findings: Findings, path: str, value: Mapping[str, Any], out_of: float) -> Conversion:
    known_keys(findings, path, value, ("zero", "full"))
    zero = number_in(findings, f"{path}.zero", value.get("zero"), high=out_of)
    full = number_in(findings, f"{path}.full", value.get("full"), high=out_of)
    if zero is None or full is None:
        return IN_PROPORTION
    if zero == full:
        findings.add(path, f"{zero:g}", gettext("The value for no points and the one for all must differ."))
        return IN_PROPORTION
    return Conversion("line", zero, full)


def _bands(
    findings: Findings, path: str, items: Sequence[object], marks: float | None
) -> tuple[tuple[float, float], ...]:
    read = []
    for position, item in enumerate(items):
        where = f"{path}[{position}]"
        if not isinstance(item, dict):
            findings.add(where, item, gettext("Write from and points here, such as {from: 95, points: 20}."))
            continue
        known_keys(findings, where, item, ("from", "points"))
        lowest = number_in(findings, f"{where}.from", item.get("from"))
        points = number_in(findings, f"{where}.points", item.get("points"), high=marks or 1e9)
        if lowest is not None and points is not None:
            read.append((lowest, points))
    bands = tuple(sorted(read, reverse=True))
    for higher, lower in pairwise(bands):
        if higher[0] == lower[0]:
            findings.add(path, f"{lower[0]:g}", gettext("Two bands begin at the same value; keep one."))
    if len(bands) == len(list_in(findings, path, list(items))) and bands and bands[-1][0] > 0:
        sentence = gettext("Below %(low)s no band says the points; let the lowest begin at 0.", low=f"{bands[-1][0]:g}")
        findings.add(path, f"{bands[-1][0]:g}", sentence)
    return bands
