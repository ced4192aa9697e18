"""The crossing of categorical variables as a list of the cells that occur, and proportional fitting on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weighting.adjusting.distance import Distance, solve_calibration
from weighting.base.arrays import Floats, Ints
from weighting.base.sums import sums

__all__ = ["CrossedCells", "MarginFit", "crossed_cells", "fit_margins"]


#: Crossings with at most this many cells (or as many as there are rows) are kept whole, without a sort.
_DENSE_CELLS = 100_000
#: Factors that grow beyond this belong to totals that contradict each other; the next rounds would overflow.
_DIVERGED = 1e100
#: Rounds of proportional fitting after which Newton's method takes over.
_SLOW = 60
#: Cells times categories up to which it may.
_LARGEST_MATRIX = 20_000_000


@dataclass(frozen=True, eq=False)
class CrossedCells:
    """C cells of v crossed variables."""

    #: (n,) cell of each row.
    rows: Ints
    #: v arrays (C,): the category of each cell.
    codes: tuple[Ints, ...]
    #: v numbers of categories.
    sizes: tuple[int, ...]

    def sums(self, values: Floats) -> Floats:
        """(C,) sum of the rows' values in each cell."""
        return sums(self.rows, values, self.codes[0].size)

    def margin(self, cell_values: Floats, variable: int) -> Floats:
        """Sum of the cells' values in each category of a variable."""
        return sums(self.codes[variable], cell_values, self.sizes[variable])

    def fitted(self, weights: Floats, values: Floats) -> Floats:
        """Fitted values of the regression on the categories of all variables, without their interactions.

        Args:
            weights: (n,) weights of the regression.
            values: (n, k) dependent variables.

        Returns:
            (n, k) fitted values.
        """
        size = self.sums(weights)
        normal = self._normal_matrix(size)
        inverse = np.linalg.pinv(normal, hermitian=True, rcond=1e-12)
        fitted = np.empty_like(values, dtype=np.float64)
        for column in range(values.shape[1]):
            cell_sums = self.sums(weights * values[:, column])
            right = np.concatenate([self.margin(cell_sums, place) for place in range(len(self.sizes))])
            slopes = np.split(inverse @ right, np.cumsum(self.sizes)[:-1])
            in_cell = sum((slope[code] for slope, code in zip(slopes, self.codes, strict=True)), np.zeros_like(size))
            fitted[:, column] = in_cell[self.rows]
        return fitted

    def inverse(self, weights: Floats) -> Floats:
        """(p, p) inverse of the weighted products of the memberships in all categories."""
        normal = self._normal_matrix(self.sums(weights))
        return np.asarray(np.linalg.pinv(normal, hermitian=True, rcond=1e-12), np.float64)

    def _normal_matrix(self, size: Floats) -> Floats:
        """Weighted counts of each pair of categories."""
        blocks = [
            [
                np.bincount(one * n_two + two, size, n_one * n_two).reshape(n_one, n_two)
                for two, n_two in zip(self.codes, self.sizes, strict=True)
            ]
            for one, n_one in zip(self.codes, self.sizes, strict=True)
        ]
        return np.block(blocks)


def crossed_cells(codes: Sequence[NDArray[np.integer]], sizes: Sequence[int]) -> CrossedCells:
    """Cross several variables.

    Args:
        codes: v arrays (n,) of category positions.
        sizes: v numbers of categories.

    Returns:
        The cells and each row's cell. Large crossings keep only the cells that occur.
    """
    rows = codes[0].astype(np.intp)
    parts: list[Ints] = [np.arange(sizes[0])]
    for code, size in zip(codes[1:], sizes[1:], strict=True):
        rows *= size
        rows += code
        cells = parts[0].size * size
        parts = [np.repeat(part, size) for part in parts] + [np.tile(np.arange(size), parts[0].size)]
        if cells > max(_DENSE_CELLS, rows.size):
            kept, rows = np.unique(rows, return_inverse=True)
            parts = [part[kept] for part in parts]
    return CrossedCells(rows, tuple(parts), tuple(sizes))


@dataclass(frozen=True, eq=False)
class MarginFit:
    """Factors of the cells, and how far the margins still are from their totals."""

    factors: Floats
    rounds: int
    gap: float


def fit_margins(
    cells: CrossedCells, size: Floats, totals: Sequence[Floats], tolerance: float, max_rounds: int
) -> MarginFit:
    """Iterative proportional fitting on the cells.

    Where that is slow (totals near the edge of what the sample can meet), Newton's method solves the same equations.

    Args:
        cells: C crossed cells.
        size: (C,) sum of the base weights.
        totals: the totals of each variable's categories.
        tolerance: gap at which the fitting stops.
        max_rounds: rounds over all variables before it gives up.

    Returns:
        (C,) factors, and the largest gap over all margins of the final weights.
    """
    fit = _proportional(cells, size, totals, tolerance, min(max_rounds, _SLOW))
    if fit.gap <= tolerance or max_rounds <= _SLOW:
        return fit
    if size.size * sum(cells.sizes) <= _LARGEST_MATRIX:
        exact = _newton(cells, size, totals, tolerance)
        return exact if exact.gap <= tolerance else fit
    return _proportional(cells, size, totals, tolerance, max_rounds)


def _proportional(
    cells: CrossedCells, size: Floats, totals: Sequence[Floats], tolerance: float, max_rounds: int
) -> MarginFit:
    factors = np.ones_like(size)
    gap = _largest_gap(cells, size, totals)
    rounds = 0
    while gap > tolerance and rounds < max_rounds and factors.max() < _DIVERGED:
        for place, total in enumerate(totals):
            reached = cells.margin(size * factors, place)
            factors *= (total / reached)[cells.codes[place]]
        rounds += 1
        gap = _largest_gap(cells, size * factors, totals)
    return MarginFit(factors, rounds, gap)


def _newton(cells: CrossedCells, size: Floats, totals: Sequence[Floats], tolerance: float) -> MarginFit:
    columns = [
        (code[:, None] == np.arange(count)) / total
        for code, count, total in zip(cells.codes, cells.sizes, totals, strict=True)
    ]
    matrix = np.hstack(columns)
    rule = Distance("raking", -np.inf, np.inf)
    factors, rounds = solve_calibration(size, matrix, np.ones(matrix.shape[1]), rule, tolerance)
    return MarginFit(factors, _SLOW + rounds, _largest_gap(cells, size * factors, totals))


def _largest_gap(cells: CrossedCells, fitted: Floats, totals: Sequence[Floats]) -> float:
    gaps = [np.abs(cells.margin(fitted, place) / total - 1).max() for place, total in enumerate(totals)]
    return float(max(gaps))
