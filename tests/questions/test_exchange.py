"""Words and numbers of other systems, on every scale: named or stated, never guessed."""

from __future__ import annotations

import pytest
from flask import Flask

from survey.base.errors import Refused
from survey.questions.exchange import MAPPINGS, own_words
from survey.questions.scale import Scale
from survey.questions.service import MAPPING_NAMES, SCALES, Words, levels_of

FIVE, FOUR, THREE, TEN = SCALES["five"], SCALES["four"], SCALES["three"], SCALES["ten"]
WORDS = {
    5: ("非常满意", "很满意"),
    4: ("满意", "比较满意"),
    3: ("基本满意", "一般"),
    2: ("不满意", "不太满意"),
    1: ("非常不满意", "很不满意"),
    0: ("没遇到或说不清", "说不清", "不了解", "没接触"),
}
#: name -> level -> what a file writes
MEANT: dict[str, dict[int, tuple[str, ...]]] = {
    "words": WORDS,
    "five": {level: (str(level),) for level in range(6)},
    "reversed": {5: ("0",), 4: ("1",), 3: ("2",), 2: ("3",), 1: ("4",)},
    "ballot": {5: ("满意",), 3: ("基本满意",), 1: ("不满意",), 0: ("不了解",)},
    "three": {5: ("High", "高"), 3: ("Medium", "中"), 1: ("Low", "低")},
}


@pytest.mark.parametrize("name", MEANT)
def test_a_named_mapping_says_what_each_word_means(name: str) -> None:
    expected = {word: level for level, words in MEANT[name].items() for word in words}
    assert levels_of(name, FIVE) == expected


def test_every_mapping_has_a_name_that_people_choose_by(house: Flask) -> None:
    assert list(MAPPING_NAMES) == [*MAPPINGS, "scale"] == [*MEANT, "scale"]
    assert [str(words) for words in MAPPING_NAMES.values()] == [
        "词语：非常满意 … 非常不满意",
        "数字 1–5,5 最好,0 为说不清",
        "数字 0–4,0 最好",
        "测评票：满意 5，基本满意 3，不满意 1，不了解 0",
        "三级词语：High 5，Medium 3，Low 1",
        "问卷自己的等级用语和数字",
    ]


def test_whoever_takes_a_mapping_cannot_spoil_it_for_the_next() -> None:
    levels_of("five", FIVE)["5"] = 1
    assert levels_of("five", FIVE)["5"] == 5


@pytest.mark.parametrize(
    ("scale", "pairs"),
    [(FOUR, "优秀=4, 良好=3"), (THREE, "满意=3, 基本满意=2"), (TEN, "10 分=10, 9 分=9")],
)
@pytest.mark.parametrize("name", MEANT)
def test_a_mapping_made_for_five_levels_is_refused_on_another_scale(
    house: Flask, name: str, scale: Scale, pairs: str
) -> None:
    with pytest.raises(Refused) as refused:
        levels_of(name, scale)
    assert refused.value.message == f"对应关系 {name} 适用于另一种等级。"
    assert refused.value.remedy == f"请选择“问卷自己的等级”，或写出对应关系，例如 {pairs}。"


@pytest.mark.parametrize(
    ("mapping", "levels"),
    [
        ("Low=1, High=5", {"Low": 1, "High": 5}),
        ("低=1，高=5", {"低": 1, "高": 5}),
        (" 好 = 4 ,, 差 = 2 , ", {"好": 4, "差": 2}),
        ("n/a=0", {"n/a": 0}),
        ("a=b=3", {"a=b": 3}),
        ("x=5", {"x": 5}),
    ],
)
def test_pairs_state_what_a_word_means(mapping: str, levels: dict[str, int]) -> None:
    assert levels_of(mapping, FIVE) == levels


@pytest.mark.parametrize(
    ("scale", "last", "beyond"),
    [(FIVE, 5, 6), (FOUR, 4, 5), (THREE, 3, 4), (TEN, 10, 11)],
    ids=lambda one: str(one)[:9],
)
def test_pairs_name_levels_of_their_scale_up_to_the_last(house: Flask, scale: Scale, last: int, beyond: int) -> None:
    assert levels_of(f"top={last}, none=0, low=1", scale) == {"top": last, "none": 0, "low": 1}
    with pytest.raises(Refused):
        levels_of(f"low=1, top={beyond}", scale)


@pytest.mark.parametrize(
    "mapping", ["guess", "High", "High=", "=5", " =5", "High=much", "High=5.0", "High=-1", "a=1, b", "a=1, =2", "FIVE"]
)
def test_what_is_neither_a_name_nor_pairs_is_refused(house: Flask, mapping: str) -> None:
    with pytest.raises(Refused) as refused:
        levels_of(mapping, FIVE)
    assert refused.value.message == f"“{mapping}”不是有效的等级对照。"
    names = "words, five, reversed, ballot, three, scale"
    assert refused.value.remedy == f"请写 {names} 之一，或写成对照，如 Low=1, High=5。"


@pytest.mark.parametrize(("mapping", "shown"), [("", "–"), (",", ","), (" ， ", " ， ")])
def test_an_empty_mapping_means_nothing(house: Flask, mapping: str, shown: str) -> None:
    with pytest.raises(Refused) as refused:
        levels_of(mapping, FIVE)
    assert refused.value.message == f"“{shown}”不是有效的等级对照。"


@pytest.mark.parametrize("code", SCALES)
def test_a_scale_s_own_words_are_read_in_both_languages_and_as_numbers(code: str) -> None:
    scale = SCALES[code]
    known = levels_of("scale", scale)
    assert known == own_words(scale)
    for level in scale.levels:
        assert {known[scale.word(level, "zh")], known[scale.word(level, "en")], known[str(level)]} == {level}
    for word in ("没遇到或说不清", "Not met or cannot say", "说不清", "不了解", "没接触", "0"):
        assert known[word] == 0
    assert set(known.values()) == set(scale.answers)
    assert str(scale.top + 1) not in known


def test_the_same_word_means_another_level_on_another_scale() -> None:
    assert [own_words(scale)["不满意"] for scale in (FIVE, THREE)] == [2, 1]
    assert [own_words(scale)["满意"] for scale in (FIVE, THREE)] == [4, 3]
    assert own_words(TEN)["10 分"] == own_words(TEN)["10"] == 10


def test_words_that_nobody_translated_are_no_empty_word() -> None:
    scale = Scale(
        "two", Words("两档"), {2: Words("好"), 1: Words("差", "Bad")}, frozenset({2}), frozenset({1}), "100/0"
    )
    assert own_words(scale) == {
        **dict.fromkeys(("没遇到或说不清", "Not met or cannot say", "说不清", "不了解", "没接触", "0"), 0),
        "好": 2,
        "2": 2,
        "差": 1,
        "Bad": 1,
        "1": 1,
    }
