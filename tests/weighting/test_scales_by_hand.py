"""Composites, moments and levels by hand: two layers, two items, other scales; and what must not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import weighting
from tests.weighting.sixteen import G, H, K, W, X, Y, endless
from tests.weighting.strategies import samples
from weighting import Design, Tally, WeightingError, composite, levels, mean

FIVE = {1: 0, 2: 25, 3: 50, 4: 75, 5: 100}


# -- composites -------------------------------------------------------------------------------------------------------

LAYERS = list("xxxyyyxxxyyy")
UNITS = ["u"] * 6 + ["v"] * 6
ANSWERS = [1.0, 2, 3, 4, 6, 8, 5, 5, 8, 2, 2, 5]


def test_composites_of_two_layers_in_two_units_by_hand():
    design = Design(np.char.add(UNITS, LAYERS), weights=np.ones(12))
    found = composite(design, ANSWERS, layers=LAYERS, shares={"x": 0.25, "y": 0.75}, domains=UNITS)
    np.testing.assert_allclose(found.layer_means.value, [[2, 6], [6, 3]])
    np.testing.assert_allclose(found.estimate.value, [5, 3.75])
    # variances of the means: 1/3 and 4/3; 1 and 1
    np.testing.assert_allclose(found.estimate.variance, [1 / 48 + 9 / 16 * 4 / 3, 1 / 16 + 9 / 16])
    assert found.domains == ("u", "v")
    assert found.layers == ("x", "y")
    assert found.shares.tolist() == [[0.25, 0.75], [0.25, 0.75]]
    assert not found.thin.any()
    # Satterthwaite on two degrees of freedom each
    parts = np.array([1 / 48, 0.75])
    assert found.estimate.degrees_of_freedom[0] == pytest.approx(parts.sum() ** 2 / (parts**2 / 2).sum())


def test_a_layer_of_share_0_plays_no_part_however_thin():
    y = np.array(ANSWERS)
    y[:2] = np.nan
    found = composite(Design(weights=np.ones(12)), y, layers=LAYERS, shares={"x": 0, "y": 1}, domains=UNITS)
    np.testing.assert_allclose(found.estimate.value, [6, 3])
    assert not found.thin.any()


@pytest.mark.parametrize(("minimum", "thin"), [(1, False), (2, False), (3, False), (4, True)])
def test_a_layer_is_thin_below_the_minimum_and_not_at_it(minimum, thin):
    found = composite(
        Design(weights=np.ones(12)), ANSWERS, layers=LAYERS, shares={"x": 0.5, "y": 0.5}, domains=UNITS, minimum=minimum
    )
    assert (found.thin == thin).all()
    assert np.isnan(found.estimate.value).all() == thin


def test_where_every_layer_is_thin_nothing_can_be_handed_on():
    options = {"layers": LAYERS, "shares": {"x": 0.5, "y": 0.5}, "domains": UNITS, "minimum": 4}
    found = composite(Design(weights=np.ones(12)), ANSWERS, thin="redistribute", **options)
    assert np.isnan(found.estimate.value).all()
    assert found.estimate.problem.tolist() == ["a layer is too thin"] * 2
    borrowed = composite(Design(weights=np.ones(12)), ANSWERS, thin="class mean", **options)
    np.testing.assert_allclose(borrowed.estimate.value, [(4 + 4.5) / 2] * 2)


def test_limits_cut_the_interval_of_a_composite():
    y = [1.0, 1, 2, 1, 1, 2, 5, 5, 4, 5, 5, 4]
    options = {"layers": LAYERS, "shares": {"x": 0.5, "y": 0.5}, "domains": UNITS}
    free, cut = (
        composite(Design(weights=np.ones(12)), y, limits=limits, **options).estimate for limits in (None, (1, 5))
    )
    np.testing.assert_allclose(cut.value, free.value)
    assert free.interval(0.99).low[0] < 1
    assert cut.interval(0.99).low[0] == 1
    assert cut.interval(0.99).high[1] == 5


@settings(max_examples=25)
@given(samples(), st.floats(0.01, 50), st.integers(0, 1000))
def test_composites_know_neither_order_nor_scale_of_weights(sample, scale, seed):
    layers, n = np.tile(["x", "y", "y"], len(sample.y) // 3), len(sample.y)
    order = np.random.default_rng(seed).permutation(n)
    shares = {"x": 0.3, "y": 0.7}
    one = composite(Design(sample.strata, sample.psu, sample.weights), sample.y, layers=layers, shares=shares)
    moved = Design(sample.strata[order], sample.psu[order], sample.weights[order] * scale)
    two = composite(moved, sample.y[order], layers=layers[order], shares=shares)
    assert two.estimate.value == pytest.approx(float(one.estimate.value))
    assert two.estimate.standard_error == pytest.approx(float(one.estimate.standard_error), abs=1e-9)


# -- moments ----------------------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.floats(-5, 5), st.floats(0.1, 9))
def test_without_a_design_variance_and_correlation_are_the_usual_ones(seed, shift, scale):
    x, y = np.random.default_rng(seed).normal(size=(2, 12))
    design = Design(weights=np.full(12, scale))
    np.testing.assert_allclose(weighting.covariance_matrix(design, np.column_stack([x, y])).value, np.cov(x, y))
    found = weighting.correlation(design, x, y)
    assert found.value == pytest.approx(stats.pearsonr(x, y).statistic)
    moved = weighting.correlation(design, x * scale + shift, y)
    assert moved.value == pytest.approx(float(found.value))
    assert moved.standard_error == pytest.approx(float(found.standard_error), rel=1e-6)
    assert weighting.correlation(design, -x, y).value == pytest.approx(-float(found.value))
    assert weighting.correlation(design, y, x).value == pytest.approx(float(found.value))
    assert weighting.correlation(design, x, 2 * x + 1).value == pytest.approx(1)


def test_whole_weights_are_rows_written_often():
    times = np.array([1, 3, 2, 1, 2, 1])
    x, y = np.array([1.0, 4, 2, 5, 3, 7]), np.array([2.0, 3, 3, 6, 1, 5])
    rows = np.repeat(np.arange(6), times)
    for call in (
        lambda design, a, b: weighting.correlation(design, a, b),
        lambda design, a, b: weighting.cronbach_alpha(design, np.column_stack([a, b])),
        lambda design, a, b: weighting.ratio(design, a, b),
    ):
        once, often = call(Design(weights=times), x, y), call(Design(weights=np.ones(10)), x[rows], y[rows])
        counted = call(Design(weights=np.ones(6), frequencies=times), x, y)
        assert once.value == pytest.approx(float(often.value))
        assert counted.value == pytest.approx(float(often.value))
        assert counted.standard_error == pytest.approx(float(often.standard_error))


def test_alpha_of_items_that_say_the_same_is_1_and_of_opposites_below_0():
    items = np.array([1.0, 2, 4, 5])
    assert weighting.cronbach_alpha(Design(weights=np.ones(4)), np.column_stack([items] * 3)).value == pytest.approx(1)
    opposite = np.column_stack([items, 0.5 * (6 - items)])
    assert weighting.cronbach_alpha(Design(weights=np.ones(4)), opposite).value < 0


def test_moments_of_a_domain_are_those_of_its_rows():
    inside = G == "p"
    found = weighting.correlation(endless(), X, Y, domain=inside)
    cov = np.cov(X[inside], Y[inside], aweights=W[inside])
    assert found.value == pytest.approx(cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1]))
    assert found.n == inside.sum()


# -- levels -----------------------------------------------------------------------------------------------------------


def test_a_table_of_levels_by_hand():
    answers, weights = [5, 5, 4, 3, 2, 1, 0, np.nan], np.array([1.0, 1, 2, 2, 3, 1, 4, 9])
    table = levels(Design(weights=weights), answers, points=FIVE)
    np.testing.assert_allclose(table.shares.value, [0.1, 0.3, 0.2, 0.2, 0.2])
    assert table.mean.value == pytest.approx(0.3 * 25 + 0.2 * 50 + 0.2 * 75 + 0.2 * 100)
    assert table.top_box.value == pytest.approx(0.2)
    assert table.satisfied.value == pytest.approx(0.6)
    assert table.dissatisfied.value == pytest.approx(0.4)
    assert table.cannot_say.value == pytest.approx(4 / 14)
    assert table.counts.tolist() == [[1, 1, 1, 1, 2]]
    assert table.cannot_say_counts.tolist() == [1]
    assert table.n.tolist() == [6]


@pytest.mark.parametrize(
    ("points", "answers", "expected"),
    [
        ({1: 0, 2: 40, 3: 80, 4: 100}, [4, 4, 3, 2, 1], (64, 0.6, 0.4, 0.4)),
        ({1: 0, 2: 50, 3: 100}, [3, 3, 3, 2, 1], (70, 0.6, 0.4, 0.6)),
        ({k: 10 * k for k in range(1, 11)}, [10, 9, 8, 2, 1], (60, 0.6, 0.4, 0.2)),
    ],
)
def test_other_scales_say_which_levels_are_good_and_bad(points, answers, expected):
    good = [level for level in points if points[level] > 50]
    bad = [level for level in points if points[level] <= 50]
    table = levels(Design(weights=np.ones(5)), answers, points=points, satisfied=good, dissatisfied=bad)
    found = (table.mean.value, table.satisfied.value, table.dissatisfied.value, table.top_box.value)
    np.testing.assert_allclose(found, expected)
    assert table.mean.limits == (min(points.values()), max(points.values()))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: levels(endless(), Y + 1, points=FIVE),
            r"answer 6.0 in row 2 is not on the scale 1, 2, 3, 4, 5, 0: give",
        ),
        (lambda: levels(endless(), Y, points={1: 0}), "points need at least two levels, none of them 0"),
        (lambda: levels(endless(), Y, points={0: 0, 1: 1}), "points need at least two levels, none of them 0"),
        (
            lambda: levels(endless(), Y, points={1: 0, 2: 1, 3: 2}),
            "say which levels count as satisfied and as dissatis",
        ),
        (lambda: levels(endless(), np.column_stack([Y, Y]), points=FIVE), "levels takes one question at a time"),
        (
            lambda: composite(endless(), Y, shares={"x": 1}),
            "composite needs layers: say which layer each answer belongs",
        ),
        (
            lambda: composite(endless(), Y, layers=G, shares={"p": 1}),
            "shares have no number for layer q: give it one, 0",
        ),
        (
            lambda: composite(endless(), Y, layers=G, shares={"p": 0.5, "q": 0.6}),
            "shares sum to 1.1: they must be at le",
        ),
        (
            lambda: composite(endless(), Y, layers=G[:3], shares={"p": 0.5, "q": 0.5}),
            "a layer and a domain label for ea",
        ),
        (
            lambda: weighting.correlation(endless(), np.column_stack([X, X]), Y),
            "correlation takes one column for each o",
        ),
        (lambda: weighting.correlation(endless(), np.ones(16), Y), "have no spread: there is no correlation"),
        (lambda: weighting.cronbach_alpha(endless(), Y), "alpha needs at least two items"),
        (
            lambda: weighting.cronbach_alpha(endless(), np.ones((16, 2))),
            "the items have no spread: there is nothing to b",
        ),
        (
            lambda: weighting.covariance_matrix(endless(), np.r_[1.0, [np.nan] * 15]),
            "fewer than two rows have all answe",
        ),
        (lambda: weighting.quantile(endless(), Y, 0), "q is 0: quantiles are shares between 0 and 1"),
        (lambda: weighting.quantile(endless(), Y, [0.5, 1]), "quantiles are shares between 0 and 1"),
        (lambda: weighting.quantile(endless(), Y, []), "quantile needs at least one share q"),
        (
            lambda: weighting.median(endless(), Y, rule="hf10"),
            "'hf10' is no quantile rule: choose math, school or hf1 t",
        ),
        (
            lambda: weighting.ratio(endless(), Y, np.zeros(16)),
            "the denominator of domain overall totals 0: the ratio is",
        ),
        (
            lambda: weighting.ratio(Tally(H, Y), Y, X),
            "ratio needs to know who gave which pair of answers, which a tally",
        ),
        (lambda: mean(endless()), "mean needs answers beside a design; only a Tally brings its own"),
        (lambda: mean(endless(), K), "answers must be numbers; for categories use proportion"),
        (lambda: mean(endless(), Y[:3]), r"answers have shape \(3,\), and the design has 16 rows"),
        (
            lambda: mean(endless(), np.where(Y > 4, np.inf, Y)),
            "answers hold an infinite number: mark missing answers wi",
        ),
        (lambda: mean(endless(), Y, domains=G[:3]), r"domains have shape \(3,\), and the design has 16 rows"),
        (
            lambda: mean(endless(), Y, domains=[None] * 16),
            "every domain label is missing: there is nothing to estimate",
        ),
        (
            lambda: mean(endless(), Y, domains=np.ones((16, 2))),
            "domains with several columns must be booleans: one colu",
        ),
        (lambda: mean(endless(), Y, limits=(5, 1)), r"limits are \(5, 1\): the lowest possible answer comes first"),
        (lambda: mean(Tally(H, Y), Y), "mean takes answers and domains from the tally: leave them out"),
        (
            lambda: weighting.median(Tally.moments(H, X)),
            "quantile needs every answer, and moments keep means and squar",
        ),
        (
            lambda: Tally(H, Y) + Tally(H, Y, domains=G),
            "one tally has domains and the other has none: count both alike",
        ),
        (
            lambda: Tally(H, Y, population={"a": 9, "b": 9}) + Tally(H, Y, population={"a": 8, "b": 9}),
            "stratum a has a population of 9 in one tally and 8 in the other: tallies that add up are samples",
        ),
        (
            lambda: weighting.fay_herriot(mean(endless(), Y, domains=G)),
            "2 areas with answers are too few for 1 coeffici",
        ),
    ],
)
def test_what_cannot_be_estimated_says_why(call, sentence):
    with pytest.raises(WeightingError, match=sentence):
        call()
