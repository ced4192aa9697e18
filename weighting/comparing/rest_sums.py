"""Variance of every domain against the rest from sums, at the cost of one pass however many domains there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from weighting.base.labels import FloatArray, IntArray, sums
from weighting.design.design import Design
from weighting.estimating.cells import Cells
from weighting.variance.stages import stages

#: a variance below this share of its uncentred sum is rounding
_ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class Halves:
    """Each domain and its rest; all means less ``centre``."""

    cells: Cells
    #: (D,) mean of the domain
    own: FloatArray
    #: (D,) mean of all others
    others: FloatArray
    #: (D,) sum of weights of the domain
    weight: FloatArray
    centre: float

    @property
    def other_weight(self) -> FloatArray:
        """(D,) sum of weights of all others."""
        left = self.weight.sum() - self.weight
        return np.where(left > 0, left, np.nan)


def rest_variance(design: Design, halves: Halves) -> FloatArray:
    """(D,) variance of domain mean less rest mean, in a one-stage design.

    A row of the domain scores w (y - ȳ) / W, any other row minus w (y - ȳ') / W'. Sums of squares over the others
    are those over everybody less those over the domain, so no row is looked at once a domain.
    """
    cells, rows = halves.cells, halves.cells.rows
    factor = stages(design)[0].factors()
    stratum = _entries(cells, rows.stratum)
    between = _unit_squares(halves, stratum, factor / design.stratum_sizes)
    if rows.psu is None or design.psu_stratum is None:
        within = _row_squares(halves, factor[stratum])
    else:
        within = _unit_squares(halves, _entries(cells, rows.psu), factor[design.psu_stratum])
    return np.where(within - between <= _ROUNDING * within, 0.0, within - between)


def _entries(cells: Cells, codes: IntArray) -> IntArray:
    return codes if cells.index is None else codes[cells.index]


def _row_squares(halves: Halves, factor: FloatArray) -> FloatArray:
    """(D,) Σ factor · z² over single rows."""
    cells, k = halves.cells, halves.cells.columns
    count, weight = cells.take(cells.rows.count), cells.take(cells.rows.weight)
    squares = np.divide(weight * weight, count, out=np.zeros_like(weight), where=count > 0)
    if cells.rows.spread is not None:
        squares = squares + cells.take(cells.rows.spread)
    y = cells.take(cells.value) - halves.centre
    scaled = factor * squares
    zero, one, two = (sums(cells.column, scaled * y**power, k) for power in (0, 1, 2))
    own, others = halves.own, halves.others
    inside = (two - 2 * own * one + own**2 * zero) / np.where(halves.weight > 0, halves.weight, np.nan) ** 2
    left = [part.sum() - part for part in (zero, one, two)]
    outside = (left[2] - 2 * others * left[1] + others**2 * left[0]) / halves.other_weight**2
    return np.asarray(inside + outside, np.float64)


def _unit_squares(halves: Halves, unit: IntArray, factor: FloatArray) -> FloatArray:
    """(D,) Σ factor · Z² over units (PSUs or strata), Z the sum of a unit's scores."""
    cells, k = halves.cells, halves.cells.columns
    weight = cells.take(cells.rows.weight)
    moved = weight * (cells.take(cells.value) - halves.centre)
    every, every_y = sums(unit, weight, len(factor)), sums(unit, moved, len(factor))
    pairs, place = np.unique(unit * k + cells.column, return_inverse=True)
    part, part_y = sums(place, weight, len(pairs)), sums(place, moved, len(pairs))
    u, d = np.divmod(pairs, k)
    own, others, left = halves.own[d], halves.others[d], halves.other_weight
    rest = -(every_y[u] - others * every[u]) / left[d]
    full = (part_y - own * part) / halves.weight[d] + rest + (part_y - others * part) / left[d]
    zero, one, two = factor @ every**2, factor @ (every * every_y), factor @ every_y**2
    everybody = (two - 2 * halves.others * one + halves.others**2 * zero) / left**2
    return np.asarray(everybody + sums(d, factor[u] * (full**2 - rest**2), k), np.float64)
