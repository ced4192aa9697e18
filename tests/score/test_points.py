"""Points, sums, caps and grades by hand: what each value becomes, to the last digit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from survey.estimate.service import Selector
from survey.questions.service import SOURCES, Words
from survey.score.scheme.extras import Extra, ExtraEntry
from survey.score.scheme.scheme import Component, Grade
from survey.score.sheet import rules
from survey.score.sheet.rules import Measured

POLL = Component("poll", Words("民意", "Poll"), full=40, stated="points", source="poll", question="G-2")
WORK = Component("work", Words("工作"), 60, "share", "external", external="annual", out_of=120)
PARTS = (
    Component("leaders", Words("领导"), 30, "share", "panel"),
    Component("citizens", Words("群众"), 70, "share", "poll"),
)
PUBLIC = Component("public", Words("评议"), 100, "points", "composite", parts=PARTS)
#: everything that is known of an index
INDEX = Measured(
    90.0,
    standard_error=2.0,
    degrees_of_freedom=35.0,
    value_with_held=85.0,
    n=41,
    valid_n=40,
    cannot_say=0.025,
    participation=0.3,
    response_rate=0.6,
    self_selected=True,
    floor="published",
)
HIDDEN = Measured(None, floor="hidden")


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        (0.5, 0, 1.0),
        (1.5, 0, 2.0),
        (2.4999, 0, 2.0),
        (59.995, 2, 60.0),
        (59.99499, 2, 59.99),
        (84.995, 2, 85.0),
        (89.95, 1, 90.0),
        (0.0000005, 6, 0.000001),
        (93.84, 2, 93.84),
        (1.0000000004, 2, 1.0),
        (0.005 - 4e-10, 2, 0.01),
        (0.005 - 6e-10, 2, 0.0),
        (-0.5, 0, -1.0),
    ],
)
def test_a_half_goes_up_at_every_number_of_digits(value: float, decimals: int, rounded: float) -> None:
    assert rules.half_up(value, decimals) == rounded


GRADES = (Grade(Words("优"), 90), Grade(Words("良"), 80), Grade(Words("一般"), 75), Grade(Words("差"), 10))


@pytest.mark.parametrize(
    ("total", "grade"),
    [(100, "优"), (90, "优"), (89.99, "良"), (80, "良"), (79.99, "一般"), (75, "一般"), (74.99, "差"), (10, "差")],
)
def test_a_grade_begins_exactly_at_its_lower_bound(total: float, grade: str) -> None:
    found = rules.grade_of(total, GRADES)
    assert found is not None
    assert found.title.zh == grade


def test_below_every_grade_and_without_grades_there_is_none() -> None:
    assert rules.grade_of(9.99, GRADES) is None
    assert rules.grade_of(100, ()) is None


@pytest.mark.parametrize(
    ("keys", "places"),
    [
        ([], []),
        ([(5.0,)], [1]),
        ([(1.0,), (2.0,), (3.0,)], [3, 2, 1]),
        ([(7.0,), (7.0,), (7.0,)], [1, 1, 1]),
        ([(9.0,), (8.0,), (8.0,), (8.0,), (7.0,)], [1, 2, 2, 2, 5]),
        ([(8.0, 3.0), (8.0, 4.0), (9.0, 0.0)], [3, 2, 1]),
        ([(8.0, 3.0, 1.0), (8.0, 3.0, 2.0), (8.0, 3.0, 1.0)], [2, 1, 2]),
    ],
)
def test_places_fall_with_the_keys_and_equals_share_the_better(
    keys: list[tuple[float, ...]], places: list[int]
) -> None:
    assert rules.places(keys) == places


def test_a_leaf_carries_its_value_its_points_and_everything_that_stands_beside_them() -> None:
    part = rules.score(POLL, {"poll": INDEX}, redistribute=False)
    assert (part.code, part.title, part.source, part.question) == ("poll", Words("民意", "Poll"), "poll", "G-2")
    assert (part.full, part.stated, part.out_of, part.factor) == (40, "points", 100.0, 1.0)
    assert (part.value, part.standard_error, part.value_with_held) == (90.0, 2.0, 85.0)
    assert (part.points, part.points_error, part.points_with_held) == (36.0, 0.8, 34.0)
    assert (part.degrees_of_freedom, part.n, part.valid_n, part.cannot_say) == (35.0, 41, 40, 0.025)
    assert (part.participation, part.response_rate, part.self_selected) == (0.3, 0.6, True)
    assert (part.floor, part.missing, part.parts, part.selected) == ("published", "", (), ())


def test_a_value_from_elsewhere_is_scaled_by_its_own_full_marks() -> None:
    part = rules.score(WORK, {"work": Measured(90.0)}, redistribute=False)
    assert (part.source, part.out_of, part.stated) == ("external:annual", 120, "share")
    assert (part.points, part.points_with_held, part.value_with_held) == (45.0, 45.0, 90.0)
    assert (part.points_error, part.standard_error, part.n, part.floor) == (None, None, None, "")


def test_a_mean_of_nothing_with_held_answers_is_nothing_and_not_the_mean_without() -> None:
    part = rules.score(POLL, {"poll": replace(INDEX, value_with_held=0.0)}, redistribute=False)
    assert (part.value_with_held, part.points_with_held) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("leaf", "measured", "missing", "floor"),
    [
        (WORK, {}, "no_value", ""),
        (WORK, {"annual": Measured(90)}, "no_value", ""),
        (POLL, {}, "no_answers", ""),
        (POLL, {"poll": HIDDEN}, "hidden", "hidden"),
        (POLL, {"poll": Measured(None, floor="reference")}, "no_answers", "reference"),
        (POLL, {"poll": Measured(None)}, "no_answers", ""),
    ],
)
def test_a_leaf_without_a_value_says_why(
    leaf: Component, measured: dict[str, Measured], missing: str, floor: str
) -> None:
    part = rules.score(leaf, measured, redistribute=True)
    assert (part.missing, part.floor) == (missing, floor)
    assert (part.value, part.points, part.points_with_held, part.full) == (None, None, None, leaf.full)


def test_a_composite_adds_its_parts_and_says_its_value_out_of_a_hundred() -> None:
    tree = replace(PUBLIC, full=50, parts=tuple(replace(part, full=part.full / 2) for part in PARTS))
    measured = {
        "leaders": Measured(80.0, standard_error=4.0, degrees_of_freedom=9.0, value_with_held=70.0),
        "citizens": Measured(90.0, standard_error=1.0, degrees_of_freedom=100.0),
    }
    part = rules.score(tree, measured, redistribute=False)
    assert (part.points, part.value) == (43.5, 87.0)  # 12 + 31.5
    assert (part.points_with_held, part.value_with_held) == (42.0, 84.0)  # 10.5 + 31.5
    assert part.points_error == pytest.approx(0.6946, abs=5e-5)  # of 0.6 and 0.35
    assert part.standard_error == pytest.approx(1.3892, abs=5e-5)
    assert part.degrees_of_freedom == pytest.approx(16.0004, abs=5e-5)
    assert [below.points for below in part.parts] == [12.0, pytest.approx(31.5)]
    assert (part.source, part.missing, part.factor) == ("composite", "", 1.0)


def test_a_composite_of_exact_values_has_no_error() -> None:
    part = rules.score(PUBLIC, {"leaders": Measured(80), "citizens": Measured(90)}, redistribute=False)
    assert (part.points_error, part.standard_error, part.degrees_of_freedom) == (None, None, None)


def test_a_composite_worth_nothing_gives_nothing() -> None:
    empty = replace(PUBLIC, full=0.0, parts=tuple(replace(part, full=0.0) for part in PARTS))
    part = rules.score(empty, {"leaders": Measured(80), "citizens": Measured(90)}, redistribute=False)
    assert (part.points, part.value, part.value_with_held) == (0.0, 0.0, 0.0)


def test_without_redistribution_one_missing_part_leaves_the_whole_without_points() -> None:
    part = rules.score(PUBLIC, {"leaders": Measured(80), "citizens": HIDDEN}, redistribute=False)
    assert (part.points, part.missing) == (None, "hidden")
    assert [(below.points, below.factor) for below in part.parts] == [(24.0, 1.0), (None, 1.0)]


def test_the_share_of_a_survey_below_the_floor_goes_to_its_sibling_with_error_and_held_points() -> None:
    measured = {"leaders": replace(INDEX, value=80.0, value_with_held=70.0, standard_error=3.0), "citizens": HIDDEN}
    part = rules.score(PUBLIC, measured, redistribute=True)
    leaders, citizens = part.parts
    assert leaders.factor == pytest.approx(100 / 30)
    assert (leaders.points, leaders.points_with_held) == (pytest.approx(80.0), pytest.approx(70.0))
    assert leaders.points_error == pytest.approx(3.0)
    assert (leaders.value, leaders.standard_error, leaders.full) == (80.0, 3.0, 30)
    assert (citizens.points, citizens.factor, citizens.missing) == (None, 1.0, "hidden")
    assert part.points == pytest.approx(80.0)


def test_a_share_taken_over_twice_multiplies() -> None:
    whole = (replace(PUBLIC, full=80, parts=tuple(replace(part, full=part.full * 0.8) for part in PARTS)),)
    lost = Component("extra", Words("网评"), 20, "share", "online")
    found = rules.score_siblings((*whole, lost), {"leaders": Measured(90)}, redistribute=True)
    assert found[0].factor == pytest.approx(1.25)
    assert found[0].points == pytest.approx(90.0)
    assert found[0].parts[0].factor == pytest.approx(1 / 0.3)  # what its own level gave it
    assert found[1].points is None
    assert rules.sum_of(found) == pytest.approx(90.0)


@pytest.mark.parametrize(
    "measured",
    [
        {},
        {"leaders": HIDDEN, "citizens": HIDDEN},
    ],
)
def test_where_nothing_is_left_nobody_takes_over(measured: dict[str, Measured]) -> None:
    found = rules.score_siblings(PARTS, measured, redistribute=True)
    assert [part.factor for part in found] == [1.0, 1.0]
    assert rules.sum_of(found) is None


def test_the_share_of_a_value_that_was_not_brought_in_is_never_taken_over() -> None:
    found = rules.score_siblings((WORK, POLL), {"poll": INDEX}, redistribute=True)
    assert [(part.points, part.factor) for part in found] == [(None, 1.0), (36.0, 1.0)]
    assert rules.sum_of(found) is None
    assert rules.first_missing(found) == "no_value"


def test_where_nothing_is_missing_redistribution_changes_nothing() -> None:
    measured = {"work": Measured(120.0), "poll": INDEX}
    assert rules.score_siblings((WORK, POLL), measured, redistribute=True) == rules.score_siblings(
        (WORK, POLL), measured, redistribute=False
    )


BONUS = Extra("award", Words("表彰"), "bonus", cap=5)
SECOND = Extra("pilot", Words("试点"), "bonus", cap=4)
TAKEN = Extra("late", Words("迟到"), "deduction", cap=3)


@pytest.mark.parametrize(
    ("entries", "stated", "counted"),
    [([5.0], 5.0, 5.0), ([4.99], 4.99, 4.99), ([5.01], 5.01, 5.0), ([2.0, 2.0], 4.0, 4.0), ([3.0, 3.0], 6.0, 5.0)],
)
def test_an_extra_counts_up_to_its_cap(entries: list[float], stated: float, counted: float) -> None:
    given = {"award": [ExtraEntry(points, f"理由{place}") for place, points in enumerate(entries)]}
    [line] = rules.extra_lines([BONUS, TAKEN], given)
    assert (line.code, line.title, line.kind, line.cap) == ("award", Words("表彰"), "bonus", 5)
    assert (line.stated, line.counted) == (stated, counted)
    assert line.reasons == tuple(f"理由{place}" for place in range(len(entries)))


def test_extras_stand_in_the_order_of_the_scheme_and_unknown_ones_are_left_out() -> None:
    given = {
        "late": [ExtraEntry(1.0, "一")],
        "gone": [ExtraEntry(9.0, "旧项目")],
        "award": [ExtraEntry(2.0, "二")],
        "pilot": [],
    }
    assert [line.code for line in rules.extra_lines([BONUS, SECOND, TAKEN], given)] == ["award", "late"]
    assert rules.extra_lines([BONUS], {}) == ()


@pytest.mark.parametrize(("cap", "bonus"), [(None, 9.0), (9.5, 9.0), (9.0, 9.0), (6.0, 6.0), (0.0, 0.0)])
def test_the_cap_over_all_bonuses_comes_last_and_never_touches_deductions(cap: float | None, bonus: float) -> None:
    given = {
        "award": [ExtraEntry(8.0, "一")],
        "pilot": [ExtraEntry(4.0, "二")],
        "late": [ExtraEntry(2.0, "三"), ExtraEntry(0.5, "四")],
    }
    lines = rules.extra_lines([BONUS, SECOND, TAKEN], given)
    assert rules.bonus_and_deduction(iter(lines), cap) == (bonus, 2.5)


def test_without_extras_nothing_is_added_or_taken() -> None:
    assert rules.bonus_and_deduction([], None) == (0, 0)
    assert rules.bonus_and_deduction([], 3.0) == (0, 0)


@pytest.mark.parametrize("source", SOURCES)
def test_few_answers_keep_a_unit_from_a_place_except_where_a_panel_was_asked_in_full(source: str) -> None:
    leaf = Component("voice", Words("评议"), 100, "share", source)
    few = rules.score(leaf, {"voice": replace(INDEX, floor="reference")}, redistribute=False)
    assert rules.unranked_because([few]) == ("" if source == "panel" else "reference")
    enough = rules.score(leaf, {"voice": INDEX}, redistribute=False)
    assert rules.unranked_because([enough]) == ""
    hidden = rules.score(leaf, {"voice": HIDDEN}, redistribute=False)
    assert rules.unranked_because([hidden]) == "hidden"
    nobody = rules.score(leaf, {}, redistribute=False)
    assert rules.unranked_because([nobody]) == "no_answers"


def test_the_first_missing_leaf_says_why_a_unit_has_no_place() -> None:
    parts = rules.score_siblings((POLL, WORK), {"poll": HIDDEN}, redistribute=False)
    assert rules.unranked_because(parts) == "hidden"
    assert rules.unranked_because(parts[::-1]) == "no_value"


def test_a_unit_whose_share_was_taken_over_is_ranked_unless_what_took_it_is_itself_for_reference() -> None:
    taken = rules.score(PUBLIC, {"citizens": INDEX, "leaders": HIDDEN}, redistribute=True)
    assert rules.unranked_because([taken]) == ""
    few = rules.score(PUBLIC, {"citizens": replace(INDEX, floor="reference"), "leaders": HIDDEN}, redistribute=True)
    assert rules.unranked_because([few]) == "reference"


def test_a_reference_leaf_without_points_does_not_count_as_few_answers() -> None:
    lost = Component("lost", Words("网评"), 50, "share", "online")
    measured = {"poll": INDEX, "lost": Measured(None, floor="reference")}
    parts = rules.score_siblings((POLL, lost), measured, redistribute=True)
    assert rules.unranked_because(parts) == ""


@pytest.mark.parametrize(
    ("selector", "pairs"),
    [
        (None, ()),
        (Selector("poll"), ()),
        (Selector("poll", groups=("b", "a")), (("group", "b"), ("group", "a"))),
        (Selector("poll", collections=("7月",)), (("collection", "7月"),)),
        (Selector("poll", channels=(11, 3)), (("channel", "11"), ("channel", "3"))),
        (Selector("counter", form="W1"), (("form", "W1"),)),
        (
            Selector("poll", ("a",), ("7月",), (11,), "G"),
            (("group", "a"), ("collection", "7月"), ("channel", "11"), ("form", "G")),
        ),
    ],
)
def test_what_a_leaf_selects_is_written_as_pairs(selector: Selector | None, pairs: tuple[tuple[str, str], ...]) -> None:
    assert rules.selected_by(selector) == pairs
    part = rules.score(replace(POLL, selector=selector), {}, redistribute=False)
    assert part.selected == pairs
