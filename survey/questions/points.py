"""Points of levels: one way to read them, one way to write them, from a form's scale to a sheet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

#: three verdicts said of five levels: the two above 基本满意 alike, and the two below
VERDICTS_OF_FIVE = (0, 0, 1, 2, 2)
SEPARATORS = str.maketrans({"、": "/", "／": "/", ",": "/", "，": "/"})


class PointsFault(ValueError):
    """These are no points for these levels."""


@dataclass(frozen=True)
class PointsTable:
    """Level -> points out of a hundred, best level first; a better level never brings fewer."""

    pairs: tuple[tuple[int, float], ...]

    @classmethod
    def parse(cls, text: str, levels: Sequence[int]) -> PointsTable:
        """Read points as people write them, from the best level to the worst.

        Args:
            text: such as ``100/80/60/30/0``; three numbers serve five levels too.
            levels: of the scale, best first.

        Raises:
            PointsFault: another number of points than of levels, not from 100 down to 0, or a rise.

        >>> PointsTable.parse("100/80/60/30/0", (5, 4, 3, 2, 1)).text
        '100/80/60/30/0'
        >>> PointsTable.parse("100、70、30", (5, 4, 3, 2, 1)).pairs
        ((5, 100.0), (4, 100.0), (3, 70.0), (2, 30.0), (1, 30.0))
        >>> PointsTable.parse("100/70/30", (3, 2, 1)).of(2)
        70.0
        """
        try:
            numbers = [float(part) for part in text.translate(SEPARATORS).split("/")]
        except ValueError as error:
            raise PointsFault(text) from error
        if len(numbers) == len(set(VERDICTS_OF_FIVE)) and len(levels) == len(VERDICTS_OF_FIVE):
            numbers = [numbers[place] for place in VERDICTS_OF_FIVE]
        return cls.of_numbers(numbers, levels)

    @classmethod
    def of_numbers(cls, numbers: Sequence[float], levels: Sequence[int]) -> PointsTable:
        """Points in the order of the levels.

        Raises:
            PointsFault: as `parse`.
        """
        fits = len(numbers) == len(levels) and all(math.isfinite(number) for number in numbers)
        if not fits or not falls(numbers):
            raise PointsFault("/".join(f"{number:g}" for number in numbers))
        return cls(tuple(zip(levels, map(float, numbers), strict=True)))

    @classmethod
    def of_mapping(cls, points: Mapping[int, float], levels: Sequence[int]) -> PointsTable:
        """Points by level.

        Raises:
            PointsFault: not exactly these levels, or as `parse`.
        """
        if set(points) != set(levels):
            raise PointsFault(str(dict(points)))
        return cls.of_numbers([points[level] for level in levels], levels)

    @property
    def text(self) -> str:
        """The points as people write them."""
        return "/".join(f"{points:g}" for _level, points in self.pairs)

    @property
    def levels(self) -> tuple[int, ...]:
        return tuple(level for level, _points in self.pairs)

    def of(self, level: int) -> float | None:
        """The points of a level; None for "cannot say"."""
        return dict(self.pairs).get(level)


def falls(numbers: Sequence[float]) -> bool:
    """Whether points go from at most 100 down to at least 0, never up, and not all alike.

    >>> falls([100, 80, 60, 30, 0]), falls([100, 100, 120, 0, 0]), falls([50, 50]), falls([100.5, 0])
    (True, False, False, False)
    """
    return all(better >= worse for better, worse in pairwise(numbers)) and 0 <= numbers[-1] < numbers[0] <= 100
