"""What each line of a scheme's text becomes, and what stands where nothing is written."""

from __future__ import annotations

import pytest
from flask import Flask

from survey.questions.service import SOURCES, Words
from survey.score import service
from survey.score.scheme.scheme import ALL_CLASSES, ClassRules, Component, Extra, Grade
from tests.score.schemes_written import external, leaf, scheme_of

pytestmark = pytest.mark.usefixtures("still_app")

WHOLE = """
id: whole_1-a
version: 12
title: {zh: " 全套方案 ", en: The whole}
total: 1000
points: 100/90/50/20/10
classes:
  - codes: [01, "B"]
    components:
      - id: work
        title: {zh: 工作, en: Work}
        points: 600
        source: external:annual
        out_of: 120
        assumption: 取整
      - id: public
        title: 评议
        points: 400
        assumption: {zh: 各半, en: halves}
        parts:
          - {id: leaders, title: 领导, share: 25 %, source: panel, question: L-1}
          - {id: citizens, title: 群众, share: "75", source: poll, points_table: 100/70/30, group: deputies}
  - codes: ["*"]
    components:
      - {id: all, title: 全部, points: "1000", source: "external:annual", out_of: 50}
bonus:
  - {id: award, title: {zh: 表彰, en: Award}, cap: 20}
  - {id: pilot, title: 试点, cap: 5.5}
bonus_cap: 22
deductions:
  - {id: late, title: 迟到, cap: 30}
grades:
  - {title: 差, from: 0}
  - {title: {zh: 优, en: Excellent}, from: 900, below: 1000}
  - {title: 良, from: "0600", below: 900}
floor: redistribute
decimals: 0
ties: [public, work]
sources: [办法第一条, 2013]
assumptions:
  - 线性折算
  - {zh: 各半, en: halves}
"""


@pytest.fixture(scope="module")
def whole(still_app: Flask) -> service.Scheme:
    return service.check_scheme(WHOLE)


def test_the_head_of_a_scheme_is_read(whole: service.Scheme) -> None:
    assert (whole.code, whole.version, whole.title) == ("whole_1-a", 12, Words("全套方案", "The whole"))
    assert (whole.total, whole.points.text) == (1000.0, "100/90/50/20/10")
    assert (whole.floor, whole.decimals, whole.ties) == ("redistribute", 0, ("public", "work"))
    assert whole.sources == ("办法第一条", "2013")


def test_full_marks_are_points_of_the_total_on_every_level(whole: service.Scheme) -> None:
    work, public = whole.classes[0].components
    assert (work.full, work.stated, work.source, work.external, work.out_of) == (
        600.0,
        "points",
        "external",
        "annual",
        120.0,
    )
    assert (public.full, public.stated, public.source, public.external, public.out_of) == (
        400.0,
        "points",
        "composite",
        "",
        100.0,
    )
    assert [(part.code, part.full, part.stated, part.out_of) for part in public.parts] == [
        ("leaders", 100.0, "share", 100.0),
        ("citizens", 300.0, "share", 100.0),
    ]


def test_a_leaf_keeps_its_question_its_points_and_what_it_selects(whole: service.Scheme) -> None:
    leaders, citizens = whole.classes[0].components[1].parts
    assert (leaders.question, leaders.points_table, leaders.selector) == ("L-1", "", None)
    assert (citizens.question, citizens.points_table) == ("", "100/70/30")
    assert leaders.selected.kind == "panel"
    assert citizens.selected.groups == ("deputies",)
    assert [part.is_survey for part in (leaders, citizens, whole.classes[0].components[0])] == [True, True, False]


def test_extras_and_grades_are_read_highest_grade_first(whole: service.Scheme) -> None:
    assert whole.extras == (
        Extra("award", Words("表彰", "Award"), "bonus", 20.0),
        Extra("pilot", Words("试点"), "bonus", 5.5),
        Extra("late", Words("迟到"), "deduction", 30.0),
    )
    assert whole.bonus_cap == 22.0
    assert whole.grades == (
        Grade(Words("优", "Excellent"), 900.0),
        Grade(Words("良"), 600.0),
        Grade(Words("差"), 0.0),
    )


