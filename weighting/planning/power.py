"""Power: which differences a plan can find, and how many answers a difference needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from weighting.base.arrays import Floats
from weighting.errors import WeightingError

__all__ = ["detectable_difference", "power_of_difference"]


def detectable_difference(
    n: ArrayLike,
    sd: ArrayLike,
    *,
    n_before: ArrayLike | None = None,
    level: float = 0.95,
    power: float = 0.8,
    design_effect: ArrayLike = 1.0,
    population: ArrayLike = np.inf,
    overlap: ArrayLike = 0.0,
    correlation: ArrayLike = 0.0,
    comparisons: int = 1,
) -> Floats:
    """Smallest true difference of two means that a plan finds with a given chance.

    Args:
        n: answers in one unit or round; all array arguments are numbers or arrays of one shape.
        sd: standard deviation of an answer (for shares √(p (1 − p))).
        n_before: answers in the other; as many where not given.
        level: confidence of the two-sided test.
        power: chance of finding the difference.
        design_effect: by how much the design multiplies the variance of either mean.
        population: people in the unit, for the finite population correction; infinite where not given.
        overlap: share of the smaller sample that is in both rounds.
        correlation: of the same person's answers in both rounds.
        comparisons: how many tests share the error (Bonferroni).

    Returns:
        Differences in the unit of sd.

    Raises:
        WeightingError: numbers outside their range.

    Source: Cochran (1977), sections 4.10 and 12.11; Kish (1965), section 12.4, for samples that overlap.

    >>> detectable_difference([100, 400], 20.0).round(2)
    array([7.92, 3.96])
    >>> detectable_difference(400, 20.0, overlap=1.0, correlation=0.5).round(2).item()
    2.8
    """
    error = _difference_error(n, sd, n_before, design_effect, population, overlap, correlation)
    return np.asarray((_reach(level, comparisons) + _chance(power)) * error)


def power_of_difference(
    difference: ArrayLike,
    n: ArrayLike,
    sd: ArrayLike,
    *,
    n_before: ArrayLike | None = None,
    level: float = 0.95,
    design_effect: ArrayLike = 1.0,
    population: ArrayLike = np.inf,
    overlap: ArrayLike = 0.0,
    correlation: ArrayLike = 0.0,
    comparisons: int = 1,
) -> Floats:
    """Chance that a two-sided test finds a true difference of two means.

    Args:
        difference: the true difference.
        n: answers in one unit or round.
        sd: standard deviation of an answer.
        n_before: answers in the other; as many where not given.
        level: confidence of the test.
        design_effect: by how much the design multiplies the variance of either mean.
        population: people in the unit; infinite where not given.
        overlap: share of the smaller sample that is in both rounds.
        correlation: of the same person's answers in both rounds.
        comparisons: how many tests share the error (Bonferroni).

    Returns:
        Chances in the common shape, wrong directions included (they hardly ever count).

    Raises:
        WeightingError: numbers outside their range.

    Source: as ``detectable_difference``.

    >>> power_of_difference(5.0, 252, 20.0).round(3).item()
    0.801
    """
    error = _difference_error(n, sd, n_before, design_effect, population, overlap, correlation)
    away, error = np.broadcast_arrays(np.abs(np.asarray(difference, np.float64)), error)
    size = np.divide(away, error, out=np.where(away > 0, np.inf, 0.0), where=error > 0)
    reach = _reach(level, comparisons)
    return np.asarray(ndtr(size - reach) + ndtr(-size - reach), np.float64)


def _difference_error(
    n: ArrayLike,
    sd: ArrayLike,
    n_before: ArrayLike | None,
    design_effect: ArrayLike,
    population: ArrayLike,
    overlap: ArrayLike,
    correlation: ArrayLike,
) -> Floats:
    """Standard error of the difference of two means."""
    given = (n, n if n_before is None else n_before, sd, design_effect, population, overlap, correlation)
    now, before, spread, effect, people, shared, alike = np.broadcast_arrays(
        *(np.asarray(a, np.float64) for a in given)
    )
    if not ((now > 0) & (before > 0) & (now <= people) & (before <= people)).all():
        raise WeightingError("answers must be above 0 and at most the population.")
    if not ((spread > 0) & (effect > 0)).all():
        raise WeightingError("sd and design effect must be above 0.")
    if not ((shared >= 0) & (shared <= 1) & (np.abs(alike) <= 1)).all():
        raise WeightingError("overlap lies between 0 and 1, correlation between -1 and 1.")
    variances = [
        effect * spread**2 / size * np.where(np.isfinite(people), 1 - size / people, 1.0) for size in (now, before)
    ]
    covariance = shared * np.minimum(now, before) / (now * before) * alike * effect * spread**2
    return np.asarray(np.sqrt(np.maximum(variances[0] + variances[1] - 2 * covariance, 0.0)), np.float64)


def _reach(level: float, comparisons: int) -> float:
    if not 0 < level < 1 or comparisons < 1:
        raise WeightingError("the level lies between 0 and 1, and there is at least one comparison.")
    return float(ndtri(1 - (1 - level) / (2 * comparisons)))


def _chance(power: float) -> float:
    if not 0 < power < 1:
        raise WeightingError(f"power is {power}: it lies between 0 and 1.")
    return float(ndtri(power))
