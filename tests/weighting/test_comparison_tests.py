"""t tests of one and two groups and Wald's tests of tables, beside their definitions."""

import numpy as np
import pytest
from scipy import stats

import weighting
from tests.weighting.naive import variance_of_total
from weighting import Design, WeightingError


@pytest.fixture
def sample():
    rng = np.random.default_rng(21)
    strata = np.repeat([0, 1, 2], 20)
    weights = rng.uniform(1, 4, 60)
    return strata, weights, rng.integers(0, 3, 60), rng.integers(0, 3, 60)


def test_one_group_is_held_against_a_number(sample):
    strata, weights, _, y = sample
    design = Design(strata, weights=weights)
    found, mean = weighting.t_test(design, y, null=1.2), weighting.mean(design, y)
    assert found.statistic == pytest.approx((mean.value - 1.2) / mean.standard_error)
    assert found.degrees_of_freedom == (56,)  # R: degf(design) - 1
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(found.statistic), 56))
    assert weighting.t_test(Design(weights=np.ones(5)), [1, 2, 3, 4, 5.0]).difference == 3


def test_rows_without_answer_or_group_lose_their_degrees_of_freedom(sample):
    strata, weights, group, y = sample
    groups = np.where(group == 2, None, group.astype(object))
    answers = np.where(np.arange(60) % 10 == 0, np.nan, y)
    design = Design(strata, weights=weights)
    found = weighting.t_test(design, answers, groups)
    seen = (group != 2) & ~np.isnan(answers)
    assert found.degrees_of_freedom == (seen.sum() - 3 - 1,)
    means = weighting.mean(design, answers, domains=groups)
    assert found.difference == pytest.approx(means.value[1] - means.value[0])


def distances(weights, rows, columns):
    """Totals of each cell less those that independence would give, without the first row and column."""
    table = np.array([[weights[(rows == i) & (columns == j)].sum() for j in range(3)] for i in range(3)])
    return (table - np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum())[1:, 1:].ravel()


def test_walds_statistic_is_that_of_its_definition(sample):
    strata, weights, rows, columns = sample
    found = weighting.rao_scott(Design(strata, weights=weights), rows, columns, statistic="Wald")
    centre, step = distances(weights, rows, columns), 1e-6
    slopes = np.array(
        [(distances(weights + step * (np.arange(60) == i), rows, columns) - centre) / step for i in range(60)]
    )
    scores = slopes * weights[:, None]
    covariance = np.array(
        [
            [(variance_of_total(a + b, strata) - variance_of_total(a - b, strata)) / 4 for b in scores.T]
            for a in scores.T
        ]
    )
    assert found.statistic == pytest.approx(centre @ np.linalg.solve(covariance, centre) / 4, rel=1e-4)
    assert found.degrees_of_freedom == (4, 57)
    adjusted = weighting.rao_scott(Design(strata, weights=weights), rows, columns, statistic="adjWald")
    assert adjusted.degrees_of_freedom == (4, 54)
    assert adjusted.statistic == pytest.approx(found.statistic * 54 / 57)
    assert adjusted.p_value == pytest.approx(stats.f.sf(adjusted.statistic, 4, 54))


def test_tables_and_t_tests_refuse_what_has_no_answer(sample):
    strata, weights, rows, columns = sample
    design = Design(strata, weights=weights)
    with pytest.raises(WeightingError, match="'G' is no statistic of a table: choose F, chisq, Wald, adjWald"):
        weighting.rao_scott(design, rows, columns, statistic="G")
    with pytest.raises(WeightingError, match="one variable"):
        weighting.t_test(design, np.column_stack([rows, columns]))
    few = Design(weights=np.ones(4))
    with pytest.raises(WeightingError, match="too few for a table of 4 interactions"):
        weighting.rao_scott(few, [0, 1, 2, 0], [0, 1, 2, 1], statistic="adjWald")


def test_hf3_counts_different_values_whether_rows_repeat_or_not():
    few = weighting.quantile(Design(weights=np.ones(3), frequencies=[2, 2, 4]), [1, 2, 3], 0.5, rule="hf3")
    many = weighting.quantile(Design(weights=np.ones(8)), [1, 1, 2, 2, 3, 3, 3, 3], 0.5, rule="hf3")
    assert few.value == many.value == 2