def test_assumptions_are_the_scheme_s_own_then_each_of_its_components_once(whole: service.Scheme) -> None:
    assert whole.assumptions == (Words("线性折算"), Words("各半", "halves"))
    assert whole.all_assumptions() == [*whole.assumptions, Words("取整"), Words("各半", "halves")]
    twice = service.newest_scheme("anhui-2012").all_assumptions()
    assert len(twice) == len(set(twice)) == 5  # what both classes assume stands once


def test_a_class_named_outright_goes_before_the_rules_for_all(whole: service.Scheme) -> None:
    named, every = whole.classes
    assert (named.codes, every.codes) == (("01", "B"), (ALL_CLASSES,))
    assert [whole.for_class(code) for code in ("01", "B", "1", "")] == [named, named, every, every]
    assert service.newest_scheme("anhui-2012").for_class("5") is None


def test_leaves_are_listed_by_where_they_come_from(whole: service.Scheme) -> None:
    assert [leaf.code for leaf in whole.classes[0].leaves()] == ["work", "leaders", "citizens"]
    assert [leaf.code for leaf in whole.survey_leaves()] == ["leaders", "citizens"]
    assert {code: leaf.code for code, leaf in whole.external_leaves().items()} == {"annual": "all"}
    assert service.newest_scheme("hami").survey_leaves() == []


def test_what_is_not_written_has_its_default() -> None:
    scheme = service.check_scheme(scheme_of(leaf()))
    assert (scheme.points.text, scheme.floor, scheme.decimals, scheme.bonus_cap) == (
        "100/80/60/30/0",
        "no_score",
        2,
        None,
    )
    assert (scheme.extras, scheme.grades, scheme.ties, scheme.sources, scheme.assumptions) == ((), (), (), (), ())
    assert scheme.classes == (
        ClassRules(("*",), (Component("a", Words("项目a"), 100.0, "share", "poll"),)),
    )  # no question, selector, points, assumption or parts of its own


@pytest.mark.parametrize("source", SOURCES)
def test_every_kind_of_collection_may_be_a_component(source: str) -> None:
    [found] = service.check_scheme(scheme_of(leaf(source=f"source: {source}"))).survey_leaves()
    assert (found.source, found.selected.kind, found.is_survey, found.out_of) == (source, source, True, 100.0)


@pytest.mark.parametrize(
    ("tail", "points"),
    [
        ("points: 100/80/60/30/0", "100/80/60/30/0"),
        ("points: 100、80、60、40、20", "100/80/60/40/20"),
        ("points: [100, 75, 50, 25, 0]", "100/75/50/25/0"),
        ('points: [100, "75", 50, 25, 0]', "100/75/50/25/0"),
        ("points: {1: 10, 2: 30, 3: 50, 4: 70, 5: 90}", "90/70/50/30/10"),
        ("points: 100/70/30", "100/100/70/30/30"),
        ("points: 100/100/60/0/0", "100/100/60/0/0"),
        ("points: null", "100/80/60/30/0"),
    ],
)
def test_points_of_the_levels_are_read_as_people_write_them(tail: str, points: str) -> None:
    assert service.check_scheme(scheme_of(leaf(), tail=tail)).points.text == points


@pytest.mark.parametrize(("tail", "ties"), [("ties: shared", ()), ("ties: []", ()), ("ties: [a]", ("a",))])
def test_equal_totals_share_the_place_or_are_decided_by_components(tail: str, ties: tuple[str, ...]) -> None:
    assert service.check_scheme(scheme_of(leaf(), tail=tail)).ties == ties


