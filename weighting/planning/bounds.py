"""What each stratum may get at least and at most, checked before anything is shared out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Flags, Floats, Sizes
from weighting.errors import WeightingError

__all__ = ["PerStratum", "StratumBounds", "per_stratum", "stratum_bounds", "stratum_labels"]

#: A value for each stratum: by label, in the order of the strata, or one for all.
PerStratum = Mapping[Any, float] | ArrayLike


@dataclass(frozen=True, eq=False)
class StratumBounds:
    """Population and bounds of H strata."""

    labels: tuple[Hashable, ...]
    population: Sizes
    #: (H,) what the integer sizes must reach: at least 1.
    lower: Sizes
    #: (H,) what was asked for as minimum; 0 where nothing was asked.
    asked_lower: Floats
    upper: Sizes

    def checked_total(self, total: int) -> int:
        """Refuse a total the bounds cannot give.

        Args:
            total: cases to draw.

        Returns:
            The total as a whole number.

        Raises:
            WeightingError: no integer sizes within the bounds add up to the total.
        """
        if int(total) != total:
            raise WeightingError(f"The total {total} is not a whole number of cases.")
        least, most = int(self.lower.sum()), int(self.upper.sum())
        if total < least:
            raise WeightingError(
                f"The minima of the {len(self.labels)} strata add up to {least}, "
                f"more than the total of {int(total)}: raise the total, lower the minima or merge strata."
            )
        if total > most:
            raise WeightingError(
                f"The strata can give {most} cases at most, fewer than the total of {int(total)}: "
                "lower the total or raise the maxima."
            )
        return int(total)


def stratum_labels(population: Mapping[Any, int] | ArrayLike) -> tuple[Hashable, ...]:
    """Labels of the strata: the keys of a mapping, or 0, 1, 2, … for an array."""
    if isinstance(population, Mapping):
        return tuple(population)
    return tuple(range(np.size(np.asarray(population))))


def per_stratum(values: PerStratum, labels: tuple[Hashable, ...], name: str, *, positive: bool = False) -> Floats:
    """(H,) values in the order of the strata, from a mapping, an array or one number.

    Args:
        values: what was given.
        labels: the H strata.
        name: the argument's name, for the sentence of an error.
        positive: whether 0 is refused too.

    Returns:
        (H,) finite numbers, none of them negative.

    Raises:
        WeightingError: a stratum is missing, the length is wrong or a value is negative or not a number.
    """
    if isinstance(values, Mapping):
        different = set(labels).symmetric_difference(values)
        if different:
            first_name = min(map(repr, different))
            raise WeightingError(f"{name}: stratum {first_name} stands in one list and not in the other.")
        array = np.array([values[label] for label in labels], dtype=np.float64)
    else:
        array = np.asarray(values, dtype=np.float64)
        if array.ndim and array.shape != (len(labels),):
            raise WeightingError(f"{name} has {array.size} values for {len(labels)} strata: give one for each stratum.")
        array = np.broadcast_to(array, (len(labels),)).copy()
    wrong = ~np.isfinite(array) | (array < 0) | (positive & (array == 0))
    if wrong.any():
        first = int(np.argmax(wrong))
        wish = "above 0" if positive else "0 or more"
        raise WeightingError(f"{name} of stratum {labels[first]!r} is {array[first]}: give a number that is {wish}.")
    return array


def stratum_bounds(
    population: Mapping[Any, int] | ArrayLike,
    labels: tuple[Hashable, ...],
    *,
    minimum: PerStratum | None = None,
    maximum: PerStratum | None = None,
    take_all: ArrayLike = (),
) -> StratumBounds:
    """Check the population and the bounds of an allocation.

    Args:
        population: cases in each stratum.
        labels: the H strata.
        minimum: at least this many, or everybody where a stratum is smaller.
        maximum: at most this many.
        take_all: labels of strata to be drawn completely.

    Returns:
        The checked bounds.

    Raises:
        WeightingError: an empty stratum, a minimum above the maximum, or an unknown label in ``take_all``.
    """
    size = per_stratum(population, labels, "population", positive=True)
    if np.any(size != np.round(size)):
        raise WeightingError("population: a stratum has a fraction of a case; give whole numbers.")
    complete = _complete(labels, take_all)
    least = np.minimum(np.zeros_like(size) if minimum is None else per_stratum(minimum, labels, "minimum"), size)
    upper = size if maximum is None else np.minimum(per_stratum(maximum, labels, "maximum", positive=True), size)
    least, upper = np.where(complete, size, np.ceil(least)), np.where(complete, size, np.floor(upper))
    lower = np.maximum(least, 1)
    crossed = lower > upper
    if crossed.any():
        first = int(np.argmax(crossed))
        raise WeightingError(
            f"Stratum {labels[first]!r}: the minimum {lower[first]:.0f} is above the maximum {upper[first]:.0f}."
        )
    return StratumBounds(labels, size.astype(np.int64), lower.astype(np.int64), least, upper.astype(np.int64))


def _complete(labels: tuple[Hashable, ...], take_all: ArrayLike) -> Flags:
    wanted = [take_all] if isinstance(take_all, str) else np.asarray(take_all, dtype=object).ravel().tolist()
    unknown = [label for label in wanted if label not in labels]
    if unknown:
        raise WeightingError(f"take_all names the stratum {unknown[0]!r}, which the population does not have.")
    return np.array([label in wanted for label in labels], dtype=np.bool_)
