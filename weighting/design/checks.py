"""The checks of a design, and what it derives from its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weighting.base.arrays import Floats, Ints
from weighting.base.columns import numbers, row_index
from weighting.base.labels import Factor, Label, factorise
from weighting.base.sums import sums
from weighting.errors import WeightingError

ByStratum: TypeAlias = Mapping[Any, float] | ArrayLike

#: R treats a stratum as fully enumerated when no more than this share is left out.
FULL_ENUMERATION = 1e-7


@dataclass(frozen=True, eq=False)
class SecondStage:
    """The second stage of a two-stage design."""

    #: (n,) second-stage unit of each row, None when each row is one
    units: Factor | None
    #: (S,) PSU of each second-stage unit, None when each row is one
    unit_psu: Ints | None
    #: (P,) second-stage units in the sample
    sizes: Floats
    #: (P,) share of the PSU's second-stage units in the sample
    fraction: Floats


def rows_of(*columns: ByStratum | None) -> int:
    """The length that all given columns share."""
    lengths = {
        np.asarray(column).shape[0]
        for column in columns
        if column is not None and not isinstance(column, Mapping) and np.ndim(np.asarray(column)) > 0
    }
    if not lengths:
        raise WeightingError("the design has no rows: give strata, psu, weights, frequencies or counts by row.")
    if len(lengths) > 1:
        raise WeightingError(f"the design's columns have different lengths: {sorted(lengths)}.")
    n = lengths.pop()
    if n == 0:
        raise WeightingError("the design has no rows: there is nothing to estimate from.")
    return int(n)


def shared_index(columns: Mapping[str, Any]) -> NDArray[Any] | None:
    """The pandas index that all Series among a design's columns share; None where there is none.

    Raises:
        WeightingError: two Series in different order.
    """
    found: tuple[str, NDArray[Any]] | None = None
    for name, column in columns.items():
        index = row_index(column)
        if index is not None and found is not None and not np.array_equal(found[1], index):
            raise WeightingError(
                f"{found[0]} and {name} are pandas Series with different indexes: bring them into one order "
                "(reindex), or give arrays (to_numpy)."
            )
        if index is not None and found is None:
            found = name, index
    return None if found is None else found[1]


def checked_column(values: ArrayLike, n: int, what: str) -> Floats:
    """(n,) finite numbers of at least 0."""
    column = np.array(numbers(values, what))
    if column.shape != (n,):
        raise WeightingError(f"{what} must hold {n} numbers, one a row, and has shape {column.shape}.")
    if not (column.min() >= 0 and column.max() < np.inf):
        row = int(np.flatnonzero(~((column >= 0) & (column < np.inf)))[0])
        raise WeightingError(f"{what} in row {row} is {column[row]}: it must be a finite number of at least 0.")
    return column


def checked_weights(weights: ArrayLike, n: int) -> Floats:
    """(n,) weights that are finite, not negative and not all 0."""
    column = checked_column(weights, n, "weights")
    if column[0] == 0 and not column.any():
        raise WeightingError("all weights are 0: nobody is left to stand for the population.")
    return column


def finite_weights(weights: ArrayLike, n: int) -> Floats:
    """(n,) finite weights; linear calibration may make some of them negative."""
    column = np.array(numbers(weights, "adjusted weights"))
    if column.shape != (n,) or not np.isfinite(column).all():
        raise WeightingError(f"adjusted weights must be {n} finite numbers, one a row.")
    return column


def nested(outer: Factor, inner: Factor, what: str) -> Factor:
    """Units within their parents: one label in two parents is two units."""
    if not len(inner):
        raise WeightingError(f"{what} has no labels.")
    crossed = factorise(outer.codes * len(inner) + inner.codes, what)
    labels = tuple((outer.labels[c // len(inner)], inner.labels[c % len(inner)]) for c in crossed.labels)
    return Factor(crossed.codes, labels)


def parents(units: Factor, outer: Ints) -> Ints:
    """(units,) code of the parent that each unit stands in."""
    found = np.zeros(len(units), np.intp)
    found[units.codes] = outer
    return found


def stratum_sizes(strata: Factor, frequencies: Floats | None, psu_stratum: Ints | None) -> Floats:
    """(H,) PSUs in each stratum."""
    if psu_stratum is not None:
        return np.bincount(psu_stratum, minlength=len(strata)).astype(np.float64)
    sizes = (
        np.bincount(strata.codes, minlength=len(strata)).astype(np.float64)
        if frequencies is None
        else sums(strata.codes, frequencies, len(strata))
    )
    if frequencies is not None and not sizes.all():
        name = strata.labels[int(np.argmin(sizes))]
        raise WeightingError(f"stratum {name} has only frequencies of 0: leave its rows out of the design.")
    return sizes


def shared_weights(strata: Factor, weights: Floats) -> Floats | None:
    """(H,) the weight of each stratum, None when rows of a stratum differ."""
    shared = np.zeros(len(strata))
    head = min(len(weights), 4096)
    shared[strata.codes[:head]] = weights[:head]
    if not np.array_equal(shared[strata.codes[:head]], weights[:head]):
        return None
    shared[strata.codes] = weights
    return shared if np.array_equal(shared[strata.codes], weights) else None


def by_stratum(values: ByStratum, strata: Factor, what: str) -> Floats:
    """(H,) one number for each stratum, from a mapping, a column or one number for all."""
    if isinstance(values, Mapping):
        return _from_mapping(values, strata, what)
    column = numbers(values, what)
    if column.ndim == 0 and len(strata) == 1:
        return np.full(1, float(column))
    if column.shape != strata.codes.shape:
        raise WeightingError(f"{what} must be {{stratum: number}} or one number a row, not shape {column.shape}.")
    return one_value_each(column, strata, f"{what} of stratum")


def one_value_each(column: Floats, groups: Factor, what: str) -> Floats:
    """(groups,) the value that all rows of a group share."""
    shared = np.empty(len(groups))
    shared[groups.codes] = column
    differs = np.flatnonzero(shared[groups.codes] != column)
    if differs.size:
        code = groups.codes[differs[0]]
        raise WeightingError(
            f"{what} {groups.labels[code]} is {column[differs[0]]:g} in one row and {shared[code]:g} in another: "
            "give the group one number."
        )
    return shared


def _from_mapping(values: Mapping[Label, float], strata: Factor, what: str) -> Floats:
    missing = [label for label in strata.labels if label not in values]
    if missing:
        raise WeightingError(f"{what} has no number for stratum {missing[0]}: add it.")
    present = set(strata.labels)
    empty = [label for label in values if label not in present]
    if empty:
        raise WeightingError(
            f"{what} names stratum {empty[0]}, which has no row in the sample: "
            "merge it with a stratum that has, or leave it out and say so."
        )
    return np.array([values[label] for label in strata.labels], np.float64)


def sampling_fractions(population: ByStratum | None, fpc: ByStratum | None, strata: Factor, sizes: Floats) -> Floats:
    """(H,) sampled share of each stratum's PSUs; 0 without a finite population."""
    if population is not None and fpc is not None:
        raise WeightingError("give population counts or fpc fractions, not both.")
    if population is not None:
        return _checked_counts(by_stratum(population, strata, "population"), strata, sizes)
    if fpc is None:
        return np.zeros(len(strata))
    fractions = by_stratum(fpc, strata, "fpc")
    for label, fraction in zip(strata.labels, fractions.tolist(), strict=True):
        if not 0 < fraction <= 1:
            raise WeightingError(
                f"fpc of stratum {label} is {fraction:g}: fpc holds sampling fractions in (0, 1]; "
                "population counts go into population."
            )
    return fractions


