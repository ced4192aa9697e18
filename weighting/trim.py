"""Trimming: large weights cut to a cap, and what was cut handed to the others."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weighting.allocation_integers import bounded_shares
from weighting.design_checks import checked_weights
from weighting.errors import WeightingError

__all__ = ["Redistribution", "trim_weights"]

Reals = NDArray[np.float64]

Redistribution: TypeAlias = Literal["equal", "proportional"]


def trim_weights(
    weights: ArrayLike,
    upper: float = np.inf,
    lower: float = 0.0,
    *,
    strict: bool = True,
    redistribute: Redistribution = "equal",
) -> Reals:
    """Cut weights to bounds and keep their sum.

    The excess goes to the rows inside the bounds, in equal parts (as R's ``trimWeights``) or in proportion to their
    weights. Strict trimming finds at once the weights that repeated trimming would end at: everybody keeps
    weight + constant (or weight · constant), cut to the bounds. Rows with weight 0 (nonrespondents) stay at 0.

    Args:
        weights: (n,) weights.
        upper: cap.
        lower: floor.
        strict: False makes one pass only, after which a weight may again be above the cap (as R's default).
        redistribute: "equal" or "proportional".

    Returns:
        (n,) weights with the same sum; within the bounds if strict.

    Raises:
        WeightingError: a cap below (or a floor above) the mean weight, which no redistribution can keep.

    Source:
        Potter (1990), A study of procedures to identify and trim extreme sampling weights; R survey, ``trimWeights``.

    >>> trim_weights([10.0, 20, 60, 110], upper=70)
    array([25., 35., 70., 70.])
    >>> trim_weights([10.0, 20, 60, 110], upper=70, redistribute="proportional").round(4)
    array([20., 40., 70., 70.])
    """
    base = checked_weights(weights, np.size(weights))
    if redistribute not in ("equal", "proportional"):
        raise WeightingError(f"redistribute = {redistribute!r}: choose 'equal' or 'proportional'.")
    used = base > 0
    inside = base[used]
    _check_bounds(inside, lower, upper)
    if inside.min() >= lower and inside.max() <= upper:
        return base
    trimmed = base.copy()
    if not strict:
        trimmed[used] = _one_pass(inside, lower, upper, redistribute)
    elif redistribute == "equal":
        trimmed[used] = _equal_parts(inside, lower, upper)
    else:
        ceiling = min(upper, float(inside.sum()))
        trimmed[used] = bounded_shares(inside, inside.sum(), np.full_like(inside, lower), np.full_like(inside, ceiling))
    return trimmed


def _check_bounds(weights: Reals, lower: float, upper: float) -> None:
    mean = float(weights.mean())
    slack = 1e-12 * mean
    if upper < mean - slack:
        raise WeightingError(
            f"The cap {upper:g} is below the mean weight {mean:g}: not even equal weights keep the sum. Raise the cap."
        )
    if lower > mean + slack:
        raise WeightingError(
            f"The floor {lower:g} is above the mean weight {mean:g}: not even equal weights keep the sum. Lower it."
        )


def _one_pass(weights: Reals, lower: float, upper: float, redistribute: Redistribution) -> Reals:
    cut: Reals = np.clip(weights, lower, upper)
    inside = (weights >= lower) & (weights <= upper)
    if not inside.any():
        raise WeightingError("No weight lies within the bounds, so nobody can take the excess: widen the bounds.")
    excess = float((weights - cut).sum())
    part = np.ones_like(weights) if redistribute == "equal" else weights
    cut[inside] += excess * part[inside] / part[inside].sum()
    return cut


def _equal_parts(weights: Reals, lower: float, upper: float) -> Reals:
    """clip(weights + c, lower, upper) with the sum of the weights; the sum is a broken line in c."""
    total = weights.sum()
    bends = np.concatenate([lower - weights, upper - weights[np.full(weights.shape, np.isfinite(upper))]])
    bends = np.unique(np.concatenate([bends, [0.0]]))
    low, high = 0, bends.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if np.clip(weights + bends[middle], lower, upper).sum() <= total:
            low = middle
        else:
            high = middle
    between = (bends[low] + bends[high]) / 2
    moved: Reals = np.clip(weights + between, lower, upper)
    free = (moved > lower) & (moved < upper)
    if free.any():
        moved[free] = weights[free] + (total - moved[~free].sum() - weights[free].sum()) / free.sum()
    return np.asarray(np.clip(moved, lower, upper))
