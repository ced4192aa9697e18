"""Ratings at counters: weighted to the cases that each counter handled in each month.

Nobody drew the raters, so no finite population correction is made: it would treat the raters as a random part of the
cases, and make the interval shorter the more people chose to rate. The interval says how far the index would vary if
raters came again by the same habits; it cannot say how those who did not rate would have judged. That is what the
participation beside it is for.
"""

from __future__ import annotations

import numpy as np

from survey.estimate import rules
from survey.estimate.material.rows import Floats, Ints, Material, Rows, Strata, number_strata, summed
from survey.estimate.run.context import Context
from survey.estimate.values import DesignFault


def material(rows: Rows, context: Context) -> Material:
    """Counter × month strata of all units, those without ratings among them."""
    stratum, first = number_strata(rows.unit, rows.window, rows.month)
    rated = list(zip(rows.unit[first].tolist(), rows.window[first].tolist(), rows.month[first].tolist(), strict=True))
    seen = {(window, month) for _unit, window, month in rated}
    silent = [
        (unit, window, month)
        for (window, month), (unit, cases) in context.caseload.items()
        if cases > 0 and (window, month) not in seen
    ]
    every = rated + silent
    unit = np.array([one for one, _window, _month in every], np.int64)
    keys = tuple((window, month) for _unit, window, month in every)
    cases = np.array([context.caseload.get(key, (0, np.nan))[1] for key in keys], np.float64)
    ratings = summed(stratum, rows.count, len(every))
    cases = np.where((cases == 0) & (ratings > 0), np.nan, cases)  # a month without cases cannot have been rated
    weight = rules.rating_weights(unit, cases, ratings)
    return Material(
        strata=Strata(unit, keys, cases, ratings, rules.pooled_strata(unit, ratings)),
        unit=rows.unit,
        stratum=stratum,
        weight=weight[stratum],
        frequency=rows.count,
        level=rows.level,
        score=rows.score,
        group=rows.group,
        month=rows.month,
        window=rows.window,
        faults=_faults(unit, keys, cases, ratings),
        finite=False,
    )


def _faults(unit: Ints, keys: tuple[tuple[int, str], ...], cases: Floats, ratings: Floats) -> tuple[DesignFault, ...]:
    unknown = np.isnan(cases)
    too_many = ~unknown & (ratings > cases)
    return tuple(
        DesignFault(
            int(unit[h]),
            *keys[h],
            int(ratings[h]),
            "no_caseload" if unknown[h] else "more_ratings_than_cases",
        )
        for h in np.flatnonzero(unknown | too_many)
    )
