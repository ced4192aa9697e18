"""Adjusted weights: margins met, base weights kept, and standard errors that know of every step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weighting
from weighting import Design, WeightingError, adjusted, calibrate, mean, nonresponse_factors, poststratify, rake

SEX = np.array(list("MFMFMFMFFF"))
AGE = np.array(list("ooyyooyyoy"))
WEIGHTS = np.array([3.0, 1, 2, 4, 1, 2, 3, 1, 2, 2])
TOTALS = {"sex": {"M": 14, "F": 16}, "age": {"o": 12, "y": 18}}


@st.composite
def samples(draw):
    """Base weights and two crossed variables, every pair of categories present, with totals that can be met."""
    seed, rows = draw(st.integers(0, 10_000)), draw(st.integers(12, 60))
    rng = np.random.default_rng(seed)
    pairs = np.concatenate([np.arange(6), rng.integers(0, 6, rows - 6)])
    weights = rng.uniform(0.5, 5, rows)
    shares = [rng.uniform(0.7, 1.3, 2), rng.uniform(0.7, 1.3, 3)]
    totals = {
        name: dict(zip(labels, share / share.sum() * 1000, strict=True))
        for name, labels, share in zip(("a", "b"), (range(2), range(3)), shares, strict=True)
    }
    return weights, {"a": pairs // 3, "b": pairs % 3}, totals


@given(samples())
def test_calibrated_totals_are_exact(sample):
    weights, variables, totals = sample
    for step in (
        rake(weights, variables, totals),
        calibrate(weights, variables, totals),
        calibrate(weights, variables, totals, method="raking"),
    ):
        checks = weighting.compare_margins(weights, step.weights, variables, totals)
        assert max(check.largest_gap for check in checks) < 1e-9


@given(samples())
def test_raking_is_exponential_calibration(sample):
    weights, variables, totals = sample
    raked = rake(weights, variables, totals, tolerance=1e-12)
    np.testing.assert_allclose(raked.weights, calibrate(weights, variables, totals, method="raking").weights, rtol=1e-7)


@given(samples(), st.floats(0.01, 100))
def test_the_scale_of_the_base_weights_does_not_matter(sample, scale):
    weights, variables, totals = sample
    np.testing.assert_allclose(
        rake(weights * scale, variables, totals).weights, rake(weights, variables, totals).weights, rtol=1e-8
    )


@settings(max_examples=30)
@given(samples())
def test_logit_calibration_stays_within_its_bounds(sample):
    weights, variables, totals = sample
    weights = weights * 1000 / weights.sum()
    try:
        step = calibrate(weights, variables, totals, method="logit", bounds=(0.3, 3.0))
    except WeightingError as refusal:
        assert "did not converge" in str(refusal)
        return
    assert step.g.min() >= 0.3
    assert step.g.max() <= 3.0


def test_base_weights_are_not_lost_in_raking():
    raked = rake(WEIGHTS, {"sex": SEX, "age": AGE}, TOTALS)
    same_cell = (SEX == "M") & (AGE == "o")
    np.testing.assert_allclose(raked.g[same_cell], raked.g[same_cell][0])
    assert raked.weights[0] == pytest.approx(3 * raked.weights[4])
    flat = rake(np.ones(10), {"sex": SEX, "age": AGE}, TOTALS)
    assert not np.allclose(raked.weights, flat.weights)


def test_raking_that_cannot_converge_says_which_margin_is_missed():
    # Nobody is both M and y, so the M total cannot exceed the o total.
    variables = {"sex": np.array(list("MMFF")), "age": np.array(list("oooy"))}
    with pytest.raises(WeightingError, match=r"did not converge: category .* is still"):
        rake(np.ones(4), variables, {"sex": {"M": 8, "F": 2}, "age": {"o": 5, "y": 5}})
    with pytest.raises(WeightingError, match="did not converge"):
        calibrate(np.ones(4), variables, {"sex": {"M": 8, "F": 2}, "age": {"o": 5, "y": 5}}, method="raking")


def test_raking_near_the_edge_of_what_the_sample_can_meet_still_converges():
    # Proportional fitting would need tens of thousands of rounds here.
    variables = {"sex": np.array(list("MMFF")), "age": np.array(list("oooy"))}
    step = rake(np.ones(4), variables, {"sex": {"M": 4.999, "F": 5.001}, "age": {"o": 5, "y": 5}})
    np.testing.assert_allclose(step.weights, [2.4995, 2.4995, 0.001, 5.0], rtol=1e-6)


def test_raking_in_the_last_round_allowed_is_not_called_converged():
    with pytest.raises(WeightingError, match="did not converge"):
        rake(WEIGHTS, {"sex": SEX, "age": AGE}, TOTALS, max_iterations=1)


@pytest.mark.parametrize(
    ("totals", "sentence"),
    [
        ({"sex": {"M": 14, "F": 16}, "age": {"o": 12, "y": 19}}, "'sex' add up to 30 and those of 'age' to 31"),
        ({"sex": {"M": 0, "F": 30}, "age": TOTALS["age"]}, "total of category 'M' is 0"),
        ({"sex": {"M": 10, "F": 16, "X": 4}, "age": TOTALS["age"]}, "category 'X' has a total but no row"),
        ({"sex": {"F": 30}, "age": TOTALS["age"]}, "category M has rows but no total"),
        ({"sex": TOTALS["sex"]}, "'age' has"),
    ],
)
def test_totals_that_do_not_fit_are_refused(totals, sentence):
    for method in (rake, calibrate):
        with pytest.raises(WeightingError, match=sentence):
            method(WEIGHTS, {"sex": SEX, "age": AGE}, totals)


def test_calibration_refuses_what_it_cannot_do():
    with pytest.raises(WeightingError, match="do not include 1"):
        calibrate(WEIGHTS, {"sex": SEX}, {"sex": TOTALS["sex"]}, bounds=(1.1, 2))
    with pytest.raises(WeightingError, match="needs bounds"):
        calibrate(WEIGHTS, {"sex": SEX}, {"sex": TOTALS["sex"]}, method="logit")
    with pytest.raises(WeightingError, match="use logit"):
        calibrate(WEIGHTS, {"sex": SEX}, {"sex": TOTALS["sex"]}, method="raking", bounds=(0.5, 2))
    with pytest.raises(WeightingError, match="Row 1 has no value"):
        calibrate(WEIGHTS[:2], {"age": [3.0, np.nan]}, {"age": 9.0})
    with pytest.raises(WeightingError, match="did not converge"):
        calibrate(WEIGHTS, {"sex": SEX}, {"sex": {"M": 1, "F": 29}}, bounds=(0.9, 1.1))


def test_post_stratification_is_linear_calibration():
    step, totals = poststratify(WEIGHTS, SEX, TOTALS["sex"]), {"sex": TOTALS["sex"]}
    np.testing.assert_allclose(step.weights, calibrate(WEIGHTS, {"sex": SEX}, totals).weights)
    scores = np.arange(20.0).reshape(10, 2)
    np.testing.assert_allclose(step.residuals(scores), calibrate(WEIGHTS, {"sex": SEX}, totals).residuals(scores))


def test_post_stratification_names_the_cell_that_does_not_fit():
    with pytest.raises(WeightingError, match="category X has rows but no total"):
        poststratify([1, 1], ["M", "X"], {"M": 2})
    with pytest.raises(WeightingError, match="category 'F' has a total but no row"):
        poststratify([1, 1], ["M", "M"], {"M": 2, "F": 2})


STATUS = np.array(["respondent", "nonrespondent", "respondent", "unknown", "ineligible"] * 2)


@pytest.mark.parametrize(
    "step",
    [
        lambda weights: poststratify(weights, SEX, TOTALS["sex"]),
        lambda weights: calibrate(weights, {"sex": SEX, "x": np.arange(10.0)}, {"sex": TOTALS["sex"], "x": 140.0}),
        lambda weights: nonresponse_factors(SEX, np.arange(10) % 3 > 0, weights),
        lambda weights: nonresponse_factors(np.repeat(["a", "b"], 5), STATUS, weights),
    ],
)
def test_residuals_are_the_derivatives_by_the_base_weights(step):
    y = np.array([3.0, 5, 1, 2, 4, 4, 1, 5, 2, 3])
    residuals = step(WEIGHTS).residuals(y[:, None])[:, 0]
    for row in range(10):
        changed = [WEIGHTS + sign * 1e-5 * (np.arange(10) == row) for sign in (1, -1)]
        slope = (step(changed[0]).weights @ y - step(changed[1]).weights @ y) / 2e-5
        assert residuals[row] == pytest.approx(slope, abs=1e-6)


def test_a_calibrated_variable_has_no_variance_left():
    x = np.arange(10.0)
    design = Design(weights=WEIGHTS)
    step = calibrate(WEIGHTS, {"all": np.repeat("1", 10), "x": x}, {"all": {"1": 30}, "x": 140.0})
    assert mean(design, x).standard_error > 0.5
    assert mean(adjusted(design, step), x).standard_error == pytest.approx(0, abs=1e-12)
    assert mean(design.reweighted(step.weights), x).standard_error > 0.5


def test_standard_errors_know_the_whole_chain_as_a_jackknife_does():
    rng = np.random.default_rng(7)
    n = 600
    sex, group = rng.integers(0, 2, n), rng.integers(0, 3, n)
    answered = rng.random(n) < 0.45 + 0.2 * group / 2
    y = np.where(answered, 3 + sex + group + rng.normal(size=n), np.nan)
    design = Design(weights=np.full(n, 10.0))
    totals = {"sex": {0: 2800, 1: 3200}, "group": {0: 2100, 1: 1900, 2: 2000}}

    def steps(weights):
        first = nonresponse_factors(group, answered, weights)
        return first, rake(first.weights, {"sex": sex, "group": group}, totals)

    linear = mean(adjusted(design, *steps(design.weights)), y)
    jackknife = weighting.replicate_weights(design, "JK1").adjusted(lambda weights: steps(weights)[-1].weights).mean(y)
    assert linear.value == pytest.approx(jackknife.value[0])
    assert linear.standard_error == pytest.approx(jackknife.standard_error[0], rel=0.02)


def test_steps_must_follow_each_other():
    design = Design(weights=WEIGHTS)
    first = poststratify(WEIGHTS, SEX, TOTALS["sex"])
    with pytest.raises(WeightingError, match="Adjustment 2 did not start from the weights before it"):
        adjusted(design, first, poststratify(WEIGHTS, AGE, TOTALS["age"]))
    with pytest.raises(WeightingError, match="at least one step"):
        adjusted(design)


def test_rows_that_stand_for_many_answers_give_the_same_standard_error():
    counts, y = np.array([3, 1, 4, 2]), np.array([5.0, 3, 4, 1])
    cells, weights = np.array(list("aabb")), np.array([2.0, 3, 1, 2])
    totals = {"a": 12, "b": 9}
    grouped = Design(weights=weights, frequencies=counts)
    rows = np.repeat(np.arange(4), counts)
    expanded = Design(weights=weights[rows])
    one = mean(adjusted(grouped, poststratify(weights * counts, cells, totals)), y)
    two = mean(adjusted(expanded, poststratify(weights[rows], cells[rows], totals)), y[rows])
    assert one.value == pytest.approx(float(two.value))
    assert one.standard_error == pytest.approx(float(two.standard_error))


def test_linear_calibration_may_make_negative_weights_and_still_estimates():
    weights, x = np.ones(5), np.array([1.0, 1, 1, 1, 9])
    step = calibrate(weights, {"all": np.repeat("1", 5), "x": x}, {"all": {"1": 5}, "x": 4.0})
    assert step.weights.min() < 0
    assert weighting.total(adjusted(Design(weights=weights), step), x).value == pytest.approx(4.0)
    assert calibrate(weights, {"x": x}, {"x": 4.0}, method="raking").weights.min() > 0


@given(st.integers(0, 100_000), st.sampled_from(["linear", "logit"]))
def test_totals_that_bounded_weights_can_meet_are_met(seed, method):
    rng = np.random.default_rng(seed)
    rows, low, high = int(rng.integers(8, 50)), rng.uniform(0.3, 0.9), rng.uniform(1.1, 2.5)
    matrix = np.column_stack([np.ones(rows), rng.normal(3, 1, rows), rng.random(rows) < 0.4])
    weights, ends = rng.uniform(1, 5, rows), (low + 0.01, high - 0.01)
    ratios = np.where(rng.random(rows) < 0.7, rng.choice(ends, rows), rng.uniform(*ends, rows))
    step = calibrate(weights, matrix, matrix.T @ (weights * ratios), method=method, bounds=(low, high))
    assert step.largest_gap < 1e-9
    assert step.g.min() >= low - 1e-12
    assert step.g.max() <= high + 1e-12


def test_a_crossing_too_large_to_keep_whole_is_raked_alike():
    rng = np.random.default_rng(3)
    weights = rng.uniform(1, 3, 1500)
    variables = {name: rng.permutation(np.arange(1500) % size) for name, size in (("a", 60), ("b", 50), ("c", 40))}
    totals = {}
    for name, codes in variables.items():
        wanted = np.bincount(codes, weights * rng.uniform(0.9, 1.1, 1500))
        totals[name] = dict(enumerate(wanted / wanted.sum() * 3000))
    raked = rake(weights, variables, totals)
    calibrated = calibrate(weights, variables, totals, method="raking")
    assert raked.cells.codes[0].size <= 1500
    np.testing.assert_allclose(raked.weights, calibrated.weights, rtol=1e-7)
    scores = rng.normal(size=(1500, 2))
    np.testing.assert_allclose(raked.residuals(scores), calibrated.residuals(scores), atol=1e-9)
