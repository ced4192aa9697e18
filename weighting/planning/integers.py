"""Real and integer solutions of the one problem behind every allocation: share a total out within bounds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["best_integers", "bounded_shares", "nearest_integers", "variance_optimal_integers"]

Reals = NDArray[np.float64]
Integers = NDArray[np.int64]

_NEGLIGIBLE = 1e-15


def bounded_shares(shares: Reals, total: float, lower: Reals, upper: Reals) -> Reals:
    """The numbers clip(λ · shares, lower, upper) whose sum is the total.

    This is the real-valued optimum of min Σ shares²/n within bounds, and also "cap and hand on" for shares
    that are fixed beforehand. What no positive share can take goes to the zero shares, in proportion to their
    room.

    Args:
        shares: (H,) not negative.
        total: between Σ lower and Σ upper.
        lower, upper: (H,) bounds.

    Returns:
        (H,) real numbers.

    Source:
        Särndal, Swensson and Wretman (1992), section 3.7.4, with the Kuhn–Tucker conditions for the bounds.

    >>> bounded_shares(np.ones(4), 100, np.zeros(4), np.array([1000.0, 600, 12, 300])).round(2)
    array([29.33, 29.33, 12.  , 29.33])
    """
    # A share below the last digit of the largest one counts as 0, so that no ratio overflows.
    positive = shares > _NEGLIGIBLE * shares.max()
    starts, ends = lower[positive] / shares[positive], upper[positive] / shares[positive]
    at = np.concatenate([starts, ends])
    slope_change = np.concatenate([shares[positive], -shares[positive]])
    order = np.argsort(at, kind="stable")
    at, slopes = at[order], np.cumsum(slope_change[order])
    reached = lower.sum() + np.concatenate([[0.0], np.cumsum(slopes[:-1] * np.diff(at))]) if at.size else at
    if not at.size or total > reached[-1]:
        filled = np.where(positive, upper, lower)
        room = np.where(positive, 0.0, upper - lower)
        spare: Reals = room * ((total - filled.sum()) / max(room.sum(), 1e-300))
        return filled + spare
    segment = max(int(np.searchsorted(reached, total)) - 1, 0)
    middle = (at[segment] + at[min(segment + 1, at.size - 1)]) / 2
    trial: Reals = np.clip(middle * shares, lower, upper)
    free = (trial > lower) & (trial < upper)
    if not free.any():
        return trial
    trial[free] = shares[free] * ((total - trial[~free].sum()) / shares[free].sum())
    return np.asarray(np.clip(trial, lower, upper))


def best_integers(
    gain: Callable[[Integers], Reals], start: Integers, total: int, lower: Integers, upper: Integers
) -> Integers:
    """Integers with an exact sum that no change of the allocation can improve.

    For an aim that is a sum of concave functions of one size each, exchanges of one case until none helps end at
    the optimum, wherever they start; ties go to the earlier stratum.

    Args:
        gain: what the step from n to n + 1 is worth in each stratum; it does not rise with n.
        start: (H,) integers within the bounds, near the optimum.
        total: between Σ lower and Σ upper.
        lower, upper: (H,) integer bounds.

    Returns:
        (H,) integers with Σ = total.

    Source:
        Wright (2017), Exact optimal sample allocation: more efficient than Neyman, Statistics & Probability
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


def variance_optimal_integers(shares: Reals, total: int, lower: Integers, upper: Integers) -> Integers:
    """The integer sizes with the smallest Σ shares²/n, which for shares N·S is the smallest variance.

    Args:
        shares: (H,) N·S of each stratum, not negative.
        total: between Σ lower and Σ upper.
        lower, upper: (H,) integer bounds, lower at least 1.

    Returns:
        (H,) integers with Σ = total; of equally good ones the smaller stratum gets the case.

    Source:
        Wright (2017): the step from n to n + 1 lowers the variance by (N·S)² / (n (n + 1)).

    >>> shares, population = np.array([1600.0, 2700, 3000, 3000]), np.array([400, 300, 200, 100])
    >>> variance_optimal_integers(shares, 60, np.full(4, 2), population)
    array([ 9, 16, 17, 18])
    """
    order = np.argsort(upper, kind="stable")
    sizes = np.empty_like(upper)
    sizes[order] = _variance_optimal(shares[order], total, lower[order], upper[order])
    return sizes


def _variance_optimal(shares: Reals, total: int, lower: Integers, upper: Integers) -> Integers:

    def gain(sizes: Integers) -> Reals:
        below = np.maximum(sizes, 1).astype(np.float64)
        return np.asarray(shares**2 / (below * (below + 1)))

    start = np.floor(bounded_shares(shares, total, lower.astype(float), upper.astype(float)) + 1e-9).astype(np.int64)
    return best_integers(gain, start, total, lower, upper)


def nearest_integers(shares: Reals, total: int, lower: Integers, upper: Integers) -> Integers:
    """Integer sizes nearest to the bounded real ones: largest remainders, inside the bounds.

    Args:
        shares: (H,) wished proportions, not negative.
        total: between Σ lower and Σ upper.
        lower, upper: (H,) integer bounds.

    Returns:
        (H,) integers with Σ = total and the smallest Σ (n − target)².

    Source:
        Balinski and Young (1982), Fair Representation, on Hamilton's method.

    >>> nearest_integers(np.array([1200.0, 800, 500, 350, 150]), 97, np.ones(5, int), np.full(5, 1200))
    array([39, 26, 16, 11,  5])
    """
    target = bounded_shares(shares, total, lower.astype(float), upper.astype(float))

    def gain(sizes: Integers) -> Reals:
        # Twelve digits decide, so that equal remainders stay equal after rounding errors.
        return np.asarray(np.round(target - sizes, 12))

    return best_integers(gain, np.floor(target + 1e-9).astype(np.int64), total, lower, upper)
