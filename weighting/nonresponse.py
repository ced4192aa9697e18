"""Adjustment of weights for cases that did not answer, in cells chosen before the answers are seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weighting.errors import WeightingError

__all__ = ["NonresponseAdjustment", "nonresponse_factors"]

#: What became of a drawn case. Any other label is refused: a misspelt one must not become a respondent.
STATUSES = ("respondent", "nonrespondent", "ineligible", "unknown")


@dataclass(frozen=True)
class NonresponseAdjustment:
    """Factors by which the respondents of each cell stand for its nonrespondents."""

    #: (c,) cells in sorted order.
    labels: tuple[Any, ...]
    #: (c,) weight of the eligible cases of the cell divided by the weight of its respondents.
    factors: NDArray[np.float64]
    #: (c,) factor that hands the weight of the unknown cases to the known ones; 1 where nobody is unknown.
    unknown_factors: NDArray[np.float64]
    #: (c,) respondents counted without weights.
    respondents: NDArray[np.int64]
    #: (c,) weighted response rate of the eligible cases.
    response_rates: NDArray[np.float64]
    #: (n,) adjusted weights: 0 for nonrespondents and for the unknown; ineligible cases keep theirs and a
    #: part of that of the unknown.
    weights: NDArray[np.float64]


def nonresponse_factors(cells: ArrayLike, status: ArrayLike, weights: ArrayLike) -> NonresponseAdjustment:
    """Weighting-class adjustment for nonresponse.

    In each cell the weight of cases of unknown eligibility goes to the known ones, and then the weight of the
    nonrespondents to the respondents, so that the sum of the weights in a cell does not change.

    Args:
        cells: (n,) adjustment cell of each drawn case.
        status: (n,) what became of it: booleans (True = respondent) or the labels "respondent",
            "nonrespondent", "ineligible" and "unknown".
        weights: (n,) design weights.

    Returns:
        The factors by cell and the adjusted weights.

    Raises:
        WeightingError: a status label of another name, a negative weight, or a cell without any respondent.

    Source:
        Särndal, Swensson and Wretman (1992), section 15.6; Valliant, Dever and Kreuter (2018), sections
        13.4–13.5.

    >>> adjusted = nonresponse_factors(["a", "a", "b", "b"], [True, False, True, True], [10, 10, 5, 5])
    >>> adjusted.labels, adjusted.factors
    (('a', 'b'), array([2., 1.]))
    >>> adjusted.weights
    array([20.,  0.,  5.,  5.])
    """
    levels, cell = np.unique(np.asarray(cells), return_inverse=True)
    base = _checked_weights(weights, cell.size)
    state = _checked_status(status, cell.size)
    sums = {name: np.bincount(cell, base * (state == name), len(levels)) for name in STATUSES}
    known = sums["respondent"] + sums["nonrespondent"] + sums["ineligible"]
    empty = np.flatnonzero((sums["respondent"] == 0) & (sums["nonrespondent"] + sums["unknown"] > 0))
    if empty.size:
        raise WeightingError(
            f"Cell {levels[empty[0]]!s} has no respondent: merge it with a similar cell before adjusting."
        )
    spread = np.divide(known + sums["unknown"], known, out=np.ones_like(known), where=known > 0)
    eligible = sums["respondent"] + sums["nonrespondent"]
    answered = sums["respondent"]
    factors = np.divide(eligible, answered, out=np.ones_like(known), where=answered > 0)
    multiplier = np.where(
        state == "respondent", (spread * factors)[cell], np.where(state == "ineligible", spread[cell], 0)
    )
    return NonresponseAdjustment(
        labels=tuple(levels.tolist()),
        factors=factors,
        unknown_factors=spread,
        respondents=np.bincount(cell, state == "respondent", len(levels)).astype(np.int64),
        response_rates=np.divide(answered, eligible, out=np.full_like(known, np.nan), where=eligible > 0),
        weights=base * multiplier,
    )


def _checked_weights(weights: ArrayLike, n: int) -> NDArray[np.float64]:
    base = np.asarray(weights, dtype=np.float64)
    if base.shape != (n,):
        raise WeightingError(f"There are {base.size} weights for {n} cases: give one weight for each case.")
    if not np.all(np.isfinite(base)) or np.any(base < 0):
        raise WeightingError("A weight is negative or not a number: design weights are at least 0.")
    return base


def _checked_status(status: ArrayLike, n: int) -> NDArray[np.str_]:
    state = np.asarray(status)
    if state.shape != (n,):
        raise WeightingError(
            f"There are {state.size} status labels for {n} cases: give one label for each case."
        )
    if state.dtype == np.bool_:
        return np.where(state, "respondent", "nonrespondent")
    labels = state.astype(str)
    wrong = ~np.isin(labels, STATUSES)
    if wrong.any():
        raise WeightingError(
            f"Status {labels[wrong][0]!r} is not one of {', '.join(STATUSES)}: "
            "recode these cases, or give booleans."
        )
    return labels
