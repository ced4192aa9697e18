"""Variances, covariances, correlations and the consistency of scales, with their standard errors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Flags, Floats
from weighting.design.design import Design
from weighting.errors import WeightingError
from weighting.estimating.cells import read_answers, read_domain
from weighting.estimating.means import mean
from weighting.results.estimate import Estimate


def covariance_matrix(design: Design, y: ArrayLike, *, domain: ArrayLike | None = None) -> Estimate:
    """Population variances and covariances of answers, as R's ``svyvar``.

    Args:
        design: the sample of n rows.
        y: (n,) or (n, V) answers; a row that misses one leaves the statistic and stays in the design.
        domain: (n,) booleans, the rows that are meant.

    Returns:
        Estimate of shape (V, V), or () for one variable, in squared units of y, with n / (n - 1); the mean counts as
        known in the standard error, whose first-order term is 0.

    Raises:
        WeightingError: fewer than two rows, and as ``mean``.

    Source: Särndal, Swensson and Wretman (1992), section 5.9; R survey, ``svyvar``.

    >>> covariance_matrix(Design(weights=[1] * 4), [1, 2, 3, 6]).value.round(4).item()
    4.6667
    """
    answers, used = _complete(design, y, domain)
    away = answers - _mean(design, answers, used)
    products = (away[:, :, None] * away[:, None, :]).reshape(len(away), -1)
    small = _rows(design, used) / (_rows(design, used) - 1)
    squares = _over(design, products, used)
    size = answers.shape[1]
    return _scaled(squares, small, () if np.ndim(y) == 1 else (size, size), "variance")


def correlation(design: Design, x: ArrayLike, y: ArrayLike, *, domain: ArrayLike | None = None) -> Estimate:
    """Pearson's correlation of two answers.

    Args:
        design: the sample of n rows.
        x: (n,) answers.
        y: (n,) answers; a row that misses one of the two leaves the statistic and stays in the design.
        domain: (n,) booleans, the rows that are meant.

    Returns:
        Estimate of shape (), between -1 and 1.

    Raises:
        WeightingError: answers without spread, and as ``mean``.

    Source: delta method on five means, Särndal, Swensson and Wretman (1992), section 5.9; R's ``svycontrast``.

    >>> correlation(Design(weights=[1] * 4), [1, 2, 3, 4], [1, 3, 2, 4]).value.round(6).item()
    0.8
    """
    both, used = _complete(design, np.column_stack([_column(x, design), _column(y, design)]), domain)
    one, two = _standard_scores(design, both, used).T
    r = float(_mean(design, one * two, used))
    estimate = _over(design, (one * two - r * (one * one + two * two) / 2)[:, None], used).single()
    return replace(estimate, value=np.array(r), kind="correlation", limits=(-1.0, 1.0), **_BLANK)


def cronbach_alpha(design: Design, items: ArrayLike, *, domain: ArrayLike | None = None) -> Estimate:
    """Cronbach's alpha of a scale, as R's ``svycralpha``, with a standard error.

    Args:
        design: the sample of n rows.
        items: (n, K) answers to at least two items that point the same way; a row that misses one leaves the statistic.
        domain: (n,) booleans, the rows that are meant.

    Returns:
        Estimate of shape (); R gives no standard error, here it is linearised.

    Raises:
        WeightingError: fewer than two items, items without spread, and as ``mean``.

    Source: Cronbach (1951), Psychometrika 16, equation 2; linearisation, Woodruff (1971), JASA 66.

    >>> cronbach_alpha(Design(weights=[1] * 4), [[1, 2], [2, 2], [3, 4], [5, 5]]).value.round(4).item()
    0.9667
    """
    answers, used = _complete(design, items, domain)
    size = answers.shape[1]
    if size < 2:
        raise WeightingError("alpha needs at least two items.")
    away = answers - _mean(design, answers, used)
    parts, whole = (away * away).sum(axis=1), away.sum(axis=1) ** 2
    below = float(_mean(design, whole, used))
    if not below > 0:
        raise WeightingError("the items have no spread: there is nothing to be consistent.")
    share = float(_mean(design, parts, used)) / below
    factor = size / (size - 1)
    estimate = _over(design, (factor * (share * whole - parts) / below)[:, None], used).single()
    return replace(estimate, value=np.array(factor * (1 - share)), kind="alpha", limits=None, **_BLANK)


#: no design effect and no covariance with others exist for these
_BLANK: dict[str, Any] = {
    "design_effect": np.array(np.nan),
    "design_effect_with_replacement": np.array(np.nan),
    "_covariance": None,
    "_satterthwaite": None,
}


def _column(values: ArrayLike, design: Design) -> Floats:
    column = read_answers(values, design).astype(np.float64)
    if column.ndim != 1:
        raise WeightingError("correlation takes one column for each of the two answers.")
    return column


def _complete(design: Design, y: ArrayLike, domain: ArrayLike | None) -> tuple[Floats, Flags]:
    """(n, V) answers, 0 where a row does not take part, and the rows that do."""
    answers = read_answers(y, design).astype(np.float64)
    answers = answers[:, None] if answers.ndim == 1 else answers
    used = read_domain(domain, design) & ~np.isnan(answers).any(axis=1) & (design.weights != 0)
    if _rows(design, used) < 2:
        raise WeightingError("fewer than two rows have all answers: there is no variance.")
    return np.where(used[:, None], answers, 0.0), used


def _rows(design: Design, used: Flags) -> float:
    return float(design.counts[used].sum())


def _mean(design: Design, values: Floats, used: Flags) -> Floats:
    weight = design.weights * design.counts * used
    return np.asarray(weight @ values / weight.sum())


def _standard_scores(design: Design, answers: Floats, used: Flags) -> Floats:
    away = answers - _mean(design, answers, used)
    spread = _mean(design, away * away, used)
    if not (spread > 0).all():
        raise WeightingError("the answers to one of the questions have no spread: there is no correlation.")
    return np.asarray(away / np.sqrt(spread))


def _over(design: Design, values: Floats, used: Flags) -> Estimate:
    """Means over the rows used, as a domain."""
    return mean(design, np.where(used[:, None], values, np.nan), domains=used[:, None])


def _scaled(estimate: Estimate, factor: float, shape: tuple[int, ...], kind: str) -> Estimate:
    joint = estimate._covariance
    arrays: dict[str, Any] = {
        name: getattr(estimate, name).reshape(shape)
        for name in ("degrees_of_freedom", "n", "kish_n", "design_effect", "design_effect_with_replacement", "problem")
    }
    return replace(
        estimate,
        value=factor * estimate.value.reshape(shape),
        standard_error=factor * estimate.standard_error.reshape(shape),
        enumerated=estimate.enumerated.reshape(shape),
        kind=kind,
        _covariance=None if joint is None else lambda: factor * factor * joint(),
        **arrays,
    )
