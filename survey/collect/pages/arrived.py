"""What has come in, as the lines and columns of the tables on the page of answers: a table for each scale."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask_babel import lazy_gettext

from survey.base.web.columns import Column
from survey.collect.service import Levels
from survey.questions import service as questions
from survey.questions.service import LevelBar, Scale


@dataclass(frozen=True)
class ArrivedTable:
    """Answers to the overall questions on one scale, a line for each kind of collections."""

    scale: Scale
    lines: list[Levels]
    columns: list[Column]


def arrived_tables(levels: Iterable[Levels], language: str) -> list[ArrivedTable]:
    """One table for each scale that was answered on."""
    by_scale: dict[str, list[Levels]] = {}
    for line in levels:
        by_scale.setdefault(line.scale.code, []).append(line)
    scales = [(questions.SCALES[code], lines) for code, lines in by_scale.items()]
    return [ArrivedTable(scale, lines, _columns(scale, language)) for scale, lines in scales]


def _columns(scale: Scale, language: str) -> list[Column]:
    """Levels of each kind, as they stand."""

    def of_level(level: int) -> Column:
        return Column(scale.word(level, language), "number", lambda line: line.counts.get(level, 0), digits=0)

    def bar(line: Levels) -> LevelBar:
        return LevelBar(scale, {level: line.share(level) for level in scale.levels})

    return [
        Column(lazy_gettext("Source"), value=lambda line: questions.SOURCE_NAMES[line.kind], more="text-nowrap"),
        Column(lazy_gettext("Valid"), "number", lambda line: line.valid, digits=0),
        Column(lazy_gettext("Distribution"), "levels", bar),
        *(of_level(level) for level in scale.answers),
        Column(lazy_gettext("Satisfaction rate"), "percent", lambda line: line.share(*scale.satisfied)),
        Column(lazy_gettext("Dissatisfaction rate"), "percent", lambda line: line.share(*scale.bad)),
    ]


def withheld(floor: int, words: str) -> Callable[[Levels], str]:
    """What is said in place of numbers that rest on fewer answers than the floor."""
    return lambda line: "" if line.valid >= floor else words
