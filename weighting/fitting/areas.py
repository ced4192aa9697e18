"""Small areas: direct estimates that borrow strength from a model of all areas (Fay and Herriot). Model-based."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats
from weighting.base.columns import by_name, numbers
from weighting.base.confidence import normal_reach
from weighting.base.labels import Label
from weighting.base.printing import Printed
from weighting.errors import WeightingError
from weighting.results.estimate import Estimate, Interval

AreaScale: TypeAlias = Literal["identity", "arcsine"]

_ROUNDS, _PRECISION = 200, 1e-10


@dataclass(frozen=True, eq=False, repr=False)
class AreaEstimate(Printed):
    """Model-based estimates of areas, beside the direct ones they were made of."""

    labels: tuple[Label, ...]
    #: (D,) model-based estimates; direct ones stand in none of them alone
    value: Floats
    #: (D,) direct estimates; nan where an area has no sample
    direct: Floats
    #: (D,) estimated mean squared error of the estimates, on the scale of the model
    mse: Floats
    #: (D,) share of the direct estimate in the model-based one
    weight_of_direct: Floats
    #: coefficients of the covariates, intercept first, and variance between areas that they leave
    coefficients: Floats
    between: float
    scale: AreaScale
    #: (D,) estimates on the scale of the model
    _linear: Floats
    kind: str = "model-based"

    @property
    def standard_error(self) -> Floats:
        """(D,) roots of the mean squared errors, on the scale of the answers (delta method)."""
        slope = 1.0 if self.scale == "identity" else np.abs(np.sin(2 * self._linear))
        return np.asarray(slope * np.sqrt(self.mse), np.float64)

    def interval(self, level: float = 0.95) -> Interval:
        """(D,) normal intervals, made on the scale of the model.

        Args:
            level: confidence.
        """
        width = normal_reach(level) * np.sqrt(self.mse)
        low, high = (_back(self._linear + side * width, self.scale) for side in (-1, 1))
        return Interval(low, high)

    def benchmarked(self, shares: ArrayLike, total: float) -> Floats:
        """(D,) estimates moved so that their weighted sum is a direct total.

        Args:
            shares: (D,) weight of each area, such as its share of the population.
            total: direct estimate of the weighted sum over all areas.

        Returns:
            Estimates times total over their weighted sum.

        Raises:
            WeightingError: weights that do not fit or sum to nothing.

        Source: Rao and Molina (2015), Small Area Estimation, section 6.4.6, ratio benchmarking.
        """
        weight = numbers(shares, "shares")
        if weight.shape != self.value.shape or not weight @ self.value > 0:
            raise WeightingError(f"shares must hold {len(self.value)} numbers that weigh the areas.")
        return self.value * (total / float(weight @ self.value))


def fay_herriot(
    direct: Estimate, covariates: dict[str, ArrayLike] | ArrayLike | None = None, *, scale: AreaScale = "identity"
) -> AreaEstimate:
    """Model-based estimates of areas from direct ones and what is known of every area, by REML.

    Args:
        direct: D direct estimates of means or shares, with standard errors; an area without an answer is predicted
            from its covariates alone.
        covariates: {name: (D,) numbers} or (D, p) numbers, known of all areas in the order of the estimates.
        scale: "arcsine" for shares, whose variance there depends on the effective n alone, so that areas of 0 and
            100 % stay in the model.

    Returns:
        AreaEstimate, labelled model-based: its errors hold if the model does.

    Raises:
        WeightingError: too few areas for the covariates, areas of a direct variance of 0, a scale that does not fit.

    Source: Fay and Herriot (1979), JASA 74; mean squared error by Prasad and Rao (1990), JASA 85, and Datta and Lahiri
    (2000), Statistica Sinica 10, for REML.

    >>> from weighting import Design, mean
    >>> area = np.repeat(np.arange(6), 4)
    >>> answers = [3, 4, 5, 4, 1, 2, 1, 3, 5, 5, 4, 4, 2, 3, 2, 2, 4, 3, 5, 3, 1, 5, 3, 2]
    >>> units = fay_herriot(mean(Design(area, weights=[1] * 24), answers, domains=area))
    >>> units.kind, units.value.round(2).tolist()
    ('model-based', [3.89, 2.0, 4.41, 2.3, 3.65, 2.93])
    """
    if scale not in get_args(AreaScale) or (scale == "arcsine" and direct.kind != "proportion"):
        raise WeightingError(f"scale is {scale!r}: identity for any estimate, arcsine for proportions.")
    y, variance = _on_scale(direct, scale)
    matrix = _columns(covariates, len(y))
    known = np.isfinite(y) & np.isfinite(variance)
    if (variance[known] <= 0).any():
        label = direct.labels[int(np.flatnonzero(known & (variance <= 0))[0])]
        raise WeightingError(
            f"area {label} has a direct variance of 0: use scale='arcsine' for shares, or pool its variance."
        )
    if known.sum() < matrix.shape[1] + 3:
        raise WeightingError(f"{int(known.sum())} areas with answers are too few for {matrix.shape[1]} coefficients.")
    between = _reml(y[known], matrix[known], variance[known])
    weight = 1 / (between + variance[known])
    inverse = np.linalg.inv(matrix[known].T @ (matrix[known] * weight[:, None]))
    slopes = inverse @ (matrix[known].T @ (weight * y[known]))
    own = np.zeros(len(y))
    own[known] = between * weight
    linear = matrix @ slopes
    linear[known] += own[known] * (y - matrix @ slopes)[known]
    g1 = np.full(len(y), between)
    g1[known] = own[known] * variance[known]
    g2 = (1 - own) ** 2 * np.einsum("ij,jk,ik->i", matrix, inverse, matrix)
    g3 = np.zeros(len(y))
    g3[known] = variance[known] ** 2 * weight**3 * 2 / float(weight @ weight)
    labels = direct.labels
    return AreaEstimate(
        labels, _back(linear, scale), direct.value.ravel(), g1 + g2 + 2 * g3, own, slopes, between, scale, linear
    )


def _on_scale(direct: Estimate, scale: AreaScale) -> tuple[Floats, Floats]:
    """(D,) direct estimates and their variances on the scale of the model."""
    value, variance = direct.value.ravel(), direct.variance.ravel()
    if scale == "identity":
        return value, variance
    size = np.minimum(direct.effective_n, direct.kish_n).ravel()
    size = np.where(size > 0, size, np.nan)
    return np.arcsin(np.sqrt(np.clip(value, 0, 1))), 1 / (4 * size)


def _back(linear: Floats, scale: AreaScale) -> Floats:
    return linear if scale == "identity" else np.sin(np.clip(linear, 0, np.pi / 2)) ** 2


def _columns(covariates: dict[str, ArrayLike] | ArrayLike | None, areas: int) -> Floats:
    """(D, p + 1) columns, the intercept first."""
    table = by_name(covariates)
    if table is None:
        parts = []
    elif isinstance(table, dict):
        parts = [numbers(column, str(name)) for name, column in table.items()]
    else:
        parts = list(np.atleast_2d(numbers(table, "covariates").T))
    for part in parts:
        if part.shape != (areas,) or not np.isfinite(part).all():
            raise WeightingError(f"covariates must be known of all {areas} areas.")
    return np.column_stack([np.ones(areas), *parts])


def _reml(y: Floats, matrix: Floats, variance: Floats) -> float:
    """Variance between areas by Fisher scoring of the restricted likelihood; 0 where it would be negative."""
    between = float(np.median(variance))
    for _ in range(_ROUNDS):
        weight = 1 / (between + variance)
        scaled = matrix * weight[:, None]
        inverse = np.linalg.inv(matrix.T @ scaled)
        projected = np.diag(weight) - scaled @ inverse @ scaled.T
        moved = projected @ y
        score = -0.5 * float(np.trace(projected)) + 0.5 * float(moved @ moved)
        step = score / (0.5 * float((projected**2).sum()))
        new = max(between + step, 0.0)
        if abs(new - between) <= _PRECISION * (new + float(variance.mean())):
            return new
        between = new
    raise WeightingError("the variance between areas did not settle: use fewer covariates.")
