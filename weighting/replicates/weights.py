"""Replicate weights: the whole estimation, adjustments included, repeated on systematically changed samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from weighting.base.arrays import Floats
from weighting.base.confidence import check_level
from weighting.base.printing import Printed
from weighting.design.checks import checked_weights
from weighting.errors import WeightingError
from weighting.results.estimate import Interval

__all__ = ["ReplicateEstimate", "Replicates", "given_replicates"]


@dataclass(frozen=True, eq=False, repr=False)
class ReplicateEstimate(Printed):
    """An estimate whose variance comes from replicates."""

    #: (k,) estimates with the full-sample weights.
    value: Floats
    #: (R, k) estimates of the replicates.
    replicates: Floats
    degrees_of_freedom: float
    _covariance: Floats = field(repr=False)

    def columns(self) -> dict[str, Any]:
        """Estimate, standard error and 95 % interval."""
        low, high = self.interval()
        return {
            "estimate": self.value.tolist(),
            "standard_error": self.standard_error.tolist(),
            "low": low.tolist(),
            "high": high.tolist(),
        }

    def covariance(self) -> Floats:
        """(k, k) covariance of the estimates."""
        return self._covariance

    @property
    def standard_error(self) -> Floats:
        """(k,) standard errors."""
        return np.sqrt(np.diagonal(self._covariance))

    def interval(self, level: float = 0.95) -> Interval:
        """Interval from Student's distribution.

        Args:
            level: confidence level.

        Returns:
            (k,) lower and (k,) upper ends.

        Raises:
            WeightingError: there are no degrees of freedom.

        Source: Wolter (2007), Introduction to Variance Estimation, section 1.7.
        """
        if self.degrees_of_freedom <= 0:
            raise WeightingError("There are no degrees of freedom, so the interval cannot be estimated.")
        check_level(level)
        reach = float(stdtrit(self.degrees_of_freedom, 0.5 + level / 2)) * self.standard_error
        return Interval(self.value - reach, self.value + reach)


@dataclass(frozen=True, eq=False)
class Replicates:
    """Full-sample weights with R sets of replicate weights and the factors of their variance."""

    #: (n,) full-sample weights.
    weights: Floats
    #: (n, R) weights of each replicate.
    replicate_weights: Floats
    #: The variance is scale · Σ rscales · (estimate − centre)².
    scale: float
    #: (R,) factor of each replicate.
    rscales: Floats
    degrees_of_freedom: float
    #: Whether the centre is the full-sample estimate (mean squared error) or the mean of the replicates.
    mse: bool = False

    def adjusted(self, adjust: Callable[[Floats], Floats]) -> Replicates:
        """Repeat an adjustment in the full sample and in each replicate.

        Args:
            adjust: from (n,) weights to (n,) adjusted weights.

        Returns:
            Replicates with adjusted weights.

        Raises:
            WeightingError: the adjustment is impossible in one of the replicates.

        Source: Valliant (1993), Poststratification and conditional variance estimation, JASA 88.

        >>> from weighting import Design, poststratify, replicate_weights
        >>> replicates = replicate_weights(Design(weights=[10.0, 10, 10, 10]), "JK1")
        >>> cells, totals = ["a", "a", "b", "b"], {"a": 30, "b": 10}
        >>> repeated = replicates.adjusted(lambda weights: poststratify(weights, cells, totals).weights)
        >>> repeated.replicate_weights[:, 0]
        array([ 0., 30.,  5.,  5.])
        """
        columns = []
        for place in range(self.replicate_weights.shape[1]):
            try:
                columns.append(adjust(self.replicate_weights[:, place]))
            except WeightingError as cause:
                raise WeightingError(f"Replicate {place + 1} cannot be adjusted. {cause}") from cause
        return replace(self, weights=adjust(self.weights), replicate_weights=np.column_stack(columns))

    def estimate(self, statistic: Callable[[Floats], ArrayLike]) -> ReplicateEstimate:
        """Any statistic of the weights, with its variance.

        Args:
            statistic: from (n,) weights to a number or (k,) numbers.

        Returns:
            Estimates with covariance.

        Raises:
            WeightingError: the statistic is not a number in one of the replicates.

        Source: Wolter (2007), chapters 3–5; R survey, ``svrVar``.

        >>> from weighting import Design, replicate_weights
        >>> y = np.array([1.0, 2.0, 3.0, 6.0])
        >>> replicates = replicate_weights(Design(weights=[10.0, 10, 10, 10]), "JK1")
        >>> estimate = replicates.estimate(lambda weights: weights @ y / weights.sum())
        >>> estimate.value, estimate.standard_error.round(6)
        (array([3.]), array([1.080123]))
        """
        value = np.atleast_1d(np.asarray(statistic(self.weights), dtype=np.float64))
        results = np.array(
            [np.atleast_1d(np.asarray(statistic(column), dtype=np.float64)) for column in self.replicate_weights.T]
        )
        if not np.isfinite(results).all():
            place = int(np.argmax(~np.isfinite(results).all(axis=1))) + 1
            raise WeightingError(
                f"The statistic cannot be estimated in replicate {place}: merge cells or use fewer domains."
            )
        varied = self.rscales > 0
        centre = value if self.mse or not varied.any() else results[varied].mean(axis=0)
        away = results - centre
        covariance = self.scale * (away.T @ (away * self.rscales[:, None]))
        return ReplicateEstimate(value, results, self.degrees_of_freedom, covariance)

    def mean(self, y: ArrayLike) -> ReplicateEstimate:
        """Weighted means; missing answers (nan) are left out of their own mean.

        Args:
            y: (n,) or (n, k) numbers.

        Returns:
            Means with covariance.

        Raises:
            WeightingError: y has another number of rows, or nobody with a weight answered.

        Source: R survey, ``svymean`` of a replicate design.

        >>> from weighting import Design, replicate_weights
        >>> replicate_weights(Design(weights=[1.0, 1, 2]), "JK1").mean([1.0, 2.0, 4.0]).value
        array([2.75])
        """
        values = np.asarray(y, dtype=np.float64)
        values = values[:, None] if values.ndim == 1 else values
        if values.shape[0] != self.weights.size:
            raise WeightingError(f"y has {values.shape[0]} rows and there are {self.weights.size} weights.")
        seen = np.isfinite(values)
        known = np.where(seen, values, 0.0)
        with np.errstate(invalid="ignore"):
            return self.estimate(lambda weights: (weights @ known) / (weights @ seen))


def given_replicates(
    weights: ArrayLike,
    replicate_weights: ArrayLike,
    *,
    scale: float,
    rscales: ArrayLike = 1.0,
    mse: bool = False,
    degrees_of_freedom: float | None = None,
) -> Replicates:
    """Replicate weights that came with the data.

    Args:
        weights: (n,) full-sample weights.
        replicate_weights: (n, R) replicate weights (already multiplied by the full-sample weights).
        scale: factor of the variance.
        rscales: (R,) factors of the replicates, or one number.
        mse: whether to centre at the full-sample estimate.
        degrees_of_freedom: the rank of the replicate weights less 1 where not given.

    Returns:
        The replicates.

    Raises:
        WeightingError: arrays of different length, or fewer than 2 replicates.

    Source: R survey, ``svrepdesign`` and ``degf``.

    >>> given_replicates([1, 1], [[0, 2], [2, 0]], scale=0.5).mean([1.0, 3.0]).standard_error
    array([1.])
    """
    full = checked_weights(weights, np.size(weights))
    matrix = np.asarray(replicate_weights, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != full.size or matrix.shape[1] < 2:
        raise WeightingError(
            f"Replicate weights have shape {matrix.shape}: give {full.size} rows and a column for each replicate."
        )
    factors = np.broadcast_to(np.asarray(rscales, dtype=np.float64), (matrix.shape[1],)).copy()
    known = float(np.linalg.matrix_rank(matrix, rtol=1e-5) - 1) if degrees_of_freedom is None else degrees_of_freedom
    return Replicates(full, matrix, float(scale), factors, known, mse)
