"""Sums by code, and the sharing out of a sum within bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from weighting.base.arrays import Floats

#: a share below this part of the largest one counts as 0, so that no ratio overflows
_NEGLIGIBLE = 1e-15


def sums(codes: NDArray[Any], values: NDArray[Any], size: int) -> Floats:
    """(size,) sum of the values of each code.

    >>> sums(np.array([0, 1, 1]), np.array([1.0, 2.0, 3.0]), 3).tolist()
    [1.0, 5.0, 0.0]
    """
    return np.bincount(codes, weights=values, minlength=size).astype(np.float64, copy=False)


def column_sums(codes: NDArray[Any], weights: Floats, values: Floats, count: int) -> Floats:
    """(count, k) weighted sum of the rows of each code.

    >>> column_sums(np.array([0, 1, 0]), np.array([1.0, 1.0, 2.0]), np.array([[1.0], [2.0], [4.0]]), 2).ravel()
    array([9., 2.])
    """
    member = sparse.csr_array((weights, (codes, np.arange(len(codes)))), shape=(count, len(codes)))
    return np.asarray(member @ values, np.float64)


def bounded_shares(shares: Floats, total: float, lower: Floats, upper: Floats) -> Floats:
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

    Source: Särndal, Swensson and Wretman (1992), section 3.7.4, with the Kuhn–Tucker conditions for the bounds.

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
        spare: Floats = room * ((total - filled.sum()) / max(room.sum(), 1e-300))
        return filled + spare
    segment = max(int(np.searchsorted(reached, total)) - 1, 0)
    middle = (at[segment] + at[min(segment + 1, at.size - 1)]) / 2
    trial: Floats = np.clip(middle * shares, lower, upper)
    free = (trial > lower) & (trial < upper)
    if not free.any():
        return trial
    trial[free] = shares[free] * ((total - trial[~free].sum()) / shares[free].sum())
    return np.asarray(np.clip(trial, lower, upper))
