"""Level tables say everything about a question at once."""

import numpy as np
import pytest
from hypothesis import given, settings

import weighting
from tests.weighting.reference_data import columns
from tests.weighting.strategies import samples
from weighting import Design

POINTS = {5: 100.0, 4: 80.0, 3: 60.0, 2: 30.0, 1: 0.0}


@given(samples())
@settings(max_examples=25, deadline=None)
def test_the_table_agrees_with_the_single_estimators(sample):
    design = Design(sample.strata, weights=sample.weights)
    answers = np.where(sample.domains == 2, 0, sample.y)
    domains = sample.psu % 2
    table = weighting.levels(design, answers, points=POINTS, domains=domains, overall=True)
    told = answers > 0
    points = np.where(told, np.array([0, 0, 30, 60, 80, 100.0])[answers.astype(int)], np.nan)
    mean = weighting.mean(design, points, domains=domains, overall=True)
    bad = weighting.mean(design, np.where(told, answers <= 2, np.nan), domains=domains, overall=True)
    np.testing.assert_allclose(table.mean.value, mean.value, rtol=1e-10, equal_nan=True)
    np.testing.assert_allclose(table.mean.standard_error, mean.standard_error, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(table.dissatisfied.standard_error, bad.standard_error, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(table.counts.sum(axis=1), table.n)
    seen = table.n > 0
    np.testing.assert_allclose(table.shares.value[seen].sum(axis=1), 1)
    np.testing.assert_allclose((table.satisfied.value + table.dissatisfied.value)[seen], 1)


def test_clustered_answers_take_the_rows():
    data = columns("satis_two_waves.csv")
    psu = np.arange(len(data["q1"])) // 2
    design = Design(weights=data["w"], psu=psu)
    table = weighting.levels(design, data["q1"], points={k: k for k in range(1, 6)}, domains=data["unit"])
    direct = weighting.mean(design, data["q1"], domains=data["unit"])
    np.testing.assert_allclose(table.mean.standard_error, direct.standard_error)
    shares = weighting.proportion(design, data["q1"], domains=data["unit"])
    np.testing.assert_allclose(table.shares.standard_error, shares.standard_error)


def test_residents_of_copenhagen_agree_with_r():
    # > svymean(~points, d)                  53.00416418798  1.027101257183
    # > svymean(~satisfied, d)               0.6627007733492 0.01138642916606
    # > svyby(~points, ~type, d, svymean)    Tower 62.625 2.069808858149
    data = columns("housing.csv")
    level = np.array([{"Low": 1, "Medium": 2, "High": 3}[name] for name in data["satisfaction"]])
    design = Design(data["type"], weights=np.ones(len(level)))
    table = weighting.levels(
        design,
        level,
        points={1: 0, 2: 50, 3: 100},
        domains=data["type"],
        overall=True,
        satisfied=(2, 3),
        dissatisfied=(1,),
    )
    at = table.domains.index
    assert table.mean.value[at("overall")] == pytest.approx(53.00416418798, rel=1e-12)
    assert table.mean.standard_error[at("overall")] == pytest.approx(1.027101257183, rel=1e-11)
    assert table.satisfied.standard_error[at("overall")] == pytest.approx(0.01138642916606, rel=1e-11)
    assert table.mean.standard_error[at("Tower")] == pytest.approx(2.069808858149, rel=1e-11)
    assert table.counts[at("Tower")].tolist() == [99, 101, 200]
    # > svyby(~points, ~influence, d, svymean)
    found = weighting.levels(
        design, level, points={1: 0, 2: 50, 3: 100}, domains=data["influence"], satisfied=(2, 3), dissatisfied=(1,)
    ).mean
    assert found.labels == ("High", "Low", "Medium")
    np.testing.assert_allclose(found.value, [68.98734177215, 41.46730462520, 54.40060698027], rtol=1e-12)
    np.testing.assert_allclose(found.standard_error, [2.005255207434, 1.646327202789, 1.630892197180], rtol=1e-11)


@pytest.mark.parametrize("answer", [6, -1, 2.5])
def test_an_answer_off_the_scale_is_refused_with_its_row(answer):
    with pytest.raises(weighting.WeightingError, match="in row 1 is not on the scale"):
        weighting.levels(Design(weights=[1, 1, 1]), [5, answer, 1], points=POINTS)


def test_an_answer_off_the_scale_is_not_hidden_by_frequencies_or_domains():
    design = Design(weights=[1, 1, 1], frequencies=[9, 9, 9])
    with pytest.raises(weighting.WeightingError, match="answer 7 in row 2"):
        weighting.levels(design, [5, 4, 7], points=POINTS, domains=["a", "b", "b"], overall=True)


def test_the_top_box_is_where_the_points_are():
    table = weighting.levels(
        Design(weights=[1, 1, 1, 1]), [1, 1, 1, 3], points={1: 100, 2: 50, 3: 0}, satisfied=(1,), dissatisfied=(3,)
    )
    assert table.top_box.value == 0.75


def test_other_scales_say_what_counts_as_satisfied():
    with pytest.raises(weighting.WeightingError, match="say which levels count as satisfied"):
        weighting.levels(Design(weights=[1, 1]), [3, 1], points={1: 0, 2: 50, 3: 100})


def test_a_scale_needs_points_and_a_level_for_cannot_say():
    with pytest.raises(weighting.WeightingError, match="at least two levels"):
        weighting.levels(Design(weights=[1, 1]), [5, 1], points={0: 0, 1: 50})


def test_one_question_without_domains_has_plain_numbers():
    table = weighting.levels(Design(weights=np.ones(4)), [5, 4, 2, np.nan], points=POINTS)
    assert table.mean.value.shape == ()
    assert table.shares.value.shape == (5,)
    assert table.n.tolist() == [3]
    assert table.top_box.value == pytest.approx(1 / 3)
