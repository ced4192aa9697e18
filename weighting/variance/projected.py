"""Variance under adjusted weights without spreading every influence over all rows.

A residual is the influence, scaled, less a combination of p directions. Its sums of squares therefore follow from
sums over the rows that the influence touches and from p × p products of the directions, so the cost grows with rows
and cells, never with their product.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from weighting.adjusting.chain import AdjustmentChain
from weighting.adjusting.step import Projection, products
from weighting.base.arrays import Floats, Ints
from weighting.base.sums import sums
from weighting.design.design import Design
from weighting.variance.stages import Stage, stages

#: a variance below this share of its uncentred sum is rounding
_ROUNDING = 1e-13
#: matrices with fewer non-zeros than this share are kept sparse
_THIN = 0.1


@dataclass(frozen=True, eq=False)
class Touched:
    """Influences by the rows they touch."""

    #: (E,) row, None where entry and row are the same
    row: Ints | None
    #: (E,) statistic, 0 … K-1
    column: Ints
    #: (E,) influence for each unit of weight
    values: Floats
    #: K
    columns: int

    def take(self, values: Any) -> Any:
        """(E,) the row's number for each entry."""
        return values if self.row is None else values[self.row]


@dataclass(frozen=True, eq=False)
class ResidualSquares:
    """Σ each · z² of weighted residuals z, less what the strata's totals take."""

    projection: Projection
    #: (n,) z is this times the residual
    weight: Floats
    #: (n,) factor of each row's square
    each: Floats
    #: (n,) stratum of each row and (n,) answers it stands for; None where nothing is centred
    strata: Ints | None = None
    count: Floats | None = None
    #: (H,) factor of the square of each stratum's total
    share: Floats | None = None

    @cached_property
    def _gram(self) -> Any:
        """(p, p) products of the weighted directions."""
        squared = self.each * self.weight * self.weight
        return _thin(products(tuple(part.scaled(squared) for part in self.projection.left), self.projection.left))

    @cached_property
    def _by_stratum(self) -> Any:
        """(H, p) totals of the weighted directions."""
        if self.strata is None or self.count is None or self.share is None:
            return np.zeros((0, len(self.projection.middle)))
        weight, size = self.count * self.weight, len(self.share)
        parts = [part.sums(self.strata, weight, size).T for part in self.projection.left]
        return _thin(np.hstack(parts) if parts else np.zeros((size, 0)))

    def _totals(self, own: Floats, slopes: Floats, touched: Touched) -> Floats:
        """(H, K) totals of the strata's scores."""
        if self.strata is None or self.count is None or self.share is None:
            return np.zeros((0, touched.columns))
        k, size = touched.columns, len(self.share)
        code = touched.take(self.strata) * k + touched.column if size > 1 else touched.column
        inside = sums(code, touched.take(self.count) * own, size * k).reshape(size, k)
        return np.asarray(inside - self._by_stratum @ slopes)

    def squares(self, touched: Touched) -> Floats:
        """(K,) the sums for each statistic (Deville and Särndal 1992, equation 3.4)."""
        k, slopes = touched.columns, self._slopes(touched)
        own = touched.take(self.weight * self.projection.scale) * touched.values
        weighted = touched.take(self.each) * own
        square = sums(touched.column, weighted * own, k)
        shared = np.einsum("pk,pk->k", self._crossed(weighted, touched), slopes)
        fitted = np.einsum("pk,pk->k", self._gram @ slopes, slopes)
        total = self._totals(own, slopes, touched)
        between = self.share @ (total * total) if self.share is not None else np.zeros(k)
        result = square - 2 * shared + fitted - between
        return np.asarray(np.where(result <= _ROUNDING * (square + fitted), 0.0, result), np.float64)

    def cross(self, touched: Touched, columns: Floats) -> Floats:
        """(K, m) sums of products with the residuals of (n, m) influences, and their own (m, m) below them."""
        slopes, other = self._slopes(touched), self.weight[:, None] * self.projection.of(columns)
        own = touched.take(self.weight * self.projection.scale) * touched.values
        each = self.each[:, None] * other
        parts = [sums(touched.column, own * touched.take(column), touched.columns) for column in each.T]
        weighted = self.weight[:, None] * each
        through = np.vstack(
            [part.column_sums(weighted) for part in self.projection.left] or [np.zeros((0, len(each.T)))]
        )
        crossed = np.stack(parts, axis=1) - slopes.T @ through
        squares = other.T @ each
        if self.strata is not None and self.count is not None and self.share is not None:
            size, strata = len(self.share), self.strata
            theirs = np.stack([sums(strata, self.count * column, size) for column in other.T], axis=1)
            total = self._totals(own, slopes, touched)
            crossed -= total.T @ (theirs * self.share[:, None])
            squares = squares - theirs.T @ (theirs * self.share[:, None])
        return np.vstack([crossed, squares])

    def _slopes(self, touched: Touched) -> Floats:
        return self.projection.slopes(touched.row, touched.column, touched.values, touched.columns)

    def _crossed(self, weighted: Floats, touched: Touched) -> Floats:
        """(p, K) products of the weighted directions with the influences."""
        if not self.projection.left:
            return np.zeros((0, touched.columns))
        scaled = touched.take(self.weight) * weighted
        left = self.projection.left
        return np.vstack([part.sums(touched.column, scaled, touched.columns, touched.row) for part in left])


def residual_squares(design: Design, chain: AdjustmentChain) -> tuple[ResidualSquares, ...] | None:
    """What the variance of a design with adjusted weights is made of: the draw, and each chance beside it.

    Args:
        design: rows that are PSUs, of one stage, in which no lonely PSU counts by a rule.
        chain: the steps.

    Returns:
        Sums of squares whose sum is the variance; None where the design is another, or directions are too many.
    """
    plain = design.psu is None and design.second is None and design.pps is None
    if not plain or stages(design)[0].matters or chain.projection is None:
        return None
    noises = chain.response_projections
    if noises is None:
        return None
    stage: Stage = stages(design)[0]
    strata, factor = design.strata.codes, stage.factors()
    each, share = factor[strata] * design.counts, factor / np.maximum(stage.sizes, 1)
    draw = ResidualSquares(chain.projection, chain.base_weights, each, strata, design.counts, share)
    fraction = design.sampling_fraction[strata]
    if not fraction.any():
        return (draw,)
    return (draw, *(ResidualSquares(way, scale, fraction) for way, scale in noises))


def _thin(matrix: Floats) -> Any:
    """A matrix, sparse where that saves work."""
    return sparse.csr_array(matrix) if np.count_nonzero(matrix) < _THIN * matrix.size else matrix
