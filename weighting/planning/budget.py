"""Allocation of a budget: the most precise mean that the money buys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats, Sizes
from weighting.base.sums import bounded_shares
from weighting.errors import WeightingError
from weighting.planning.allocation import Allocation
from weighting.planning.bounds import PerStratum, StratumBounds, per_stratum, stratum_bounds, stratum_labels
from weighting.planning.integers import variance_optimal_integers

__all__ = ["allocate_budget"]


#: Cases of one stratum that a budget tries to exchange for cases of others.
_EXCHANGED = 3


def allocate_budget(
    budget: float,
    population: Mapping[Any, int] | ArrayLike,
    sd: PerStratum,
    costs: PerStratum,
    *,
    minimum: PerStratum | None = None,
    maximum: PerStratum | None = None,
    take_all: ArrayLike = (),
) -> Allocation:
    """The most precise population mean that a budget buys.

    With equal costs the sizes are the exact optimum. With unequal costs they start from the real-valued optimum, and no
    case can be added, nor up to three cases of a stratum exchanged for others, without more money or a larger variance.

    Args:
        budget: what may be spent on cases (without fixed costs).
        population: cases in each of the H strata: a mapping from stratum to count, or (H,) counts.
        sd: standard deviation in each stratum.
        costs: cost of one case in each stratum.
        minimum: at least this many, or everybody where a stratum is smaller; 1 where not given.
        maximum: at most this many.
        take_all: labels of strata to be drawn completely.

    Returns:
        The allocation; Σ cost · size is at most the budget.

    Raises:
        WeightingError: a budget too small for the minima, or bounds and input that do not fit.

    Source: Cochran (1977), section 5.5: n ∝ N·S/√cost.

    >>> allocation = allocate_budget(100, {"town": 500, "village": 300}, sd=[10, 12], costs=[1, 4])
    >>> allocation.by_stratum
    {'town': 40, 'village': 15}
    """
    labels = stratum_labels(population)
    bounds = stratum_bounds(population, labels, minimum=minimum, maximum=maximum, take_all=take_all)
    spread, price = per_stratum(sd, labels, "sd"), per_stratum(costs, labels, "costs", positive=True)
    least = float(price @ bounds.lower)
    if not least <= budget < np.inf:
        raise WeightingError(f"The minima of the strata cost {least:g}, more than the budget of {budget:g}: raise it.")
    shares = bounds.population * spread
    affordable = min(budget, float(price @ bounds.upper))
    cost_share = shares * np.sqrt(price)
    start = bounded_shares(cost_share, affordable, price * bounds.lower, price * bounds.upper) / price
    target = bounded_shares(cost_share, affordable, price * bounds.asked_lower, price * bounds.upper) / price
    sizes = _within_budget(shares, price, budget, start, bounds)
    return Allocation(labels, sizes, target, bounds.population, spread, "budget")


def _within_budget(shares: Floats, price: Floats, budget: float, start: Floats, bounds: StratumBounds) -> Sizes:
    if np.ptp(price) == 0:
        total = min(int((budget + 1e-9 * budget) // price[0]), int(bounds.upper.sum()))
        return variance_optimal_integers(shares, total, bounds.lower, bounds.upper)
    sizes = np.clip(np.floor(start + 1e-9).astype(np.int64), bounds.lower, bounds.upper)
    greedy = _GreedyBudget(shares**2, price, budget * (1 + 1e-12), bounds)
    best = greedy.spent(sizes, banned=None)
    improved = True
    while improved:
        improved = False
        for stratum, fewer in product(range(price.size), range(1, _EXCHANGED + 1)):
            if best[stratum] - fewer >= bounds.lower[stratum]:
                trial = best.copy()
                trial[stratum] -= fewer
                trial = greedy.spent(trial, banned=stratum)
                if greedy.variance(trial) < greedy.variance(best) * (1 - 1e-12):
                    best, improved = trial, True
    return best


@dataclass(frozen=True, eq=False)
class _GreedyBudget:
    """Greedy purchase by variance reduction per unit cost (Cochran 1977, section 5.5)."""

    squares: Floats
    price: Floats
    budget: float
    bounds: StratumBounds

    def variance(self, sizes: Sizes) -> float:
        return float(np.sum(self.squares / sizes))

    def spent(self, sizes: Sizes, banned: int | None) -> Sizes:
        """Sizes after buying cases as long as the money lasts, none of them in the banned stratum."""
        sizes = sizes.copy()
        open_strata = np.ones(sizes.size, dtype=np.bool_)
        if banned is not None:
            open_strata[banned] = False
        while True:
            left = self.budget - float(self.price @ sizes)
            possible = open_strata & (sizes < self.bounds.upper) & (self.price <= left)
            if not possible.any():
                return sizes if banned is None else self.spent(sizes, None)
            worth = np.where(possible, self.squares / (sizes * (sizes + 1.0)) / self.price, -1.0)
            sizes[int(np.argmax(worth))] += 1
