"""Every estimator takes a tally and says what it says of the rows."""

import numpy as np
import pytest
from hypothesis import given, settings

import weighting
from tests.weighting.strategies import samples
from tests.weighting.test_tally import same
from weighting import Design, Tally, WeightingError

POINTS = {1: 0.0, 2: 30.0, 3: 60.0, 4: 80.0, 5: 100.0}


def two_offices(**columns):
    """Half of the sample, then the other half, counted apart and added up; and the pooled design."""
    sample = columns.pop("sample")
    population = {int(h): 10 * int(n) for h, n in enumerate(np.bincount(sample.strata))}
    half = len(sample.y) // 2
    parts = [
        Tally(
            sample.strata[part],
            sample.y[part],
            domains=sample.domains[part],
            population=population,
            **{name: column[part] for name, column in columns.items()},
        )
        for part in (slice(half, None), slice(0, half))
    ]
    return parts[0] + parts[1], Design(sample.strata, population=population)


@given(samples(even=True))
@settings(max_examples=25, deadline=None)
def test_estimators_take_a_tally_for_the_pooled_rows(sample):
    tally, pooled = two_offices(sample=sample)
    for estimate in (weighting.mean, weighting.total, weighting.proportion):
        same(
            estimate(tally, overall=True),
            estimate(pooled, sample.y, domains=sample.domains, overall=True),
        )
    for rule in ("math", "school", "hf7"):
        ours, theirs = (
            weighting.quantile(tally, q=[0.3, 0.5], rule=rule),
            weighting.quantile(pooled, sample.y, [0.3, 0.5], domains=sample.domains, rule=rule),
        )
        np.testing.assert_allclose(ours.value, theirs.value)
        np.testing.assert_allclose(ours.interval(), theirs.interval())
    np.testing.assert_allclose(
        weighting.median(tally).value, weighting.median(pooled, sample.y, domains=sample.domains).value
    )


@given(samples(even=True))
@settings(max_examples=25, deadline=None)
def test_level_and_survey_tables_take_a_tally(sample):
    tally, pooled = two_offices(sample=sample)
    ours = weighting.levels(tally, points=POINTS, overall=True)
    theirs = weighting.levels(pooled, sample.y, points=POINTS, domains=sample.domains, overall=True)
    for name in ("shares", "mean", "top_box", "satisfied", "dissatisfied", "cannot_say"):
        same(getattr(ours, name), getattr(theirs, name))
    np.testing.assert_array_equal(ours.counts, theirs.counts)
    if len(set(sample.domains.tolist())) < 2:
        return
    rest = weighting.against_rest(tally), weighting.against_rest(pooled, sample.y, domains=sample.domains)
    np.testing.assert_allclose(rest[0].standard_error, rest[1].standard_error, rtol=1e-8, atol=1e-12)
    tables = (
        weighting.survey_table({"speed": tally, "manner": tally}, points=POINTS),
        weighting.survey_table(pooled, {"speed": sample.y, "manner": sample.y}, units=sample.domains, points=POINTS),
    )
    for row, other in zip(tables[0].rows(), tables[1].rows(), strict=True):
        assert (row.question, row.unit, row.n, row.flags) == (other.question, other.unit, other.n, other.flags)
        numbers = ("mean", "standard_error", "low", "high", "to_rest", "to_rest_p", "satisfied")
        np.testing.assert_allclose(
            [getattr(row, name) for name in numbers], [getattr(other, name) for name in numbers], rtol=1e-7, atol=1e-9
        )


@given(samples(even=True))
@settings(max_examples=25, deadline=None)
def test_composites_take_a_tally_with_layers(sample):
    layers = np.where(np.arange(len(sample.y)) % 2, "public", "leader")
    shares = {"leader": 0.3, "public": 0.7}
    tally, pooled = two_offices(sample=sample, layers=layers)
    ours = weighting.composite(tally, shares=shares, thin="redistribute", minimum=1)
    theirs = weighting.composite(
        pooled, sample.y, layers=layers, shares=shares, domains=sample.domains, thin="redistribute", minimum=1
    )
    assert ours.domains == theirs.domains
    for name in ("value", "standard_error", "degrees_of_freedom"):
        np.testing.assert_allclose(getattr(ours.estimate, name), getattr(theirs.estimate, name), rtol=1e-7, atol=1e-9)


