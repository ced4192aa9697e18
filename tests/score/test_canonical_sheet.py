"""The text of a sheet: written in one way, read back without a loss."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from survey.questions.service import Words
from survey.score.sheet.sheet import (
    FORMAT,
    ClassSheet,
    ExtraLine,
    Line,
    Part,
    SheetContent,
    from_json,
    to_json,
    to_json_value,
)

LEAF = Part(
    "poll", Words("民意", "Poll"), "poll", "G-1", 40.0, "points", 100.0,
    value=88.0, standard_error=0.5, points=35.2, points_error=0.2, degrees_of_freedom=37.5, value_with_held=87.0,
    points_with_held=34.8, factor=1.25, n=41, valid_n=40, cannot_say=0.024390, participation=0.3, response_rate=0.6,
    self_selected=True, floor="published", selected=(("group", "deputies"), ("channel", "11")),
)  # fmt: skip
EMPTY = Part("work", Words("工作"), "external:work", "", 60.0, "share", 100.0, missing="no_value")
TREE = Part("all", Words("合计"), "composite", "", 100.0, "points", 100.0, parts=(LEAF, EMPTY))
EXTRA = ExtraLine("late", Words("迟到", "Late"), "deduction", 4.0, 3.0, 3.0, ("甲", "乙"))
LINE = Line(
    7, "101", "单位101", (TREE,), (EXTRA,), 0.0, 3.0, 32.2, 0.2, 37.5, 31.8, 32.6, 31.8,
    grade=Words("良", "Good"), rank=1, rank_low=1, rank_high=2, standing="", unranked="",
)  # fmt: skip
BARE = Line(8, "102", "单位102", (), (), 0.0, 0.0, None, None, None, None, None, None, unranked="no_value")
CONTENT = SheetContent(
    number=3,
    round={"code": "2026", "name": "年度", "opens_on": "2026-01-01", "closes_on": "2026-12-31"},
    scheme={"code": "s", "version": 2, "points": {"5": 100.0}, "ties": ["poll"], "graded": True},
    assumptions=(Words("一", "one"), Words("二")),
    basis={"run": 1, "tally_hash": "ab", "estimate_code": "cd", "score_code": "ef"},
    demonstration=False,
    made_at="2026-04-01T08:00:00+08:00",
    classes=(ClassSheet("1", "综合部门", 1, (LINE, BARE)), ClassSheet("2", "", 0, ())),
    left_out=("单位999",),
    replaces={"number": 1, "sha256": "aa", "reason": "录错"},
    frozen_at="2026-04-02T08:00:00+08:00",
    frozen_by="office",
)


def test_a_sheet_read_back_is_the_same_sheet_and_writes_the_same_text() -> None:
    text = to_json(CONTENT)
    again = from_json(text)
    assert again == CONTENT
    assert to_json(again) == text
    assert to_json(replace(again, number=4)) != text


def test_a_draft_read_back_has_neither_seal_nor_correction() -> None:
    draft = replace(CONTENT, replaces=None, frozen_at=None, frozen_by=None, left_out=(), assumptions=(), classes=())
    assert from_json(to_json(draft)) == draft
    assert draft.format == FORMAT == 1


def test_names_are_sorted_and_nothing_is_spaced() -> None:
    text = to_json(CONTENT)
    assert list(json.loads(text)) == sorted({*asdict(CONTENT)} - {"asked_by"})
    assert ": " not in text
    assert ", " not in text
    assert '"单位101"' in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 / 3, "0.333333"),
        (2 / 3, "0.666667"),
        (0.0000005, "0.0"),
        (0.00000051, "1e-06"),
        (-0.0, "0.0"),
        (-1e-9, "0.0"),
        (380.48, "380.48"),
        (5, "5"),
        (True, "true"),
        (None, "null"),
        ((1.23456789, "a"), '[1.234568,"a"]'),
        ({2: 0.1, 1: [0.7000001]}, '{"1":[0.7],"2":0.1}'),
    ],
)
def test_numbers_keep_six_digits_and_nothing_is_below_nothing(value: object, text: str) -> None:
    assert to_json_value(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_never_written(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json_value({"value": value})


def test_what_nobody_selected_is_not_written_so_that_older_sheets_keep_their_hash() -> None:
    lines = json.loads(to_json(CONTENT))["classes"][0]["lines"]
    poll, work = lines[0]["parts"][0]["parts"]
    assert poll["selected"] == [["group", "deputies"], ["channel", "11"]]
    assert "selected" not in work
    assert "selected" not in lines[0]["parts"][0]
    assert to_json_value({"selected": ()}) == "{}"
    assert to_json_value({"chosen": ()}) == '{"chosen":[]}'


def test_the_leaves_of_a_line_are_those_that_have_a_value_of_their_own() -> None:
    assert [leaf.code for leaf in LINE.leaves()] == ["poll", "work"]
    assert list(LEAF.leaves()) == [LEAF]
    assert [leaf.code for leaf in replace(LINE, parts=(TREE, replace(LEAF, code="last"))).leaves()] == [
        "poll",
        "work",
        "last",
    ]
    assert BARE.leaves() == []


def test_every_line_comes_with_its_class() -> None:
    assert [(group.code, line.unit_code) for group, line in CONTENT.lines()] == [("1", "101"), ("1", "102")]
