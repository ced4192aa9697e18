"""Direct standardisation: units compared as if they had the same mix of people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.adjusting.chain import adjusted
from weighting.adjusting.poststratify import poststratify
from weighting.base.columns import by_label
from weighting.base.labels import Factor, factorise
from weighting.base.sums import sums
from weighting.design.design import Design
from weighting.errors import WeightingError
from weighting.estimating.cells import read_answers


def standardise(
    design: Design,
    by: ArrayLike,
    population: Mapping[Any, float],
    *,
    over: ArrayLike | None = None,
    y: ArrayLike | None = None,
) -> Design:
    """Give every unit the same mix of people, as R's ``svystandardize``.

    Args:
        design: the sample of n rows with its design weights.
        by: (n,) labels of the mix, such as age groups.
        population: share (or count) of each label in the standard population.
        over: (n,) labels of the units to be compared; None for one.
        y: (n,) answers; rows that miss theirs leave the design first, so that the answered have the mix (R:
            ``excluding.missing``).

    Returns:
        The design post-stratified to share × estimated size of the unit; give it to ``mean`` with ``domains=over``.

    Raises:
        WeightingError: adjusted weights, a unit that has nobody of a label with a share, labels without a share.

    Source: Kish (1987), Statistical Design for Research, section 4.5; R survey, ``svystandardize``.

    >>> from weighting import mean
    >>> unit, age = list("aaaabbbb"), list("yyyoyooo")
    >>> alike = standardise(Design(weights=[1] * 8), age, {"y": 1, "o": 1}, over=unit)
    >>> mean(alike, [1, 1, 1, 3, 1, 3, 3, 3], domains=unit).value.tolist()
    [2.0, 2.0]
    """
    if design.adjustment is not None:
        raise WeightingError("standardise the design with its design weights: here they are adjusted already.")
    shares = by_label(population, "population")
    whole = float(sum(shares.values()))
    if not whole > 0 or min(shares.values()) < 0:
        raise WeightingError("the shares of the standard population must be at least 0, and not all 0.")
    for column, name in ((by, "by"), (over, "over")):
        design.check_order(column, name)
    mix = factorise(by, "by")
    unit = Factor(np.zeros(len(design), np.intp), ("all",)) if over is None else factorise(over, "over")
    if not len(mix.codes) == len(unit.codes) == len(design):
        raise WeightingError(f"by and over must hold {len(design)} labels, one a row.")
    lacking = [label for label in mix.labels if label not in shares]
    if lacking:
        raise WeightingError(f"population has no share of {lacking[0]!r}: give one, 0 if it does not count.")
    used = np.ones(len(design), np.bool_) if y is None else ~np.isnan(read_answers(y, design).astype(np.float64))
    start = design.reweighted(design.weights * used)
    size = sums(unit.codes, start.weights * start.counts, len(unit))
    cell = unit.codes * len(mix) + mix.codes
    totals = {
        u * len(mix) + m: size[u] * shares[mix.labels[m]] / whole
        for u in range(len(unit))
        if size[u] > 0
        for m in range(len(mix))
    }
    held = sums(cell, start.weights, len(unit) * len(mix))
    for place, total in totals.items():
        if total > 0 and held[place] == 0:
            u, m = divmod(place, len(mix))
            raise WeightingError(
                f"unit {unit.labels[u]} has nobody of {mix.labels[m]!r}, which has a share: merge labels of the mix."
            )
    kept = {place: total for place, total in totals.items() if total > 0}
    counted = start.weights * np.isin(cell, list(kept))
    start = start.reweighted(counted)
    return adjusted(start, poststratify(start.weights * start.counts, cell, kept))
