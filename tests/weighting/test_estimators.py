"""Estimators against the definition, and what must hold for every sample."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weighting
from tests.weighting import naive
from tests.weighting.strategies import samples
from weighting import Design

FRACTION = {0: 0.1, 1: 0.25, 2: 0.5, 3: 0.05}


def fpc(strata):
    return {h: FRACTION[h] for h in np.unique(strata).tolist()}


@given(samples(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_domain_means_follow_the_definition(sample, clustered):
    psu = sample.psu if clustered else None
    design = Design(sample.strata, psu, sample.weights, fpc=fpc(sample.strata))
    found = weighting.mean(design, sample.y, domains=sample.domains, overall=True)
    for i, label in enumerate(found.labels):
        inside = np.ones(len(sample.y)) if label == "overall" else sample.domains == label
        mean, variance = naive.mean_and_variance(sample.y, sample.weights, inside, sample.strata, psu, FRACTION)
        assert found.value[i] == pytest.approx(mean, rel=1e-11)
        assert found.standard_error[i] ** 2 == pytest.approx(variance, rel=1e-9, abs=1e-20)


@given(samples())
@settings(max_examples=40, deadline=None)
def test_counting_answers_and_keeping_rows_agree(sample):
    counted = Design(sample.strata, weights=sample.weights, fpc=fpc(sample.strata))
    kept = Design(sample.strata, np.arange(len(sample.y)), sample.weights, fpc=fpc(sample.strata))
    arguments = {"domains": sample.domains, "overall": True}
    for estimate in (weighting.mean, weighting.proportion):
        one = estimate(counted, sample.y, **arguments)
        two = estimate(kept, sample.y, **arguments)
        for name in ("value", "standard_error", "n", "kish_n", "design_effect", "degrees_of_freedom"):
            np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-8, atol=1e-13, err_msg=name)
        np.testing.assert_array_equal(one.problem, two.problem)
        np.testing.assert_allclose(one.covariance(), two.covariance(), rtol=1e-7, atol=1e-14)


@given(samples(), st.floats(0.01, 1000))
@settings(max_examples=30, deadline=None)
def test_means_do_not_change_with_the_scale_of_the_weights(sample, factor):
    one = weighting.mean(Design(sample.strata, weights=sample.weights), sample.y)
    two = weighting.mean(Design(sample.strata, weights=sample.weights * factor), sample.y)
    assert two.value == pytest.approx(one.value, rel=1e-10)
    assert two.standard_error == pytest.approx(one.standard_error, rel=1e-9, abs=1e-15)


@given(samples(), st.floats(-1e9, 1e9))
@settings(max_examples=30, deadline=None)
def test_adding_a_constant_moves_the_mean_and_leaves_the_error(sample, constant):
    design = Design(sample.strata, weights=sample.weights)
    one, two = weighting.mean(design, sample.y), weighting.mean(design, sample.y + constant)
    assert two.value == pytest.approx(one.value + constant, rel=1e-12)
    assert two.standard_error == pytest.approx(one.standard_error, rel=1e-5, abs=1e-7)


@given(samples(even=True))
@settings(max_examples=30, deadline=None)
def test_a_full_census_has_no_error(sample):
    sizes = {h: int(n) for h, n in enumerate(np.bincount(sample.strata))}
    design = Design(sample.strata, population=sizes)
    for estimate in (
        weighting.mean(design, sample.y, domains=sample.domains, overall=True),
        weighting.total(design, sample.y, domains=sample.domains),
        weighting.proportion(design, sample.y),
    ):
        assert (estimate.standard_error == 0).all()
        assert (estimate.problem == "").all()
        np.testing.assert_array_equal(estimate.interval(), [estimate.value, estimate.value])


@given(samples(even=True), st.data())
@settings(max_examples=30, deadline=None)
def test_frequencies_are_expanded_rows(sample, data):
    times = np.array(data.draw(st.lists(st.integers(1, 4), min_size=len(sample.y), max_size=len(sample.y))))
    short = Design(sample.strata, weights=sample.weights, frequencies=times)
    long = Design(np.repeat(sample.strata, times), weights=np.repeat(sample.weights, times))
    for y in (sample.y, sample.y + 0.25):
        one = weighting.mean(short, y, domains=sample.domains)
        two = weighting.mean(long, np.repeat(y, times), domains=np.repeat(sample.domains, times))
        for name in ("value", "standard_error", "n", "design_effect", "degrees_of_freedom"):
            np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-8, atol=1e-13)
    one = weighting.quantile(short, sample.y, [0.2, 0.5], rule="hf7")
    two = weighting.quantile(long, np.repeat(sample.y, times), [0.2, 0.5], rule="hf7")
    np.testing.assert_allclose(one.value, two.value)


@given(samples())
@settings(max_examples=30, deadline=None)
def test_shares_add_up_and_their_covariance_too(sample):
    design = Design(sample.strata, weights=sample.weights)
    shares = weighting.proportion(design, sample.y)
    assert shares.value.sum() == pytest.approx(1)
    np.testing.assert_allclose(shares.covariance().sum(axis=0), 0, atol=1e-12)
    points = np.array(shares.labels)
    mean = weighting.mean(design, sample.y)
    assert points @ shares.covariance() @ points == pytest.approx(mean.variance, rel=1e-8, abs=1e-15)


@given(samples(whole=False))
@settings(max_examples=30, deadline=None)
def test_a_ratio_to_one_is_a_mean_and_a_total_is_its_multiple(sample):
    design = Design(sample.strata, sample.psu, sample.weights)
    mean = weighting.mean(design, sample.y)
    ratio = weighting.ratio(design, sample.y, np.ones(len(sample.y)))
    assert ratio.value == pytest.approx(mean.value)
    assert ratio.standard_error == pytest.approx(mean.standard_error)
    assert weighting.total(design, sample.y).value == pytest.approx(mean.value * sample.weights.sum())


def test_covariance_between_domains_counts_shared_psus():
    rng = np.random.default_rng(3)
    strata, psu = np.repeat([0, 1], 12), np.tile(np.repeat([0, 1, 2, 3], 3), 2)
    y, domains, weights = rng.normal(size=24), np.tile([0, 1, 1], 8), rng.uniform(1, 3, 24)
    found = weighting.mean(Design(strata, psu, weights), y, domains=domains)
    scores = [weights * (domains == d) * (y - found.value[d]) / weights[domains == d].sum() for d in (0, 1)]
    both = naive.variance_of_total(scores[0] + scores[1], strata, psu)
    alone = [naive.variance_of_total(score, strata, psu) for score in scores]
    assert found.covariance()[0, 1] == pytest.approx((both - sum(alone)) / 2, rel=1e-9)


def test_missing_answers_keep_the_design():
    strata = ["a"] * 4 + ["b"] * 4
    y = [1, 2, np.nan, 4, 2, np.nan, 3, 5]
    found = weighting.mean(Design(strata, population={"a": 40, "b": 80}), y)
    inside = ~np.isnan(y)
    fraction = {"a": 0.1, "b": 0.05}
    mean, variance = naive.mean_and_variance(
        np.nan_to_num(y), np.repeat([10.0, 20.0], 4), inside, np.array(strata), None, fraction
    )
    assert found.value == pytest.approx(mean)
    assert found.standard_error**2 == pytest.approx(variance)
    assert found.n == 6


@pytest.mark.parametrize(
    "answers",
    [
        [1, 2, 2, 5, 1, 2],
        [1.0, 2.0, 2.0, 5.0, 1.0, 2.0],
        ["1", "2", "2", "5", "1", "2"],
        np.array([1, 2, 2, 5, 1, 2], dtype=object),
        [-1, 0, 0, 9, -1, 0],
        [10**9, 2.5, 2.5, 7.25, 10**9, 2.5],
    ],
)
def test_categories_may_be_numbers_or_words(answers):
    design = Design(strata=["a", "a", "a", "b", "b", "b"], weights=[1, 2, 3, 4, 5, 6])
    found = weighting.proportion(design, answers)
    assert sorted(found.value.round(6).tolist()) == [0.190476, 0.285714, 0.52381]
    assert len(found.labels) == 3
    one = weighting.proportion(design, answers, category=answers[1])
    assert one.value == pytest.approx(11 / 21)
    assert weighting.proportion(design, answers, category="nobody").value == 0


def test_missing_categories_leave_the_shares():
    design = Design(weights=[1, 1, 2, 4])
    for answers in ([1.0, np.nan, 2.0, 1.0], ["x", None, "y", "x"]):
        found = weighting.proportion(design, answers)
        assert found.value.tolist() == [5 / 7, 2 / 7]
        assert found.n.tolist() == [3, 3]


@pytest.mark.parametrize("y", [[1, 2, 3, 4, 5, 5], [1.5, 2, 3, 4, 5, 5]])
def test_rows_without_a_domain_count_in_the_whole_only(y):
    design = Design(["a"] * 3 + ["b"] * 3, weights=[1, 2, 3, 1, 2, 3])
    found = weighting.mean(design, y, domains=["x", "x", None, "x", "y", "y"], overall=True)
    assert found.labels == ("x", "y", "overall")
    assert found.n.tolist() == [3, 2, 6]
    whole = weighting.mean(design, y)
    assert found.value[2] == whole.value
    assert found.standard_error[2] == pytest.approx(whole.standard_error)
    assert found.covariance()[2, 2] == pytest.approx(whole.variance)
    inside = weighting.mean(design, y, domains=[True, True, False, True, False, False])
    assert found.standard_error[0] == pytest.approx(inside.standard_error[1])


def test_overlapping_domains_may_be_given_as_columns():
    design = Design(["a"] * 6, weights=[1, 2, 3, 1, 2, 3])
    y = np.arange(6.0)
    inside = np.column_stack([y < 4, y > 1])
    found = weighting.mean(design, y, domains=inside)
    for k in (0, 1):
        one = weighting.mean(design, y, domains=inside[:, k])
        assert found.value[k] == pytest.approx(one.value[1])
        assert found.standard_error[k] == pytest.approx(one.standard_error[1])


def test_two_stages_add_the_spread_within_psus():
    # > d <- svydesign(id=~id1+id2, fpc=~n1+n2, data=mu284); svytotal(~y1, d): both stages in the reference cases;
    # taking every second-stage unit leaves the first stage alone
    psu, y = np.repeat([1, 2, 3], 2), np.array([1.0, 4, 2, 5, 9, 7])
    one = Design(psu=psu, weights=np.full(6, 5.0), population=np.full(6, 15.0))
    two = Design(psu=psu, weights=np.full(6, 5.0), population=np.full(6, 15.0), ssu_population=np.full(6, 2))
    more = Design(psu=psu, weights=np.full(6, 5.0), population=np.full(6, 15.0), ssu_population=np.full(6, 4))
    errors = [float(weighting.mean(design, y).standard_error) for design in (one, two, more)]
    assert errors[1] == pytest.approx(errors[0])
    assert errors[2] > errors[1]


TWO_STAGE = {"psu": np.repeat(np.arange(6), 4), "population": np.full(24, 20.0), "ssu_population": np.full(24, 9.0)}
DESIGNS = {
    "elements": {"strata": np.repeat([0, 1], 12), "fpc": {0: 0.2, 1: 0.4}},
    "uneven weights": {"strata": np.repeat([0, 1], 12), "weights": np.arange(1.0, 25)},
    "clusters": {"strata": np.repeat([0, 1], 12), "psu": np.tile(np.repeat([0, 1, 2], 4), 2)},
    "rows as second stage": TWO_STAGE,
    "clusters in clusters": {**TWO_STAGE, "ssu": np.tile([0, 0, 1, 1], 6)},
    "frequencies": {"strata": np.repeat([0, 1], 12), "frequencies": np.tile([1, 2, 3], 8)},
    "clusters with frequencies": {"psu": np.repeat(np.arange(6), 4), "frequencies": np.tile([1, 2], 12)},
    "lonely, certainty": {"strata": [0] * 23 + [1], "population": {0: 90, 1: 4}, "lonely_psu": "certainty"},
    "brewer": {"fpc": np.linspace(0.1, 0.6, 24), "pps": "brewer"},
    "overton": {"fpc": np.linspace(0.1, 0.6, 24), "pps": "overton"},
}


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("whole", [True, False])
def test_domain_totals_and_their_covariance_make_the_whole(name, whole):
    rng = np.random.default_rng(10)
    y = rng.integers(1, 6, 24) if whole else rng.normal(5, 1, 24)
    domains = rng.integers(0, 3, 24)
    design = Design(**{"weights": np.ones(24), **DESIGNS[name]} if "fpc" not in DESIGNS[name] else DESIGNS[name])
    parts = weighting.total(design, y, domains=domains)
    whole_total = weighting.total(design, y)
    assert parts.value.sum() == pytest.approx(whole_total.value)
    assert parts.covariance().sum() == pytest.approx(whole_total.variance, rel=1e-8)
    np.testing.assert_allclose(np.diagonal(parts.covariance()), parts.variance)
    influence = np.where(domains[:, None] == np.arange(3), np.asarray(y)[:, None], 0.0)
    np.testing.assert_allclose(weighting.covariance(design, influence), parts.covariance(), rtol=1e-8, atol=1e-8)
    assert np.linalg.eigvalsh(parts.covariance()).min() > -1e-8
