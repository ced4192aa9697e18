"""The cheapest sample that is precise enough for several variables: limits of the form Σ a/n ≤ 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats, Sizes
from weighting.errors import WeightingError
from weighting.planning.allocation import Allocation
from weighting.planning.bounds import PerStratum, StratumBounds, per_stratum, stratum_bounds, stratum_labels

__all__ = ["SeveralTargets", "allocate_for_several"]


_ROUNDS = 20_000
_PRECISION = 1e-10


@dataclass(frozen=True, eq=False)
class SeveralTargets:
    """J limits on the variances of H strata."""

    #: (H, J) terms: limit j holds when Σ terms / n is at most 1.
    terms: Floats
    #: (H,) cost of one case.
    price: Floats
    bounds: StratumBounds

    @classmethod
    def from_standard_errors(cls, bounds: StratumBounds, sd: Floats, wanted: Floats, price: Floats) -> SeveralTargets:
        """Limits from the standard errors wanted of J population means.

        Args:
            bounds: population and bounds of the H strata.
            sd: (H, J) standard deviations.
            wanted: (J,) standard errors.
            price: (H,) cost of one case.

        Returns:
            The limits Σ N²S²/n ≤ (N·SE)² + Σ N·S².

        Raises:
            WeightingError: a limit that even the largest sizes do not meet.
        """
        size = bounds.population.astype(np.float64)
        allowed = (size.sum() * wanted) ** 2 + (size[:, None] * sd**2).sum(axis=0)
        several = cls((size[:, None] * sd) ** 2 / allowed, price, bounds)
        most = several.used(bounds.upper.astype(np.float64))
        if np.any(most > 1 + _PRECISION):
            worst = int(np.argmax(most))
            raise WeightingError(
                f"The standard error {wanted[worst]:g} of variable {worst} is out of reach even with every stratum at "
                "its maximum: raise the maxima or accept less precision."
            )
        return several

    def used(self, sizes: Floats) -> Floats:
        """(J,) how much of each limit the sizes use; more than 1 breaks it."""
        return np.asarray((self.terms / sizes[:, None]).sum(axis=0))

    def met(self, sizes: Sizes) -> bool:
        """Whether every limit holds."""
        return bool(np.all(self.used(sizes.astype(np.float64)) <= 1 + _PRECISION))

    def cheapest(self) -> Floats:
        """(H,) real-valued sizes of least cost, by Chromy's iteration on the price of each limit.

        Source: Chromy (1987), equation for λ: each price is multiplied by the square of how much its limit is used.
        """
        lower, upper = self.bounds.lower.astype(np.float64), self.bounds.upper.astype(np.float64)
        prices = np.full(self.terms.shape[1], float(self.price @ lower) + 1.0)
        sizes = lower
        for _ in range(_ROUNDS):
            sizes = np.clip(np.sqrt(self.terms @ prices / self.price), lower, upper)
            used = self.used(sizes)
            slack = float(np.abs(prices * (1 - used)).sum())
            if used.max() <= 1 + _PRECISION and slack <= 1e-9 * float(self.price @ sizes):
                break
            prices = np.maximum(prices * used**2, 1e-300)
        return sizes

    def integers(self, target: Floats) -> Sizes:
        """(H,) whole sizes that meet every limit; none can be lowered alone. Dear strata are tried first."""
        sizes = np.clip(np.ceil(target - 1e-9).astype(np.int64), self.bounds.lower, self.bounds.upper)
        while not self.met(sizes):
            sizes = np.minimum(sizes + 1, self.bounds.upper)
        lowered = True
        while lowered:
            lowered = False
            for stratum in np.argsort(-self.price, kind="stable"):
                sizes[stratum] -= 1
                if sizes[stratum] >= self.bounds.lower[stratum] and self.met(sizes):
                    lowered = True
                else:
                    sizes[stratum] += 1
        return sizes


def allocate_for_several(
    population: Mapping[Any, int] | ArrayLike,
    sd: ArrayLike,
    standard_errors: ArrayLike,
    *,
    costs: PerStratum | None = None,
    minimum: PerStratum | None = None,
    maximum: PerStratum | None = None,
    take_all: ArrayLike = (),
) -> Allocation:
    """The cheapest sample that is precise enough for several variables at once.

    Args:
        population: cases in each of the H strata: a mapping from stratum to count, or (H,) counts.
        sd: (H, J) standard deviation of each variable in each stratum.
        standard_errors: (J,) largest standard errors of the population means allowed.
        costs: cost of one case in each stratum; 1 where not given.
        minimum: at least this many, or everybody where a stratum is smaller; 1 where not given.
        maximum: at most this many.
        take_all: labels of strata to be drawn completely.

    Returns:
        The allocation: every target is met, and no size can be lowered alone; ``target`` is the real-valued optimum.

    Raises:
        WeightingError: arrays that do not fit, targets not above 0, or maxima that keep one out of reach.

    Source: Chromy (1987), Design optimization with multiple objectives; Bethel (1989), Survey Methodology 15.

    >>> allocate_for_several([500, 300], sd=[[10, 2], [12, 9]], standard_errors=[1.0, 0.5]).sizes
    array([57, 44])
    """
    labels = stratum_labels(population)
    bounds = stratum_bounds(population, labels, minimum=minimum, maximum=maximum, take_all=take_all)
    spread, wanted = np.asarray(sd, dtype=np.float64), np.atleast_1d(np.asarray(standard_errors, dtype=np.float64))
    if spread.shape != (len(labels), wanted.size) or not (spread.min() >= 0 and spread.max() < np.inf):
        raise WeightingError(
            f"sd has shape {spread.shape}: give {len(labels)} strata by {wanted.size} variables, from 0."
        )
    if not (wanted.min() > 0 and wanted.max() < np.inf):
        raise WeightingError("A standard error wanted is not above 0: a census has none at all.")
    price = np.ones(len(labels)) if costs is None else per_stratum(costs, labels, "costs", positive=True)
    several = SeveralTargets.from_standard_errors(bounds, spread, wanted, price)
    target = several.cheapest()
    return Allocation(labels, several.integers(target), target, bounds.population, None, "several variables")
