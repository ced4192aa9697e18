"""Post-stratification: the weights of each cell add up to the cell's known count."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.adjusting.step import Block, Projection, WeightStep
from weighting.base.arrays import Floats, Ints
from weighting.base.categories import category_positions, check_category_totals, check_rows, used_totals
from weighting.base.columns import by_label
from weighting.base.sums import column_sums, sums
from weighting.design.checks import checked_weights

__all__ = ["PostStratification", "poststratify"]


@dataclass(frozen=True, eq=False, repr=False)
class PostStratification(WeightStep):
    """Post-stratified weights, and what a variance needs to know about them."""

    #: (n,) weights before and after.
    base_weights: Floats
    weights: Floats
    #: (c,) cells in the order of ``factors``, and each row's cell.
    labels: tuple[Hashable, ...]
    cells: Ints
    #: (c,) known count divided by the sum of the base weights.
    factors: Floats

    def residuals(self, influence: Floats) -> Floats:
        """Factor times the distance from the weighted mean of the cell.

        Args:
            influence: (n, k) influence per unit of the post-stratified weight.

        Returns:
            (n, k) influence per unit of the base weight.

        Source: Särndal, Swensson and Wretman (1992), result 7.6.2: g-weighted residuals.

        >>> step = poststratify([10.0, 10, 10], ["a", "a", "b"], {"a": 30, "b": 12})
        >>> step.residuals(np.array([[1.0], [3.0], [5.0]])).ravel()
        array([-1.5,  1.5,  0. ])
        """
        size = sums(self.cells, self.base_weights, len(self.labels))
        means = column_sums(self.cells, self.base_weights, influence, len(self.labels)) / size[:, None]
        return np.asarray((influence - means[self.cells]) * self.factors[self.cells, None], np.float64)

    def projection(self) -> Projection:
        """The means of the cells."""
        count = len(self.labels)
        share = self.base_weights / sums(self.cells, self.base_weights, count)[self.cells]
        factor = self.factors[self.cells]
        left, right = (Block(self.cells, values, count) for values in (factor, share))
        return Projection(factor, (left,), np.eye(count), (right,))


def poststratify(weights: ArrayLike, cells: ArrayLike, totals: Mapping[Any, float]) -> PostStratification:
    """Scale the weights of each cell to the cell's known population count; base weights keep their
    proportions.

    Args:
        weights: (n,) base weights.
        cells: (n,) cell of each row.
        totals: population count of each cell.

    Returns:
        The new weights, their factors, and the step for the variance.

    Raises:
        WeightingError: a cell without a total, a total without a row or with rows of weight 0 only; a total
            of 0 for a cell with rows (an empty cell with total 0 is left out).

    Source: Holt and Smith (1979); Särndal, Swensson and Wretman (1992), section 7.6.

    >>> poststratify([10.0, 10, 10], ["a", "a", "b"], {"a": 30, "b": 12}).weights
    array([15., 15., 12.])
    """
    base = checked_weights(weights, np.size(weights))
    totals = used_totals(by_label(totals, "Post-stratification"), cells, "Post-stratification", base)
    labels, wanted = tuple(totals), check_category_totals(totals, "Post-stratification")
    codes = category_positions(cells, labels, "Post-stratification", base)
    size = sums(codes, base, len(labels))
    check_rows(size, labels, "Post-stratification")
    factors = wanted / size
    return PostStratification(base, base * factors[codes], labels, codes, factors)
