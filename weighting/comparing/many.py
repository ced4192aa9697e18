"""Many comparisons at once: every pair, and p values that count them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats, Ints
from weighting.base.printing import Printed
from weighting.comparing.contrast import combination, pairwise
from weighting.errors import WeightingError
from weighting.results.estimate import Estimate

PAdjustment: TypeAlias = Literal["none", "bonferroni", "holm", "BH"]


def adjust_p(p_values: ArrayLike, method: PAdjustment = "holm") -> Floats:
    """P values adjusted for many comparisons, as R's ``p.adjust``.

    Args:
        p_values: (m,) or any shape; nan (a test that could not be made) stays nan and counts
            in the family: whoever meant to make m tests answers for m.
        method: "bonferroni", "holm" (family-wise error), "BH" (false discovery rate) or "none".

    Returns:
        Adjusted p values in the same shape.

    Raises:
        WeightingError: an unknown method, or a p value outside [0, 1].

    Source: Holm (1979), Scandinavian Journal of Statistics 6; Benjamini and Hochberg (1995), JRSS B 57.

    >>> adjust_p([0.01, 0.02, 0.03], "holm").tolist()
    [0.03, 0.04, 0.04]
    """
    p = np.asarray(p_values, np.float64)
    tested = np.flatnonzero(~np.isnan(p.ravel()))
    known = p.ravel()[tested]
    if ((known < 0) | (known > 1)).any():
        raise WeightingError("p values lie between 0 and 1.")
    order = np.argsort(known, kind="stable")
    m, place = p.size, np.arange(len(known))
    ranked = known[order]
    if method == "bonferroni":
        raised = ranked * m
    elif method == "holm":
        raised = np.maximum.accumulate(ranked * (m - place)) if m else ranked
    elif method == "BH":
        raised = np.minimum.accumulate((ranked * m / (place + 1))[::-1])[::-1] if m else ranked
    elif method == "none":
        raised = ranked
    else:
        raise WeightingError(f"{method!r} is no adjustment: choose none, bonferroni, holm or BH.")
    out = np.full(p.size, np.nan)
    out[tested[order]] = np.minimum(raised, 1.0)
    return out.reshape(p.shape)


@dataclass(frozen=True, eq=False, repr=False)
class Pairs(Printed):
    """All pairwise differences of k estimates: first less second, (m,) each."""

    first: Ints
    second: Ints
    differences: Estimate
    p_value: Floats
    #: adjusted for all pairs
    p_adjusted: Floats

    def columns(self) -> dict[str, Any]:
        """The differences with their p values."""
        table = dict(self.differences.columns())
        return {**table, "p_value": self.p_value.tolist(), "p_adjusted": self.p_adjusted.tolist()}


def all_pairs(estimate: Estimate, method: PAdjustment = "holm") -> Pairs:
    """Every estimate against every other, adjusted for their number.

    Args:
        estimate: k estimates.
        method: as in ``adjust_p``.

    Returns:
        Pairs, m = k (k - 1) / 2.

    Raises:
        WeightingError: fewer than two estimates.

    Source: Holm (1979); covariance as in ``contrast``.

    >>> from weighting import Design, mean
    >>> means = mean(Design(weights=[1] * 6), [1, 2, 4, 5, 7, 9], domains=["a", "a", "b", "b", "c", "c"])
    >>> all_pairs(means).differences.value.tolist()
    [-3.0, -6.5, -3.5]
    """
    k = estimate.value.size
    if k < 2:
        raise WeightingError("all pairs need at least two estimates.")
    first, second = np.triu_indices(k, 1)
    names = tuple(f"{estimate.labels[i]} - {estimate.labels[j]}" for i, j in zip(first, second, strict=True))
    differences = combination(estimate, pairwise(first, second, k), first.shape, names)
    p = differences.p_value()
    return Pairs(first, second, differences, p, adjust_p(p, method))
