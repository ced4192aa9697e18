"""Real and integer solutions of the one problem behind every allocation: share a total out within bounds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from weighting.base.arrays import Floats, Sizes
from weighting.base.sums import bounded_shares

__all__ = ["best_integers", "nearest_integers", "variance_optimal_integers"]


def best_integers(gain: Callable[[Sizes], Floats], start: Sizes, total: int, lower: Sizes, upper: Sizes) -> Sizes:
    """Sizes with an exact sum that no change of the allocation can improve.

    For an aim that is a sum of concave functions of one size each, exchanges of one case until none helps end at
    the optimum, wherever they start; ties go to the earlier stratum.

    Args:
        gain: what the step from n to n + 1 is worth in each stratum; it does not rise with n.
        start: (H,) integers within the bounds, near the optimum.
        total: between Σ lower and Σ upper.
        lower, upper: (H,) integer bounds.

    Returns:
        (H,) integers with Σ = total.

    Source: Wright (2017), Exact optimal sample allocation: more efficient than Neyman, Statistics & Probability
    Letters 129.
    """
    sizes = start.copy()
    while True:
        up = np.where(sizes < upper, gain(sizes), -np.inf)
        down = np.where(sizes > lower, gain(sizes - 1), np.inf)
        more, less = int(np.argmax(up)), int(down.size - 1 - np.argmin(down[::-1]))
        short = total - int(sizes.sum())
        if short > 0:
            raised = np.argsort(-up, kind="stable")[:short]
            sizes[raised[up[raised] > -np.inf]] += 1
        elif short < 0:
            sizes[less] -= 1
        elif up[more] > down[less]:
            sizes[more] += 1
            sizes[less] -= 1
        else:
            return sizes


def variance_optimal_integers(shares: Floats, total: int, lower: Sizes, upper: Sizes) -> Sizes:
    """The integer sizes with the smallest Σ shares²/n, which for shares N·S is the smallest variance.

    Args:
        shares: (H,) N·S of each stratum, not negative.
        total: between Σ lower and Σ upper.
        lower, upper: (H,) integer bounds, lower at least 1.

    Returns:
        (H,) integers with Σ = total; of equally good ones the smaller stratum gets the case.

    Source: Wright (2017): the step from n to n + 1 lowers the variance by (N·S)² / (n (n + 1)).

    >>> shares, population = np.array([1600.0, 2700, 3000, 3000]), np.array([400, 300, 200, 100])
    >>> variance_optimal_integers(shares, 60, np.full(4, 2), population)
    array([ 9, 16, 17, 18])
    """
    order = np.argsort(upper, kind="stable")
    sizes = np.empty_like(upper)
    sizes[order] = _variance_optimal(shares[order], total, lower[order], upper[order])
    return sizes


def _variance_optimal(shares: Floats, total: int, lower: Sizes, upper: Sizes) -> Sizes:

    def gain(sizes: Sizes) -> Floats:
        below = np.maximum(sizes, 1).astype(np.float64)
        return np.asarray(shares**2 / (below * (below + 1)))

    start = np.floor(bounded_shares(shares, total, lower.astype(float), upper.astype(float)) + 1e-9).astype(np.int64)
    return best_integers(gain, start, total, lower, upper)


def nearest_integers(shares: Floats, total: int, lower: Sizes, upper: Sizes) -> Sizes:
    """Integer sizes nearest to the bounded real ones: largest remainders, inside the bounds.

    Args:
        shares: (H,) wished proportions, not negative.
        total: between Σ lower and Σ upper.
        lower, upper: (H,) integer bounds.

    Returns:
        (H,) integers with Σ = total and the smallest Σ (n − target)².

    Source: Balinski and Young (1982), Fair Representation, on Hamilton's method.

    >>> nearest_integers(np.array([1200.0, 800, 500, 350, 150]), 97, np.ones(5, int), np.full(5, 1200))
    array([39, 26, 16, 11,  5])
    """
    target = bounded_shares(shares, total, lower.astype(float), upper.astype(float))

    def gain(sizes: Sizes) -> Floats:
        # Twelve digits decide, so that equal remainders stay equal after rounding errors.
        return np.asarray(np.round(target - sizes, 12))

    return best_integers(gain, np.floor(target + 1e-9).astype(np.int64), total, lower, upper)
