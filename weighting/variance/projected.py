"""Variance under calibrated weights without spreading every influence over all rows.

A residual is the influence less a combination of p auxiliary variables. Its sums of squares therefore follow from sums
over the rows that the influence touches and from p × p products of the auxiliary variables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from weighting.adjusting.step import Projection
from weighting.base.arrays import Floats, Ints
from weighting.base.sums import sums
from weighting.design.design import Design
from weighting.variance.stages import stages

#: a variance below this share of its uncentred sum is rounding
_ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class Touched:
    """Influences by the rows they touch."""

    #: (E,) row
    row: Ints
    #: (E,) statistic, 0 … K-1
    column: Ints
    #: (E,) influence for each unit of weight
    values: Floats
    #: K
    columns: int


def can_project(design: Design) -> bool:
    """Whether rows are PSUs and no lonely one counts, so that sums by stratum are enough."""
    plain = design.psu is None and design.second is None and design.pps is None
    return plain and not stages(design)[0].matters


def projected_variances(design: Design, projection: Projection, base_weights: Floats, touched: Touched) -> Floats:
    """(K,) variance of each total of residuals (Deville and Särndal 1992, equation 3.4)."""
    stage, strata, count, k = stages(design)[0], design.strata.codes, design.counts, touched.columns
    row, column = touched.row, touched.column
    left = projection.left * base_weights[:, None]
    own = (base_weights * projection.scale)[row] * touched.values
    slopes = np.stack([sums(column, direction[row] * touched.values, k) for direction in projection.right])
    factor = stage.factors()
    each = factor[strata] * count
    squares = sums(column, each[row] * own * own, k)
    inside = np.zeros(len(row))  # what the regression takes from the rows that are touched
    for direction, slope in zip(left.T, slopes, strict=True):
        inside += direction[row] * slope[column]
    shared = sums(column, each[row] * own * inside, k)
    fitted = np.einsum("pk,pk->k", (left.T @ (left * each[:, None])) @ slopes, slopes)
    n_strata = len(stage.strata)
    by_stratum = np.stack([sums(strata, count * part, n_strata) for part in left.T], axis=1)
    total = sums(strata[row] * k + column, count[row] * own, n_strata * k).reshape(n_strata, k) - by_stratum @ slopes
    between = (factor / np.maximum(stage.sizes, 1)) @ (total * total)
    variance = squares - 2 * shared + fitted - between
    return np.asarray(np.where(variance <= _ROUNDING * (squares + fitted), 0.0, variance), np.float64)
