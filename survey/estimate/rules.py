"""What is decided before any number is seen: floors, weights of ratings, lonely strata, the panel's warning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from survey.estimate.values import Floor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: a panel whose units' means lie closer together than this many points does not tell them apart
SPREAD_WARNING = 1.0
#: ... nor does one in which so many scores are the same number
SAME_WARNING = 0.8


def floor_of(valid_n: int, hidden_below: int, reference_below: int) -> Floor:
    """What may be shown of a value that rests on `valid_n` answers.

    >>> [floor_of(n, 5, 30) for n in (4, 5, 29, 30)]
    ['hidden', 'reference', 'reference', 'published']
    """
    if valid_n < hidden_below:
        return "hidden"
    return "reference" if valid_n < reference_below else "published"


def hidden_parts(answers: Sequence[int], hidden_below: int) -> set[int]:
    """Which parts of a unit's answers must not be shown, so that none can be worked out from the others.

    Parts below the floor are hidden; then the smallest of the others too, until the hidden ones together reach it:
    the whole less what is shown must not tell a part.

    >>> sorted(hidden_parts([40, 3, 12, 0], 5)), hidden_parts([40, 0], 5), sorted(hidden_parts([40, 3, 2], 5))
    ([1, 2], set(), [1, 2])
    """
    hidden = {place for place, n in enumerate(answers) if 0 < n < hidden_below}
    others = sorted((n, place) for place, n in enumerate(answers) if n >= hidden_below)
    while hidden and others and sum(answers[place] for place in hidden) < hidden_below:
        hidden.add(others.pop(0)[1])
    return hidden


def rating_weights(unit: Ints, cases: Floats, ratings: Floats) -> Floats:
    """The weight of one rating in each stratum (counter × month) of each unit.

    A rating stands for the cases of its counter and month. Cases of strata that nobody rated are spread over the
    unit's rated strata in proportion to their cases (rule chosen beforehand; the coverage beside the index says how
    much was spread). A stratum whose cases nobody reported counts with its ratings, one case each.

    Args:
        unit: (H,) unit of each stratum.
        cases: (H,) cases handled, nan where none are reported.
        ratings: (H,) ratings given.

    Returns:
        (H,) weights; 0 where there are no ratings.

    >>> rating_weights(np.array([1, 1, 1]), np.array([90.0, 10.0, 100.0]), np.array([9.0, 5.0, 0.0])).tolist()
    [20.0, 4.0, 0.0]
    """
    known = np.where(np.isnan(cases), ratings, cases)
    rated = ratings > 0
    places = np.unique(unit, return_inverse=True)[1]
    all_cases = np.bincount(places, weights=known)
    rated_cases = np.bincount(places, weights=np.where(rated, known, 0.0))
    # of no strata at all numpy counts in whole numbers, which cannot take a quotient
    spread = np.divide(all_cases, rated_cases, out=np.ones(len(all_cases)), where=rated_cases > 0)
    return np.asarray(np.divide(known * spread[places], ratings, out=np.zeros_like(known), where=rated))


def pooled_strata(unit: Ints, size: Floats) -> Ints:
    """Which strata are put together for the variance, because one answer alone shows no spread.

    A unit's strata with a single answer form one stratum; a lone one joins the unit's smallest other stratum. Their
    weights stay their own. Collapsing overstates the variance rather than hiding it. Pooling stays inside the unit:
    an average over all strata of the round (R's ``lonely.psu="average"``) would carry one unit's spread into another's.

    Args:
        unit: (H,) unit of each stratum.
        size: (H,) answers (or respondents) in each stratum.

    Returns:
        (H,) the stratum's number for the variance: the first of those put together.

    Source: Cochran (1977), Sampling Techniques, section 5A.12 (collapsed strata).

    >>> pooled_strata(np.array([1, 1, 1, 2, 2]), np.array([1.0, 4.0, 1.0, 1.0, 3.0])).tolist()
    [0, 1, 0, 4, 4]
    """
    merged = np.arange(len(unit))
    lonely = np.flatnonzero(size == 1)
    for one in np.unique(unit[lonely]):
        alone = lonely[unit[lonely] == one]
        if len(alone) == 1:
            others = np.flatnonzero((unit == one) & (size > 1))
            if len(others):
                merged[alone] = others[np.argmin(size[others])]
            continue
        merged[alone] = alone[0]
    return merged


def tells_apart(spread: float, same_share: float) -> bool:
    """Whether a panel's scores distinguish the units at all.

    >>> tells_apart(4.2, 0.1), tells_apart(0.3, 0.1), tells_apart(4.2, 0.9)
    (True, False, False)
    """
    return spread >= SPREAD_WARNING and same_share < SAME_WARNING
