"""Confidence sets for ranks: which places the data support, one unit at a time or for all together.

Mogstad, Romano, Shaikh and Wilhelm (2024), "Inference for ranks with applications to mobility across
neighbourhoods and academic achievement across countries", Review of Economic Studies 91, 476-518.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Flags, Floats, Ints
from weighting.errors import WeightingError


@dataclass(frozen=True, eq=False)
class RankSets:
    """Ranks and their confidence sets; rank 1 is the largest value.

    >>> sets = rank_sets([90.0, 80.0, 70.0], [1.0, 1.0, 1.0])
    >>> sets.lower.tolist(), sets.upper.tolist(), sets.possibly_last.tolist()
    ([1, 2, 3], [1, 2, 3], [2])
    """

    #: (p,) estimated rank, ties share the best; 0 without an estimate
    rank: Ints
    #: (p,) best rank the data allow
    lower: Ints
    #: (p,) worst rank the data allow
    upper: Ints
    level: float
    simultaneous: bool

    @property
    def possibly_best(self) -> Ints:
        """Units that may hold rank 1."""
        return np.flatnonzero(self.lower == 1)

    @property
    def possibly_last(self) -> Ints:
        """Units that may hold the last rank."""
        return np.flatnonzero(self.upper == len(self.upper))


def rank_sets(
    values: ArrayLike,
    standard_errors: ArrayLike | None = None,
    *,
    covariance: ArrayLike | None = None,
    level: float = 0.95,
    simultaneous: bool = True,
    draws: int = 2000,
    seed: int = 0,
) -> RankSets:
    """Confidence sets for the ranks of p units, by stepdown tests of all differences.

    Args:
        values: (p,) estimates; larger is better. A nan (no estimate) may stand anywhere.
        standard_errors: (p,) standard errors of independent estimates.
        covariance: (p, p) covariance instead, when estimates are not independent.
        level: confidence.
        simultaneous: one statement for all units together; otherwise one for each unit alone.
        draws: parametric bootstrap draws for the critical values.
        seed: seed of the draws; the same seed gives the same sets.

    Returns:
        RankSets.

    Raises:
        WeightingError: neither or both of standard_errors and covariance, or negative ones.

    Source: Mogstad et al. (2024), algorithm 3.1 with the stepdown of section 3.4; Romano and Wolf (2005).

    >>> rank_sets([3.0, 2.9], [0.2, 0.2], simultaneous=False).lower.tolist()
    [1, 1]
    """
    value = np.asarray(values, np.float64)
    if value.ndim != 1 or not value.size:
        raise WeightingError(f"rank sets need one column of estimates, not shape {value.shape}.")
    if not 0 < level < 1:
        raise WeightingError(f"the confidence level is {level}: it must lie between 0 and 1.")
    root = _root(value, standard_errors, covariance)
    known = np.flatnonzero(np.isfinite(value) & np.isfinite(root).all(axis=1))
    kept, apart = value[known], np.zeros((0, 0), np.bool_)
    if known.size:
        statement = _Statement(level, simultaneous)
        apart = _significant(kept, root[known], _noise(root[known], draws, seed), statement)
    above, below = kept[None, :] > kept[:, None], kept[None, :] < kept[:, None]
    p = len(value)
    rank, lower, upper = np.zeros(p, np.intp), np.ones(p, np.intp), np.full(p, p, np.intp)
    rank[known] = 1 + above.sum(axis=1)
    lower[known] = 1 + (apart & above).sum(axis=1)
    upper[known] = p - (apart & below).sum(axis=1)
    return RankSets(rank, lower, upper, level, simultaneous)


@dataclass(frozen=True)
class _Statement:
    level: float
    simultaneous: bool


def _root(value: Floats, errors: ArrayLike | None, covariance: ArrayLike | None) -> Floats:
    """(p, r) square root of the covariance: rows times their transposes give it back."""
    p = len(value)
    if (errors is None) == (covariance is None):
        raise WeightingError("give standard_errors or covariance, one of the two.")
    if covariance is None:
        error = np.asarray(errors, np.float64)
        if error.shape != (p,) or (error < 0).any():
            raise WeightingError(f"standard_errors must hold {p} numbers of at least 0.")
        return np.diag(error)
    matrix = np.asarray(covariance, np.float64)
    if matrix.shape != (p, p):
        raise WeightingError(f"covariance must have shape ({p}, {p}), not {matrix.shape}.")
    lost = ~np.isfinite(np.diagonal(matrix)) | ~np.isfinite(value)
    roots, vectors = np.linalg.eigh(np.where(lost[:, None] | lost[None, :], 0.0, matrix))
    if roots.min() < -1e-9 * max(1e-300, roots.max()):
        raise WeightingError("the covariance has a negative eigenvalue: it is no covariance matrix.")
    root = np.asarray(vectors * np.sqrt(np.maximum(roots, 0.0)), np.float64)
    root[lost] = np.nan
    return root


def _noise(root: Floats, draws: int, seed: int) -> Floats:
    """(p, draws) estimation errors."""
    normal = np.random.default_rng(seed).standard_normal((root.shape[1], draws))
    return np.asarray(root @ normal, np.float64)


def _difference_errors(root: Floats) -> Floats:
    """(p, p) standard error of every difference."""
    gram = root @ root.T
    own = np.diagonal(gram)
    squared = own[:, None] + own[None, :] - 2 * gram
    return np.sqrt(np.where(squared > 1e-14 * (own[:, None] + own[None, :]), squared, 0.0))


def _significant(value: Floats, root: Floats, noise: Floats, one: _Statement) -> Flags:
    """(p, p) whether the data tell row j and column k apart, in the statement about j."""
    error = _difference_errors(root)
    away = np.abs(value[:, None] - value[None, :])
    scale = np.divide(1.0, error, out=np.zeros_like(error), where=error > 0)
    t = np.where(error > 0, away * scale, np.where(away > 0, np.inf, 0.0))
    if one.simultaneous:
        return _stepdown(t, lambda active: _largest_of_all(noise, scale * active), one.level)
    apart = np.zeros_like(t, np.bool_)
    for j in range(len(value)):
        own = np.abs(noise - noise[j]) * scale[j][:, None]
        apart[j] = _stepdown(t[j], partial(_largest_of_one, own), one.level)
    return apart


def _stepdown(t: Floats, largest: Callable[[Flags], Floats], level: float) -> Flags:
    """Reject what exceeds the critical value of what is left, until nothing more is (Romano and Wolf 2005)."""
    rejected = np.zeros(t.shape, np.bool_)
    while True:
        critical = np.quantile(largest(~rejected), level, method="higher")
        now = t > critical
        if not (now & ~rejected).any():
            return rejected
        rejected |= now


def _largest_of_one(sizes: Floats, active: Flags) -> Floats:
    """(draws,) the largest studentised difference from one unit."""
    return np.asarray(sizes[active].max(axis=0, initial=0.0), np.float64)


def _largest_of_all(noise: Floats, scale: Floats) -> Floats:
    """(draws,) the largest studentised difference of any two units."""
    found = np.zeros(noise.shape[1])
    for j in range(len(noise) - 1):
        size = np.abs(noise[j + 1 :] - noise[j])
        size *= scale[j, j + 1 :, None]
        np.maximum(found, size.max(axis=0), out=found)
    return found
