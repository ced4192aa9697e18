"""Calibration: weights close to the base weights that meet known totals of categories and of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.adjusting.distance import CalibrationMethod, distance, solve_calibration
from weighting.adjusting.step import Projection, WeightStep, number_block
from weighting.base.arrays import Floats
from weighting.base.categories import (
    category_positions,
    check_category_totals,
    check_rows,
    check_same_sums,
    used_totals,
)
from weighting.base.columns import by_label, by_name, numbers
from weighting.base.sums import sums
from weighting.design.checks import checked_column, checked_weights
from weighting.errors import WeightingError

__all__ = ["Calibration", "calibrate"]


#: Directions of the auxiliary variables shorter than this share of the longest repeat the others.
_COLLINEAR = 1e-10


@dataclass(frozen=True, eq=False, repr=False)
class Calibration(WeightStep):
    """Calibrated weights, and what a variance needs to know about them."""

    #: (n,) weights before and after.
    base_weights: Floats
    weights: Floats
    #: (n,) weight after divided by weight before.
    g: Floats
    #: Rounds of Newton's method.
    iterations: int
    #: Largest distance from a total, as a share of it (or of Σ weight · |x| where the total is 0).
    largest_gap: float
    #: (n, p) auxiliary variables.
    matrix: Floats
    #: (n,) variance of the regression model that each row stands for.
    variance: Floats

    @property
    def negative(self) -> int:
        """Rows whose weight has become negative, as linear calibration without bounds may make them."""
        return int((self.weights < 0).sum())

    def residuals(self, influence: Floats) -> Floats:
        """g times the residual of the regression on the auxiliary variables, weighted with the base weights.

        Args:
            influence: (n, k) influence per unit of the calibrated weight.

        Returns:
            (n, k) influence per unit of the base weight.

        Source: Deville and Särndal (1992), equation 3.4: the regression takes design weights, the residual g-weights.

        >>> step = calibrate([10.0, 10, 10], np.array([[1.0], [2.0], [3.0]]), [66.0])
        >>> step.residuals(np.array([[2.0], [4.0], [6.0]])).round(9).ravel()
        array([0., 0., 0.])
        """
        directions, slopes = self._regression
        found: Floats = self.matrix @ (slopes @ (directions @ influence))
        np.subtract(influence, found, out=found)
        found *= self.g[:, None]
        return found

    def projection(self) -> Projection:
        """The regression on the auxiliary variables."""
        _, slopes = self._regression
        regression = self.base_weights / self.variance
        left = tuple(number_block(column * self.g) for column in self.matrix.T)
        right = tuple(number_block(column * regression) for column in self.matrix.T)
        return Projection(self.g, left, np.asarray(slopes @ slopes.T), right)

    @cached_property
    def _regression(self) -> tuple[Floats, Floats]:
        """Weighted sums along orthonormal directions of the auxiliary variables, and the slopes that they give."""
        regression = self.base_weights / self.variance
        root = np.sqrt(regression)[:, None]
        length = np.sqrt(regression @ self.matrix**2)
        length[length == 0] = 1.0
        basis, sizes, turns = np.linalg.svd(self.matrix / length * root, full_matrices=False)
        kept = sizes > _COLLINEAR * sizes[0]
        return np.ascontiguousarray((basis[:, kept] * root).T), (turns[kept] / sizes[kept, None]).T / length[:, None]


def calibrate(
    weights: ArrayLike,
    auxiliary: Mapping[str, ArrayLike] | ArrayLike,
    totals: Mapping[str, Mapping[Any, float] | float] | ArrayLike,
    *,
    method: CalibrationMethod = "linear",
    bounds: tuple[float, float] | None = None,
    variance: ArrayLike | None = None,
    tolerance: float = 1e-10,
) -> Calibration:
    """Change the base weights as little as possible so that they meet known totals.

    Args:
        weights: (n,) base weights.
        auxiliary: by name, (n,) categories or (n,) numbers; or an (n, p) matrix.
        totals: by the same names, the total of each category or of the number; or (p,) totals for a matrix.
        method: "linear" (the regression estimator; g may be negative), "raking" (g > 0) or "logit" (within bounds).
        bounds: smallest and largest ratio g of new to base weight, for "linear" and "logit".
        variance: (n,) model variance v of each row, g = F(x'λ / v): v proportional to a single auxiliary number
            gives the ratio estimator; 1 where not given.
        tolerance: largest distance from a total allowed, as a share of it.

    Returns:
        The new weights, their ratio to the base weights, and the step for the variance.

    Raises:
        WeightingError: categories without total or the reverse, variables with different sums, bounds without 1, or
            totals that no weights within the bounds can meet.

    Source: Deville and Särndal (1992), Calibration estimators in survey sampling, JASA 87, 376–382.

    >>> step = calibrate([10.0, 10, 20], {"sex": ["M", "M", "F"], "age": [20, 40, 30]},
    ...                  {"sex": {"M": 22, "F": 18}, "age": 1230})
    >>> step.weights.round(6)
    array([ 9.5, 12.5, 18. ])
    """
    base = checked_weights(weights, np.size(weights))
    names, matrix, wanted = _auxiliary_columns(auxiliary, totals, base)
    matrix = _finite(matrix, base)
    rule = distance(method, bounds)
    spread = _model_variance(variance, base)
    mass = np.abs(matrix).T @ base
    unit = np.where(np.abs(wanted) > 1e-12 * mass, np.abs(wanted), mass)
    unit[unit == 0] = 1.0  # 0 in every row and in the population: met whatever the weights
    g, rounds = solve_calibration(base, matrix / unit, wanted / unit, rule, tolerance, spread)
    gaps = np.abs(matrix.T @ (base * g) - wanted) / unit
    if not gaps.max() <= max(tolerance, 1e-12):
        worst = int(np.argmax(gaps))
        raise WeightingError(
            f"Calibration did not converge: {names[worst]} is still {gaps[worst]:.2g} of its total "
            f"{wanted[worst]:.10g} away. "
            "No weights within the bounds meet all totals: widen the bounds, merge categories or drop a variable."
        )
    return Calibration(base, base * g, g, rounds, float(gaps.max()), matrix, spread)


def _model_variance(variance: ArrayLike | None, base: Floats) -> Floats:
    if variance is None:
        return np.ones_like(base)
    spread = checked_column(variance, base.size, "variance")
    if not (spread[base > 0] > 0).all():
        row = int(np.argmin(np.where(base > 0, spread, 1.0)))
        raise WeightingError(f"The variance of row {row} is {spread[row]:g}: it must be above 0.")
    return np.where(spread > 0, spread, 1.0)


def _auxiliary_columns(
    auxiliary: Mapping[str, ArrayLike] | ArrayLike,
    totals: Mapping[str, Mapping[Any, float] | float] | ArrayLike,
    weights: Floats,
) -> tuple[list[str], Floats, Floats]:
    """Names, (n, p) columns and (p,) totals; a category is a column of 0 and 1."""
    auxiliary, totals = by_name(auxiliary), by_name(totals)
    if not isinstance(auxiliary, Mapping) or not isinstance(totals, Mapping):
        if isinstance(auxiliary, Mapping) or isinstance(totals, Mapping):
            raise WeightingError("Give auxiliary variables and totals both by name, or as a matrix and its totals.")
        return _matrix_columns(auxiliary, totals)
    different = set(auxiliary).symmetric_difference(totals)
    if different:
        raise WeightingError(f"Calibration: {min(different)!r} has values or a total only; give both.")
    known: dict[str, Any] = {
        name: total if np.isscalar(total) else by_label(total, str(name)) for name, total in totals.items()
    }
    check_same_sums({name: sum(total.values()) for name, total in known.items() if isinstance(total, dict)})
    names: list[str] = []
    columns: list[Floats] = []
    wanted: list[float] = []
    for name, values in auxiliary.items():
        total = known[name]
        if isinstance(total, dict):
            total = used_totals(total, values, str(name), weights)
            size = check_category_totals(total, name)
            position = category_positions(values, tuple(total), name, weights)
            check_rows(sums(position, weights, size.size), tuple(total), name)
            columns.append((position[:, None] == np.arange(size.size)).astype(np.float64))
            names += [f"category {label!r} of {name!r}" for label in total]
            wanted += size.tolist()
        else:
            columns.append(numbers(values, repr(name))[:, None])
            names.append(repr(name))
            wanted.append(float(total))
    if len({len(column) for column in columns}) != 1:
        raise WeightingError("The auxiliary variables have different numbers of rows: give one value for each row.")
    return names, np.hstack(columns), np.array(wanted)


def _matrix_columns(auxiliary: ArrayLike, totals: ArrayLike) -> tuple[list[str], Floats, Floats]:
    matrix, wanted = np.asarray(auxiliary, dtype=np.float64), np.atleast_1d(np.asarray(totals, dtype=np.float64))
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if matrix.ndim != 2 or wanted.shape != (matrix.shape[1],):
        raise WeightingError(
            f"The matrix has shape {matrix.shape} and there are {wanted.size} totals: give one a column."
        )
    return [f"column {place}" for place in range(wanted.size)], matrix, wanted


def _finite(matrix: Floats, base: Floats) -> Floats:
    """The matrix, with 0 for what is not known of rows whose weight is 0."""
    unknown = ~np.isfinite(matrix)
    if not unknown.any():
        return matrix
    wrong = unknown.any(axis=1) & (base > 0)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise WeightingError(f"Row {row} has no value of an auxiliary variable: impute it or drop the variable.")
    return np.where(unknown, 0.0, matrix)
