"""How much a known value varies within each stratum of a frame or of an earlier round."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats, Sizes
from weighting.base.labels import factorise
from weighting.base.printing import Printed
from weighting.base.sums import sums
from weighting.errors import WeightingError

__all__ = ["StratumSpread", "stratum_spread"]


@dataclass(frozen=True, eq=False, repr=False)
class StratumSpread(Printed):
    """Cases, mean and standard deviation of each stratum."""

    labels: tuple[Hashable, ...]
    #: (H,) cases.
    counts: Sizes
    mean: Floats
    #: (H,) standard deviation with denominator n − 1; nan in a stratum of one case.
    sd: Floats

    @property
    def population(self) -> dict[Hashable, int]:
        """Cases by stratum label, as :func:`weighting.allocate` takes them."""
        return dict(zip(self.labels, self.counts.tolist(), strict=True))


def stratum_spread(values: ArrayLike, strata: ArrayLike) -> StratumSpread:
    """Standard deviations within strata, in two passes so that large values keep their digits.

    Args:
        values: (n,) numbers.
        strata: (n,) stratum of each case.

    Returns:
        Counts, means and standard deviations in sorted order of the labels.

    Raises:
        WeightingError: arrays of different length, or a missing value.

    Source: Chan, Golub and LeVeque (1983), The American Statistician 37: the two-pass algorithm.

    >>> spread = stratum_spread([1, 3, 10, 14], ["a", "a", "b", "b"])
    >>> spread.population, spread.sd.round(4)
    ({'a': 2, 'b': 2}, array([1.4142, 2.8284]))
    """
    factor = factorise(strata, "strata")
    y = np.asarray(values, dtype=np.float64)
    if y.shape != factor.codes.shape:
        raise WeightingError(f"There are {y.size} values for {factor.codes.size} cases: give one value for each case.")
    counts = np.bincount(factor.codes, minlength=len(factor))
    mean = sums(factor.codes, y, len(factor)) / counts
    if not np.isfinite(mean).all():
        label = factor.labels[int(np.argmin(np.isfinite(mean)))]
        raise WeightingError(f"Stratum {label!r} has a missing or infinite value: leave these cases out.")
    away = y - mean[factor.codes]
    np.multiply(away, away, out=away)
    squares = sums(factor.codes, away, len(factor))
    sd = np.sqrt(np.divide(squares, counts - 1, out=np.full_like(mean, np.nan), where=counts > 1))
    return StratumSpread(factor.labels, counts.astype(np.int64), mean, sd)
