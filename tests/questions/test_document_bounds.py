"""The bounds of a form's document: the last that is taken, and the first beyond."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.questions.forms import LEFT_OUT, changed, fault, read

COUNTER = {"use": "counter", "per_unit": LEFT_OUT, "most_units": LEFT_OUT}
CODE = "give a code of at most 16 letters and digits, and a version from 1 on."
LONG = "give each question and each choice a code of at most 32 characters."
CHOICES = "give each question that is not scored choices, each with a code of its own."


@pytest.mark.parametrize("code", ["A", "W13", "f", "2026", "A" * 16])
def test_a_code_has_letters_and_digits(tmp_path: Path, code: str) -> None:
    assert read(tmp_path, changed(code=code)).code == code


@pytest.mark.parametrize("code", ["", "A" * 17, "A/B", "A B", "A-B", "问卷", "A\n", "Ä", "A.1"])
def test_a_code_that_no_address_can_carry_is_refused(tmp_path: Path, code: str) -> None:
    assert fault(tmp_path, changed(code=code)) == CODE


def test_a_code_left_empty_is_no_code_called_none(tmp_path: Path) -> None:
    document = "code:\nversion: 2\nzh: {title: 题, text: 文}\nen: {title: t, text: x}\nuse: poll\nquestions:\n"
    assert fault(tmp_path, document + "  - {code: A1, zh: 总, en: all, overall: true}\n") == CODE


def test_a_key_that_stands_twice_is_not_passed_over(tmp_path: Path) -> None:
    document = (
        "code: A1\nversion: 1\nversion: 2\nzh: {title: 题, text: 文}\nen: {title: t, text: x}\nuse: poll\nquestions:\n"
    )
    said = fault(tmp_path, document + "  - {code: A1, zh: 总, en: all, overall: true}\n")
    assert said.startswith("it is not readable YAML: the key version stands twice")


def test_a_code_with_a_leading_zero_stays_as_it_is_written(tmp_path: Path) -> None:
    document = "code: 010\nversion: 02\nzh: {title: 题, text: 文}\nen: {title: t, text: x}\nuse: poll\nquestions:\n"
    form = read(tmp_path, document + "  - {code: 01, zh: 总, en: all, overall: true}\n")
    assert (form.code, form.version, form.questions[0].code) == ("010", 2, "01")
    assert form.questions[0].category == ""


@pytest.mark.parametrize(("version", "fits"), [(1, True), (0, False), (-1, False), (12, True)])
def test_versions_begin_at_one(tmp_path: Path, version: int, fits: bool) -> None:
    document = changed(version=version)
    if fits:
        assert read(tmp_path, document).version == version
    else:
        assert fault(tmp_path, document) == CODE


@pytest.mark.parametrize(("most", "fits"), [(0, True), (1, True), (99, True), (-1, False)])
def test_at_most_so_many_bodies_and_nought_is_all(tmp_path: Path, most: int, fits: bool) -> None:
    document = changed(most_units=most)
    if fits:
        assert read(tmp_path, document).most_units == most
    else:
        assert fault(tmp_path, document) == "most_units is a number from 0 on; 0 means all."


@pytest.mark.parametrize("use", ["counter", "poll", "panel"])
def test_a_form_is_for_one_of_three_uses(tmp_path: Path, use: str) -> None:
    assert read(tmp_path, changed(**{**COUNTER, "use": use})).use == use


@pytest.mark.parametrize("use", ["web", "", "Counter", None, "counters"])
def test_another_use_is_refused(tmp_path: Path, use: str | None) -> None:
    assert fault(tmp_path, changed(use=use)) == f"use is {str(use)!r}; write one of counter, poll, panel."


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"per_unit": True}, False),
        ({"scale": "hundred"}, False),
        ({"per_unit": True, "scale": "hundred"}, False),
        ({"scale": "ten"}, True),
    ],
)
def test_a_form_at_a_counter_asks_about_one_place_by_levels(
    tmp_path: Path, change: dict[str, object], fits: bool
) -> None:
    document = changed(**{**COUNTER, **change})
    if fits:
        assert read(tmp_path, document).per_unit is False
    else:
        assert fault(tmp_path, document) == "a form at a counter asks about one place, on a scale of levels."


@pytest.mark.parametrize("use", ["poll", "panel"])
def test_elsewhere_scores_and_several_bodies_are_asked(tmp_path: Path, use: str) -> None:
    form = read(tmp_path, changed(use=use, scale="hundred", per_unit=True))
    assert (form.per_unit, form.scale) == (True, None)


@pytest.mark.parametrize(("first", "second"), [(False, False), (True, True)])
def test_exactly_one_question_stands_for_the_form(tmp_path: Path, first: bool, second: bool) -> None:
    document = changed()
    document["questions"][0]["overall"], document["questions"][1]["overall"] = first, second
    expected = "mark exactly one question with overall: true; its index stands for the form."
    assert fault(tmp_path, document) == expected
    assert fault(tmp_path, changed(questions=[])) == expected


def test_the_question_that_stands_for_the_form_need_not_be_the_first(tmp_path: Path) -> None:
    document = changed()
    document["questions"][0]["overall"], document["questions"][1]["overall"] = False, True
    assert read(tmp_path, document).overall.code == "F-2"


@pytest.mark.parametrize(
    "at", [("questions", 1, "code"), ("closing", 0, "code"), ("background", 0, "code")], ids=lambda at: at[0]
)
def test_no_two_questions_share_a_code(tmp_path: Path, at: tuple[str | int, ...]) -> None:
    assert fault(tmp_path, changed(at, "F-1")) == "two questions have the same code."


PLACES = [
    ("questions", 1, "code"),
    ("closing", 0, "code"),
    ("background", 0, "code"),
    ("closing", 0, "choices", 0, "code"),
]


@pytest.mark.parametrize("at", PLACES, ids=lambda at: f"{at[0]}-{len(at)}")
def test_codes_of_questions_and_choices_fit_where_answers_are_kept(tmp_path: Path, at: tuple[str | int, ...]) -> None:
    assert read(tmp_path, changed(at, "题" * 32))
    assert fault(tmp_path, changed(at, "Q" * 33)) == LONG
    assert fault(tmp_path, changed(at, "")) == LONG


@pytest.mark.parametrize("part", ["closing", "background"])
def test_a_question_that_is_not_scored_offers_choices(tmp_path: Path, part: str) -> None:
    assert fault(tmp_path, changed((part, 0, "choices"), LEFT_OUT)) == CHOICES
    assert fault(tmp_path, changed((part, 0, "choices"), [])) == CHOICES
    twice = [{"code": "a", "zh": "甲", "en": "A"}, {"code": "a", "zh": "乙", "en": "B"}]
    assert fault(tmp_path, changed((part, 0, "choices"), twice)) == CHOICES
    once = [{"code": "a", "zh": "甲", "en": "A"}, {"code": "b", "zh": "乙", "en": "B"}]
    form = read(tmp_path, changed((part, 0, "choices"), once))
    (question,) = getattr(form, part)
    assert [choice.text("zh") for choice in question.choices] == ["甲", "乙"]
    assert [choice.text("en") for choice in question.choices] == ["A", "B"]
    assert question.choice_codes == {"a", "b"}
    assert (question.kind, question.scored, question.overall) == ("choice", False, False)


def test_choices_written_as_numbers_are_codes(tmp_path: Path) -> None:
    choices = [{"code": 1, "zh": "一次", "en": "once"}, {"code": 2, "zh": "两次", "en": "twice"}]
    form = read(tmp_path, changed(("closing", 0, "choices"), choices))
    assert form.closing[0].choice_codes == {"1", "2"}
