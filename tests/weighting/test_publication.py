"""Publish, caution, suppress: both sides of every bound."""

import numpy as np
import pytest

from weighting import Design, WeightingError, mean, proportion, publication_classes


def units(*sizes, spread=1.0):
    domains = np.repeat(np.arange(len(sizes)), sizes)
    answers = 10 + spread * np.concatenate([np.resize([-1.0, 1.0], size) for size in sizes])
    return mean(Design(weights=np.ones(len(domains))), answers, domains=domains)


@pytest.mark.parametrize(("n", "expected"), [(4, "suppress"), (5, "caution"), (29, "caution"), (30, "publish")])
def test_answers_decide_first(n, expected):
    assert publication_classes(units(n, 40))[0] == expected


@pytest.mark.parametrize(("factor", "expected"), [(1.001, "publish"), (0.999, "caution")])
def test_a_variation_at_the_bound_is_within_it(factor, expected):
    found = units(40)
    assert publication_classes(found, caution_cv=float(found.cv[0]) * factor, largest_cv=1).tolist() == [expected]


@pytest.mark.parametrize(("factor", "expected"), [(1.001, "caution"), (0.999, "suppress")])
def test_a_larger_variation_is_suppressed(factor, expected):
    found = units(40)
    bound = float(found.cv[0]) * factor
    assert publication_classes(found, caution_cv=bound / 2, largest_cv=bound).tolist() == [expected]


def test_shares_are_judged_by_their_interval():
    few = proportion(Design(weights=np.ones(30)), np.arange(30) < 15)
    many = proportion(Design(weights=np.ones(3000)), np.arange(3000) < 3)
    assert publication_classes(few) == "suppress"
    assert many.cv > 0.3
    assert publication_classes(many) == "publish"


def test_what_cannot_be_said_is_not_published():
    nothing = mean(Design(weights=np.ones(40)), np.full(40, np.nan))
    assert publication_classes(nothing) == "suppress"
    alike = proportion(Design(weights=np.ones(400)), np.ones(400, bool))
    assert publication_classes(alike) == "caution"


def test_bounds_in_the_wrong_order_are_refused():
    with pytest.raises(WeightingError, match="must not be milder"):
        publication_classes(units(40), fewest=50)
    with pytest.raises(WeightingError, match="must not be milder"):
        publication_classes(units(40), caution_cv=0.5)
