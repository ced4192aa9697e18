"""Differences that know what they share: contrasts of estimates with their covariance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Flags, Floats, Texts
from weighting.base.labels import Label
from weighting.errors import WeightingError
from weighting.results.estimate import Estimate
from weighting.results.intervals import Bounds, difference_interval

#: a variance below this share of its parts' is rounding
_ROUNDING = 1e-13


def contrast(
    estimate: Estimate, coefficients: Mapping[Label, float] | ArrayLike, *, names: tuple[Label, ...] = ()
) -> Estimate:
    """Linear combinations of estimates with their covariance, as R's ``svycontrast``.

    Args:
        estimate: k estimates.
        coefficients: {label: coefficient}, labels left out counting 0; or (k,) or (m, k) numbers.
        names: m names of the combinations.

    Returns:
        Estimate of shape () or (m,), kind "difference". Where an estimate that takes part has a ``problem``,
        the interval comes from the single intervals (MOVER) instead of a standard error that is too small.

    Raises:
        WeightingError: an unknown label, or coefficients that do not fit.

    Source: Cochran (1977), section 5A.13; intervals at the edge, Zou and Donner (2008), Statistics in Medicine 27.

    >>> from weighting import Design, mean
    >>> means = mean(Design(weights=[1] * 6), [1, 2, 3, 5, 6, 7], domains=["a", "a", "a", "b", "b", "b"])
    >>> contrast(means, {"a": -1, "b": 1}).value.item()
    4.0
    """
    matrix = _coefficients(estimate, coefficients)
    rows = np.atleast_2d(matrix)
    used = rows != 0
    value = _dot(rows, estimate.value.ravel())
    covariance = estimate.covariance()
    safe = np.where(np.isfinite(covariance), covariance, 0.0)
    half = rows @ safe
    lost = (used & ~np.isfinite(np.diagonal(covariance))).any(axis=1)
    error = np.where(lost, np.nan, np.sqrt(np.maximum((half * rows).sum(axis=1), 0.0)))
    apart = _dot(rows**2, np.nan_to_num(estimate.variance.ravel()))
    alike = error**2 <= _ROUNDING * apart
    problem = np.where(alike & (apart > 0), "differences all equal", _problems(estimate, used))
    error = np.where(alike, 0.0, error)
    shape = matrix.shape[:-1]
    blank = np.full(len(rows), np.nan)
    found = replace(
        estimate,
        value=value.reshape(shape),
        standard_error=error.reshape(shape),
        degrees_of_freedom=np.full(shape, estimate.design_degrees_of_freedom),
        n=(used @ estimate.n.ravel()).reshape(shape),
        kish_n=blank.reshape(shape),
        design_effect=blank.reshape(shape),
        design_effect_with_replacement=blank.reshape(shape),
        labels=names or tuple(range(len(rows))),
        kind="difference",
        problem=problem.reshape(shape),
        enumerated=np.array([estimate.enumerated.ravel()[u].all() for u in used], np.float64).reshape(shape),
        limits=None,
        _satterthwaite=None,
        _covariance=lambda: half @ rows.T,
    )
    return replace(found, _interval=_Bounds(estimate, rows).at)


def _coefficients(estimate: Estimate, coefficients: Mapping[Label, float] | ArrayLike) -> Floats:
    if isinstance(coefficients, Mapping):
        unknown = [label for label in coefficients if label not in estimate.labels]
        if unknown:
            raise WeightingError(f"{unknown[0]!r} is none of the estimates: {', '.join(map(str, estimate.labels))}.")
        return np.array([float(coefficients.get(label, 0)) for label in estimate.labels])
    matrix = np.asarray(coefficients, np.float64)
    if matrix.ndim not in (1, 2) or matrix.shape[-1] != estimate.value.size:
        raise WeightingError(f"coefficients have shape {matrix.shape} for {estimate.value.size} estimates.")
    return matrix


def _dot(rows: Floats, values: Floats) -> Floats:
    """Sum of products in which a 0 takes no part, even against nan."""
    return np.asarray(np.where(rows == 0, 0.0, rows * values).sum(axis=1), np.float64)


def _problems(estimate: Estimate, used: Flags) -> Texts:
    problem = estimate.problem.ravel()
    return np.array([next(filter(None, problem[row]), "") for row in used], problem.dtype)


@dataclass(frozen=True, eq=False)
class _Bounds:
    """Intervals of contrasts: t where the variance can be trusted, MOVER at the edge."""

    parts: Estimate
    rows: Floats

    def at(self, found: Estimate, level: float, method: str | None) -> Bounds:
        """Bounds at a level; the only method is t."""
        return difference_interval(found, level, method, lambda: self._reach(found.value.shape, level))

    def _reach(self, shape: tuple[int, ...], level: float) -> tuple[Floats, Floats]:
        low, high = (bound.ravel() for bound in self.parts.interval(level))
        centre = self.parts.value.ravel()
        down = np.where(self.rows > 0, centre - low, high - centre) * self.rows
        up = np.where(self.rows > 0, high - centre, centre - low) * self.rows
        below, above = (
            np.sqrt(_dot(np.where(self.rows == 0, 0.0, 1.0), side**2)).reshape(shape) for side in (down, up)
        )
        return below, above


def difference(estimate: Estimate, first: Label, second: Label) -> Estimate:
    """First less second, with what they share.

    Args:
        estimate: estimates that hold both.
        first: a label.
        second: the label that is taken away.

    Returns:
        Estimate of shape ().

    Raises:
        WeightingError: an unknown label.

    Source: as ``contrast``.

    >>> from weighting import Design, mean
    >>> means = mean(Design(weights=[1] * 4), [1, 2, 5, 6], domains=["a", "a", "b", "b"])
    >>> difference(means, "b", "a").value.item()
    4.0
    """
    return contrast(estimate, {first: 1.0, second: -1.0}, names=(f"{first} - {second}",))
