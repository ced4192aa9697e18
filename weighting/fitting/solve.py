"""Fits of weighted models: estimates that solve weighted score equations, and the influence of each row on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import special

from weighting.base.arrays import Floats
from weighting.errors import WeightingError

Family: TypeAlias = Literal["linear", "logistic", "proportional odds"]

_ROUNDS = 100
_PRECISION = 1e-13
#: a linear predictor beyond this means a chance of 0 or 1 to ten digits
_SEPARATED = 25.0


@dataclass(frozen=True, eq=False)
class Fit:
    """Estimates and (n, p) influence per unit of weight."""

    value: Floats
    influence: Floats


def fitted(family: Family, matrix: Floats, y: Floats, weights: Floats) -> Fit:
    """Solve Σ w · score = 0.

    Args:
        family: of the model.
        matrix: (n, p) columns.
        y: (n,) answers; 0 and 1, or levels from 0 on, where the family says so.
        weights: (n,) weights.

    Returns:
        Estimates, and their linearisation: inverse information times score (Binder 1983).

    Raises:
        WeightingError: columns that repeat each other, or terms that separate the answers.
    """
    _check_columns(matrix, weights)
    if family == "linear":
        return _linear(matrix, y, weights)
    if family == "logistic":
        return _logistic(matrix, y, weights)
    return _ordinal(matrix, y.astype(np.intp), weights)


def _check_columns(matrix: Floats, weights: Floats) -> None:
    used = matrix[weights != 0]
    length = np.sqrt((used**2).sum(axis=0))
    sizes = np.linalg.svd(used / np.where(length > 0, length, 1.0), compute_uv=False)
    if len(used) < matrix.shape[1] or sizes[-1] <= 1e-10 * sizes[0]:
        raise WeightingError(
            "the terms repeat each other among the rows used: drop one of them, or merge levels that never occur."
        )


def _linear(matrix: Floats, y: Floats, weights: Floats) -> Fit:
    inverse = np.linalg.inv(matrix.T @ (matrix * weights[:, None]))
    value = inverse @ (matrix.T @ (weights * y))
    value = value + inverse @ (matrix.T @ (weights * (y - matrix @ value)))  # one refinement keeps the last digits
    return Fit(value, (matrix * (y - matrix @ value)[:, None]) @ inverse)


def _logistic(matrix: Floats, y: Floats, weights: Floats) -> Fit:
    value = np.zeros(matrix.shape[1])
    mean = float(np.clip(weights @ y / weights.sum(), 1e-6, 1 - 1e-6))
    value[0] = special.logit(mean)
    for _ in range(_ROUNDS):
        chance = special.expit(matrix @ value)
        information = matrix.T @ (matrix * (weights * chance * (1 - chance))[:, None])
        step = np.linalg.lstsq(information, matrix.T @ (weights * (y - chance)), rcond=None)[0]
        value = value + step
        if np.abs(matrix[weights != 0] @ value).max() > _SEPARATED:
            raise WeightingError("the terms separate the answers 0 and 1: drop a term or merge levels.")
        if np.abs(step).max() <= _PRECISION * (1 + np.abs(value).max()):
            break
    chance = special.expit(matrix @ value)
    information = matrix.T @ (matrix * (weights * chance * (1 - chance))[:, None])
    return Fit(value, (matrix * (y - chance)[:, None]) @ np.linalg.inv(information))


def _ordinal(matrix: Floats, level: np.ndarray[tuple[int, ...], np.dtype[np.intp]], weights: Floats) -> Fit:
    """logit P(level ≤ k) = cut_k − x'b, with the intercept among the cuts (McCullagh 1980)."""
    columns, cuts = matrix[:, 1:], int(level.max())
    below = np.array([weights[level <= k].sum() for k in range(cuts)]) / weights.sum()
    value = np.concatenate([np.zeros(columns.shape[1]), special.logit(below)])
    score, information = _ordinal_parts(columns, level, value, cuts, weights)
    for _ in range(_ROUNDS):
        step = np.linalg.solve(information, weights @ score)
        length = 1.0
        while length > 1e-6 and (np.diff((value + length * step)[columns.shape[1] :]) <= 0).any():
            length /= 2
        value = value + length * step
        if np.abs(columns @ value[: columns.shape[1]]).max(initial=0.0) > 2 * _SEPARATED:
            raise WeightingError("the terms separate the levels: drop a term or merge levels.")
        score, information = _ordinal_parts(columns, level, value, cuts, weights)
        if np.abs(step).max() <= _PRECISION * (1 + np.abs(value).max()):
            break
    return Fit(value, score @ np.linalg.inv(information))


def _ordinal_parts(
    columns: Floats, level: np.ndarray[tuple[int, ...], np.dtype[np.intp]], value: Floats, cuts: int, weights: Floats
) -> tuple[Floats, Floats]:
    """(n, p) scores and (p, p) observed information."""
    n, p = columns.shape
    ends = np.concatenate([[-np.inf], value[p:], [np.inf]])
    line = columns @ value[:p]
    upper, lower = special.expit(ends[level + 1] - line), special.expit(ends[level] - line)
    chance = np.maximum(upper - lower, 1e-300)
    high, low = upper * (1 - upper), lower * (1 - lower)
    top = np.zeros((n, cuts))
    bottom = np.zeros((n, cuts))
    rows = np.arange(n)
    top[rows[level < cuts], level[level < cuts]] = 1.0
    bottom[rows[level > 0], level[level > 0] - 1] = 1.0
    up, down = np.hstack([-columns, top]), np.hstack([-columns, bottom])
    score = (high[:, None] * up - low[:, None] * down) / chance[:, None]
    bend_up, bend_down = high * (1 - 2 * upper), low * (1 - 2 * lower)
    each = weights / chance
    curvature = up.T @ (up * (each * bend_up)[:, None]) - down.T @ (down * (each * bend_down)[:, None])
    return score, np.asarray(score.T @ (score * weights[:, None]) - curvature)
