"""Differences that know what they share: contrasts of estimates with their covariance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from weighting.base.arrays import Flags, Floats, Ints, Texts
from weighting.base.labels import Label
from weighting.base.sums import sums
from weighting.errors import WeightingError
from weighting.results.estimate import Estimate
from weighting.results.intervals import Bounds, Level, at_edge, difference_interval, interval

#: a variance below this share of its parts' is rounding
_ROUNDING = 1e-13
#: products of a block of combinations with a covariance that are held at once
_BLOCK = 500_000


@dataclass(frozen=True, eq=False)
class Combinations:
    """m linear combinations of k estimates, as the coefficients that are not 0."""

    #: (E,) combination, ascending, the estimate it takes, and the coefficient
    row: Ints
    part: Ints
    factor: Floats
    rows: int
    parts: int

    @property
    def matrix(self) -> Any:
        """(m, k) sparse coefficients."""
        return sparse.csr_array((self.factor, (self.row, self.part)), shape=(self.rows, self.parts))

    def sums(self, values: Floats) -> Floats:
        """(m,) sum of (E,) values."""
        return sums(self.row, values, self.rows)

    def variances(self, covariance: Floats) -> Floats:
        """(m,) variances, a block of combinations at a time."""
        step, matrix = max(1, _BLOCK // max(self.parts, 1)), self.matrix
        blocks = [self._block(matrix, covariance, start, step) for start in range(0, self.rows, step)]
        return np.concatenate(blocks)

    def _block(self, matrix: Any, covariance: Floats, start: int, step: int) -> Floats:
        some = matrix[start : start + step]
        entry = slice(*np.searchsorted(self.row, [start, start + step]).tolist())
        half = np.asarray(some @ covariance)[self.row[entry] - start, self.part[entry]]
        return sums(self.row[entry] - start, half * self.factor[entry], some.shape[0])

    def problems(self, problem: Texts, alike: Flags) -> Texts:
        """(m,) the first problem among the estimates that take part, a mere remark last; or that all are alike."""
        names, code = np.unique(np.append(problem, ["", "differences all equal"]), return_inverse=True)
        code = code[: len(problem)]
        first = np.full(self.rows, int(np.flatnonzero(names == "")[0]), np.intp)
        for kind in (~at_edge(problem), at_edge(problem)):
            hit = np.flatnonzero((kind & (problem != ""))[self.part])[::-1]
            first[self.row[hit]] = code[self.part[hit]]
        first[alike] = int(np.flatnonzero(names == "differences all equal")[0])
        if (first == first[:1]).all():  # one word for many combinations takes no room
            return np.broadcast_to(names[first[:1]], (self.rows,)) if self.rows else names[first]
        longest = max(len(names[code]) for code in np.unique(first).tolist())
        return names.astype(f"U{max(longest, 1)}")[first]


def pairwise(first: Ints, second: Ints, parts: int) -> Combinations:
    """Each first less its second.

    >>> pairwise(np.array([0]), np.array([2]), 3).matrix.toarray().tolist()
    [[1.0, 0.0, -1.0]]
    """
    m = len(first)
    sign = np.tile([1.0, -1.0], m)
    return Combinations(np.repeat(np.arange(m), 2), np.stack([first, second], axis=1).ravel(), sign, m, parts)


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
        the interval comes from the single intervals (MOVER) instead of a standard error that is too small, and p
        from the interval; where no side shows any spread, both are nan.

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
    row, part = np.nonzero(rows)
    combined = Combinations(row, part, rows[row, part], len(rows), rows.shape[1])
    return combination(estimate, combined, matrix.shape[:-1], names)


def combination(
    estimate: Estimate, combined: Combinations, shape: tuple[int, ...], names: tuple[Label, ...] = ()
) -> Estimate:
    """The estimate of linear combinations, in a shape."""
    part, factor = combined.part, combined.factor
    covariance = estimate.covariance()
    safe = np.where(np.isfinite(covariance), covariance, 0.0)
    lost = combined.sums((~np.isfinite(np.diagonal(covariance)))[part].astype(np.float64)) > 0
    error = np.where(lost, np.nan, np.sqrt(np.maximum(combined.variances(safe), 0.0)))
    apart = combined.sums(factor**2 * np.nan_to_num(estimate.variance.ravel())[part])
    alike = error**2 <= _ROUNDING * apart
    error = np.where(alike, 0.0, error)
    blank = np.full(shape, np.nan)
    certain = combined.sums((estimate.enumerated.ravel()[part] == 0).astype(np.float64)) == 0
    difference = replace(
        estimate,
        value=combined.sums(factor * estimate.value.ravel()[part]).reshape(shape),
        standard_error=error.reshape(shape),
        degrees_of_freedom=np.full(shape, estimate.design_degrees_of_freedom),
        n=combined.sums(estimate.n.ravel()[part]).reshape(shape),
        kish_n=blank,
        design_effect=blank,
        design_effect_with_replacement=blank,
        labels=names or tuple(range(combined.rows)),
        kind="difference",
        problem=combined.problems(estimate.problem.ravel(), alike & (apart > 0)).reshape(shape),
        enumerated=certain.astype(np.float64).reshape(shape),
        limits=None,
        _satterthwaite=None,
        _covariance=lambda: np.asarray(combined.matrix @ (combined.matrix @ safe).T),
    )
    return replace(difference, _interval=_Bounds(estimate, combined).at)


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


@dataclass(frozen=True, eq=False)
class _Bounds:
    """Intervals of contrasts: t where the variance can be trusted, MOVER at the edge."""

    parts: Estimate
    combined: Combinations

    def at(self, difference: Estimate, level: Level, method: str | None) -> Bounds:
        """Bounds at a level, or at one level each; the only method is t."""
        return difference_interval(difference, level, method, lambda: self._reach(difference, level))

    def _reach(self, difference: Estimate, level: Level) -> tuple[Floats, Floats]:
        """How far each difference goes below and above; 0 where its standard error can be trusted."""
        all_of = self.combined
        used = at_edge(difference.problem).ravel()[all_of.row]
        row, part, factor = all_of.row[used], all_of.part[used], all_of.factor[used]
        levels = np.broadcast_to(np.asarray(level, np.float64), difference.value.shape).ravel()[row]
        low, high = self._intervals(part, levels)
        centre = self.parts.value.ravel()[part]
        down = np.where(factor > 0, centre - low, high - centre) * factor
        up = np.where(factor > 0, high - centre, centre - low) * factor
        shape = difference.value.shape
        below, above = (np.sqrt(sums(row, side**2, all_of.rows)).reshape(shape) for side in (down, up))
        return below, above

    def _intervals(self, part: Ints, levels: Floats) -> Bounds:
        """(E,) intervals of estimates, each at its own level."""
        if self.parts._interval is None:
            return interval(self.parts.at(part), levels, None)
        low, high = np.empty(len(part)), np.empty(len(part))
        for level in np.unique(levels).tolist():
            here = levels == level
            low[here], high[here] = (bound.ravel()[part[here]] for bound in self.parts.interval(level))
        return low, high


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
