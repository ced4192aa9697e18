"""How many people to invite for a wanted margin of error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from weighting.base.arrays import Flags, Floats, Sizes
from weighting.base.confidence import normal_reach
from weighting.base.printing import Printed
from weighting.errors import WeightingError

__all__ = ["SampleSize", "margin_of_error", "sample_size_for_difference", "sample_size_for_margin"]


@dataclass(frozen=True, eq=False, repr=False)
class SampleSize(Printed):
    """Sizes for each unit, in the shape of what was asked."""

    #: Answers needed.
    completes: Sizes
    #: People to invite so that, at the expected response rate, so many answer; at most the population.
    invitations: Sizes
    #: False where inviting everybody still brings too few answers.
    reachable: Flags


def sample_size_for_margin(
    margin: ArrayLike,
    *,
    proportion: ArrayLike | None = None,
    sd: ArrayLike | None = None,
    population: ArrayLike = np.inf,
    level: float = 0.95,
    design_effect: ArrayLike = 1.0,
    response_rate: ArrayLike = 1.0,
) -> SampleSize:
    """Answers and invitations for a margin of error in each unit.

    Args:
        margin: half width of the interval wanted.
        proportion: share expected (0.5 is the safe choice), above 0 and below 1; or instead
        sd: standard deviation expected, for a mean.
        population: people in the unit; infinite where not given. All arguments are numbers or arrays of one shape.
        level: confidence level.
        design_effect: by how much the design multiplies the variance.
        response_rate: share of the invited who will answer.

    Returns:
        Sizes in the common shape.

    Raises:
        WeightingError: not exactly one of proportion and sd, or numbers outside their range.

    Source: Cochran (1977), sections 4.4 and 4.6: n = n₀ / (1 + n₀/N), with S² = N/(N − 1) · P(1 − P) for a share.

    >>> size = sample_size_for_margin(0.05, proportion=0.5, population=[300, 10_000, np.inf], response_rate=0.4)
    >>> size.completes, size.invitations
    (array([169, 370, 385]), array([300, 925, 963]))
    >>> size.reachable
    array([False,  True,  True])
    """
    people = np.asarray(population, dtype=np.float64)
    rate = np.asarray(response_rate, dtype=np.float64)
    if not (np.all(rate > 0) and np.all(rate <= 1)):
        raise WeightingError("A response rate lies in (0, 1].")
    if not np.all(np.asarray(margin) > 0):
        raise WeightingError("The margin must be above 0.")
    _refuse_edge(proportion)
    variance = _variance(proportion, sd, people) * np.asarray(design_effect, dtype=np.float64)
    first = normal_reach(level) ** 2 * variance / np.asarray(margin, dtype=np.float64) ** 2
    needed = np.minimum(np.ceil(first / (1 + first / people) - 1e-9), people)
    needed = np.maximum(needed, np.minimum(people, 2.0))  # one interview has no standard error
    asked = np.ceil(needed / rate - 1e-9)
    return SampleSize(needed.astype(np.int64), np.minimum(asked, people).astype(np.int64), asked <= people)


def margin_of_error(
    n: ArrayLike,
    *,
    proportion: ArrayLike | None = None,
    sd: ArrayLike | None = None,
    population: ArrayLike = np.inf,
    level: float = 0.95,
    design_effect: ArrayLike = 1.0,
) -> Floats:
    """Half width of the normal interval that n answers give.

    Args:
        n: answers.
        proportion: share expected, above 0 and below 1; or instead
        sd: standard deviation expected, for a mean.
        population: people in the unit.
        level: confidence level.
        design_effect: by how much the design multiplies the variance.

    Returns:
        Margins in the common shape.

    Raises:
        WeightingError: not exactly one of proportion and sd, no answers, or more answers than people.

    Source: Cochran (1977), sections 2.6 and 3.2.

    >>> margin_of_error([50, 600], proportion=0.9).round(3)
    array([0.083, 0.024])
    """
    _refuse_edge(proportion)
    answers, people = np.asarray(n, dtype=np.float64), np.asarray(population, dtype=np.float64)
    if not (np.all(answers > 0) and np.all(answers <= people)):
        raise WeightingError("n must be above 0 and at most the population.")
    variance = _variance(proportion, sd, people) * np.asarray(design_effect, dtype=np.float64)
    left_out = np.where(np.isfinite(people), 1 - answers / people, 1.0)
    return np.asarray(normal_reach(level) * np.sqrt(variance * left_out / answers))


def sample_size_for_difference(
    difference: float, *, sd: float, level: float = 0.95, power: float = 0.8, design_effect: float = 1.0
) -> int:
    """Answers needed in each of two independent rounds or units to find a difference of means.

    Args:
        difference: smallest true difference that matters.
        sd: standard deviation in each of the two (for shares √(p (1 − p))).
        level: confidence level of the two-sided test.
        power: chance of finding the difference.
        design_effect: by how much the design multiplies the variance.

    Returns:
        Answers in each of the two.

    Raises:
        WeightingError: numbers outside their range.

    Source: Cochran (1977), section 4.10; Valliant, Dever and Kreuter (2018), section 4.3: normal approximation.

    >>> sample_size_for_difference(5.0, sd=20.0)
    252
    """
    if not (difference > 0 and sd > 0 and design_effect > 0 and 0 < level < 1 and 0 < power < 1):
        raise WeightingError("Difference, sd and design effect must be above 0, level and power between 0 and 1.")
    reach = float(ndtri(0.5 + level / 2)) + float(ndtri(power))
    return int(np.ceil(2 * design_effect * (reach * sd / difference) ** 2 - 1e-9))


def _refuse_edge(proportion: ArrayLike | None) -> None:
    """A plan for a share of 0 or 1 would be one interview."""
    share = np.asarray(0.5 if proportion is None else proportion, dtype=np.float64)
    if np.any((share == 0) | (share == 1)):
        raise WeightingError(
            "A proportion of 0 or 1 leaves nothing to plan for: last year's 100 % was an estimate. Plan with a share "
            "off the edge, such as 0.95, or 0.5 to be safe."
        )


def _variance(proportion: ArrayLike | None, sd: ArrayLike | None, people: Floats) -> Floats:
    """Variance of one answer with denominator N − 1."""
    if (proportion is None) == (sd is None):
        raise WeightingError("Give exactly one of proportion and sd.")
    if sd is not None:
        spread = np.asarray(sd, dtype=np.float64)
        if not np.all(spread > 0):
            raise WeightingError("A standard deviation of 0 leaves nothing to plan for: give a number above 0.")
        return spread**2
    share = np.asarray(proportion, dtype=np.float64)
    if not (np.all(share >= 0) and np.all(share <= 1)):
        raise WeightingError("A proportion lies between 0 and 1.")
    correction = np.divide(people, people - 1, out=np.ones_like(people), where=np.isfinite(people) & (people > 1))
    return np.asarray(share * (1 - share) * correction)
