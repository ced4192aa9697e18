"""A bar of the levels of a question: shares beside each other, each in its shade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survey.questions.scale import Scale


@dataclass(frozen=True)
class LevelSegment:
    """One level's part of a bar that is 100 wide; `shade` runs from 5 (good) to 1 (bad)."""

    shade: int
    x: float
    width: float


@dataclass(frozen=True)
class LevelBar:
    """Shares of the levels of a scale, best first, as pages and files show them."""

    scale: Scale
    #: level -> share of one; missing levels have none
    shares: Mapping[int, float]

    @property
    def segments(self) -> list[LevelSegment]:
        """The parts of the bar, in percent of its length.

        >>> from survey.questions.scale import THREE
        >>> [(part.shade, part.x, part.width) for part in LevelBar(THREE, {3: 0.5, 1: 0.25}).segments][::2]
        [(5, 0.0, 50.0), (1, 50.0, 25.0)]
        """
        found, at = [], 0.0
        for level in self.scale.levels:
            width = 100 * (self.shares.get(level) or 0)
            found.append(LevelSegment(self.scale.shade(level), at, width))
            at += width
        return found

    def said(self, language: str) -> str:
        """The same bar in words, for whoever hears the page.

        >>> from survey.questions.scale import THREE
        >>> LevelBar(THREE, {3: 0.5, 1: 0.25}).said("en")
        'Satisfied 50.0%, Fairly satisfied 0.0%, Dissatisfied 25.0%'
        """
        return ", ".join(
            f"{self.scale.word(level, language)} {self.shares.get(level) or 0:.1%}" for level in self.scale.levels
        )
