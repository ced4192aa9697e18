"""What an estimate is good for: to publish, with caution, or not at all."""

from __future__ import annotations

import numpy as np

from weighting.base.arrays import Texts
from weighting.errors import WeightingError
from weighting.results.estimate import Estimate
from weighting.results.intervals import at_edge

#: the classes, best first
CLASSES = ("publish", "caution", "suppress")


def publication_classes(
    estimate: Estimate,
    *,
    fewest: float = 5,
    caution_below: float = 30,
    caution_cv: float = 0.15,
    largest_cv: float = 0.3,
    widest: float = 0.3,
) -> Texts:
    """Publish, caution or suppress, by answers and precision.

    Args:
        estimate: estimates.
        fewest: fewer answers than this are suppressed.
        caution_below: fewer answers than this are published with caution.
        caution_cv: above this coefficient of variation, caution.
        largest_cv: above this, suppressed.
        widest: shares are judged by the width of their 95 % interval instead, as a coefficient of variation means
            little near 0: wider than this is suppressed, wider than half of it is published with caution.

    Returns:
        "publish", "caution" or "suppress" in the shape of the value. An estimate without an interval is suppressed; one
        with another ``problem`` is published with caution at best.

    Raises:
        WeightingError: bounds in the wrong order.

    Source: Statistics Canada (2020), Guide to the Survey of Household Spending, on bands of the coefficient of
    variation; Parker et al. (2017), NCHS Data Presentation Standards for Proportions, for shares.

    >>> from weighting import Design, mean
    >>> units = mean(Design(weights=[1] * 9), [5, 4, 5, 4, 5, 5, 4, 1, 5], domains=list("aaaaaaabb"))
    >>> publication_classes(units, caution_below=7).tolist()
    ['publish', 'suppress']
    """
    if not (fewest <= caution_below and caution_cv <= largest_cv and widest > 0):
        raise WeightingError("the bounds of suppression must not be milder than those of caution.")
    low, high = estimate.interval()
    unknown = np.isnan(estimate.value) | np.isnan(low) | np.isnan(high)
    if estimate.kind == "proportion":
        size = np.nan_to_num(high - low, nan=np.inf)
        worst, doubtful = size > widest, size > widest / 2
    else:
        cv = np.where(estimate.standard_error == 0, 0.0, np.nan_to_num(estimate.cv, nan=np.inf))
        worst, doubtful = cv > largest_cv, cv > caution_cv
    doubtful = doubtful | (estimate.n < caution_below) | (estimate.problem != "") | at_edge(estimate.problem)
    worst = worst | (estimate.n < fewest) | unknown
    return np.select([worst, doubtful], [CLASSES[2], CLASSES[1]], CLASSES[0])
