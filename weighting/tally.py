"""Counts that add up: what a survey's answers come to, by stratum, PSU, domain and level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weighting.design import Design, LonelyPsu
from weighting.design_checks import ByStratum, checked_column, rows_of
from weighting.design_labels import Factor, FloatArray, IntArray, factorise, sums
from weighting.errors import WeightingError


@dataclass(frozen=True, eq=False, init=False)
class Tally:
    """Answers counted by stratum × PSU × domain × weight × value; tallies of several sources add up with ``+``.

    For continuous answers ``Tally.moments`` keeps mean and squares instead of each value; that is all that
    means, totals and their standard errors need.

    Args:
        strata: (n,) labels.
        values: (n,) levels, or any numbers that repeat.
        counts: (n,) answers that each row stands for; one each if left out.
        domains: (n,) labels, optional.
        psu: (n,) labels nested in strata, optional.
        weights: (n,) weights, optional; left out, they come from the population in ``design``.

    Raises:
        WeightingError: columns of different length, negative or broken counts.

    Source: sufficient statistics of a stratified sample, Cochran (1977), section 5.5.

    >>> first = Tally(["a", "a"], [4, 5], counts=[10, 30])
    >>> both = first + Tally(["a", "b"], [5, 3], counts=[20, 40])
    >>> both.counts.tolist(), both.values.tolist()
    ([10.0, 50.0, 40.0], [4.0, 5.0, 3.0])
    """

    strata: NDArray[np.object_]
    #: value of each cell; of moments, one standard deviation above or below the cell's mean
    values: FloatArray
    #: answers in each cell (halves in moments)
    counts: FloatArray
    domains: NDArray[np.object_] | None
    psu: NDArray[np.object_] | None
    weights: FloatArray | None

    def __init__(
        self,
        strata: ArrayLike,
        values: ArrayLike,
        counts: ArrayLike | None = None,
        *,
        domains: ArrayLike | None = None,
        psu: ArrayLike | None = None,
        weights: ArrayLike | None = None,
    ) -> None:
        n = rows_of(np.asarray(strata), np.asarray(values), counts, weights)
        number = np.asarray(values, np.float64)
        times = np.ones(n) if counts is None else checked_column(counts, n, "counts")
        weight = None if weights is None else checked_column(weights, n, "weights")
        keys = [_labels(column, n) for column in (strata, domains, psu)]
        _fill(self, _grouped(keys, number, times, weight))

    @staticmethod
    def moments(
        strata: ArrayLike,
        values: ArrayLike,
        *,
        domains: ArrayLike | None = None,
        psu: ArrayLike | None = None,
        weights: ArrayLike | None = None,
    ) -> Tally:
        """Count, mean and squares of continuous answers by stratum × PSU × domain × weight.

        Two rows of half the count, one standard deviation above and below the mean, carry all three and add
        up like counts: means, totals and their variances come out exactly; quantiles do not.

        Args:
            strata: (n,) labels.
            values: (n,) numbers.
            domains: (n,) labels, optional.
            psu: (n,) labels nested in strata, optional.
            weights: (n,) weights, optional.

        Returns:
            A tally with two rows a cell.

        Raises:
            WeightingError: columns of different length.

        Source: Chan, Golub and LeVeque (1983), The American Statistician 37, 242-247.

        >>> tally = Tally.moments(["a"] * 4, [1.0, 2.0, 3.0, 6.0])
        >>> tally.counts.tolist(), round(float(tally.values.mean()), 6)
        ([2.0, 2.0], 3.0)
        """
        n = rows_of(np.asarray(strata), np.asarray(values))
        number = np.asarray(values, np.float64)
        weight = None if weights is None else checked_column(weights, n, "weights")
        cell, first = _cells([_labels(column, n) for column in (strata, domains, psu)], weight)
        size = len(first)
        count = np.bincount(cell, minlength=size).astype(np.float64)
        centre = sums(cell, number, size) / count
        away = np.sqrt(sums(cell, (number - centre[cell]) ** 2, size) / count)
        twice = np.concatenate([first, first])
        columns = {"domains": domains, "psu": psu, "weights": weights}
        return Tally(
            np.asarray(strata)[twice],
            np.concatenate([centre - away, centre + away]),
            np.concatenate([count, count]) / 2,
            **{name: np.asarray(column)[twice] for name, column in columns.items() if column is not None},
        )

    def __add__(self, other: Tally) -> Tally:
        for name in ("domains", "psu", "weights"):
            if (getattr(self, name) is None) != (getattr(other, name) is None):
                raise WeightingError(f"one tally has {name} and the other has none: count both alike.")
        both = {
            name: np.concatenate([getattr(self, name), getattr(other, name)])
            for name in ("strata", "values", "counts", "domains", "psu", "weights")
            if getattr(self, name) is not None
        }
        return Tally(both.pop("strata"), both.pop("values"), both.pop("counts"), **both)

    def design(
        self,
        population: ByStratum | None = None,
        *,
        fpc: ByStratum | None = None,
        lonely_psu: LonelyPsu = "fail",
    ) -> Design:
        """The design whose rows are the cells; use it with ``values`` and ``domains``.

        Args:
            population: PSUs in each stratum, as in ``Design``.
            fpc: sampling fractions instead.
            lonely_psu: as in ``Design``.

        Returns:
            Design with frequencies.

        Raises:
            WeightingError: as ``Design``.

        Source: Lumley (2004), Journal of Statistical Software 9(8).

        >>> from weighting import mean
        >>> tally = Tally(["a", "a", "b", "b"], [4, 5, 3, 5], counts=[10, 30, 20, 20])
        >>> mean(tally.design({"a": 400, "b": 100}), tally.values).value.item()
        4.6
        """
        return Design(self.strata, self.psu, self.weights, population, self.counts, lonely_psu, fpc=fpc)


def _labels(column: ArrayLike | None, n: int) -> NDArray[np.object_] | None:
    if column is None:
        return None
    array = np.asarray(column)
    if array.shape != (n,):
        raise WeightingError(f"a tally's columns must have {n} rows, and one has shape {array.shape}.")
    labels = np.empty(n, np.object_)
    labels[:] = array.tolist()
    return labels


def _cells(keys: list[NDArray[np.object_] | None], *numbers: FloatArray | None) -> tuple[IntArray, IntArray]:
    """(n,) cell of each row, in order of first appearance, and the first row of each cell."""
    factors: list[Factor] = [factorise(key, "tally", allow_missing=True) for key in keys if key is not None]
    codes = [factor.codes for factor in factors]
    codes += [np.unique(number, return_inverse=True)[1] for number in numbers if number is not None]
    _, first, cell = np.unique(np.stack(codes), axis=1, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place[cell], first[order]


def _grouped(
    keys: list[NDArray[np.object_] | None], values: FloatArray, counts: FloatArray, weights: FloatArray | None
) -> dict[str, object]:
    cell, first = _cells(keys, values, weights)
    strata, domains, psu = (None if key is None else key[first] for key in keys)
    return {
        "strata": strata,
        "values": values[first],
        "counts": sums(cell, counts, len(first)),
        "domains": domains,
        "psu": psu,
        "weights": None if weights is None else weights[first],
    }


def _fill(tally: Tally, columns: dict[str, object]) -> None:
    for name, column in columns.items():
        object.__setattr__(tally, name, column)
