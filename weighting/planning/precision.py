"""Allocation the other way round: by how precise the result must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Sizes
from weighting.base.confidence import normal_reach
from weighting.errors import WeightingError
from weighting.planning.allocation import Allocation
from weighting.planning.bounds import PerStratum, StratumBounds, per_stratum, stratum_bounds, stratum_labels
from weighting.planning.integers import variance_optimal_integers
from weighting.planning.several import SeveralTargets

__all__ = ["allocate_for_each_stratum", "allocate_for_precision"]


def allocate_for_precision(
    population: Mapping[Any, int] | ArrayLike,
    sd: PerStratum,
    *,
    standard_error: float | None = None,
    margin: float | None = None,
    level: float = 0.95,
    costs: PerStratum | None = None,
    minimum: PerStratum | None = None,
    maximum: PerStratum | None = None,
    take_all: ArrayLike = (),
) -> Allocation:
    """The smallest (or cheapest) sample whose population mean is as precise as wanted.

    Without costs the total is the smallest possible and its sizes the exact optimum. With costs no size can be lowered
    alone.

    Args:
        population: cases in each of the H strata: a mapping from stratum to count, or (H,) counts.
        sd: standard deviation in each stratum.
        standard_error: largest standard error of the population mean allowed.
        margin: instead, largest half width of its normal interval.
        level: confidence level of the margin.
        costs: cost of one case in each stratum.
        minimum: at least this many, or everybody where a stratum is smaller; 1 where not given.
        maximum: at most this many.
        take_all: labels of strata to be drawn completely.

    Returns:
        The allocation.

    Raises:
        WeightingError: not exactly one target, a target not above 0, or maxima that keep it out of reach.

    Source: Cochran (1977), sections 5.5 and 5.9.

    >>> allocation = allocate_for_precision({"town": 500, "village": 300}, sd=[10, 12], standard_error=1.0)
    >>> allocation.total, round(allocation.standard_error_mean, 3)
    (101, 0.999)
    """
    wanted = _wanted(standard_error, margin, level)
    labels = stratum_labels(population)
    bounds = stratum_bounds(population, labels, minimum=minimum, maximum=maximum, take_all=take_all)
    spread = per_stratum(sd, labels, "sd")
    price = np.ones(len(labels)) if costs is None else per_stratum(costs, labels, "costs", positive=True)
    several = SeveralTargets.from_standard_errors(bounds, spread[:, None], np.array([wanted]), price)
    target = several.cheapest()
    sizes = several.integers(target) if costs is not None else _smallest_total(several, bounds)
    return Allocation(labels, sizes, target, bounds.population, spread, "precision")


def _wanted(standard_error: float | None, margin: float | None, level: float) -> float:
    if (standard_error is None) == (margin is None):
        raise WeightingError("Give exactly one target: standard_error or margin.")
    wanted = standard_error if standard_error is not None else (margin or 0.0) / normal_reach(level)
    if not 0 < wanted < np.inf:
        raise WeightingError(f"The target {wanted:g} is not above 0: a census has no standard error at all.")
    return wanted


def _smallest_total(several: SeveralTargets, bounds: StratumBounds) -> Sizes:
    """Halving over the total: the smallest variance of a total never rises with it."""
    shares = np.sqrt(several.terms[:, 0])
    low, high = int(bounds.lower.sum()), int(bounds.upper.sum())
    while low < high:
        middle = (low + high) // 2
        if several.met(variance_optimal_integers(shares, middle, bounds.lower, bounds.upper)):
            high = middle
        else:
            low = middle + 1
    return variance_optimal_integers(shares, low, bounds.lower, bounds.upper)


def allocate_for_each_stratum(
    population: Mapping[Any, int] | ArrayLike,
    sd: PerStratum,
    margin: PerStratum,
    *,
    level: float = 0.95,
    minimum: PerStratum | None = None,
) -> Allocation:
    """The smallest sizes that give every stratum its own margin of error, for example each unit that is rated.

    Args:
        population: cases in each of the H strata: a mapping from stratum to count, or (H,) counts.
        sd: standard deviation in each stratum (for shares √(p (1 − p))).
        margin: largest half width of the normal interval of each stratum's mean.
        level: confidence level.
        minimum: at least this many, or everybody where a stratum is smaller; 1 where not given.

    Returns:
        The allocation; ``target`` holds the real-valued sizes before the minimum.

    Raises:
        WeightingError: a margin or standard deviation that is not above 0, or input that does not fit.

    Source: Cochran (1977), section 4.6: n = n₀ / (1 + n₀/N), n₀ = (z · S / margin)².

    >>> allocate_for_each_stratum({"a": 300, "b": 5000}, sd=25, margin=4).by_stratum
    {'a': 101, 'b': 146}
    """
    labels = stratum_labels(population)
    bounds = stratum_bounds(population, labels, minimum=minimum)
    spread, wanted = per_stratum(sd, labels, "sd"), per_stratum(margin, labels, "margin", positive=True)
    if not (spread > 0).all():
        label = labels[int(np.argmin(spread))]
        raise WeightingError(
            f"sd of stratum {label!r} is 0, which leaves nothing to plan for: last round's 100 % was an estimate. "
            "Plan with a share off the edge."
        )
    first = (normal_reach(level) * spread / wanted) ** 2
    target = first / (1 + first / bounds.population)
    sizes = np.clip(np.ceil(target - 1e-9).astype(np.int64), bounds.lower, bounds.upper)
    return Allocation(labels, sizes, target, bounds.population, spread, "each stratum")
