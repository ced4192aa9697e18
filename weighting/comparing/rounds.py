"""Change between two independent samples, such as two rounds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from weighting.base.arrays import Floats, Ints
from weighting.errors import WeightingError
from weighting.results.estimate import Estimate
from weighting.results.intervals import Bounds, Level, difference_interval


def change(now: Estimate, before: Estimate) -> Estimate:
    """Difference of the same estimates from two independent samples, such as two rounds.

    Args:
        now: estimates of the later sample.
        before: the same of the earlier one; labels it lacks give nan.

    Returns:
        Estimate with the shape and labels of ``now``.

    Raises:
        WeightingError: different kinds of estimates.

    Source: Welch (1947), Biometrika 34, and Satterthwaite (1946) for the degrees of freedom.

    >>> from weighting import Design, mean
    >>> one, two = mean(Design(weights=[1] * 3), [1, 2, 3]), mean(Design(weights=[1] * 3), [2, 3, 4])
    >>> change(two, one).value.item(), change(two, one).degrees_of_freedom.item()
    (1.0, 4.0)
    """
    if now.kind != before.kind:
        raise WeightingError(f"a {now.kind} cannot be compared with a {before.kind}.")
    place = {label: i for i, label in enumerate(before.labels)}
    order = np.array([place.get(label, -1) for label in now.labels], np.intp)
    old = _picked(before, order, now.value.shape)
    variance = now.variance + old.variance
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = now.variance**2 / now.degrees_of_freedom + old.variance**2 / old.degrees_of_freedom
        df = np.where(parts > 0, variance**2 / parts, np.nan)
    blank = np.full(now.value.shape, np.nan)
    found = replace(
        now,
        value=now.value - old.value,
        standard_error=np.sqrt(variance),
        degrees_of_freedom=df,
        n=now.n + old.n,
        kish_n=blank,
        design_effect=blank,
        design_effect_with_replacement=blank,
        kind="difference",
        problem=np.where(now.problem == "", old.problem, now.problem),
        enumerated=np.minimum(now.enumerated, old.enumerated),
        limits=None,
        _covariance=None,
        _satterthwaite=None,
        _interval=None,
    )
    return replace(found, _interval=_Pair(now, old).at)


def _picked(estimate: Estimate, order: Ints, shape: tuple[int, ...]) -> Estimate:
    """An estimate's entries in another order; -1 is one that does not exist."""

    def pick(values: Floats, missing: float) -> Floats:
        return np.where(order < 0, missing, values.ravel()[order]).reshape(shape)

    return replace(
        estimate,
        value=pick(estimate.value, np.nan),
        standard_error=pick(estimate.standard_error, np.nan),
        degrees_of_freedom=pick(estimate.degrees_of_freedom, 0.0),
        n=pick(estimate.n, 0.0),
        kish_n=pick(estimate.kish_n, 0.0),
        design_effect=pick(estimate.design_effect, np.nan),
        design_effect_with_replacement=pick(estimate.design_effect_with_replacement, np.nan),
        problem=np.where(order < 0, "no answers", estimate.problem.ravel()[order]).reshape(shape),
        enumerated=pick(estimate.enumerated, 0.0),
    )


@dataclass(frozen=True, eq=False)
class _Pair:
    """Intervals of a change between two samples."""

    now: Estimate
    old: Estimate

    def at(self, found: Estimate, level: Level, method: str | None) -> Bounds:
        """Bounds at a level; the only method is t."""
        return difference_interval(found, level, method, lambda: self._reach(level))

    def _reach(self, level: Level) -> tuple[Floats, Floats]:
        now, old = self.now.interval(level), self.old.interval(level)
        below = np.hypot(self.now.value - now.low, old.high - self.old.value)
        above = np.hypot(now.high - self.now.value, self.old.value - old.low)
        return below, above
