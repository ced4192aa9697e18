"""A body's index taken apart: strata, months, counters, groups and questions, each under its own floor."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from survey.base.errors import NotFound, Refused
from survey.base.people.roles import SYSTEM, Role, Viewer
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.estimate.index.breakdown import without_few
from survey.estimate.index.indices import Floors
from survey.estimate.index.pooled import strata_of_waves
from survey.estimate.service import Selector
from survey.estimate.values import DomainLine, StratumLine
from survey.questions import service as questions
from survey.rounds import service as rounds
from tests.estimate.conftest import Place, set_cases
from tests.estimate.county import County

JULY = Selector("poll", (), ("七月",))


def manager(*unit_ids: int) -> Viewer:
    return Viewer(9, "m", frozenset({Role.UNIT_MANAGER}), frozenset(unit_ids))


def test_strata_of_ratings_are_counter_and_month_with_weights_and_shares(inside: County) -> None:
    lines = estimate.breakdown(inside.run, inside.units["A"], "counter")
    assert [(line.label, line.population, line.n, line.valid_n, line.pooled, line.hidden) for line in lines] == [
        ("1号窗口 · 2026-01", 90, 10, 9, False, False),
        ("1号窗口 · 2026-02", 100, 0, 0, False, False),
        ("2号窗口 · 2026-01", 10, 10, 10, False, False),
    ]
    first, silent, second = lines
    assert (first.weight, second.weight, silent.weight) == (18, 2, None)
    assert (first.share, second.share, silent.share) == (pytest.approx(162 / 182), pytest.approx(20 / 182), 0)
    assert first.counts == {5: 7, 4: 0, 3: 2, 2: 0, 1: 0, 0: 1}
    assert silent == StratumLine("1号窗口 · 2026-02", 100, 0, 0, None, 0.0, {}, None, None, None)


def test_each_stratum_says_its_mean_and_its_part_of_the_variance(inside: County) -> None:
    first, _silent, second = estimate.breakdown(inside.run, inside.units["A"], "counter")
    assert (first.mean, second.mean) == (pytest.approx(820 / 9), pytest.approx(40))
    assert second.standard_error == pytest.approx((1600 / 9) ** 0.5, abs=1e-12)
    mean = 15560 / 182
    moved = [18 * (100 - mean)] * 7 + [18 * (60 - mean)] * 2 + [0.0]
    other = [2 * (80 - mean)] * 5 + [-2 * mean] * 5
    variance = [sum((one - sum(each) / 10) ** 2 for one in each) for each in (moved, other)]
    assert first.variance_share == pytest.approx(variance[0] / sum(variance), abs=1e-12)
    assert second.variance_share == pytest.approx(variance[1] / sum(variance), abs=1e-12)


def test_a_lonely_stratum_is_marked_and_another_speaks_for_its_variance(inside: County) -> None:
    east, north, south = estimate.breakdown(inside.run, inside.units["A"], "import")
    assert [line.label for line in (east, north, south)] == ["东", "北", "南"]
    assert [line.pooled for line in (east, north, south)] == [True, False, False]
    assert [line.variance_share for line in (east, north, south)] == [None, 1.0, 0.0]
    assert [line.standard_error is None for line in (east, north, south)] == [True, False, False]
    assert [line.share for line in (east, north, south)] == [pytest.approx(x) for x in (0.1, 0.6, 0.3)]
    assert [line.weight for line in (east, north, south)] == [1, 2, 1]
    assert {line.population for line in (east, north, south)} == {None}
    assert (east.mean, north.mean, south.mean) == (70, 90, 30)


def test_strata_of_a_poll_are_called_by_their_wave(inside: County) -> None:
    country, town = estimate.breakdown(inside.run, inside.units["A"], JULY)
    assert (country.label, town.label) == ("七月 · 农村", "七月 · 城区")
    assert (country.population, town.population) == (50, 100)
    assert (country.weight, town.weight) == (pytest.approx(12.5), pytest.approx(100 / 6))
    assert (country.share, town.share) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert (country.variance_share, town.variance_share) == (0, pytest.approx(1))


def test_a_panel_is_one_stratum_without_a_name_and_votes_are_named_by_their_strata(inside: County) -> None:
    (line,) = estimate.breakdown(inside.run, inside.units["A"], Selector("panel", ("deputies",)))
    assert (line.label, line.n, line.valid_n, line.counts, line.share) == ("", 5, 5, {}, 1)
    assert (line.weight, line.variance_share) == (1, 1)
    (line,) = estimate.breakdown(inside.run, inside.units["A"], "online")
    assert (line.label, line.n, line.valid_n) == ("", 15, 12)


def test_answers_that_are_all_alike_bring_no_variance_to_share(inside: County) -> None:
    (line,) = estimate.breakdown(inside.run, inside.units["B"], "open")
    assert (line.mean, line.standard_error, line.variance_share) == (100, 0, None)


@pytest.mark.parametrize(("code", "source"), [("D", "counter"), ("E", "counter"), ("F", "counter"), ("C", "online")])
def test_nothing_of_a_hidden_body_is_taken_apart(inside: County, code: str, source: str) -> None:
    number = inside.units[code]
    assert estimate.breakdown(inside.run, number, source) == []
    assert estimate.by_part(inside.run, number, source, "month") == []
    assert estimate.by_question(inside.run, number, source) == []


def test_a_body_that_a_person_may_not_see_does_not_exist(inside: County) -> None:
    foreign, own = inside.units["A"], manager(inside.units["B"])
    for ask in (
        lambda: estimate.breakdown(inside.run, foreign, "counter", viewer=own),
        lambda: estimate.by_part(inside.run, foreign, "counter", "month", viewer=own),
        lambda: estimate.by_question(inside.run, foreign, "counter", viewer=own),
    ):
        with pytest.raises(NotFound, match="没有该单位"):
            ask()
    with pytest.raises(NotFound, match="没有这次计算"):
        estimate.breakdown(99, foreign, "counter")


def line(n: int, valid_n: int | None = None) -> StratumLine:
    known = n if valid_n is None else valid_n
    return StratumLine("层", 100.0, n, known, 2.0, 0.5, {5: known}, 90.0, 1.5, 0.25)


def test_the_rated_body_sees_sizes_and_weights_of_small_strata_and_nothing_said_in_them() -> None:
    small, other, large = without_few([line(4), line(5), line(40)], Floors(5, 30))
    assert small == replace(line(4), counts={}, mean=None, standard_error=None, variance_share=None, hidden=True)
    assert (other.hidden, other.counts, other.n, other.population, other.share) == (True, {}, 5, 100, 0.5)
    assert large == line(40)


def test_answers_that_count_decide_which_strata_are_small() -> None:
    assert [one.hidden for one in without_few([line(9, 4), line(9, 5), line(9, 9)], Floors(5, 30))] == [
        True,
        True,
        False,
    ]
    assert [one.hidden for one in without_few([line(0), line(5)], Floors(5, 30))] == [False, False]


def test_small_strata_are_hidden_from_the_rated_body_only(app: Flask, place: Place) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5] * 10 + [4] * 10)
        place.rate(place.one, 2, [1, 2, 1, 2])
        place.rate(place.two, 1, [3] * 6)
        run = estimate.compute(place.round_id).id
        everybody = {one.label: one.hidden for one in estimate.breakdown(run, place.a, "counter")}
        auditor = Viewer(1, "a", frozenset({Role.AUDITOR}), frozenset())
        assert estimate.breakdown(run, place.a, "counter", viewer=auditor) == estimate.breakdown(
            run, place.a, "counter", viewer=SYSTEM
        )
        own = {one.label: one.hidden for one in estimate.breakdown(run, place.a, "counter", viewer=manager(place.a))}
    assert not any(everybody.values())
    assert own == {"1号窗口 · 2026-01": False, "1号窗口 · 2026-02": True, "2号窗口 · 2026-01": True}


def test_months_come_in_order_each_with_its_own_floor(inside: County) -> None:
    lines = estimate.by_part(inside.run, inside.units["B"], "counter", "month")
    assert [(one.label, one.n, one.mean, one.floor) for one in lines] == [
        ("2026-01", 10, 100, "reference"),
        ("2026-02", 20, pytest.approx(90), "reference"),
        ("2026-03", 10, pytest.approx(80), "reference"),
    ]
    assert [one.standard_error for one in lines] == [None, pytest.approx((2000 / 19 / 20) ** 0.5), None]
    february = lines[1]
    assert february.shares == {5: pytest.approx(0.5), 4: pytest.approx(0.5), 3: 0, 2: 0, 1: 0}
    assert (february.satisfied_rate, february.dissatisfied_rate, february.scale) == (1, 0, "five")
    assert february.low == pytest.approx(90 - 2.0930240544082634 * (2000 / 19 / 20) ** 0.5, abs=1e-9)
    assert february.high == pytest.approx(90 + 2.0930240544082634 * (2000 / 19 / 20) ** 0.5, abs=1e-9)


def test_counters_are_parts_by_their_number(inside: County) -> None:
    lines = estimate.by_part(inside.run, inside.units["A"], "counter", "window")
    assert [(one.label, one.n, one.mean) for one in lines] == [
        (str(inside.windows["A-1"]), 10, pytest.approx(820 / 9)),
        (str(inside.windows["A-2"]), 10, pytest.approx(40)),
    ]
    assert [(one.satisfied_rate, one.dissatisfied_rate) for one in lines] == [
        (1, 0),
        (pytest.approx(0.5), pytest.approx(0.5)),
    ]
    (large,) = estimate.by_part(inside.run, inside.units["B"], "counter", "window")
    assert (large.n, large.floor) == (40, "published")


def test_groups_are_parts_where_the_answers_say_one(inside: County) -> None:
    lines = estimate.by_part(inside.run, inside.units["B"], "counter", "group")
    assert [(one.label, one.n, one.mean) for one in lines] == [("enterprise", 10, 100), ("居民", 20, 90)]
    assert estimate.by_part(inside.run, inside.units["A"], "counter", "group") == []
    assert estimate.by_part(inside.run, inside.units["A"], "online", "window") == []


def test_parts_of_a_poll_are_those_of_its_wave_s_days(inside: County) -> None:
    (one,) = estimate.by_part(inside.run, inside.units["A"], JULY, "month")
    assert (one.label, one.n, one.mean) == ("2026-01", 10, pytest.approx(260 / 3))
    (other,) = estimate.by_part(inside.run, inside.units["A"], JULY, "month", points="100/70/30")
    assert other.mean == pytest.approx((100 / 6 * (400 + 140) + 50 * 100) / 150)


@pytest.mark.parametrize(("without_group", "hidden"), [(3, True), (0, False), (5, False)])
def test_answers_without_a_group_cannot_be_told_from_those_with_one(
    app: Flask, place: Place, without_group: int, hidden: bool
) -> None:
    with app.app_context():
        for group, n in (("residents", 12), ("enterprises", 10), ("", without_group)):
            collect.add_responses(
                collect.NewResponse(
                    rounds.standing("W1"), date(2026, 1, 15), "W1", 3, [collect.NewAnswer("W-E1", level=5)],
                    window_id=place.one, unit_id=place.a, group_code=group,
                )
                for _ in range(n)
            )  # fmt: skip
        run = estimate.compute(place.round_id).id
        lines = {one.label: one.floor for one in estimate.by_part(run, place.a, "counter", "group")}
    assert lines == {"residents": "reference", "enterprises": "hidden" if hidden else "reference"}


def test_a_small_part_is_hidden_with_the_one_that_would_tell_it(app: Flask, place: Place) -> None:
    with app.app_context():
        for month, n in ((1, 4), (2, 9), (3, 30), (4, 8)):
            place.rate(place.one, month, [5] * n)
        run = estimate.compute(place.round_id).id
        lines = estimate.by_part(run, place.a, "counter", "month")
    assert [(one.label, one.floor, one.n) for one in lines] == [
        ("2026-01", "hidden", None),
        ("2026-02", "reference", 9),
        ("2026-03", "published", 30),
        ("2026-04", "hidden", None),
    ]
    assert lines[0] == DomainLine("2026-01", "hidden")


def test_every_question_is_judged_on_its_own_scale(app: Flask, place: Place) -> None:
    with app.app_context():
        set_cases([(place.one, 1, 30)])
        form = questions.questionnaire("W13")
        first, second = form.overall.code, next(q.code for q in form.questions if not q.overall)
        for high, low, n in ((5, 4, 10), (1, 2, 10), (3, 0, 4)):
            collect.add_responses(
                collect.NewResponse(
                    rounds.standing("W13"), date(2026, 1, 20), "W13", 3,
                    [collect.NewAnswer(first, level=high), collect.NewAnswer(second, level=low)],
                    window_id=place.one, unit_id=place.a,
                )
                for _ in range(n)
            )  # fmt: skip
        run = estimate.compute(place.round_id).id
        usual = {one.label: one for one in estimate.by_question(run, place.a, "counter")}
        other = {one.label: one for one in estimate.by_question(run, place.a, "counter", points="100/75/50/25/0")}
        assert estimate.questions(run, "counter") == tuple(sorted((first, second)))
        index = next(i for i in estimate.indices(run, source="counter", question=second) if i.unit_id == place.a)
        with pytest.raises(Refused, match="没有题目 G-1"):
            estimate.indices(run, source="counter", question="G-1")
    assert (usual[first].mean, usual[second].mean) == (pytest.approx(1240 / 24), pytest.approx(55))
    assert (other[first].mean, other[second].mean) == (pytest.approx(1200 / 24), pytest.approx(50))
    assert (index.question, index.n, index.valid_n, index.mean) == (second, 24, 20, pytest.approx(55))
    assert (usual[second].floor, usual[second].n) == ("reference", 24)


def test_strata_of_waves_pooled_by_shares_bring_the_share_of_their_wave(inside: County) -> None:
    lines = estimate.breakdown(inside.runs["2026-s"], inside.units["A"], "poll")
    assert [(line.label, line.share) for line in lines] == [
        ("七月 · 农村", pytest.approx(0.4 / 3)),
        ("七月 · 城区", pytest.approx(0.4 * 2 / 3)),
        ("十二月 · 城区", pytest.approx(0.6)),
    ]
    # town of July: 94/100 × 6/5 × 1600/81; December: 50/60 × 10/9 × 1000/100
    july, december = 0.16 * 0.94 * 1.2 * 1600 / 81, 0.36 * 5 / 6 * 10 / 9 * 10
    assert [line.variance_share for line in lines] == [
        0,
        pytest.approx(july / (july + december)),
        pytest.approx(december / (july + december)),
    ]
    together = estimate.breakdown(inside.runs["2026-t"], inside.units["A"], "poll")
    assert [line.share for line in together] == [pytest.approx(n / 210) for n in (50, 100, 60)]


def test_waves_that_are_alike_throughout_bring_no_variance_to_share() -> None:
    index = estimate.Index(7, "poll", "", "published", False, mean=80.0)
    silent = StratumLine("层", 100.0, 0, 0, None, None, {}, None, None, None)
    lines = strata_of_waves({1: (index, [line(9), silent]), 2: (index, [line(9)])}, {1: 0.25, 2: 0.75})
    assert [(one.share, one.variance_share) for one in lines] == [(0.125, None), (None, None), (0.375, None)]


def test_a_question_with_few_answers_is_hidden_beside_the_others(app: Flask, place: Place) -> None:
    with app.app_context():
        form = questions.questionnaire("W13")
        first, second = form.overall.code, next(q.code for q in form.questions if not q.overall)
        for level in (5, 5, 5, 0, 0, 0):
            answers = [collect.NewAnswer(first, level=4), collect.NewAnswer(second, level=level)]
            collect.add_responses(
                [
                    collect.NewResponse(
                        rounds.standing("W13"),
                        date(2026, 1, 20),
                        "W13",
                        3,
                        answers,
                        window_id=place.one,
                        unit_id=place.a,
                    )
                ]
            )
        run = estimate.compute(place.round_id).id
        lines = {one.label: one for one in estimate.by_question(run, place.a, "counter")}
    assert lines[second] == DomainLine(second, "hidden")
    assert (lines[first].floor, lines[first].n, lines[first].mean) == ("reference", 6, 80)
