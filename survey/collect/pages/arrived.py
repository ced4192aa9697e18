"""What has come in, as the lines and columns of the tables on the page of answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, lazy_gettext

from survey.base.web.columns import Column
from survey.base.web.presentation import LEVELS


@dataclass(frozen=True)
class SourceLine:
    """Answers of one source to the overall question.

    >>> line = SourceLine("counter", {5: 3, 2: 1, 0: 6})
    >>> line.valid, line.share(5, 4, 3), line.shares[2]
    (4, 0.75, 0.25)
    """

    source: str
    #: level 5..0 -> answers
    counts: Mapping[int, int]

    @property
    def valid(self) -> int:
        return sum(number for level, number in self.counts.items() if level)

    @property
    def shares(self) -> dict[int, float]:
        return {level: self.share(level) for level in (5, 4, 3, 2, 1)}

    def share(self, *levels: int) -> float:
        return sum(self.counts.get(level, 0) for level in levels) / self.valid


def lines(levels: Mapping[str, Mapping[int, int]]) -> list[SourceLine]:
    return [SourceLine(source, counts) for source, counts in levels.items()]


def columns(source_names: Mapping[str, Any]) -> list[Column]:
    """Levels of each source, as they stand."""

    def of_level(level: int) -> Column:
        return Column(LEVELS[level], "number", lambda line: line.counts.get(level, 0), digits=0)

    return [
        Column(lazy_gettext("Source"), value=lambda line: source_names[line.source], more="text-nowrap"),
        Column(lazy_gettext("Valid"), "number", lambda line: line.valid, digits=0),
        Column(lazy_gettext("Distribution"), "levels", lambda line: line.shares),
        *(of_level(level) for level in (5, 4, 3, 2, 1, 0)),
        Column(lazy_gettext("Satisfaction rate"), "percent", lambda line: line.share(5, 4, 3)),
        Column(lazy_gettext("Dissatisfaction rate"), "percent", lambda line: line.share(2, 1)),
    ]


def withheld(floor: int) -> Callable[[SourceLine], str]:
    """What is said in place of numbers that rest on fewer answers than the floor."""
    words = gettext("Fewer than %(n)s answers: not shown.", n=floor)
    return lambda line: "" if line.valid >= floor else words
