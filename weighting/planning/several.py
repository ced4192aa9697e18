"""The cheapest sizes under several limits of the form Σ a/n ≤ 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weighting.errors import WeightingError
from weighting.planning.bounds import StratumBounds

__all__ = ["SeveralTargets"]

Reals = NDArray[np.float64]
Integers = NDArray[np.int64]

_ROUNDS = 20_000
_PRECISION = 1e-10


@dataclass(frozen=True, eq=False)
class SeveralTargets:
    """J limits on the variances of H strata."""

    #: (H, J) terms: limit j holds when Σ terms / n is at most 1.
    terms: Reals
    #: (H,) cost of one case.
    price: Reals
    bounds: StratumBounds

    @classmethod
    def from_standard_errors(cls, bounds: StratumBounds, sd: Reals, wanted: Reals, price: Reals) -> SeveralTargets:
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

    def used(self, sizes: Reals) -> Reals:
        """(J,) how much of each limit the sizes use; more than 1 breaks it."""
        return np.asarray((self.terms / sizes[:, None]).sum(axis=0))

    def met(self, sizes: Integers) -> bool:
        """Whether every limit holds."""
        return bool(np.all(self.used(sizes.astype(np.float64)) <= 1 + _PRECISION))

    def cheapest(self) -> Reals:
        """(H,) real-valued sizes of least cost, by Chromy's iteration on the price of each limit.

        Source:
            Chromy (1987), equation for λ: each price is multiplied by the square of how much its limit is used.
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

    def integers(self, target: Reals) -> Integers:
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
