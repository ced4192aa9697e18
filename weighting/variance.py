"""Influence of answers on statistics, and the variance that a design gives them.

Every estimator is linearised: its variance is that of a total of scores w·a, where a is the influence of a row
per unit of weight. Rows that are alike are handed over as one group, so the cost follows groups, not answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from weighting.design import Adjustment, Design
from weighting.design_labels import FloatArray, IntArray
from weighting.errors import WeightingError
from weighting.variance_matrix import pps_covariance, sparse_covariance
from weighting.variance_stages import Scores, variances

#: cells of a dense influence worked on at a time by calibrated designs
_BLOCK = 4_000_000


@dataclass(frozen=True, eq=False)
class Rows:
    """Groups of alike rows of a design, or the rows themselves."""

    #: (R,) stratum code
    stratum: IntArray
    #: (R,) PSU code, None when each row is a PSU
    psu: IntArray | None
    #: (R,) second-stage unit code, None when each row is one
    ssu: IntArray | None
    #: (R,) answers in the group
    count: FloatArray
    #: (R,) sum of their weights
    weight: FloatArray
    #: (R,) sum of (w - mean w)² in the group, None when all are equal
    spread: FloatArray | None = None


def design_rows(design: Design, *, base: bool = False) -> Rows:
    """The rows of a design, ungrouped; with ``base``, with the weights before any adjustment."""
    second = design.second
    weights = design.adjustment.base_weights if base and design.adjustment is not None else design.weights
    return Rows(
        design.strata.codes,
        None if design.psu is None else design.psu.codes,
        None if second is None or second.units is None else second.units.codes,
        design.counts,
        weights if design.frequencies is None else weights * design.frequencies,
    )


@dataclass(frozen=True, eq=False)
class Influence:
    """Which rows move which statistics, and by how much for each unit of weight."""

    rows: Rows
    #: (E,) row, None when entry and row are the same
    index: IntArray | None
    #: (E,) statistic, 0 … columns-1
    column: IntArray
    #: (E,) influence for each unit of weight
    values: FloatArray
    #: K, the number of statistics
    columns: int

    def variance(self, design: Design) -> FloatArray:
        """(K,) variance of each statistic."""
        if design.pps is not None:
            return np.asarray(np.diagonal(self.covariance(design)), np.float64)
        if design.adjustment is not None:
            return self._calibrated_variance(design, design.adjustment)
        return variances(design, self._scores(), self.columns)

    def covariance(self, design: Design) -> FloatArray:
        """(K, K) covariance of the statistics."""
        if design.pps is not None or design.adjustment is not None:
            return covariance(design, self._dense(slice(None)))
        matrix = sparse_covariance(design, self._scores(), self.columns)
        np.fill_diagonal(matrix, self.variance(design))
        return matrix

    def _scores(self) -> Scores:
        take = slice(None) if self.index is None else self.index
        rows = self.rows
        count = rows.count[take]
        weight = rows.weight[take]
        mean = np.divide(weight, count, out=np.zeros_like(weight), where=count > 0) * self.values
        spread = None if rows.spread is None else rows.spread[take] * self.values * self.values
        psu = None if rows.psu is None else rows.psu[take]
        ssu = None if rows.ssu is None else rows.ssu[take]
        return Scores(rows.stratum[take], self.column, count, mean, spread, psu, ssu, self.index)

    def _dense(self, part: slice) -> FloatArray:
        index = np.arange(len(self.column)) if self.index is None else self.index
        shape = (len(self.rows.stratum), self.columns)
        matrix = sparse.csc_array((self.values, (index, self.column)), shape=shape)
        return np.asarray(matrix[:, part].toarray(), np.float64)

    def _calibrated_variance(self, design: Design, adjustment: Adjustment) -> FloatArray:
        n = len(self.rows.stratum)
        step = max(1, _BLOCK // n)
        parts = [slice(k, min(k + step, self.columns)) for k in range(0, self.columns, step)]
        residuals = (adjustment.residuals(self._dense(part)) for part in parts)
        return np.concatenate([_dense_variance(design, dense) for dense in residuals])


def _dense_influence(design: Design, matrix: FloatArray) -> Influence:
    n, columns = matrix.shape
    index = np.repeat(np.arange(n), columns)
    return Influence(design_rows(design, base=True), index, np.tile(np.arange(columns), n), matrix.ravel(), columns)


def _dense_variance(design: Design, matrix: FloatArray) -> FloatArray:
    influence = _dense_influence(design, matrix)
    return variances(design, influence._scores(), influence.columns)


def covariance(design: Design, influence: ArrayLike) -> FloatArray:
    """Covariance of weighted totals, as R's ``svyrecvar``.

    Args:
        design: the sample.
        influence: (n,) or (n, k) linearised variable per unit of weight: for a mean (y - ȳ) / Σw, for a
            total y itself; 0 for rows outside a domain. Calibrated designs take their regression out here.

    Returns:
        (k, k) covariance.

    Raises:
        WeightingError: a lonely PSU under "fail"; rows that do not match the design.

    Source: Binder (1983), International Statistical Review 51, equation 3.1.

    >>> round(covariance(Design(weights=[1, 1, 1]), [1.0, 2.0, 3.0]).item(), 6)
    3.0
    """
    values = np.asarray(influence, np.float64)
    matrix = values[:, None] if values.ndim == 1 else values
    if matrix.ndim != 2 or matrix.shape[0] != len(design):
        raise WeightingError(f"the influence has shape {matrix.shape} and the design {len(design)} rows.")
    if design.adjustment is not None:
        matrix = design.adjustment.residuals(matrix)
    if design.pps is not None:
        return pps_covariance(design, matrix * design_rows(design, base=True).weight[:, None])
    dense = _dense_influence(design, matrix)
    result = sparse_covariance(design, dense._scores(), dense.columns)
    np.fill_diagonal(result, variances(design, dense._scores(), dense.columns))
    return result
