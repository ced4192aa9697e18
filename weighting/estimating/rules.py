"""What a weighted sample calls its quantile: the rules of Hyndman and Fan (1996) with weights, as in R survey."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from weighting.base.labels import FloatArray, sums
from weighting.errors import WeightingError

#: share of the weight left and right of a step that counts as none
_TIE = 1e-10


def weighted_quantile(y: FloatArray, weights: FloatArray, p: FloatArray, rule: str) -> FloatArray:
    """Quantiles of a weighted sample.

    Args:
        y: (n,) values in ascending order.
        weights: (n,) positive weights.
        p: (k,) shares between 0 and 1; nan gives nan.
        rule: "math" (smallest value whose share reaches p), "school" (halfway at a tie) or "hf1" to "hf9".

    Returns:
        (k,) quantiles.

    Raises:
        WeightingError: an unknown rule.

    Source: Hyndman and Fan (1996), The American Statistician 50, 361-365.

    >>> weighted_quantile(np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4), np.array([0.5]), "school").item()
    2.5
    """
    name = {"math": "hf1", "school": "hf2"}.get(rule, rule)
    if name == "hf3":  # which order statistic is even is counted over different values, as in R
        y, place = np.unique(y, return_inverse=True)
        weights = sums(place, weights, len(y))
    inside = np.nan_to_num(np.clip(p, 0.0, 1.0))
    if name in _STEPS:
        found = _step(y, np.cumsum(weights), inside, _STEPS[name])
    elif name in _LINES:
        found = (
            np.interp(inside, _LINES[name](np.cumsum(weights), weights), y) if len(y) > 1 else np.full(p.shape, y[0])
        )
    else:
        raise WeightingError(f"{rule!r} is no quantile rule: choose math, school or hf1 to hf9.")
    return np.where(np.isnan(p), np.nan, found)


_Between = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
_Positions = Callable[[FloatArray, FloatArray], FloatArray]


def _step(y: FloatArray, reached: FloatArray, p: FloatArray, tie: _Between) -> FloatArray:
    """The first value whose share exceeds p, or what the rule makes of an exact tie."""
    share = reached / reached[-1]
    below = np.searchsorted(share, p + _TIE, side="right") - 1
    low, high = np.maximum(below, 0), np.minimum(below + 1, len(y) - 1)
    exact = (below >= 0) & (np.abs(share[low] - p) <= _TIE)
    return np.where(exact, tie(y[low], y[high], (below + 1).astype(np.float64)), y[high])


_STEPS: dict[str, _Between] = {
    "hf1": lambda low, _high, _k: low,
    "hf2": lambda low, high, _k: (low + high) / 2,
    "hf3": lambda low, high, k: np.where(k % 2 == 0, low, high),
}
_LINES: dict[str, _Positions] = {
    "hf4": lambda c, _w: c / c[-1],
    "hf5": lambda c, w: (c - w / 2) / c[-1],
    "hf6": lambda c, w: c / (c[-1] + w[-1]),
    "hf7": lambda c, w: (c - w) / c[-2],
    "hf8": lambda c, w: (c - w / 3) / (c[-1] + w[-1] / 3),
    "hf9": lambda c, w: (c - 3 * w / 8) / (c[-1] + w[-1] / 4),
}
