"""Chances to respond, estimated from what is known of everybody who was drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from weighting.base.arrays import Floats, Sizes
from weighting.design.checks import checked_weights
from weighting.errors import WeightingError

__all__ = ["propensity_cells", "response_propensities"]


_ROUNDS = 50
#: A linear predictor beyond this means a chance of 0 or 1 to ten digits: a predictor separates the respondents.
_SEPARATED = 25.0


def response_propensities(predictors: ArrayLike, responded: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Chance to respond by logistic regression, with an intercept.

    Args:
        predictors: (n, p) numbers known of respondents and nonrespondents; categories as columns of 0 and 1.
        responded: (n,) booleans.
        weights: (n,) design weights; 1 where not given.

    Returns:
        (n,) chances in (0, 1).

    Raises:
        WeightingError: everybody or nobody responded, a predictor is missing, or predictors that separate the
            respondents from the others.

    Source: Little (1986), Survey nonresponse adjustments; fitted by iteratively reweighted least squares.

    >>> response_propensities([[0], [0], [1], [1], [1]], [True, False, True, True, False]).round(4)
    array([0.5   , 0.5   , 0.6667, 0.6667, 0.6667])
    """
    answered = np.asarray(responded, dtype=np.bool_).astype(np.float64)
    columns = np.asarray(predictors, dtype=np.float64).reshape(answered.size, -1)
    base = np.ones_like(answered) if weights is None else checked_weights(weights, answered.size)
    if not np.isfinite(columns).all():
        raise WeightingError("A predictor of the response is missing for a case: use what is known of everybody drawn.")
    if not 0 < base @ answered < base.sum():
        raise WeightingError("Everybody or nobody responded: there is no response to model.")
    spread = columns.std(axis=0)
    scaled = (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    matrix = np.hstack([np.ones((answered.size, 1)), scaled])
    slopes = np.zeros(matrix.shape[1])
    for _ in range(_ROUNDS):
        chance = expit(matrix @ slopes)
        information = (matrix * (base * chance * (1 - chance))[:, None]).T @ matrix
        step = np.linalg.pinv(information, hermitian=True, rcond=1e-12) @ (matrix.T @ (base * (answered - chance)))
        slopes += step
        if np.abs(matrix @ slopes).max() > _SEPARATED:
            raise WeightingError("The predictors separate respondents from nonrespondents: drop or merge one of them.")
        if np.abs(step).max() < 1e-10:
            return np.asarray(expit(matrix @ slopes))
    raise WeightingError("The response model did not converge: use fewer predictors.")


def propensity_cells(propensities: ArrayLike, cells: int = 5, weights: ArrayLike | None = None) -> Sizes:
    """Cells of similar chance to respond, with about equal sums of weights; equal chances share a cell.

    Args:
        propensities: (n,) chances to respond.
        cells: how many cells to aim at.
        weights: (n,) design weights; 1 where not given.

    Returns:
        (n,) cell from 1 (lowest chance), for :func:`weighting.nonresponse_factors`.

    Raises:
        WeightingError: a chance outside (0, 1], or fewer than 1 cell.

    Source: Cochran (1968), The effectiveness of adjustment by subclassification; Little (1986).

    >>> propensity_cells([0.2, 0.9, 0.4, 0.4], cells=2)
    array([1, 2, 2, 2])
    """
    chances = np.asarray(propensities, dtype=np.float64)
    if not (chances.size and chances.min() > 0 and chances.max() <= 1):
        raise WeightingError("A chance to respond lies outside (0, 1].")
    if cells < 1:
        raise WeightingError(f"cells = {cells}: ask for at least 1 cell.")
    base = np.ones_like(chances) if weights is None else checked_weights(weights, chances.size)
    levels, place = np.unique(chances, return_inverse=True)
    mass = np.bincount(place, base, levels.size)
    middle = (np.cumsum(mass) - mass / 2) / mass.sum()
    cell = np.minimum((middle * cells).astype(np.int64), cells - 1)
    return (np.unique(cell, return_inverse=True)[1] + 1)[place].astype(np.int64)
