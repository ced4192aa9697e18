"""Trimming: large weights cut to a cap, and what was cut handed to the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike

from weighting.adjusting.step import Projection, WeightStep, chained, number_block
from weighting.base.arrays import Flags, Floats
from weighting.base.sums import bounded_shares
from weighting.design.checks import checked_weights
from weighting.errors import WeightingError

__all__ = ["Redistribution", "TrimPass", "TrimRule", "Trimming", "trim_weights"]


Redistribution: TypeAlias = Literal["equal", "proportional"]
TrimRule: TypeAlias = Literal["passes", "settled"]

#: passes after which trimming is given up, and the part of the mean weight that counts as no excess
_PASSES, _NOTHING = 2000, 1e-13


@dataclass(frozen=True, eq=False)
class TrimPass:
    """One pass: who handed weight on, and who took it."""

    #: (n,) rows that take a part of the excess
    inside: Flags
    #: (n,) their parts, 0 for the others
    part: Floats
    #: what a weight inside is multiplied by, 1 for equal parts
    factor: float

    def back(self, influence: Floats) -> Floats:
        """Influence per unit of the weight before the pass."""
        typical: Floats = (self.part @ influence) / self.part.sum()
        return np.where(self.inside[:, None], self.factor * influence + (1 - self.factor) * typical, typical)

    def projection(self) -> Projection:
        """The same through one direction, the typical influence."""
        typical = number_block(np.where(self.inside, self.factor - 1, -1.0))
        part = number_block(self.part / self.part.sum())
        return Projection(np.where(self.inside, self.factor, 0.0), (typical,), np.eye(1), (part,))


@dataclass(frozen=True, eq=False, repr=False)
class GivenFactors(WeightStep):
    """A change of weights whose factors are taken as given, so that a variance knows nothing of how they came about."""

    #: (n,) weights before and after.
    base_weights: Floats
    weights: Floats

    def residuals(self, influence: Floats) -> Floats:
        """Influence times the factor of each row.

        Args:
            influence: (n, k) influence per unit of the weight after.

        Returns:
            (n, k) influence per unit of the weight before.

        Source: R survey, ``trimWeights`` of a calibrated design.

        >>> GivenFactors(np.array([2.0, 4.0]), np.array([3.0, 3.0])).residuals(np.ones((2, 1))).ravel().tolist()
        [1.5, 0.75]
        """
        before = self.base_weights
        factor = np.divide(self.weights, before, out=np.zeros_like(before), where=before != 0)
        return influence * factor[:, None]

    def projection(self) -> Projection:
        """A factor a row, and nothing else."""
        before = self.base_weights
        factor = np.divide(self.weights, before, out=np.zeros_like(before), where=before != 0)
        return Projection(factor, (), np.zeros((0, 0)), ())


@dataclass(frozen=True, eq=False, repr=False)
class Trimming(WeightStep):
    """Trimmed weights, and what a variance needs to know about them."""

    #: (n,) weights before and after.
    base_weights: Floats
    weights: Floats
    passes: tuple[TrimPass, ...]

    def as_given(self) -> GivenFactors:
        """The same weights as R takes them: trimming counts as given, calibration before it does not."""
        return GivenFactors(self.base_weights, self.weights)

    def residuals(self, influence: Floats) -> Floats:
        """Derivative of the trimmed total by each weight before; which rows are trimmed is taken as given.

        A trimmed row hands what it gains to the rows inside, so it counts with their mean influence.

        Args:
            influence: (n, k) influence per unit of the trimmed weight.

        Returns:
            (n, k) influence per unit of the weight before.

        Source: Deville (1999), applied to weight + constant or weight · constant for the rows inside.

        >>> step = trim_weights([10.0, 20, 60, 110], upper=70)
        >>> step.residuals(np.array([[1.0], [3.0], [5.0], [5.0]])).ravel()
        array([1., 3., 2., 2.])
        """
        for one in reversed(self.passes):
            influence = one.back(influence)
        return influence

    def projection(self) -> Projection | None:
        """The passes, last one first."""
        return chained([one.projection() for one in reversed(self.passes)], len(self.weights))


def trim_weights(
    weights: ArrayLike,
    upper: float = np.inf,
    lower: float = 0.0,
    *,
    strict: bool = True,
    rule: TrimRule = "passes",
    redistribute: Redistribution = "equal",
) -> Trimming:
    """Cut weights to bounds and keep their sum.

    The excess goes to the rows inside the bounds, in equal parts (as R's ``trimWeights``) or in proportion to their
    weights. Strict trimming by "passes" repeats that until nobody is outside, as R does: a row that was cut takes part
    in later passes. "settled" gives everybody weight + constant (or weight · constant), cut to the bounds. With a cap
    alone, or a floor alone, the two are one, and found at once. Rows with weight 0 (nonrespondents) stay at 0.

    Args:
        weights: (n,) weights.
        upper: cap.
        lower: floor.
        strict: False makes one pass only, after which a weight may again be above the cap (as R's default).
        rule: "passes" or "settled", which differ where a cap and a floor are both at work.
        redistribute: "equal" or "proportional".

    Returns:
        The trimmed weights, with the same sum and, if strict, within the bounds; and the step for the variance. (R
        takes the factors of trimming as given: ``adjusted(design, …, step.as_given())``.)

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
    for name, value, known in (("redistribute", redistribute, Redistribution), ("rule", rule, TrimRule)):
        if value not in get_args(known):
            raise WeightingError(f"{name} = {value!r}: choose {' or '.join(map(repr, get_args(known)))}.")
    used = base > 0
    inside = base[used]
    _check_bounds(inside, lower, upper)
    if inside.min() >= lower and inside.max() <= upper:
        return Trimming(base, base, ())
    both = inside.min() < lower and inside.max() > upper
    if not strict or (both and rule == "passes"):
        return _by_passes(base, used, lower, upper, redistribute, most=_PASSES if strict else 1)
    trimmed = base.copy()
    if redistribute == "equal":
        trimmed[used] = _equal_parts(inside, lower, upper)
    else:
        ceiling = min(upper, float(inside.sum()))
        trimmed[used] = bounded_shares(inside, inside.sum(), np.full_like(inside, lower), np.full_like(inside, ceiling))
    free = used & (trimmed > lower) & (trimmed < upper)
    if not free.any():
        free = used
    part = free.astype(np.float64) if redistribute == "equal" else base * free
    factor = 1.0 if redistribute == "equal" else float(trimmed[free][0] / base[free][0])
    return Trimming(base, trimmed, (TrimPass(free, part, factor),))


def _by_passes(
    base: Floats, used: Flags, lower: float, upper: float, redistribute: Redistribution, most: int
) -> Trimming:
    """One pass, or passes until nobody is outside; at the end what is left is rounding."""
    weights = base.copy()
    passes: list[TrimPass] = []
    nothing = _NOTHING * float(base[used].mean())
    for _ in range(most):
        cut = np.where(used, np.clip(weights, lower, upper), weights)
        away = np.abs(weights - cut)
        if away.max() <= nothing:
            return Trimming(base, cut, tuple(passes))
        inside = used & (away == 0)
        if not inside.any():
            raise WeightingError(
                "No weight lies within the bounds, so nobody can take the excess: widen them, or choose rule='settled'."
            )
        part = inside.astype(np.float64) if redistribute == "equal" else weights * inside
        excess = float((weights - cut).sum())
        factor = 1.0 if redistribute == "equal" else 1 + excess / float(part.sum())
        passes.append(TrimPass(inside, part, factor))
        weights = cut + excess * part / part.sum()
    if most == 1:
        return Trimming(base, weights, tuple(passes))
    raise WeightingError(
        f"After {most} passes a weight is still {away.max():.2g} outside the bounds: widen them, or choose "
        "rule='settled', which needs no passes."
    )


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
