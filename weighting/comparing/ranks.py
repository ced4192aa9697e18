"""Confidence sets for ranks: which places the data support, one unit at a time or for all together.

Mogstad, Romano, Shaikh and Wilhelm (2024), "Inference for ranks with applications to mobility across
neighbourhoods and academic achievement across countries", Review of Economic Studies 91, 476-518.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from weighting.base.arrays import Flags, Floats, Ints
from weighting.base.printing import Printed
from weighting.comparing.critical import DifferenceDraws, difference_errors
from weighting.errors import WeightingError
from weighting.results.estimate import Estimate

#: by how much early rounds of a stepdown, with few draws, must exceed their critical value
_MARGIN = 1.02


@dataclass(frozen=True, eq=False, repr=False)
class RankSets(Printed):
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
    values: Estimate | ArrayLike,
    standard_errors: ArrayLike | None = None,
    *,
    covariance: ArrayLike | None = None,
    degrees_of_freedom: ArrayLike | None = None,
    level: float = 0.95,
    simultaneous: bool = True,
    draws: int = 16_000,
    seed: int = 0,
) -> RankSets:
    """Confidence sets for the ranks of p units, by stepdown tests of all differences.

    Each difference is tested by t with its own degrees of freedom (Welch and Satterthwaite), taken to the normal
    scale by its p value, so that units with few and with many answers are held to one standard; the critical value
    is that of the largest of all differences under their joint normal distribution (a multivariate t by its copula).
    With an Estimate, a unit whose answers are all alike, or that has one, gets the pooled spread of the units instead
    of a standard error of 0: five visitors who all said 5 prove little.

    A pair that is told apart leaves the family as a whole, in the direction seen. The published stepdown tests the
    two directions of a pair as hypotheses of their own, of which only the rejected one leaves; its critical values
    are never smaller, so that wrong directions too are held at 1 - level. Here that holds for false differences; a
    wrong direction is rarer still unless true differences are many times smaller than their errors.

    Args:
        values: an Estimate with its covariance and degrees of freedom, or (p,) estimates; larger is better. A nan
            (no estimate) may stand anywhere.
        standard_errors: (p,) standard errors of independent estimates; 0 means known without error.
        covariance: (p, p) covariance instead, when estimates are not independent.
        degrees_of_freedom: (p,) or one number; left out, standard errors count as known (normal).
        level: confidence.
        simultaneous: one statement for all units together; otherwise one for each unit alone.
        draws: draws for the critical values (half of them for a statement about one unit).
        seed: seed of the draws; the same seed gives the same sets.

    Returns:
        RankSets.

    Raises:
        WeightingError: neither or both of standard_errors and covariance, or negative ones; errors beside an Estimate.

    Source: Mogstad et al. (2024), algorithm 3.1 with the stepdown of section 3.4; Romano and Wolf (2005); Welch
    (1947), Biometrika 34, for differences of errors with unequal degrees of freedom.

    >>> rank_sets([3.0, 2.9], [0.2, 0.2], simultaneous=False).lower.tolist()
    [1, 1]
    >>> from weighting import Design, mean
    >>> units = mean(Design(weights=[1] * 9), [5, 5, 5, 4, 5, 3, 1, 2, 1], domains=list("aaabbbccc"))
    >>> rank_sets(units).lower.tolist(), rank_sets(units).upper.tolist()
    ([1, 1, 3], [2, 2, 3])
    """
    if not 0 < level < 1:
        raise WeightingError(f"the confidence level is {level}: it must lie between 0 and 1.")
    errors = _errors(values, standard_errors, covariance, degrees_of_freedom)
    value = errors.value
    known = np.flatnonzero(np.isfinite(value) & np.isfinite(errors.root).all(axis=1))
    kept, apart = value[known], np.zeros((0, 0), np.bool_)
    if known.size:
        apart = _significant(errors.of(known), _Statement(level, simultaneous, draws, seed))
    above, below = kept[None, :] > kept[:, None], kept[None, :] < kept[:, None]
    p = len(value)
    rank, lower, upper = np.zeros(p, np.intp), np.ones(p, np.intp), np.full(p, p, np.intp)
    rank[known] = 1 + above.sum(axis=1)
    lower[known] = 1 + (apart & above).sum(axis=1)
    upper[known] = p - (apart & below).sum(axis=1)
    return RankSets(rank, lower, upper, level, simultaneous)


@dataclass(frozen=True, eq=False)
class RankErrors:
    """Estimates, a root of their covariance, and how well that is known."""

    #: (p,)
    value: Floats
    #: (p, r): rows times their transposes give the covariance
    root: Floats
    #: (p,) degrees of freedom, inf where the error is known
    df: Floats

    def of(self, units: Ints) -> RankErrors:
        """Some of the units."""
        return RankErrors(self.value[units], self.root[units], self.df[units])

    def normal_sizes(self) -> Floats:
        """(p, p) normal quantiles of the p values of all differences; inf where units differ without error."""
        error = difference_errors(self.root)
        away = np.abs(self.value[:, None] - self.value[None, :])
        t = np.divide(away, error, out=np.where(away > 0, np.inf, 0.0), where=error > 0)
        if np.isinf(self.df).all():
            return t
        part = (self.root * self.root).sum(axis=1)
        each = part**2 / self.df
        both, below = part[:, None] + part[None, :], each[:, None] + each[None, :]
        df = np.divide(both**2, below, out=np.full(both.shape, np.inf), where=below > 0)
        z = -special.ndtri(special.stdtr(np.minimum(df, 1e12), -t))
        return np.asarray(np.where(np.isinf(t), np.inf, z), np.float64)


@dataclass(frozen=True)
class _Statement:
    level: float
    simultaneous: bool
    draws: int
    seed: int


def _errors(
    values: Estimate | ArrayLike, errors: ArrayLike | None, covariance: ArrayLike | None, df: ArrayLike | None
) -> RankErrors:
    if isinstance(values, Estimate):
        if errors is not None or covariance is not None or df is not None:
            raise WeightingError("an Estimate brings its own errors and degrees of freedom: leave them out.")
        return _of_estimate(values)
    value = np.asarray(values, np.float64)
    if value.ndim != 1 or not value.size:
        raise WeightingError(f"rank sets need one column of estimates, not shape {value.shape}.")
    known = np.broadcast_to(np.asarray(np.inf if df is None else df, np.float64), value.shape)
    if not (known > 0).all():
        raise WeightingError("degrees_of_freedom must be above 0: leave out a unit of which only one PSU answered.")
    return RankErrors(value, _root(value, errors, covariance), known)


def _of_estimate(estimate: Estimate) -> RankErrors:
    """RankErrors of an estimate, the pooled spread where a unit shows none or has no degrees of freedom."""
    value, n, df = (a.ravel() for a in (estimate.value, estimate.n, estimate.degrees_of_freedom))
    if not value.size:
        raise WeightingError("rank sets need at least one estimate.")
    matrix = np.diag(estimate.variance.ravel()) if estimate._covariance is None else estimate.covariance()
    spread = estimate.variance.ravel() * n
    certain = estimate.enumerated.ravel() > 0
    told = (df > 0) & np.isfinite(spread) & ~certain
    unclear = ~certain & np.isfinite(value) & ~(told & (spread > 0))
    if unclear.any():
        pooled = float((df * spread)[told].sum() / df[told].sum()) if told.any() else 0.0
        if not pooled:
            pooled = np.nan if estimate.limits is None else (estimate.limits[1] - estimate.limits[0]) ** 2 / 4
        matrix = matrix.copy()
        matrix[unclear, :] = matrix[:, unclear] = 0.0
        matrix[unclear, unclear] = pooled / np.maximum(n[unclear], 1)
        df = np.where(unclear, max(float(df[told].sum()), 1.0), df)
    return RankErrors(value, _root(value, None, matrix), np.where(certain, np.inf, np.maximum(df, 1.0)))


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


def _significant(errors: RankErrors, one: _Statement) -> Flags:
    """(p, p) whether the data tell row j and column k apart, in the statement about j."""
    z = errors.normal_sizes()
    apart, drawn = np.zeros(z.shape, np.bool_), DifferenceDraws.of(errors.root, one.draws, one.seed)
    if one.simultaneous:
        first, second = np.triu_indices(len(z), 1)
        apart[first, second] = _stepdown(drawn, z[first, second], first, second, one)
        return apart | apart.T
    few = replace(one, draws=max(one.draws // 2, 1))
    for j in range(len(z)):
        others = np.delete(np.arange(len(z)), j)
        apart[j, others] = _stepdown(drawn, z[j, others], np.full(len(others), j), others, few)
    return apart


def _stepdown(drawn: DifferenceDraws, z: Floats, first: Ints, second: Ints, one: _Statement) -> Flags:
    """Reject what exceeds the critical value of what is left, until nothing more is (Romano and Wolf 2005)."""
    rejected = np.zeros(z.shape, np.bool_)
    for draws, margin in ((max(one.draws // 10, 1), _MARGIN), (one.draws, 1.0)):  # all draws where it is close
        more = True
        while more and not rejected.all():
            left = ~rejected
            critical = drawn.critical_value(first[left], second[left], one.level, draws)
            now = left & (z > margin * critical)
            more = bool(now.any())
            rejected |= now
    return rejected
