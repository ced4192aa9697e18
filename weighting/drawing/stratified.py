"""Stratified draw by permanent random numbers, with reserves that continue the same stream."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats, Sizes
from weighting.base.labels import factorise
from weighting.base.printing import Printed
from weighting.errors import WeightingError
from weighting.planning.allocation import Allocation

__all__ = ["StratifiedDraw", "draw_stratified"]


@dataclass(frozen=True, eq=False, repr=False)
class StratifiedDraw(Printed):
    """Who was drawn, who waits in reserve, and with which probability."""

    #: (m,) row numbers of the sample: by stratum, inside it by random number.
    selected: Sizes
    #: (m,) inclusion probability n / N of each selected row.
    inclusion_probabilities: Floats
    #: (r,) row numbers of the reserve: by stratum, inside it in the order in which they are to be used.
    reserve: Sizes
    #: Sorted labels of the strata, with cases in the frame, drawn and in reserve.
    labels: tuple[Hashable, ...]
    population: Sizes
    sizes: Sizes
    reserve_sizes: Sizes

    @property
    def weights(self) -> Floats:
        """(m,) design weights N / n of the selected rows."""
        return 1 / self.inclusion_probabilities


def draw_stratified(
    prn: ArrayLike,
    strata: ArrayLike,
    sizes: Allocation | Mapping[Any, int] | ArrayLike,
    reserve: Mapping[Any, int] | ArrayLike | None = None,
) -> StratifiedDraw:
    """Simple random sampling in each stratum: the cases with the smallest permanent random numbers.

    The sample depends on the numbers and the strata only, not on the order of the rows; enlarging a stratum
    keeps everybody who was drawn before.

    Args:
        prn: (n,) random numbers in [0, 1), for example from :func:`weighting.permanent_random_numbers`.
        strata: (n,) stratum of each row.
        sizes: an :class:`weighting.Allocation`, sizes by stratum label, or (H,) sizes in sorted order of the
            labels.
        reserve: further cases per stratum, by label, (H,) or one number; fewer where the stratum has no more.

    Returns:
        Selected and reserve rows with their inclusion probabilities.

    Raises:
        WeightingError: a stratum without a size or with fewer cases than its size, a size below 1, numbers
            outside [0, 1), or two cases with the same number at the edge of the sample.

    Source: Fan, Muller and Rezucha (1962), method 1 with permanent numbers; Ohlsson (1995), section 9.2.

    >>> prn, strata = [0.9, 0.1, 0.5, 0.3, 0.2], ["a", "a", "a", "b", "b"]
    >>> draw = draw_stratified(prn, strata, {"a": 1, "b": 1}, reserve=1)
    >>> draw.selected, draw.reserve, draw.weights
    (array([1, 4]), array([2, 3]), array([3., 2.]))
    """
    numbers = np.asarray(prn, dtype=np.float64)
    factor = factorise(strata, "strata")
    labels, stratum = factor.labels, factor.codes
    _check_numbers(numbers, stratum)
    population = np.bincount(stratum, minlength=len(labels))
    drawn = _checked_sizes(sizes, labels, population)
    extra = np.zeros_like(drawn) if reserve is None else _by_label(reserve, labels, "reserve")
    wanted = np.minimum(drawn + extra, population)
    rows, rank = _smallest_in_stratum(numbers, stratum, wanted, population, len(labels))
    own = stratum[rows]
    _refuse_ties(numbers[rows], own, rank, drawn, labels)
    chosen = rank < drawn[own]
    selected, waiting = rows[chosen], rows[~chosen & (rank < wanted[own])]
    return StratifiedDraw(
        selected=selected,
        inclusion_probabilities=(drawn / population)[stratum[selected]],
        reserve=waiting,
        labels=labels,
        population=population,
        sizes=drawn,
        reserve_sizes=wanted - drawn,
    )


def _check_numbers(numbers: Floats, stratum: Sizes) -> None:
    if numbers.shape != stratum.shape:
        raise WeightingError(
            f"There are {numbers.size} random numbers for {stratum.size} cases: give one for each case."
        )
    if not (numbers.min() >= 0 and numbers.max() < 1):
        raise WeightingError("A random number lies outside [0, 1).")


def _checked_sizes(
    sizes: Allocation | Mapping[Any, int] | ArrayLike,
    labels: tuple[Hashable, ...],
    population: Sizes,
) -> Sizes:
    if isinstance(sizes, Allocation):
        sizes = sizes.by_stratum
    drawn = _by_label(sizes, labels, "sizes")
    wrong = (drawn < 1) | (drawn > population)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise WeightingError(
            f"Stratum {labels[first]!r} has {population[first]} cases and is to give {drawn[first]}: "
            "give a size from 1 to the number of cases, or leave the stratum out of the frame."
        )
    return drawn


def _by_label(values: Mapping[Any, int] | ArrayLike, labels: tuple[Hashable, ...], name: str) -> Sizes:
    if isinstance(values, Mapping):
        different = set(labels).symmetric_difference(values)
        if different:
            raise WeightingError(
                f"{name}: stratum {min(map(str, different))!r} stands in the frame or in the sizes only."
            )
        values = [values[label] for label in labels]
    array = np.asarray(values, dtype=np.float64)
    if array.ndim and array.shape != (len(labels),):
        raise WeightingError(f"{name} has {array.size} values for {len(labels)} strata: give one for each stratum.")
    array = np.broadcast_to(array, (len(labels),))
    wrong = (array < 0) | (array != np.round(array))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise WeightingError(f"{name} of stratum {labels[first]!r} is {array[first]:g}: give a whole number from 0.")
    return array.astype(np.int64)


def _smallest_in_stratum(
    numbers: Floats, stratum: Sizes, wanted: Sizes, population: Sizes, strata: int
) -> tuple[Sizes, Sizes]:
    """Rows with the smallest numbers of each stratum in order, and their rank from 0; at least one more than
    wanted.

    Only rows below a limit are sorted. The limit is so far above the wanted share that a shortage is rare;
    the strata that fall short are sorted whole.
    """
    needed = np.minimum(wanted + 1, population)
    limit = (needed + 6 * np.sqrt(needed) + 6) / population
    rows = _below(numbers, stratum, limit)
    short = np.bincount(stratum[rows], minlength=strata) < needed
    if short.any():
        rows = _below(numbers, stratum, np.where(short, 1.0, limit))
    rows = rows[np.argsort(numbers[rows], kind="stable")]
    own = stratum[rows]
    rows = rows[np.argsort(own.astype(np.uint16) if strata < 2**16 else own, kind="stable")]
    counts = np.bincount(own, minlength=strata)
    rank = np.arange(rows.size) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, rank


def _below(numbers: Floats, stratum: Sizes, limit: Floats) -> Sizes:
    """Rows whose number is below the limit of their stratum; the highest limit sifts first."""
    rows = np.flatnonzero(numbers < limit.max())
    return rows[numbers[rows] < limit[stratum[rows]]]


def _refuse_ties(numbers: Floats, stratum: Sizes, rank: Sizes, drawn: Sizes, labels: tuple[Hashable, ...]) -> None:
    """Two equal numbers at the edge would let the row order decide."""
    last = np.flatnonzero(rank == drawn[stratum] - 1)
    last = last[last + 1 < numbers.size]
    tied = (numbers[last] == numbers[last + 1]) & (stratum[last] == stratum[last + 1])
    if tied.any():
        label = labels[int(stratum[last[int(np.argmax(tied))]])]
        raise WeightingError(
            f"Stratum {label!r}: two cases share the random number at the edge of the sample: draw new numbers."
        )
