"""Raking: weights that meet the known totals of several variables at once, from the base weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.adjusting.rake_cells import CrossedCells, crossed_cells, fit_margins
from weighting.adjusting.step import Block, Projection, WeightStep
from weighting.base.arrays import Floats
from weighting.base.categories import (
    category_positions,
    check_category_totals,
    check_rows,
    check_same_sums,
    used_totals,
)
from weighting.base.columns import by_label, by_name
from weighting.design.checks import checked_weights
from weighting.errors import WeightingError

__all__ = ["Raking", "rake"]


@dataclass(frozen=True, eq=False, repr=False)
class Raking(WeightStep):
    """Raked weights, and what a variance needs to know about them."""

    #: (n,) weights before and after.
    base_weights: Floats
    weights: Floats
    #: (n,) weight after divided by weight before.
    g: Floats
    #: Rounds over all margins.
    iterations: int
    #: Largest distance of a margin from its total, as a share of that total.
    largest_gap: float
    #: The crossing of all variables that occurs in the sample, and each row's cell in it.
    cells: CrossedCells

    def residuals(self, influence: Floats) -> Floats:
        """g times the residual of the regression on the margins, weighted with the base weights.

        Args:
            influence: (n, k) influence per unit of the raked weight.

        Returns:
            (n, k) influence per unit of the base weight.

        Source: Deville, Särndal and Sautory (1993), JASA 88, section 4: raking has the variance of linear
        calibration.

        >>> step = rake([1.0] * 4, {"sex": list("MMFF"), "age": list("ooyy")},
        ...             {"sex": {"M": 3, "F": 2}, "age": {"o": 3, "y": 2}})
        >>> step.residuals(np.array([[1.0], [2.0], [5.0], [5.0]])).round(9).ravel()
        array([-0.75,  0.75,  0.  ,  0.  ])
        """
        return (influence - self.cells.fitted(self.base_weights, influence)) * self.g[:, None]

    def projection(self) -> Projection:
        """The regression on the margins."""
        cells = self.cells
        members = [(code[cells.rows], size) for code, size in zip(cells.codes, cells.sizes, strict=True)]
        left = tuple(Block(code, self.g, size) for code, size in members)
        right = tuple(Block(code, self.base_weights, size) for code, size in members)
        return Projection(self.g, left, cells.inverse(self.base_weights), right)


def rake(
    weights: ArrayLike,
    variables: Mapping[str, ArrayLike],
    totals: Mapping[str, Mapping[Any, float]],
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
) -> Raking:
    """Iterative proportional fitting of the base weights to the totals of several variables.

    Converged means that every margin of the final weights was compared with its total. Rows of one crossed cell share
    one factor, so the iteration costs as much as there are cells, not rows.

    Args:
        weights: (n,) base weights.
        variables: (n,) categories of each variable.
        totals: for the same variables, the total of each category; all variables have the same sum.
        tolerance: largest distance from a total allowed, as a share of it.
        max_iterations: rounds over all margins before the raking is given up.

    Returns:
        The new weights, their ratio to the base weights, and the step for the variance.

    Raises:
        WeightingError: variables without totals or the reverse, margins with different sums, a total that is not
            above 0 (0 for a category without rows leaves it out), a category with a total and no row (or the
            reverse), or totals that cannot be met together.

    Source: Deming and Stephan (1940), Annals of Mathematical Statistics 11; Deville, Särndal and Sautory (1993).

    >>> step = rake([10.0, 10, 20, 20], {"sex": list("MFMF"), "age": list("ooyy")},
    ...             {"sex": {"M": 40, "F": 60}, "age": {"o": 30, "y": 70}})
    >>> step.weights.round(6)
    array([12., 18., 28., 42.])
    """
    variables, given = by_name(variables), by_name(totals)
    names = _matching_names(variables, given)
    base = checked_weights(weights, np.size(weights))
    totals = {name: used_totals(by_label(given[name], name), variables[name], name, base) for name in names}
    margins = [check_category_totals(totals[name], name) for name in names]
    check_same_sums({name: float(margin.sum()) for name, margin in zip(names, margins, strict=True)})
    margins = [margin * (margins[0].sum() / margin.sum()) for margin in margins]
    codes = [category_positions(variables[name], tuple(totals[name]), name, base) for name in names]
    cells = crossed_cells(codes, [margin.size for margin in margins])
    size = cells.sums(base)
    for place, name in enumerate(names):
        check_rows(cells.margin(size, place), tuple(totals[name]), name)
    fit = fit_margins(cells, size, margins, tolerance, max_iterations)
    if not fit.gap <= tolerance:
        raise WeightingError(_not_converged(names, totals, cells, size * fit.factors, margins))
    g = fit.factors[cells.rows]
    return Raking(base, base * g, g, fit.rounds, fit.gap, cells)


def _matching_names(variables: Mapping[str, ArrayLike], totals: Mapping[str, Mapping[Any, float]]) -> list[str]:
    different = set(variables).symmetric_difference(totals)
    if different:
        raise WeightingError(f"Raking: {min(different)!r} has categories or totals only; give both.")
    if not variables:
        raise WeightingError("Raking needs at least one variable.")
    return list(variables)


def _not_converged(
    names: Sequence[str],
    totals: Mapping[str, Mapping[Any, float]],
    cells: CrossedCells,
    fitted: Floats,
    margins: list[Floats],
) -> str:
    gaps = [np.abs(cells.margin(fitted, place) / margin - 1) for place, margin in enumerate(margins)]
    worst = int(np.argmax([gap.max() for gap in gaps]))
    label = list(totals[names[worst]])[int(np.argmax(gaps[worst]))]
    return (
        f"Raking did not converge: category {label!r} of {names[worst]!r} is still {gaps[worst].max():.2g} "
        "of its total away. The totals contradict each other in this sample; merge categories or drop a variable."
    )
