"""Scales: the answers that a question offers, which of them mean satisfied, and their words.

A level is a whole number; more is better. 0 stands for "not met or cannot say" on every scale: it is an answer, it is
counted, and it has no points (DOMAIN: 好差评; 不了解 leaves the mean and is reported).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from survey.questions.points import PointsTable
from survey.questions.words import Words

CANNOT_SAY = 0
CANNOT_SAY_WORDS = Words("没遇到或说不清", "Not met or cannot say")
#: how many shades from bad to good pages and pictures know
SHADES = 5


@dataclass(frozen=True)
class Scale:
    """The levels of a question, best first, with all that depends on them."""

    code: str
    title: Words
    #: level -> its words, best first
    words: Mapping[int, Words]
    #: levels that count as satisfied (满意率), and as a bad rating (差评率)
    satisfied: frozenset[int]
    bad: frozenset[int]
    #: the points that stand where nobody chose others, as people write them
    usual_points: str
    cannot_say: Words = CANNOT_SAY_WORDS

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """Best first, without "cannot say"."""
        return tuple(self.words)

    @cached_property
    def answers(self) -> tuple[int, ...]:
        """Everything that may be chosen: the levels, then "cannot say"."""
        return (*self.levels, CANNOT_SAY)

    @property
    def top(self) -> int:
        """The level of the top box."""
        return self.levels[0]

    @cached_property
    def points(self) -> PointsTable:
        """The usual points of each level."""
        return PointsTable.parse(self.usual_points, self.levels)

    def word(self, level: int, language: str) -> str:
        """
        >>> FIVE.word(5, "zh"), FIVE.word(0, "en"), THREE.word(2, "zh")
        ('非常满意', 'Not met or cannot say', '基本满意')
        """
        return (self.cannot_say if level == CANNOT_SAY else self.words[level]).said(language)

    def shade(self, level: int) -> int:
        """Which of the five shades from 5 (good) to 1 (bad) a level is drawn in, its face too; 0 for "cannot say".

        >>> [FIVE.shade(level) for level in FIVE.answers], [THREE.shade(level) for level in THREE.levels]
        ([5, 4, 3, 2, 1, 0], [5, 3, 1])
        """
        if level == CANNOT_SAY:
            return 0
        place = self.levels.index(level) / max(len(self.levels) - 1, 1)
        return SHADES - round(place * (SHADES - 1))


def _levels(*words: tuple[str, str]) -> dict[int, Words]:
    """Number the words from the best, which gets the highest level."""
    return {len(words) - place: Words(zh, en) for place, (zh, en) in enumerate(words)}


FIVE = Scale(
    "five",
    Words("五级满意度", "Five levels of satisfaction"),
    _levels(
        ("非常满意", "Very satisfied"),
        ("满意", "Satisfied"),
        ("基本满意", "Fairly satisfied"),
        ("不满意", "Dissatisfied"),
        ("非常不满意", "Very dissatisfied"),
    ),
    satisfied=frozenset({5, 4, 3}),
    bad=frozenset({2, 1}),
    usual_points="100/80/60/30/0",
)
FOUR = Scale(
    "four",
    Words("四个等次", "Four grades"),
    _levels(("优秀", "Excellent"), ("良好", "Good"), ("一般", "Fair"), ("较差", "Poor")),
    satisfied=frozenset({4, 3}),
    bad=frozenset({1}),
    usual_points="100/80/60/30",
)
THREE = Scale(
    "three",
    Words("三档评价", "Three verdicts"),
    _levels(("满意", "Satisfied"), ("基本满意", "Fairly satisfied"), ("不满意", "Dissatisfied")),
    satisfied=frozenset({3, 2}),
    bad=frozenset({1}),
    usual_points="100/70/30",
)
TEN = Scale(
    "ten",
    Words("十分制", "Ten points"),
    _levels(*((f"{n} 分", f"{n}") for n in range(10, 0, -1))),
    satisfied=frozenset({10, 9, 8, 7, 6}),
    bad=frozenset({4, 3, 2, 1}),
    usual_points="100/90/80/70/60/50/40/30/20/10",
)
SCALES: Mapping[str, Scale] = {scale.code: scale for scale in (FIVE, FOUR, THREE, TEN)}
#: the name of the scale of scores: any number from 0 to 100, which are points already
HUNDRED = "hundred"
