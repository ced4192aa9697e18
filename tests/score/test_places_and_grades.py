"""Places, grades and what may be said of a place, inside one class and by hand; and how sure a total is."""

from __future__ import annotations

import math
import zlib
from dataclasses import replace

import pytest

from survey.questions.service import FIVE, Words
from survey.score.scheme.scheme import Grade, Scheme
from survey.score.sheet import making
from survey.score.sheet.making import Judged
from survey.score.sheet.precision import error_of_sum, interval, place_sets
from survey.score.sheet.sheet import ClassSheet, Line, Part

GRADES = (Grade(Words("优秀", "Excellent"), 90), Grade(Words("合格", "Passed"), 60))
SCHEME = Scheme("s", 1, Words("方案"), 100.0, FIVE.points, (), grades=GRADES)


def part(code: str, points: float | None) -> Part:
    return Part(code, Words(code), "external:x", "", 50, "points", 100, points=points)


def line(code: str, total: float | None, *, error: float | None = None, unranked: str = "", **points: float) -> Line:
    """A unit before it is ranked."""
    parts = tuple(part(name, value) for name, value in points.items())
    nothing = {"extras": (), "bonus": 0, "deduction": 0, "degrees_of_freedom": None, "low": None, "high": None}
    return Line(
        zlib.crc32(code.encode()),
        code,
        f"单位{code}",
        parts,
        total=total,
        standard_error=error,
        total_with_held=total,
        unranked=unranked,
        **nothing,
    )


def ranked(*lines: Line, scheme: Scheme = SCHEME) -> ClassSheet:
    judged = Judged((ClassSheet("1", "综合部门", 0, lines),), ("未列入",))
    found = making.ranked(scheme, judged)
    assert found.left_out == ("未列入",)
    [group] = found.classes
    assert (group.code, group.name) == ("1", "综合部门")
    return group


def test_the_best_total_comes_first_and_equal_ones_stand_by_their_codes() -> None:
    group = ranked(line("d", 70.0), line("b", 90.0), line("c", 90.0), line("a", 80.0))
    assert [(one.unit_code, one.rank) for one in group.lines] == [("b", 1), ("c", 1), ("a", 3), ("d", 4)]
    assert group.ranked == 4


def test_exact_totals_allow_their_own_places_and_equals_share_the_set() -> None:
    group = ranked(line("a", 95.0), line("b", 90.0), line("c", 90.0), line("d", 10.0))
    assert [(one.rank_low, one.rank_high) for one in group.lines] == [(1, 1), (2, 3), (2, 3), (4, 4)]
    assert [one.standing for one in group.lines] == ["first", "", "", "last"]


def test_units_without_a_place_follow_by_their_codes_with_neither_grade_nor_set() -> None:
    group = ranked(
        line("z", None, unranked="hidden"),
        line("m", 99.0, unranked="reference"),
        line("k", 50.0),
        line("b", None, unranked="no_value"),
    )
    assert [one.unit_code for one in group.lines] == ["k", "b", "m", "z"]
    assert group.ranked == 1
    assert [one.rank for one in group.lines] == [1, None, None, None]
    for one in group.lines[1:]:
        assert (one.grade, one.rank_low, one.rank_high, one.standing) == (None, None, None, "")
    assert group.lines[2].total == 99.0


def test_a_total_without_a_reason_against_it_and_a_reason_without_a_total_are_both_needed() -> None:
    group = ranked(line("a", None), line("b", 0.0))
    assert [(one.unit_code, one.rank) for one in group.lines] == [("b", 1), ("a", None)]


def test_of_a_single_unit_neither_first_nor_last_is_said() -> None:
    [only] = ranked(line("a", 70.0)).lines
    assert (only.rank, only.rank_low, only.rank_high, only.standing) == (1, 1, 1, "")


def test_of_two_exact_units_one_is_first_and_one_last() -> None:
    assert [one.standing for one in ranked(line("a", 60.0), line("b", 70.0)).lines] == ["first", "last"]


def test_of_two_equal_units_nobody_is_singled_out() -> None:
    group = ranked(line("a", 70.0), line("b", 70.0))
    assert [(one.rank, one.rank_low, one.rank_high, one.standing) for one in group.lines] == [(1, 1, 2, "")] * 2


@pytest.mark.parametrize(
    ("total", "grade"), [(90.0, "优秀"), (89.99, "合格"), (60.0, "合格"), (59.99, None), (0.0, None)]
)
def test_the_rounded_total_is_graded(total: float, grade: str | None) -> None:
    [one] = ranked(line("a", total)).lines
    assert (one.grade.zh if one.grade else None) == grade


def test_large_errors_widen_the_places_that_the_data_allow_and_silence_first_and_last() -> None:
    group = ranked(line("a", 90.0, error=30.0), line("b", 80.0, error=30.0), line("c", 70.0, error=30.0))
    assert [one.rank for one in group.lines] == [1, 2, 3]
    assert [(one.rank_low, one.rank_high, one.standing) for one in group.lines] == [(1, 3, "")] * 3


def test_small_errors_leave_every_unit_its_place() -> None:
    group = ranked(line("a", 90.0, error=0.01), line("b", 80.0, error=0.01), line("c", 70.0, error=0.01))
    assert [(one.rank_low, one.rank_high) for one in group.lines] == [(1, 1), (2, 2), (3, 3)]


