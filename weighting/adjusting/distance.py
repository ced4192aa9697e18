"""How far calibrated weights may go from the base weights: linear, bounded linear, raking and logit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from weighting.base.arrays import Floats
from weighting.errors import WeightingError

__all__ = ["CalibrationMethod", "Distance", "distance", "solve_calibration"]

CalibrationMethod: TypeAlias = Literal["linear", "raking", "logit"]


#: Linear predictors beyond this overflow the exponential function.
_LARGEST_EXPONENT = 500.0
_ROUNDS = 200
#: Rounds without coming nearer after which the totals are given up.
_PATIENCE = 20
#: Lengths tried in one direction, and the share of its steepness at which a direction counts as flat.
_TRIALS = 30
_FLAT = 0.3
_LONGEST = 16.0
#: Weight of the full curvature where the totals are far away.
_FADING = 1e-2


@dataclass(frozen=True)
class Distance:
    """The ratio g = F(x'λ) of calibrated to base weight, as one method gives it."""

    method: CalibrationMethod
    low: float
    high: float

    def g(self, predictor: Floats) -> Floats:
        """(n,) ratio for a linear predictor; 1 at 0."""
        if self.method == "linear":
            return np.clip(1 + predictor, self.low, self.high)
        bounded = np.clip(predictor, -_LARGEST_EXPONENT, _LARGEST_EXPONENT)
        if self.method == "raking":
            return np.exp(bounded)
        below, above, steep = 1 - self.low, self.high - 1, self._steepness()
        # Divided by the larger exponential, so that neither end overflows.
        rise = np.exp(-np.abs(steep * bounded))
        up, down = np.where(bounded > 0, 1.0, rise), np.where(bounded > 0, rise, 1.0)
        return (self.low * above * down + self.high * below * up) / (above * down + below * up)

    def slope(self, g: Floats) -> Floats:
        """(n,) derivative of F where the ratio is g."""
        if self.method == "linear":
            return ((g > self.low) & (g < self.high)).astype(np.float64)
        if self.method == "raking":
            return g
        return (g - self.low) * (self.high - g) / ((1 - self.low) * (self.high - 1))

    def _steepness(self) -> float:
        return (self.high - self.low) / ((1 - self.low) * (self.high - 1))


def distance(method: CalibrationMethod, bounds: tuple[float, float] | None) -> Distance:
    """The distance a calibration asks for.

    Args:
        method: "linear", "raking" or "logit".
        bounds: smallest and largest g allowed; None leaves g free.

    Returns:
        The distance.

    Raises:
        WeightingError: another method, bounds that do not include 1, or a method that cannot keep or lacks bounds.

    Source: Deville and Särndal (1992), cases 1, 2, 6 and 7 of section 2.

    >>> distance("logit", (0.5, 2.0)).g(np.array([-50.0, 0.0, 50.0]))
    array([0.5, 1. , 2. ])
    """
    if method not in ("linear", "raking", "logit"):
        raise WeightingError(f"Calibration method {method!r} is not one of linear, raking, logit.")
    if bounds is None:
        if method == "logit":
            raise WeightingError("Logit calibration needs bounds on g, for example (0.3, 3).")
        return Distance(method, -np.inf, np.inf)
    low, high = float(bounds[0]), float(bounds[1])
    if not low < 1 < high:
        raise WeightingError(
            f"The bounds ({low}, {high}) do not include 1: the base weights themselves must be allowed."
        )
    if method == "raking":
        raise WeightingError("Raking cannot keep bounds on g: use logit, which is raking within bounds.")
    return Distance(method, low, high)


def solve_calibration(
    base: Floats, matrix: Floats, totals: Floats, rule: Distance, tolerance: float, variance: Floats | None = None
) -> tuple[Floats, int]:
    """Newton's method for Σ base · F(x'λ / v) · x = totals.

    The totals missed are the gradient of a convex function of λ. A part of the full curvature, which fades as the
    totals come near, carries the method over regions where most ratios sit at a bound.

    Args:
        base: (n,) base weights.
        matrix: (n, p) auxiliary variables, in units in which the totals are of like size.
        totals: (p,) totals.
        rule: the distance.
        tolerance: largest distance from a total allowed, in these units.
        variance: (n,) model variances v; 1 where not given.

    Returns:
        (n,) ratios g that came nearest and the number of rounds; the caller checks the totals.

    Source: Deville, Särndal and Sautory (1993), section 2; Fletcher (1987), sections 2.5 and 3.1, on convex descent.

    >>> g, rounds = solve_calibration(np.ones(2), np.eye(2), np.array([2.0, 0.5]), distance("raking", None), 1e-12)
    >>> g.round(9)
    array([2. , 0.5])
    """
    inverse = np.ones_like(base) if variance is None else 1 / variance

    def ratio(slopes: Floats) -> Floats:
        return rule.g((matrix @ slopes) * inverse)

    full = matrix.T @ (matrix * (base * inverse)[:, None])
    slopes = np.zeros(matrix.shape[1])
    g = np.ones_like(base)
    miss = totals - matrix.T @ base
    nearest, best, since = np.inf, g, 0
    for done in range(_ROUNDS):
        missed = float(np.abs(miss).max())
        since = 0 if missed < 0.9 * nearest else since + 1
        if missed < nearest:
            nearest, best = missed, g
        if missed <= tolerance or since > _PATIENCE:
            return best, done
        curvature = matrix.T @ (matrix * (base * inverse * rule.slope(g))[:, None]) + min(1.0, missed) * _FADING * full
        step = np.linalg.pinv(curvature, hermitian=True, rcond=1e-12) @ miss
        slopes, g, miss = _descended(base, matrix, totals, ratio, slopes, step, miss)
    return best, _ROUNDS


def _descended(
    base: Floats,
    matrix: Floats,
    totals: Floats,
    ratio: Callable[[Floats], Floats],
    slopes: Floats,
    step: Floats,
    miss: Floats,
) -> tuple[Floats, Floats, Floats]:
    """A step along the direction, of a length at which the convex function has flattened out."""
    steepness = float(miss @ step)
    low, high, length = 0.0, np.inf, 1.0
    for _ in range(_TRIALS):
        trial = slopes + length * step
        g = ratio(trial)
        left = totals - matrix.T @ (base * g)
        ahead = float(left @ step)
        if abs(ahead) <= _FLAT * steepness:
            break
        if ahead > 0:
            low = length
        else:
            high = length
        if low >= _LONGEST:
            break
        length = (low + high) / 2 if np.isfinite(high) else 2 * length
    return trial, g, left
