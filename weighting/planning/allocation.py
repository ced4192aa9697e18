"""How many to draw from each stratum: equal, proportional, Neyman, power and cost allocation."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats, Sizes
from weighting.base.confidence import normal_reach
from weighting.base.printing import Printed
from weighting.base.sums import bounded_shares
from weighting.errors import WeightingError
from weighting.planning.bounds import PerStratum, StratumBounds, per_stratum, stratum_bounds, stratum_labels
from weighting.planning.integers import nearest_integers, variance_optimal_integers

__all__ = ["Allocation", "AllocationMethod", "allocate"]

AllocationMethod = Literal["equal", "proportional", "neyman", "power", "cost"]


@dataclass(frozen=True, eq=False, repr=False)
class Allocation(Printed):
    """Sample sizes of the strata and the precision that follows from them."""

    #: (H,) strata in the order in which the population was given.
    labels: tuple[Hashable, ...]
    #: (H,) cases to draw; the sum is exact.
    sizes: Sizes
    #: (H,) real-valued sizes the method asks for, within the bounds that were given.
    target: Floats
    #: (H,) cases in the population.
    population: Sizes
    #: (H,) standard deviations within the strata, or None where none were given.
    sd: Floats | None
    method: str

    def columns(self) -> dict[str, Any]:
        """Stratum, population, size, real-valued target and sampling fraction."""
        return {
            "stratum": list(self.labels),
            "population": self.population.tolist(),
            "size": self.sizes.tolist(),
            "target": self.target.tolist(),
            "fraction": self.sampling_fractions.tolist(),
        }

    @property
    def total(self) -> int:
        """All cases to draw."""
        return int(self.sizes.sum())

    @property
    def by_stratum(self) -> dict[Hashable, int]:
        """Size by stratum label."""
        return dict(zip(self.labels, self.sizes.tolist(), strict=True))

    @property
    def sampling_fractions(self) -> Floats:
        """(H,) n / N."""
        return self.sizes / self.population

    @property
    def stratum_standard_errors(self) -> Floats:
        """(H,) expected standard error of each stratum's mean: S √(1/n − 1/N)."""
        if self.sd is None:
            raise WeightingError(
                "The allocation knows no standard deviations: give sd to learn the expected precision."
            )
        return self.sd * np.sqrt(np.maximum(1 / self.sizes - 1 / self.population, 0))

    @property
    def variance_total(self) -> float:
        """Expected variance of the estimated population total: Σ N² S² (1/n − 1/N)."""
        return float(np.sum((self.population * self.stratum_standard_errors) ** 2))

    @property
    def standard_error_total(self) -> float:
        """Expected standard error of the estimated population total."""
        return float(np.sqrt(self.variance_total))

    @property
    def standard_error_mean(self) -> float:
        """Expected standard error of the estimated population mean."""
        return self.standard_error_total / float(self.population.sum())

    def margin(self, level: float = 0.95) -> float:
        """Half the width of the normal interval of the population mean."""
        return normal_reach(level) * self.standard_error_mean

    def stratum_margins(self, level: float = 0.95) -> Floats:
        """(H,) half the width of the normal interval of each stratum's mean."""
        return normal_reach(level) * self.stratum_standard_errors


def allocate(
    total: int,
    population: Mapping[Any, int] | ArrayLike,
    *,
    method: AllocationMethod = "proportional",
    sd: PerStratum | None = None,
    costs: PerStratum | None = None,
    cv: PerStratum | None = None,
    size: PerStratum | None = None,
    power: float = 0.5,
    minimum: PerStratum | None = None,
    maximum: PerStratum | None = None,
    take_all: ArrayLike = (),
) -> Allocation:
    """Share a sample out over the strata; the total is exact and no stratum is left at 0.

    ``neyman`` gives the integers with the smallest variance within the bounds, not rounded real numbers. The
    other methods give the integers nearest to their real-valued target (largest remainders).

    Args:
        total: cases to draw.
        population: cases in each of the H strata: a mapping from stratum to count, or (H,) counts.
        method: "equal"; "proportional" to N; "neyman", to N·S; "power", to CV · size^power; "cost", to
            N·S/√cost.
        sd: standard deviation in each stratum (like every further argument a mapping, (H,) values or one
            value).
        costs: cost of one case.
        cv: coefficients of variation for "power"; 1 where not given.
        size: size measure for "power"; N where not given.
        power: exponent of the size measure, from 0 (equal precision) to 1 (Neyman).
        minimum: at least this many, or everybody where a stratum is smaller; 1 where not given.
        maximum: at most this many.
        take_all: labels of strata to be drawn completely.

    Returns:
        Sizes in the order of the strata, the real-valued target and the expected precision.

    Raises:
        WeightingError: bounds that cannot be kept with this total, empty strata, missing or negative input.

    Source: Neyman (1934); Cochran (1977), sections 5.5–5.9; Bankier (1988) for "power"; Wright (2017) for the
    integers.

    >>> allocation = allocate(24, {"large": 16, "other": 48}, method="neyman", sd=[232.04, 74.71])
    >>> allocation.by_stratum, round(allocation.standard_error_total, 1)
    ({'large': 12, 'other': 12}, 1044.5)
    """
    labels = stratum_labels(population)
    bounds = stratum_bounds(population, labels, minimum=minimum, maximum=maximum, take_all=take_all)
    total = bounds.checked_total(total)
    spread = None if sd is None else per_stratum(sd, labels, "sd")
    if method == "power":
        shares = _power_shares(bounds, cv, size, power)
    else:
        shares = _shares(method, bounds.population.astype(np.float64), spread, _costs(costs, labels))
    choose = variance_optimal_integers if method == "neyman" else nearest_integers
    return Allocation(
        labels=labels,
        sizes=choose(shares, total, bounds.lower, bounds.upper),
        target=bounded_shares(shares, total, bounds.asked_lower, bounds.upper.astype(np.float64)),
        population=bounds.population,
        sd=spread,
        method=method,
    )


def _costs(costs: PerStratum | None, labels: tuple[Hashable, ...]) -> Floats | None:
    return None if costs is None else per_stratum(costs, labels, "costs", positive=True)


def _shares(method: str, size: Floats, sd: Floats | None, costs: Floats | None) -> Floats:
    """What the sizes are proportional to, before bounds."""
    if method == "equal":
        return np.ones_like(size)
    if method == "proportional":
        return size
    if method not in ("neyman", "cost"):
        raise WeightingError(f"Allocation method {method!r} is not one of equal, proportional, neyman, power, cost.")
    if sd is None:
        raise WeightingError(f"Allocation by {method} needs sd, the standard deviation in each stratum.")
    if method == "neyman":
        return size * sd
    if costs is None:
        raise WeightingError("Allocation by cost needs costs, the cost of one case in each stratum.")
    return size * sd / np.sqrt(costs)


def _power_shares(bounds: StratumBounds, cv: PerStratum | None, size: PerStratum | None, power: float) -> Floats:
    if not 0 <= power <= 1:
        raise WeightingError(f"power = {power}: the exponent of a power allocation lies between 0 and 1.")
    variation = per_stratum(1.0 if cv is None else cv, bounds.labels, "cv")
    measure = bounds.population.astype(float) if size is None else per_stratum(size, bounds.labels, "size")
    return np.asarray(variation * measure**power)
