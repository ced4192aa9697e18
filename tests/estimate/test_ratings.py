"""Counter ratings: weighted to the caseload, self-selected, with what leaves them and what stands beside them."""

from __future__ import annotations

import math

import pytest
from flask import Flask

from survey.base.people.roles import SYSTEM
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.questions import service as questions
from survey.rounds import service as rounds
from tests import two_people
from tests.estimate.conftest import OPENS, Place, set_cases


def test_a_rating_stands_for_the_cases_of_its_counter_and_month(app: Flask, place: Place) -> None:
    with app.app_context():
        set_cases([(place.one, 1, 900), (place.two, 1, 100)])
        place.rate(place.one, 1, [5] * 10)
        place.rate(place.two, 1, [1] * 10)
        index = place.index()
    assert index.mean == pytest.approx(0.9 * 100 + 0.1 * 0)
    assert index.shares[5] == pytest.approx(0.9)
    assert index.counts == {5: 10, 4: 0, 3: 0, 2: 0, 1: 10, 0: 0}
    assert index.participation == pytest.approx(20 / 1000)
    assert index.self_selected


def test_the_standard_error_is_that_of_a_stratified_mean_without_correction(app: Flask, place: Place) -> None:
    with app.app_context():
        set_cases([(place.one, 1, 30), (place.two, 1, 10)])
        place.rate(place.one, 1, [5, 4, 4, 3])
        place.rate(place.two, 1, [5, 3])
        index = place.index()
    # points 100, 80, 80, 60: mean 80, variance 800/3; points 100, 60: mean 80, variance 800
    assert index.mean == pytest.approx(80)
    assert index.standard_error == pytest.approx(math.sqrt(0.75**2 * 800 / 3 / 4 + 0.25**2 * 800 / 2))
    assert index.degrees_of_freedom == 4


def test_cases_of_unrated_months_are_spread_over_the_rated_ones(app: Flask, place: Place) -> None:
    with app.app_context():
        set_cases([(place.one, 1, 60), (place.two, 1, 20), (place.two, 2, 20)])
        place.rate(place.one, 1, [5] * 5)
        place.rate(place.two, 1, [1] * 5)
        index = place.index()
        lines = estimate.breakdown(estimate.latest_run(place.round_id).id, place.a, "counter")
    assert index.mean == pytest.approx(75)
    assert index.coverage == pytest.approx(0.8)
    assert [(line.label, line.n, line.weight) for line in lines] == [
        ("1号窗口 · 2026-01", 5, pytest.approx(15)),
        ("2号窗口 · 2026-01", 5, pytest.approx(5)),
        ("2号窗口 · 2026-02", 0, None),
    ]


def test_ratings_without_caseload_count_one_case_each_and_are_reported(app: Flask, place: Place) -> None:
    with app.app_context():
        set_cases([(place.one, 1, 4)])
        place.rate(place.one, 1, [4] * 5)
        place.rate(place.one, 2, [4] * 3)
        run = estimate.compute(place.round_id)
        faults = {(fault.part, fault.kind, fault.n) for fault in estimate.faults(run.id, "counter")}
        weights = {line.label: line.weight for line in estimate.breakdown(run.id, place.a, "counter")}
    assert faults == {("2026-01", "more_ratings_than_cases", 5), ("2026-02", "no_caseload", 3)}
    assert weights == {"1号窗口 · 2026-01": pytest.approx(0.8), "1号窗口 · 2026-02": 1.0}


def test_cannot_say_leaves_the_index_and_is_reported(app: Flask, place: Place) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5] * 60 + [3] * 20 + [2] * 5 + [0] * 15)
        index = place.index(points="100/70/30")
    # the ballots of the field: 60 / 20 / 5 and 15 who cannot say, on 100/70/30
    assert index.mean == pytest.approx(88.82, abs=5e-3)
    assert index.cannot_say == pytest.approx(0.15)
    assert (index.n, index.valid_n) == (100, 85)


def test_the_levels_of_the_field_come_out_on_both_points_tables(app: Flask, place: Place) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5] * 278 + [4] * 400 + [3] * 269 + [2] * 33 + [1] * 20)
        index = place.index()
        other = place.index(points="100/75/50/25/0")
    assert (index.satisfied_rate, index.topbox) == (pytest.approx(0.947), pytest.approx(0.278))
    assert (index.mean, other.mean) == (pytest.approx(76.93), pytest.approx(72.075))


def test_a_single_rating_in_a_month_is_pooled_inside_its_unit_only(app: Flask, place: Place) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5, 4, 3, 5])
        place.rate(place.one, 2, [1])
        place.rate(place.three, 1, [5, 1] * 20)
        before = place.index()
        place.rate(place.three, 2, [1, 5] * 50)
        after = place.index()
    assert before.standard_error is not None
    assert before.standard_error > 0
    assert after.standard_error == before.standard_error


def test_answers_all_equal_get_a_cautious_interval_and_no_standard_error(app: Flask, place: Place) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5] * 40)
        index = place.index()
    assert index.mean == 100
    assert index.standard_error is None
    assert index.low is not None
    assert 85 < index.low < 100
    assert index.high == 100


@pytest.mark.parametrize(("n", "floor"), [(4, "hidden"), (5, "reference"), (29, "reference"), (30, "published")])
def test_the_floor_decides_what_is_shown(app: Flask, place: Place, n: int, floor: str) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5, 4] * (n // 2) + [3] * (n % 2))
        index = place.index()
    assert index.floor == floor
    if floor == "hidden":
        assert index == estimate.Index(place.a, "counter", "", "hidden", True, scale="five")


def test_held_answers_stand_beside_and_excluded_ones_nowhere(
    place_on_each_database: Place, app_on_each_database: Flask
) -> None:
    place = place_on_each_database
    with app_on_each_database.app_context():
        place.rate(place.one, 1, [5] * 30 + [3] * 10)
        suspicious = place.rate(place.one, 1, [1] * 20)
        two_people.hold(suspicious, "同一分钟内连续提交", SYSTEM)
        index = place.index()
        run = estimate.latest_run(place.round_id)
    assert run is not None
    assert (run.counted, run.held, run.excluded) == (40, 20, 0)
    assert (index.n, index.held) == (40, 20)
    assert index.mean == pytest.approx(90)
    assert index.mean_with_held == pytest.approx(60)


def test_every_question_of_a_form_has_its_index(app: Flask, place: Place) -> None:
    with app.app_context():
        form = questions.questionnaire("W13")
        answers = [collect.NewAnswer(question.code, level=1 + i % 5) for i, question in enumerate(form.questions)]
        collect.add_responses(
            collect.NewResponse(rounds.standing("W13"), OPENS, "W13", 3, answers, window_id=place.one, unit_id=place.a)
            for _ in range(6)
        )
        place.rate(place.three, 1, [5] * 6)
        run = estimate.compute(place.round_id)
        lines = {line.label: line for line in estimate.by_question(run.id, place.a, "counter")}
        one = estimate.indices(run.id, source="counter", question="W-B1")
    assert list(lines) == sorted(question.code for question in form.questions)
    assert lines["W-B1"].mean == next(index.mean for index in one if index.unit_id == place.a)
