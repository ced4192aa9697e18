"""Trimming: large weights cut to a cap, and what was cut handed to the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from weighting.adjusting.step import WeightStep
from weighting.base.arrays import Flags, Floats
from weighting.base.sums import bounded_shares
from weighting.design.checks import checked_weights
from weighting.errors import WeightingError

__all__ = ["Redistribution", "Trimming", "trim_weights"]


Redistribution: TypeAlias = Literal["equal", "proportional"]


@dataclass(frozen=True, eq=False)
class Trimming(WeightStep):
    """Trimmed weights, and what a variance needs to know about them."""

    #: (n,) weights before and after.
    base_weights: Floats
    weights: Floats
    #: (n,) rows that took a part of the excess: those strictly inside the bounds.
    free: Flags
    redistribute: Redistribution

    def residuals(self, influence: Floats) -> Floats:
        """Derivative of the trimmed total by each weight before; which rows are trimmed is taken as given.

        A trimmed row hands what it gains to the free rows, so it counts with their mean influence.

        Args:
            influence: (n, k) influence per unit of the trimmed weight.

        Returns:
            (n, k) influence per unit of the weight before.

        Source: Deville (1999), applied to weight + constant or weight · constant for the free rows.

        >>> step = trim_weights([10.0, 20, 60, 110], upper=70)
        >>> step.residuals(np.array([[1.0], [3.0], [5.0], [5.0]])).ravel()
        array([1., 3., 2., 2.])
        """
        if not self.free.any() or np.array_equal(self.weights, self.base_weights):
            return influence
        part = self.free.astype(np.float64) if self.redistribute == "equal" else self.base_weights * self.free
        typical: Floats = (part @ influence) / part.sum()
        if self.redistribute == "equal":
            return np.where(self.free[:, None], influence, typical)
        factor = self.weights[self.free][0] / self.base_weights[self.free][0]
        return np.where(self.free[:, None], factor * influence + (1 - factor) * typical, typical)


def trim_weights(
    weights: ArrayLike,
    upper: float = np.inf,
    lower: float = 0.0,
    *,
    strict: bool = True,
    redistribute: Redistribution = "equal",
) -> Trimming:
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
        The trimmed weights, with the same sum and, if strict, within the bounds; and the step for the variance. (R
        takes trimmed weights for design weights: ``design.reweighted(step.weights)``.)

    Raises:
        WeightingError: a cap below (or a floor above) the mean weight, which no redistribution can keep.

    Source: Potter (1990), A study of procedures to identify and trim extreme sampling weights; R survey,
    ``trimWeights``.

    >>> trim_weights([10.0, 20, 60, 110], upper=70).weights
    array([25., 35., 70., 70.])
    >>> trim_weights([10.0, 20, 60, 110], upper=70, redistribute="proportional").weights.round(4)
    array([20., 40., 70., 70.])
    """
    base = checked_weights(weights, np.size(weights))
    if redistribute not in ("equal", "proportional"):
        raise WeightingError(f"redistribute = {redistribute!r}: choose 'equal' or 'proportional'.")
    used = base > 0
    inside = base[used]
    _check_bounds(inside, lower, upper)
    if inside.min() >= lower and inside.max() <= upper:
        return Trimming(base, base, used, redistribute)
    trimmed = base.copy()
    if not strict:
        trimmed[used] = _one_pass(inside, lower, upper, redistribute)
    elif redistribute == "equal":
        trimmed[used] = _equal_parts(inside, lower, upper)
    else:
        ceiling = min(upper, float(inside.sum()))
        trimmed[used] = bounded_shares(inside, inside.sum(), np.full_like(inside, lower), np.full_like(inside, ceiling))
    free = (trimmed > lower) & (trimmed < upper) if strict else (base >= lower) & (base <= upper)
    return Trimming(base, trimmed, free & used, redistribute)


def _check_bounds(weights: Floats, lower: float, upper: float) -> None:
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


def _one_pass(weights: Floats, lower: float, upper: float, redistribute: Redistribution) -> Floats:
    cut: Floats = np.clip(weights, lower, upper)
    inside = (weights >= lower) & (weights <= upper)
    if not inside.any():
        raise WeightingError("No weight lies within the bounds, so nobody can take the excess: widen the bounds.")
    excess = float((weights - cut).sum())
    part = np.ones_like(weights) if redistribute == "equal" else weights
    cut[inside] += excess * part[inside] / part[inside].sum()
    return cut


def _equal_parts(weights: Floats, lower: float, upper: float) -> Floats:
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
    moved: Floats = np.clip(weights + between, lower, upper)
    free = (moved > lower) & (moved < upper)
    if free.any():
        moved[free] = weights[free] + (total - moved[~free].sum() - weights[free].sum()) / free.sum()
    return np.asarray(np.clip(moved, lower, upper))
