"""The four scales: their levels, what counts as satisfied and as bad, their words, points and shades."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from survey.questions.scale import HUNDRED, SHADES, Scale
from survey.questions.service import CANNOT_SAY, FIVE, SCALES, Words


@dataclass(frozen=True)
class Expected:
    """What is promised of a scale, written down by hand."""

    title: tuple[str, str]
    zh: tuple[str, ...]
    en: tuple[str, ...]
    satisfied: set[int]
    bad: set[int]
    points: tuple[float, ...]
    shades: tuple[int, ...]
    levels: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", tuple(range(len(self.zh), 0, -1)))


EXPECTED = {
    "five": Expected(
        ("五级满意度", "Five levels of satisfaction"),
        ("非常满意", "满意", "基本满意", "不满意", "非常不满意"),
        ("Very satisfied", "Satisfied", "Fairly satisfied", "Dissatisfied", "Very dissatisfied"),
        {5, 4, 3},
        {2, 1},
        (100, 80, 60, 30, 0),
        (5, 4, 3, 2, 1),
    ),
    "four": Expected(
        ("四个等次", "Four grades"),
        ("优秀", "良好", "一般", "较差"),
        ("Excellent", "Good", "Fair", "Poor"),
        {4, 3},
        {1},
        (100, 80, 60, 30),
        (5, 4, 2, 1),
    ),
    "three": Expected(
        ("三档评价", "Three verdicts"),
        ("满意", "基本满意", "不满意"),
        ("Satisfied", "Fairly satisfied", "Dissatisfied"),
        {3, 2},
        {1},
        (100, 70, 30),
        (5, 3, 1),
    ),
    "ten": Expected(
        ("十分制", "Ten points"),
        ("10 分", "9 分", "8 分", "7 分", "6 分", "5 分", "4 分", "3 分", "2 分", "1 分"),
        ("10", "9", "8", "7", "6", "5", "4", "3", "2", "1"),
        {10, 9, 8, 7, 6},
        {4, 3, 2, 1},
        (100, 90, 80, 70, 60, 50, 40, 30, 20, 10),
        (5, 5, 4, 4, 3, 3, 2, 2, 1, 1),
    ),
}
EACH = pytest.mark.parametrize("code", EXPECTED)


def test_there_are_four_scales_of_levels_and_one_of_scores() -> None:
    assert list(SCALES) == ["five", "four", "three", "ten"]
    assert {code: scale.code for code, scale in SCALES.items()} == {code: code for code in SCALES}
    assert HUNDRED == "hundred"
    assert HUNDRED not in SCALES, "scores are points already"
    assert SCALES["five"] is FIVE


@EACH
def test_the_best_level_comes_first_and_is_the_highest_number(code: str) -> None:
    scale, expected = SCALES[code], EXPECTED[code]
    assert scale.levels == expected.levels
    assert scale.top == expected.levels[0] == max(scale.levels)


@EACH
def test_cannot_say_may_be_chosen_on_every_scale_and_is_no_level(code: str) -> None:
    scale = SCALES[code]
    assert scale.answers == (*EXPECTED[code].levels, 0)
    assert CANNOT_SAY == 0
    assert CANNOT_SAY not in scale.levels
    assert (scale.word(0, "zh"), scale.word(0, "en")) == ("没遇到或说不清", "Not met or cannot say")


@EACH
def test_what_counts_as_satisfied_and_as_bad_never_meets(code: str) -> None:
    scale, expected = SCALES[code], EXPECTED[code]
    assert (scale.satisfied, scale.bad) == (expected.satisfied, expected.bad)
    assert not scale.satisfied & scale.bad
    assert not {CANNOT_SAY} & (scale.satisfied | scale.bad)


@EACH
def test_each_level_has_its_words_in_both_languages(code: str) -> None:
    scale, expected = SCALES[code], EXPECTED[code]
    assert tuple(scale.word(level, "zh") for level in scale.levels) == expected.zh
    assert tuple(scale.word(level, "en") for level in scale.levels) == expected.en
    assert (scale.title.zh, scale.title.en) == expected.title


@EACH
def test_another_language_than_english_reads_chinese(code: str) -> None:
    scale = SCALES[code]
    assert scale.word(scale.top, "zh_Hans") == scale.word(scale.top, "fr") == EXPECTED[code].zh[0]


@EACH
def test_the_usual_points_fit_their_scale(code: str) -> None:
    scale, expected = SCALES[code], EXPECTED[code]
    assert scale.points.pairs == tuple(zip(expected.levels, expected.points, strict=True))
    assert scale.points.text == scale.usual_points
    assert scale.points.of(CANNOT_SAY) is None


@EACH
def test_a_level_is_drawn_in_one_of_five_shades_from_good_to_bad(code: str) -> None:
    scale, expected = SCALES[code], EXPECTED[code]
    assert tuple(scale.shade(level) for level in scale.levels) == expected.shades
    assert scale.shade(CANNOT_SAY) == 0
    assert (scale.shade(scale.levels[0]), scale.shade(scale.levels[-1])) == (SHADES, 1)


@EACH
@pytest.mark.parametrize("beyond", [-1, 1])
def test_a_level_beyond_the_scale_has_neither_words_nor_shade(code: str, beyond: int) -> None:
    scale = SCALES[code]
    stranger = scale.top + 1 if beyond > 0 else -1
    with pytest.raises(KeyError):
        scale.word(stranger, "zh")
    with pytest.raises(ValueError, match="not in tuple"):
        scale.shade(stranger)


def test_a_scale_of_a_single_level_has_the_best_shade() -> None:
    only = Scale("one", Words("一档"), {1: Words("到过")}, frozenset({1}), frozenset(), "100")
    assert (only.levels, only.answers, only.top, only.shade(1)) == ((1,), (1, 0), 1, 5)


def test_a_scale_may_call_cannot_say_otherwise() -> None:
    words = {2: Words("好"), 1: Words("差")}
    own = Scale("two", Words("两档"), words, frozenset({2}), frozenset({1}), "100/0", Words("没去过", "Not been"))
    assert (own.word(0, "zh"), own.word(0, "en"), own.word(2, "en")) == ("没去过", "Not been", "好")
    assert own.points.pairs == ((2, 100.0), (1, 0.0))


@pytest.mark.parametrize(
    ("words", "language", "said"),
    [
        (Words("民意", "Poll"), "en", "Poll"),
        (Words("民意", "Poll"), "zh", "民意"),
        (Words("民意", "Poll"), "zh_Hans", "民意"),
        (Words("民意", "Poll"), "", "民意"),
        (Words("民意"), "en", "民意"),
        (Words("", "Poll"), "zh", ""),
    ],
)
def test_words_are_said_in_english_only_where_there_is_english(words: Words, language: str, said: str) -> None:
    assert words.said(language) == said
    assert str(words) == words.zh
