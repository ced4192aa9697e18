"""Drawing rows with equal or unequal probabilities, each method driven by numbers that can be computed again."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats, Sizes
from weighting.errors import WeightingError

__all__ = [
    "inclusion_probabilities",
    "poisson_rows",
    "simple_random_rows",
    "systematic_pps_rows",
    "systematic_rows",
]

DesignRows = Sizes

#: A cumulated probability this close above a selection point counts as reached (rounding of the cumulation).
_ROUNDING = 1e-9


def inclusion_probabilities(sizes: ArrayLike, n: int) -> Floats:
    """Inclusion probabilities proportional to size; units too large for that are certain, step by step.

    Args:
        sizes: (N,) size measures of at least 0.
        n: sample size.

    Returns:
        (N,) probabilities with sum n, none above 1; 0 where the size is 0.

    Raises:
        WeightingError: a negative size, or fewer units with a size than n.

    Source: Särndal, Swensson and Wretman (1992), section 3.6.1.

    >>> inclusion_probabilities([100, 3, 2, 1], 2)
    array([1.        , 0.5       , 0.33333333, 0.16666667])
    """
    measure = np.asarray(sizes, dtype=np.float64)
    if measure.ndim != 1 or not (measure.size and measure.min() >= 0 and measure.max() < np.inf):
        raise WeightingError("A size measure is negative or missing: give a number of at least 0 for each unit.")
    if not 1 <= n <= np.count_nonzero(measure):
        raise WeightingError(f"There are {np.count_nonzero(measure)} units with a size and {n} are to be drawn.")
    certain = np.zeros(measure.size, dtype=np.bool_)
    while True:
        left = n - int(certain.sum())
        rest = measure[~certain].sum()
        probabilities = np.where(certain, 1.0, measure * (left / rest) if left else 0.0)
        beyond = ~certain & (probabilities >= 1)
        if not beyond.any():
            return probabilities
        certain |= beyond


def simple_random_rows(prn: ArrayLike, n: int) -> DesignRows:
    """Simple random sampling: the n smallest permanent random numbers, smallest first.

    The next rows in the same order are the reserve: ask for more and use the rows after the n-th.

    Args:
        prn: (N,) permanent random numbers.
        n: sample size.

    Returns:
        (n,) row numbers from 0.

    Raises:
        WeightingError: n is not from 1 to N, or two rows share the number at the edge of the sample.

    Source: Fan, Muller and Rezucha (1962), method 1; Ohlsson (1995).

    >>> simple_random_rows([0.7, 0.1, 0.4], 2)
    array([1, 2])
    """
    numbers = _prn(prn)
    _check_size(n, numbers.size)
    order = np.argsort(numbers, kind="stable")
    if n < numbers.size and numbers[order[n - 1]] == numbers[order[n]]:
        raise WeightingError("Two cases share the random number at the edge of the sample: draw new numbers.")
    return order[:n].astype(np.int64)


def systematic_rows(population: int, n: int, start: float, *, circular: bool = False) -> DesignRows:
    """Systematic sampling with a fractional interval: floor((start + j) · N / n).

    Sort the frame first by what it is to be spread over: the draw follows the frame's order.

    Args:
        population: rows in the frame, N.
        n: sample size.
        start: random number in [0, 1).
        circular: start anywhere in the frame and go round its end: (floor(start · N) + floor(j · N / n)) modulo N.

    Returns:
        (n,) row numbers from 0, in the order of the draw.

    Raises:
        WeightingError: n is not from 1 to N, or the start lies outside [0, 1).

    Source: Särndal, Swensson and Wretman (1992), section 3.4; Murthy and Rao (1988) for the circular draw.

    >>> systematic_rows(103, 10, 0.42)
    array([ 4, 14, 24, 35, 45, 55, 66, 76, 86, 97])
    >>> systematic_rows(10, 4, 0.85, circular=True)
    array([8, 0, 3, 5])
    """
    _check_size(n, population)
    _check_start(start)
    step = np.arange(n, dtype=np.float64)
    if circular:
        return np.asarray((int(start * population) + np.floor(step * population / n).astype(np.int64)) % population)
    return np.floor((min(start, 1 - _ROUNDING) + step) * population / n).astype(np.int64)


def systematic_pps_rows(probabilities: ArrayLike, start: float) -> DesignRows:
    """Systematic sampling with unequal probabilities: the units in whose cumulated interval start + j falls.

    Args:
        probabilities: (N,) inclusion probabilities with a whole sum n.
        start: random number in [0, 1).

    Returns:
        (n,) row numbers from 0.

    Raises:
        WeightingError: a probability outside [0, 1], a sum that is not whole, or a start outside [0, 1).

    Source: Madow (1949); Tillé (2006), Sampling Algorithms, section 7.2.

    >>> systematic_pps_rows([0.5, 1.0, 0.25, 0.25], 0.6)
    array([1, 2])
    """
    chances, n = checked_probabilities(probabilities)
    _check_start(start)
    reached = np.cumsum(chances) - _ROUNDING
    rows = np.searchsorted(reached, min(start, 1 - 2 * _ROUNDING) + np.arange(n), side="right")
    last = int(np.flatnonzero(chances)[-1])
    return np.minimum(rows, last).astype(np.int64)


def poisson_rows(prn: ArrayLike, probabilities: ArrayLike) -> DesignRows:
    """Poisson sampling: every unit whose permanent random number is below its own probability.

    Args:
        prn: (N,) permanent random numbers.
        probabilities: (N,) inclusion probabilities.

    Returns:
        Row numbers from 0; how many is random, Σ probabilities on average.

    Raises:
        WeightingError: arrays of different length, or a probability outside [0, 1].

    Source: Hájek (1964); Brewer, Early and Joyce (1972) for the permanent numbers.

    >>> poisson_rows([0.2, 0.9, 0.4], [0.5, 0.5, 0.3])
    array([0])
    """
    numbers, chances = _prn(prn), np.asarray(probabilities, dtype=np.float64)
    if chances.shape != numbers.shape:
        raise WeightingError(f"There are {numbers.size} random numbers and {chances.size} probabilities.")
    _check_range(chances)
    return np.flatnonzero(numbers < chances)


def checked_probabilities(probabilities: ArrayLike) -> tuple[Floats, int]:
    """(N,) inclusion probabilities, and the whole number they add up to."""
    chances = np.asarray(probabilities, dtype=np.float64)
    _check_range(chances)
    n = round(float(chances.sum()))
    if n < 1 or abs(float(chances.sum()) - n) > 1e-6:
        raise WeightingError(f"The inclusion probabilities add up to {chances.sum():.6g}, which is no sample size.")
    return chances, n


def _check_range(chances: Floats) -> None:
    if chances.ndim != 1 or not (chances.size and chances.min() >= 0 and chances.max() <= 1):
        raise WeightingError("An inclusion probability lies outside [0, 1].")


def _prn(prn: ArrayLike) -> Floats:
    numbers = np.asarray(prn, dtype=np.float64)
    if numbers.ndim != 1 or not (numbers.size and numbers.min() >= 0 and numbers.max() < 1):
        raise WeightingError("A random number lies outside [0, 1).")
    return numbers


def _check_size(n: int, population: int) -> None:
    if not 1 <= n <= population:
        raise WeightingError(f"{n} of {population} cases cannot be drawn: give a size from 1 to {population}.")


def _check_start(start: float) -> None:
    if not 0 <= start < 1:
        raise WeightingError(f"The start {start} lies outside [0, 1).")