def test_a_component_decides_between_equal_totals_and_the_next_one_after_it() -> None:
    scheme = replace(SCHEME, ties=("voice", "work"))
    lines = (
        line("a", 80.0, voice=30.0, work=50.0),
        line("b", 80.0, voice=40.0, work=40.0),
        line("c", 80.0, voice=40.0, work=41.0),
        line("d", 80.0, voice=40.0, work=41.0),
        line("e", 81.0, voice=0.0, work=0.0),
    )
    group = ranked(*lines, scheme=scheme)
    assert [(one.unit_code, one.rank) for one in group.lines] == [("e", 1), ("c", 2), ("d", 2), ("b", 4), ("a", 5)]
    for one in group.lines:
        assert one.rank_low is not None
        assert one.rank_high is not None
        assert one.rank is not None
        assert one.rank_low <= one.rank <= one.rank_high
    without = ranked(*lines)
    assert [one.rank for one in without.lines] == [1, 2, 2, 2, 2]


def test_what_decides_between_equal_totals_is_rounded_as_the_total_is() -> None:
    scheme = replace(SCHEME, ties=("voice",), decimals=1)
    lines = (line("a", 80.0, voice=30.04), line("b", 80.0, voice=30.01), line("c", 80.0, voice=30.05))
    found = {one.unit_code: one.rank for one in ranked(*lines, scheme=scheme).lines}
    assert found == {"a": 2, "b": 2, "c": 1}
    finer = {one.unit_code: one.rank for one in ranked(*lines, scheme=replace(scheme, decimals=2)).lines}
    assert finer == {"a": 2, "b": 3, "c": 1}


def test_a_component_that_a_unit_lacks_decides_as_nothing() -> None:
    scheme = replace(SCHEME, ties=("voice",))
    lines = (line("a", 80.0), replace(line("b", 80.0), parts=(part("voice", None),)), line("c", 80.0, voice=0.01))
    assert [(one.unit_code, one.rank) for one in ranked(*lines, scheme=scheme).lines] == [("c", 1), ("a", 2), ("b", 2)]


def test_every_class_is_ranked_by_itself() -> None:
    first = ClassSheet("1", "综合部门", 0, (line("a", 60.0), line("b", 50.0)))
    second = ClassSheet("2", "执法部门", 0, (line("c", 90.0),))
    found = making.ranked(SCHEME, Judged((first, second), ()))
    assert [(group.code, group.ranked, [one.rank for one in group.lines]) for group in found.classes] == [
        ("1", 2, [1, 2]),
        ("2", 1, [1]),
    ]
    assert making.ranked(SCHEME, Judged((), ())) == Judged((), ())
    assert ranked().lines == ()


@pytest.mark.parametrize(
    ("parts", "error", "degrees"),
    [
        ([], None, None),
        ([(None, None), (None, 5.0)], None, None),
        ([(3.0, None), (4.0, None)], 5.0, None),
        ([(3.0, None), (4.0, 8.0)], 5.0, 19.53125),  # 625 ÷ (256 ÷ 8)
        ([(3.0, math.inf), (4.0, 8.0)], 5.0, 19.53125),
        ([(3.0, 0.0), (4.0, 8.0)], 5.0, 19.53125),
        ([(2.0, 7.0)], 2.0, 7.0),
        ([(2.0, 7.0), (None, None)], 2.0, 7.0),
        ([(0.0, 7.0)], 0.0, None),
        ([(1.0, 10.0), (1.0, 10.0)], math.sqrt(2), 20.0),
    ],
)
def test_errors_add_as_squares_and_degrees_as_satterthwaite_has_it(
    parts: list[tuple[float | None, float | None]], error: float | None, degrees: float | None
) -> None:
    found, freedom = error_of_sum(iter(parts))
    assert found == (None if error is None else pytest.approx(error, abs=1e-12))
    assert freedom == (None if degrees is None else pytest.approx(degrees, abs=1e-9))


@pytest.mark.parametrize(
    ("degrees", "level", "width"),
    [
        (None, 0.95, 1.959964),  # qnorm(0.975)
        (10.0, 0.95, 2.228139),  # qt(0.975, 10)
        (1.0, 0.95, 12.706205),  # qt(0.975, 1)
        (10.0, 0.90, 1.812461),  # qt(0.95, 10)
        (None, 0.99, 2.575829),  # qnorm(0.995)
    ],
)
def test_an_interval_is_as_wide_as_r_says(degrees: float | None, level: float, width: float) -> None:
    bounds = interval(80.0, 2.0, degrees, level)
    assert bounds is not None
    assert bounds[0] == pytest.approx(80 - 2 * width, abs=2e-6)
    assert bounds[1] == pytest.approx(80 + 2 * width, abs=2e-6)


def test_an_interval_is_of_95_per_cent_unless_another_is_wanted() -> None:
    assert interval(80.0, 2.0, 10.0) == interval(80.0, 2.0, 10.0, 0.95)
    assert interval(80.0, 0.0, 5.0) == (80.0, 80.0)
    assert interval(80.0, None, 5.0) is None


def test_the_places_that_the_data_allow_are_the_same_each_time() -> None:
    totals, errors = [90.0, 89.0, 88.5, 80.0], [1.0, 0.8, None, 0.5]
    first = place_sets(totals, errors)
    assert first == place_sets(totals, errors)
    assert first == [(1, 3), (1, 3), (1, 3), (4, 4)]
    assert place_sets([], []) == []
    assert place_sets([1.0], [None]) == [(1, 1)]


def test_two_units_are_apart_only_where_their_difference_is_beyond_its_error() -> None:
    assert place_sets([92.8, 90.0], [1.0, 1.0]) == [(1, 1), (2, 2)]  # 2.8 > 1.96 × √2 = 2.77
    assert place_sets([92.7, 90.0], [1.0, 1.0]) == [(1, 2), (1, 2)]