@given(samples())
@settings(max_examples=25, deadline=None)
def test_a_tally_with_counts_is_its_expanded_rows(sample):
    counts = np.random.default_rng(len(sample.y)).integers(1, 4, len(sample.y))
    weights = np.round(sample.weights)
    tally = Tally(sample.strata, sample.y, counts, domains=sample.domains, psu=sample.psu, weights=weights)
    strata, psu, weights, y, domains = (
        np.repeat(column, counts) for column in (sample.strata, sample.psu, weights, sample.y, sample.domains)
    )
    same(weighting.mean(tally), weighting.mean(Design(strata, psu, weights), y, domains=domains))


@given(samples(whole=False))
@settings(max_examples=25, deadline=None)
def test_moments_serve_means_and_totals_and_nothing_else(sample):
    answers = np.where(np.arange(len(sample.y)) % 5 == 0, np.nan, sample.y)
    tally = Tally.moments(sample.strata, answers, domains=sample.domains, psu=sample.psu)
    pooled = Design(sample.strata, sample.psu)
    same(
        weighting.mean(tally + tally),
        weighting.mean((tally + tally).design(), (tally + tally).values, domains=(tally + tally).domains),
    )
    for estimate in (weighting.mean, weighting.total):
        same(estimate(tally), estimate(pooled, answers, domains=sample.domains))
    for refused in (weighting.proportion, weighting.median, weighting.quantile):
        with pytest.raises(WeightingError, match="moments keep means and squares only"):
            refused(tally)
    with pytest.raises(WeightingError, match="moments"):
        weighting.levels(tally + tally, points=POINTS)


SMALL = {"strata": ["a"] * 4, "values": [1, 2, 4, 5], "domains": ["x", "x", "y", "y"]}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda t: weighting.mean(t, [1, 2, 4, 5]), "mean takes answers and domains from the tally"),
        (lambda t: weighting.total(t, domains=["x"] * 4), "total takes answers and domains from the tally"),
        (lambda t: weighting.levels(t, [1, 2, 4, 5], points=POINTS), "levels takes answers"),
        (lambda t: weighting.composite(t, shares={"x": 1.0}), "composite needs layers"),
        (
            lambda t: weighting.composite(t, layers=["x"] * 4, shares={"x": 1.0}),
            "composite takes layers from the tally",
        ),
        (lambda t: weighting.survey_table(t, points=POINTS, units=["x"] * 4), "survey_table takes answers and units"),
        (lambda t: weighting.ratio(t, [1, 2, 4, 5], [1, 1, 1, 1]), "ratio needs to know who gave which pair"),
        (lambda t: weighting.mean(t.design()), "mean needs answers beside a design"),
        (lambda t: weighting.survey_table(t.design(), points=POINTS), "survey_table needs answers and units"),
        (lambda t: weighting.survey_table({}, points=POINTS), "at least one question"),
        (
            lambda t: weighting.survey_table(
                {"q": t, "r": Tally(["a", "a"], [1, 2], domains=["x", "z"])}, points=POINTS
            ),
            "questions q and r have different units",
        ),
        (lambda t: weighting.against_rest(Tally(["a", "a"], [1, 2])), "against_rest needs domains"),
        (lambda t: weighting.survey_table(Tally(["a", "a"], [1, 2]), points=POINTS), "has no domains"),
    ],
)
def test_two_sources_of_answers_or_none_are_refused(call, words):
    with pytest.raises(WeightingError, match=words):
        call(Tally(**SMALL))


def test_populations_of_tallies_are_one_population():
    east = Tally(["e", "e"], [1, 2], population={"e": 10, "w": 20})
    west = Tally(["w", "w"], [3, 5], population={"w": 20})
    assert weighting.mean(east + west).value == pytest.approx((10 * 1.5 + 20 * 4) / 30)
    with pytest.raises(WeightingError, match="names stratum w, which has no row"):
        weighting.mean(east)
    with pytest.raises(WeightingError, match="population of 10 in one tally and 11 in the other"):
        east + Tally(["e"], [1], population={"e": 11})
    with pytest.raises(WeightingError, match="one tally has a population"):
        east + Tally(["e"], [1])
    with pytest.raises(WeightingError, match="lonely_psu is fail in one tally and adjust"):
        east + Tally(["e"], [1], population={"e": 10}, lonely_psu="adjust")
