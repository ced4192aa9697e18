"""What weights cost and whether they did what they were made for."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats
from weighting.base.labels import factorise
from weighting.base.printing import Printed
from weighting.base.sums import sums
from weighting.design.checks import checked_weights
from weighting.errors import WeightingError

__all__ = [
    "MarginCheck",
    "WeightSummary",
    "compare_margins",
    "kish_design_effect",
    "kish_effective_n",
    "summarise_weights",
]


@dataclass(frozen=True, repr=False)
class WeightSummary(Printed):
    """Spread of weights; rows with weight 0 do not count."""

    n: int
    sum: float
    sum_of_squares: float
    smallest: float
    median: float
    largest: float
    #: Standard deviation divided by mean, both with denominator n.
    cv: float
    #: Kish's 1 + cv²: how much the variance grows because weights differ.
    design_effect: float
    #: n divided by the design effect.
    effective_n: float
    #: Share of the sum that the largest hundredth of the rows (at least one) carries.
    top_share: float


def summarise_weights(weights: ArrayLike) -> WeightSummary:
    """Spread of weights and its price in precision.

    Args:
        weights: (n,) weights; rows with weight 0 are left out.

    Returns:
        The summary.

    Raises:
        WeightingError: no weight above 0, or a negative one.

    Source: Kish (1965), Survey Sampling, section 11.7; Kish (1992), Weighting for unequal P_i.

    >>> summary = summarise_weights([1.0, 1, 2, 0])
    >>> summary.n, summary.design_effect, round(summary.effective_n, 4)
    (3, 1.125, 2.6667)
    """
    every = checked_weights(weights, np.size(weights))
    used = every[every > 0]
    total, squares = float(used.sum()), float(used @ used)
    effect = used.size * squares / total**2
    top = np.sort(used)[-max(1, used.size // 100) :]
    return WeightSummary(
        n=used.size,
        sum=total,
        sum_of_squares=squares,
        smallest=float(used.min()),
        median=float(np.median(used)),
        largest=float(used.max()),
        cv=float(np.sqrt(max(effect - 1, 0.0))),
        design_effect=effect,
        effective_n=used.size / effect,
        top_share=float(top.sum()) / total,
    )


def kish_design_effect(weights: ArrayLike) -> float:
    """Kish's design effect of unequal weights: n Σw² / (Σw)².

    Args:
        weights: (n,) weights; rows with weight 0 are left out.

    Returns:
        A number of at least 1.

    Raises:
        WeightingError: no weight above 0, or a negative one.

    Source: Kish (1965), section 11.7.

    >>> kish_design_effect([1.0, 1.0, 2.0])
    1.125
    """
    return summarise_weights(weights).design_effect


def kish_effective_n(weights: ArrayLike) -> float:
    """Kish's effective sample size: (Σw)² / Σw².

    Args:
        weights: (n,) weights; rows with weight 0 are left out.

    Returns:
        A number from 1 to the number of rows with a weight.

    Raises:
        WeightingError: no weight above 0, or a negative one.

    Source: Kish (1965), section 11.7.

    >>> round(kish_effective_n([1.0, 1.0, 2.0]), 4)
    2.6667
    """
    return summarise_weights(weights).effective_n


@dataclass(frozen=True, eq=False, repr=False)
class MarginCheck(Printed):
    """One variable's weighted counts before and after an adjustment, beside the known totals."""

    name: str
    labels: tuple[Hashable, ...]
    totals: Floats
    before: Floats
    after: Floats

    @property
    def largest_gap(self) -> float:
        """Largest distance after the adjustment, as a share of its total."""
        return float(np.abs(self.after / self.totals - 1).max())


def compare_margins(
    before: ArrayLike,
    after: ArrayLike,
    variables: Mapping[str, ArrayLike],
    totals: Mapping[str, Mapping[Any, float]],
) -> tuple[MarginCheck, ...]:
    """Weighted counts of every category before and after an adjustment.

    Args:
        before: (n,) weights before.
        after: (n,) weights after.
        variables: (n,) categories of each variable.
        totals: known total of each category, for the variables to be compared.

    Returns:
        One comparison for each variable in ``totals``; categories without rows count 0.

    Raises:
        WeightingError: weights of different rows, a variable is missing, or a category of it has no total.

    Source: Valliant, Dever and Kreuter (2018), Practical Tools for Designing and Weighting Survey Samples, chapter
    18.

    >>> check, = compare_margins([1, 1, 1], [2, 1, 1], {"sex": ["F", "M", "M"]}, {"sex": {"F": 2, "M": 2}})
    >>> check.labels, check.before, check.after, check.largest_gap
    (('F', 'M'), array([1., 2.]), array([2., 2.]), 0.0)
    """
    old, new = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if old.shape != new.shape or not (np.isfinite(old).all() and np.isfinite(new).all()):
        raise WeightingError("Give the weights before and after of the same rows, all of them finite.")
    return tuple(_compared(old, new, name, variables, totals[name]) for name in totals)


def _compared(
    old: Floats, new: Floats, name: str, variables: Mapping[str, ArrayLike], totals: Mapping[Any, float]
) -> MarginCheck:
    if name not in variables:
        raise WeightingError(f"{name!r} has totals and no categories; give both.")
    found = factorise(variables[name], name, allow_missing=True)
    surplus = [label for label in found.labels if label not in totals]
    if surplus:
        raise WeightingError(f"{name}: category {surplus[0]!r} has rows but no total.")
    place = {label: position for position, label in enumerate(totals)}
    codes = np.array([place[label] for label in found.labels] + [len(place)])[found.codes]
    before, after = (sums(codes, weights, len(place) + 1)[:-1] for weights in (old, new))
    return MarginCheck(name, tuple(totals), np.array(list(totals.values()), dtype=np.float64), before, after)
