"""The bar of the levels: where each part begins and ends, in which shade, and what is said of it."""

from __future__ import annotations

import pytest

from survey.questions.service import SCALES, LevelBar

FIVE, FOUR, THREE, TEN = SCALES["five"], SCALES["four"], SCALES["three"], SCALES["ten"]


def parts(bar: LevelBar) -> list[tuple[int, float, float]]:
    return [(part.shade, part.x, part.width) for part in bar.segments]


def test_parts_follow_each_other_from_good_to_bad() -> None:
    bar = LevelBar(FIVE, {5: 0.5, 4: 0.25, 3: 0.125, 2: 0.0625, 1: 0.0625})
    assert parts(bar) == [(5, 0.0, 50.0), (4, 50.0, 25.0), (3, 75.0, 12.5), (2, 87.5, 6.25), (1, 93.75, 6.25)]


@pytest.mark.parametrize(
    ("scale", "shares", "drawn"),
    [
        (FOUR, {4: 0.25, 1: 0.75}, [(5, 0.0, 25.0), (4, 25.0, 0.0), (2, 25.0, 0.0), (1, 25.0, 75.0)]),
        (THREE, {2: 1.0}, [(5, 0.0, 0.0), (3, 0.0, 100.0), (1, 100.0, 0.0)]),
        (THREE, {}, [(5, 0.0, 0.0), (3, 0.0, 0.0), (1, 0.0, 0.0)]),
        (THREE, {3: None, 1: 0.5}, [(5, 0.0, 0.0), (3, 0.0, 0.0), (1, 0.0, 50.0)]),
    ],
)
def test_a_level_without_answers_takes_no_room(scale, shares, drawn) -> None:
    assert parts(LevelBar(scale, shares)) == drawn


def test_ten_points_share_five_shades() -> None:
    bar = LevelBar(TEN, {10: 0.5, 9: 0.25, 1: 0.25})
    assert [shade for shade, _x, _width in parts(bar)] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert parts(bar)[:3] == [(5, 0.0, 50.0), (5, 50.0, 25.0), (4, 75.0, 0.0)]
    assert parts(bar)[-1] == (1, 75.0, 25.0)


def test_cannot_say_is_no_part_of_the_bar() -> None:
    bar = LevelBar(THREE, {3: 0.5, 0: 0.5})
    assert parts(bar) == [(5, 0.0, 50.0), (3, 50.0, 0.0), (1, 50.0, 0.0)]
    assert "说不清" not in bar.said("zh")


@pytest.mark.parametrize(
    ("scale", "shares", "language", "said"),
    [
        (FOUR, {4: 0.1234, 1: 0.8766}, "zh", "优秀 12.3%, 良好 0.0%, 一般 0.0%, 较差 87.7%"),
        (FOUR, {4: 0.1234, 1: 0.8766}, "en", "Excellent 12.3%, Good 0.0%, Fair 0.0%, Poor 87.7%"),
        (THREE, {3: 1.0, 2: None}, "zh_Hans", "满意 100.0%, 基本满意 0.0%, 不满意 0.0%"),
        (THREE, {}, "en", "Satisfied 0.0%, Fairly satisfied 0.0%, Dissatisfied 0.0%"),
    ],
)
def test_the_bar_is_said_in_words_too(scale, shares, language: str, said: str) -> None:
    assert LevelBar(scale, shares).said(language) == said