def _checked_counts(counts: Floats, strata: Factor, sizes: Floats) -> Floats:
    wrong = np.flatnonzero(~(counts >= sizes * (1 - FULL_ENUMERATION)))
    if wrong.size:
        h = int(wrong[0])
        raise WeightingError(
            f"stratum {strata.labels[h]} has {sizes[h]:g} PSUs in the sample and a population of {counts[h]:g}: "
            "the population must be the count of PSUs in the stratum (fractions go into fpc)."
        )
    return np.where(np.isinf(counts), 0.0, np.minimum(sizes / counts, 1.0))


def inclusion_probabilities(fpc: ByStratum | None, n: int) -> Floats:
    """(n,) inclusion probabilities of an unequal-probability design."""
    if fpc is None or isinstance(fpc, Mapping):
        raise WeightingError("a pps design needs fpc: the inclusion probability of each row.")
    chances = checked_column(fpc, n, "fpc")
    if not (chances > 0).all() or not (chances <= 1).all():
        row = int(np.flatnonzero((chances <= 0) | (chances > 1))[0])
        raise WeightingError(f"the inclusion probability in row {row} is {chances[row]:g}: it must be in (0, 1].")
    return chances


def second_stage(
    psu: Factor | None,
    ssu: ArrayLike | None,
    ssu_population: ArrayLike | None,
    frequencies: Floats | None,
    n: int,
) -> SecondStage | None:
    """The second stage, when the design has one."""
    if ssu_population is None:
        return None
    if psu is None:
        raise WeightingError("a second stage needs psu: say which PSU each row belongs to.")
    population = one_value_each(checked_column(ssu_population, n, "ssu_population"), psu, "ssu_population of PSU")
    units = None if ssu is None else nested(psu, factorise(ssu, "ssu"), "ssu")
    unit_psu = None if units is None else parents(units, psu.codes)
    sizes = stratum_sizes(psu, frequencies, unit_psu)
    return SecondStage(units, unit_psu, sizes, _checked_counts(population, psu, sizes))