@pytest.mark.parametrize(
    ("head", "code", "version"),
    [
        ("id: ab\nversion: 1", "ab", 1),
        (f"id: {'x' * 40}\nversion: 100000", "x" * 40, 100_000),
        ("id: 2013\nversion: 7", "2013", 7),
        ("id: Town_2-b\nversion: 1", "Town_2-b", 1),
    ],
)
def test_a_scheme_is_named_by_letters_digits_and_dashes_and_a_whole_version(head: str, code: str, version: int) -> None:
    scheme = service.check_scheme(scheme_of(leaf(), head=f"{head}\ntitle: 方案\ntotal: 0.01\n"))
    assert (scheme.code, scheme.version, scheme.total) == (code, version, 0.01)


@pytest.mark.parametrize("decimals", [0, 6])
def test_totals_are_rounded_to_none_or_up_to_six_digits(decimals: int) -> None:
    assert service.check_scheme(scheme_of(leaf(), tail=f"decimals: {decimals}")).decimals == decimals


@pytest.mark.parametrize(
    ("marks", "full"),
    [
        (("share: 33.3", "share: 33.3", "share: 33.4"), (33.3, 33.3, 33.4)),
        (("share: 50", "share: 50.000001"), (50.0, 50.000001)),
        (("share: 100", "share: 0"), (100.0, 0.0)),
        (("points: 40", "points: 60.0"), (40.0, 60.0)),
        (("points: 0", "points: 100"), (0.0, 100.0)),
        (("share: 40%", "share: 60 %"), (40.0, 60.0)),
    ],
)
def test_shares_and_points_that_add_up_are_taken(marks: tuple[str, ...], full: tuple[float, ...]) -> None:
    components = [external("abc"[place], one) for place, one in enumerate(marks)]
    found = service.check_scheme(scheme_of(*components)).classes[0].components
    assert [part.full for part in found] == pytest.approx(list(full), abs=1e-12)


def test_parts_may_be_in_points_below_a_share_and_shares_below_points() -> None:
    parts = "parts: [{id: b, title: 乙, points: 12, source: poll}, {id: c, title: 丙, points: 8, source: panel}]"
    scheme = service.check_scheme(scheme_of(external("w", "share: 80"), f"id: p, title: 评议, share: 20, {parts}"))
    assert [(one.code, one.full) for one in scheme.classes[0].leaves()] == [("w", 80.0), ("b", 12.0), ("c", 8.0)]


def test_the_same_ids_may_stand_in_two_classes_and_one_value_serves_both() -> None:
    second = (
        '  - codes: [2]\n    components:\n      - {id: a, title: 乙, share: 100, source: "external:a", out_of: 5}\n'
    )
    scheme = service.check_scheme(scheme_of(external("a"), tail=second))
    assert [rules.codes for rules in scheme.classes] == [("*",), ("2",)]
    assert list(scheme.external_leaves()) == ["a"]


def test_a_code_of_a_value_may_have_64_characters() -> None:
    scheme = service.check_scheme(scheme_of(external("x" * 64), tail=f"bonus: [{{id: {'y' * 64}, title: 甲, cap: 1}}]"))
    assert list(scheme.external_leaves()) == ["x" * 64]
    assert scheme.extras[0].code == "y" * 64


def test_a_text_of_exactly_the_longest_length_is_read() -> None:
    text = scheme_of(leaf())
    padded = text + "#" * (200_000 - len(text))
    assert service.check_scheme(padded).code == "test"


def test_extras_may_have_no_cap_but_nought_and_grades_need_no_end() -> None:
    tail = "deductions: [{id: d, title: 扣, cap: 0}]\nbonus_cap: 0\ngrades: [{title: 合格, from: 0}]"
    scheme = service.check_scheme(scheme_of(leaf(), tail=tail))
    assert (scheme.extras[0].cap, scheme.extras[0].kind, scheme.bonus_cap) == (0.0, "deduction", 0.0)
    assert scheme.grades == (Grade(Words("合格"), 0.0),)
