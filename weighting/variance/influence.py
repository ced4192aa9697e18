"""Influence of answers on statistics, and the variance that a design gives them.

Every estimator is linearised: its variance is that of a total of scores w·a, where a is the influence of a row
per unit of weight. Rows that are alike are handed over as one group, so the cost follows groups, not answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from weighting.adjusting.chain import AdjustmentChain
from weighting.base.arrays import Floats, Ints
from weighting.design.design import Adjustment, Design
from weighting.errors import WeightingError
from weighting.variance.dense import dense_covariance, dense_variances
from weighting.variance.matrix import pps_covariance, sparse_covariance
from weighting.variance.phases import SecondPhase
from weighting.variance.projected import ResidualSquares, Touched, residual_squares
from weighting.variance.stages import Scores, satterthwaite, variances

#: cells of a dense influence worked on at a time by calibrated designs
_BLOCK = 500_000
#: influences so small are spread over all rows, which keeps the last digits
_SMALL = 20_000


@dataclass(frozen=True, eq=False)
class DesignRows:
    """Groups of alike rows of a design, or the rows themselves."""

    #: (R,) stratum code
    stratum: Ints
    #: (R,) PSU code, None when each row is a PSU
    psu: Ints | None
    #: (R,) second-stage unit code, None when each row is one
    ssu: Ints | None
    #: (R,) answers in the group
    count: Floats
    #: (R,) sum of their weights
    weight: Floats
    #: (R,) sum of (w - mean w)² in the group, None when all are equal
    spread: Floats | None = None


def design_rows(design: Design) -> DesignRows:
    """The rows of a design, ungrouped."""
    second = design.second
    return DesignRows(
        design.strata.codes,
        None if design.psu is None else design.psu.codes,
        None if second is None or second.units is None else second.units.codes,
        design.counts,
        design.weights if design.frequencies is None else design.weights * design.frequencies,
    )


@dataclass(frozen=True, eq=False)
class Influence:
    """Which rows move which statistics, and by how much for each unit of weight."""

    rows: DesignRows
    #: (E,) row, None when entry and row are the same
    index: Ints | None
    #: (E,) statistic, 0 … columns-1
    column: Ints
    #: (E,) influence for each unit of weight
    values: Floats
    #: K, the number of statistics
    columns: int

    def variance(self, design: Design) -> Floats:
        """(K,) variance of each statistic."""
        if design.pps is not None:
            return np.asarray(np.diagonal(self.covariance(design)), np.float64)
        if design.adjustment is not None:
            return self._adjusted_variance(design, design.adjustment)
        return variances(design, self._scores(), self.columns)

    def covariance(self, design: Design) -> Floats:
        """(K, K) covariance of the statistics."""
        if design.pps is not None or design.adjustment is not None:
            return covariance(design, self._dense(slice(0, self.columns)))
        matrix = sparse_covariance(design, self._scores(), self.columns)
        np.fill_diagonal(matrix, self.variance(design))
        return matrix

    def satterthwaite(self, design: Design) -> Floats:
        """(K,) degrees of freedom by the strata's own variances, those of the draw."""
        return satterthwaite(design, self._scores(), self.columns)

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

    def _dense(self, part: slice) -> Floats:
        """(R, k) influence on a range of statistics."""
        chosen = (self.column >= part.start) & (self.column < part.stop)
        index = np.flatnonzero(chosen) if self.index is None else self.index[chosen]
        matrix = np.zeros((len(self.rows.stratum), part.stop - part.start))
        matrix[index, self.column[chosen] - part.start] = self.values[chosen]
        return matrix

    def _adjusted_variance(self, design: Design, adjustment: Adjustment) -> Floats:
        n = len(self.rows.stratum)
        squares = kept_squares(design) if n * self.columns > _SMALL else None
        if squares is not None:
            touched = Touched(self.index, self.column, self.values, self.columns)
            return np.asarray(sum(part.squares(touched) for part in squares), np.float64)
        step = max(1, _BLOCK // n)
        parts = [slice(k, min(k + step, self.columns)) for k in range(0, self.columns, step)]
        weights = adjustment.base_weights[:, None]
        found = []
        for part in parts:
            dense = self._dense(part)
            if _has_second_phase(adjustment):
                found.append(np.asarray(np.diagonal(covariance(design, dense)), np.float64))
                continue
            variance = dense_variances(design, weights * adjustment.residuals(dense), design.counts)
            found.append(variance + sum((noise**2).sum(axis=0) for noise in _response_noise(design, adjustment, dense)))
        return np.concatenate(found)


def kept_squares(design: Design) -> tuple[ResidualSquares, ...] | None:
    """The sums of squares of an adjusted design, worked out once; None where only dense residuals will do."""
    if not isinstance(design.adjustment, AdjustmentChain):
        return None
    if "squares" not in design.kept:
        design.kept["squares"] = residual_squares(design, design.adjustment)
    squares: tuple[ResidualSquares, ...] | None = design.kept["squares"]
    return squares


def _second_phases(design: Design, adjustment: Adjustment, influence: Floats) -> Floats:
    """(k, k) covariance that second phases add to that of the first."""
    added = np.zeros((influence.shape[1], influence.shape[1]))
    if isinstance(adjustment, AdjustmentChain):
        for place in range(len(adjustment.steps) - 1, -1, -1):
            step = adjustment.steps[place]
            if isinstance(step, SecondPhase):
                added += step.covariance(design, influence)
            influence = step.residuals(influence)
    return added


def _has_second_phase(adjustment: Adjustment) -> bool:
    return isinstance(adjustment, AdjustmentChain) and any(isinstance(s, SecondPhase) for s in adjustment.steps)


def _response_noise(design: Design, adjustment: Adjustment, influence: Floats) -> list[Floats]:
    """(n, k) scores of who answers, which the finite population correction of the draw takes away too much."""
    fraction = design.probabilities
    if fraction is None:
        fraction = design.sampling_fraction[design.strata.codes]
    if not fraction.any():
        return []
    return [scores * np.sqrt(fraction)[:, None] for scores in adjustment.response_scores(influence)]


def row_scores(design: Design, influence: Influence) -> Floats:
    """(n, K) linearised scores of the rows, by the weights of the draw.

    Args:
        design: the sample, whose rows are those of the influence.
        influence: of K statistics.
    """
    dense = influence._dense(slice(0, influence.columns))
    if design.adjustment is None:
        return dense * design.weights[:, None]
    return design.adjustment.residuals(dense) * design.adjustment.base_weights[:, None]


def covariance(design: Design, influence: ArrayLike) -> Floats:
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
    if design.adjustment is None:
        return _score_covariance(design, matrix * design.weights[:, None])
    adjustment = design.adjustment
    drawn = _score_covariance(design, adjustment.residuals(matrix) * adjustment.base_weights[:, None])
    drawn = sum((noise.T @ noise for noise in _response_noise(design, adjustment, matrix)), drawn)
    return drawn + _second_phases(design, adjustment, matrix)


def _score_covariance(design: Design, scores: Floats) -> Floats:
    if design.pps is not None:
        return pps_covariance(design, scores * design.counts[:, None])
    return dense_covariance(design, scores, design.counts)
