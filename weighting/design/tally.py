"""Counts that add up: what a survey's answers come to, by stratum, PSU, domain and level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weighting.base.arrays import Floats, Ints
from weighting.base.labels import Factor, Label, factorise
from weighting.base.sums import sums
from weighting.design.checks import ByStratum, checked_column, rows_of
from weighting.design.design import Design, LonelyPsu
from weighting.errors import WeightingError

#: columns that tell cells apart, besides the value
_KEYS = ("strata", "domains", "layers", "psu")


@dataclass(frozen=True, eq=False, init=False)
class Tally:
    """Answers counted by stratum × PSU × domain × layer × weight × value; tallies add up with ``+``.

    ``mean(tally)``, ``levels(tally, points=…)`` and the other estimators take it in place of design, answers and
    domains. For continuous answers ``Tally.moments`` keeps mean and squares instead of each value; that is all
    that means, totals and their standard errors need.

    Args:
        strata: (n,) labels.
        values: (n,) levels, or any numbers that repeat.
        counts: (n,) answers that each row stands for; one each if left out.
        domains: (n,) labels, optional.
        layers: (n,) labels for ``composite``, optional.
        psu: (n,) labels nested in strata, optional.
        weights: (n,) weights, optional; left out, they come from the population.
        population: {stratum: PSUs in it}, as in ``Design``; a stratum without answers is refused when it comes
            to estimates, so it may stand in another tally that is added.
        lonely_psu: as in ``Design``.

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
    values: Floats
    #: answers in each cell (halves in moments)
    counts: Floats
    domains: NDArray[np.object_] | None
    layers: NDArray[np.object_] | None
    psu: NDArray[np.object_] | None
    weights: Floats | None
    population: Mapping[Label, float] | None
    lonely_psu: LonelyPsu
    #: whether the values are moments, which no estimator of shares or quantiles takes
    is_moments: bool

    def __init__(
        self,
        strata: ArrayLike,
        values: ArrayLike,
        counts: ArrayLike | None = None,
        *,
        domains: ArrayLike | None = None,
        layers: ArrayLike | None = None,
        psu: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        population: Mapping[Label, float] | None = None,
        lonely_psu: LonelyPsu = "fail",
    ) -> None:
        n = rows_of(np.asarray(strata), np.asarray(values), counts, weights)
        number = np.asarray(values, np.float64)
        times = np.ones(n) if counts is None else checked_column(counts, n, "counts")
        keys = _Keys.read({"strata": strata, "domains": domains, "layers": layers, "psu": psu}, weights, n)
        cell, first = keys.cells(number)
        _fill(self, keys.at(first), values=number[first], counts=sums(cell, times, len(first)))
        _fill(self, {}, population=population, lonely_psu=lonely_psu, is_moments=False)

    @staticmethod
    def moments(
        strata: ArrayLike,
        values: ArrayLike,
        *,
        domains: ArrayLike | None = None,
        layers: ArrayLike | None = None,
        psu: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        population: Mapping[Label, float] | None = None,
        lonely_psu: LonelyPsu = "fail",
    ) -> Tally:
        """Count, mean and squares of continuous answers by stratum × PSU × domain × layer × weight.

        Two rows of half the count, one standard deviation above and below the mean, carry all three and add
        up like counts: means, totals and their variances come out exactly; shares and quantiles are refused.

        Args:
            strata: (n,) labels.
            values: (n,) numbers.
            domains: (n,) labels, optional.
            layers: (n,) labels, optional.
            psu: (n,) labels nested in strata, optional.
            weights: (n,) weights, optional.
            population: {stratum: PSUs in it}.
            lonely_psu: as in ``Design``.

        Returns:
            A tally with two rows a cell, and one for its missing answers.

        Raises:
            WeightingError: columns of different length.

        Source: Chan, Golub and LeVeque (1983), The American Statistician 37, 242-247.

        >>> tally = Tally.moments(["a"] * 4, [1.0, 2.0, 3.0, 6.0])
        >>> tally.counts.tolist(), round(float(tally.values.mean()), 6)
        ([2.0, 2.0], 3.0)
        """
        n = rows_of(np.asarray(strata), np.asarray(values))
        keys = _Keys.read({"strata": strata, "domains": domains, "layers": layers, "psu": psu}, weights, n)
        first, level, count = _two_levels(keys, np.asarray(values, np.float64))
        columns = {name: column for name, column in keys.at(first).items() if column is not None}
        return _moments(Tally(values=level, counts=count, population=population, lonely_psu=lonely_psu, **columns))

    def __add__(self, other: Tally) -> Tally:
        columns = (*_KEYS, "weights", "values", "counts")
        for name in columns:
            if (getattr(self, name) is None) != (getattr(other, name) is None):
                raise WeightingError(f"one tally has {name} and the other has none: count both alike.")
        if self.lonely_psu != other.lonely_psu:
            raise WeightingError(f"lonely_psu is {self.lonely_psu} in one tally and {other.lonely_psu} in the other.")
        both = {
            name: np.concatenate([getattr(self, name), getattr(other, name)])
            for name in columns
            if getattr(self, name) is not None
        }
        found = Tally(population=_both_populations(self, other), lonely_psu=self.lonely_psu, **both)
        return _moments(found) if self.is_moments or other.is_moments else found

    def design(
        self,
        population: ByStratum | None = None,
        *,
        fpc: ByStratum | None = None,
        lonely_psu: LonelyPsu | None = None,
    ) -> Design:
        """The design whose rows are the cells; use it with ``values`` and ``domains``.

        Args:
            population: PSUs in each stratum, as in ``Design``; the tally's own if left out.
            fpc: sampling fractions instead.
            lonely_psu: as in ``Design``; the tally's own if left out.

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
        if population is None and fpc is None and self.population is not None:
            population = self.population
        rule = self.lonely_psu if lonely_psu is None else lonely_psu
        return Design(self.strata, self.psu, self.weights, population, self.counts, rule, fpc=fpc)


@dataclass(frozen=True, eq=False)
class _Keys:
    """Columns that tell cells apart."""

    factors: Mapping[str, Factor | None]
    weights: Floats | None

    @staticmethod
    def read(columns: Mapping[str, ArrayLike | None], weights: ArrayLike | None, n: int) -> _Keys:
        """Code the label columns."""
        for column in columns.values():
            if column is not None and np.shape(column) != (n,):
                raise WeightingError(f"a tally's columns must have {n} rows, and one has shape {np.shape(column)}.")
        factors = {
            name: None if column is None else factorise(column, name, allow_missing=name in ("domains", "layers"))
            for name, column in columns.items()
        }
        return _Keys(factors, None if weights is None else checked_column(weights, n, "weights"))

    def cells(self, *numbers: Floats) -> tuple[Ints, Ints]:
        """(n,) cell of each row, in order of first appearance, and the first row of each cell."""
        codes = [factor.codes + 1 for factor in self.factors.values() if factor is not None]
        codes += [np.unique(n, return_inverse=True)[1] for n in (self.weights, *numbers) if n is not None]
        cell = codes[0]
        for code in codes[1:]:  # as each step numbers the cells anew, products stay small
            cell = factorise(cell * (int(code.max(initial=0)) + 1) + code, "cells", copy=False).codes
        cell = factorise(cell, "cells", copy=False).codes
        first = np.empty(int(cell.max(initial=-1)) + 1, np.intp)
        first[cell[::-1]] = np.arange(len(cell))[::-1]
        order = np.argsort(first)
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        return place[cell], first[order]

    def at(self, rows: Ints) -> dict[str, Any]:
        """Labels and weights of some rows; None for columns that are not there."""
        found: dict[str, Any] = {"weights": None if self.weights is None else self.weights[rows]}
        for name, factor in self.factors.items():
            names = None if factor is None else np.array([*factor.labels, None], np.object_)
            found[name] = None if factor is None or names is None else names[factor.codes[rows]]
        return found


def _two_levels(keys: _Keys, values: Floats) -> tuple[Ints, Floats, Floats]:
    """A row, a value and a count for each half of each cell; a cell's missing answers are a cell of their own."""
    cell, first = keys.cells(np.isnan(values).astype(np.float64))
    size = len(first)
    count = sums(cell, np.ones(len(values)), size)
    centre = sums(cell, values, size) / count
    away = np.sqrt(sums(cell, (values - centre[cell]) ** 2, size) / count)
    level = np.concatenate([centre - away, centre + away])
    return np.concatenate([first, first]), level, np.concatenate([count, count]) / 2


def _both_populations(one: Tally, other: Tally) -> Mapping[Label, float] | None:
    if one.population is None or other.population is None:
        if (one.population is None) != (other.population is None):
            raise WeightingError("one tally has a population and the other has none: give both theirs.")
        return None
    for label, size in one.population.items():
        if other.population.get(label, size) != size:
            raise WeightingError(
                f"stratum {label} has a population of {size:g} in one tally and {other.population[label]:g} in the "
                "other: tallies that add up are samples of one population."
            )
    return {**one.population, **other.population}


def _moments(tally: Tally) -> Tally:
    _fill(tally, {}, is_moments=True)
    return tally


def _fill(tally: Tally, columns: Mapping[str, object], **more: object) -> None:
    for name, column in {**columns, **more}.items():
        object.__setattr__(tally, name, column)


class AnsweredSample(NamedTuple):
    """A design, its answers, and the domains they belong to."""

    design: Design
    y: ArrayLike
    domains: ArrayLike | None


def read_sample(
    design: Design | Tally,
    y: ArrayLike | None,
    domains: ArrayLike | None,
    *,
    what: str,
    each_answer: bool = False,
) -> AnsweredSample:
    """Take the answers from where they are, and refuse two sources of them.

    Args:
        design: the sample of n rows, or a tally.
        y: (n,) or (n, V) answers; None with a tally.
        domains: (n,) labels; None with a tally.
        what: the estimator's name, for the message.
        each_answer: whether moments, which keep no single answer, are not enough.

    Raises:
        WeightingError: a tally beside answers or domains, a design without answers, moments where answers are
            needed.

    >>> read_sample(Tally(["a", "a"], [4, 4]), None, None, what="mean").y.tolist()
    [4.0]
    """
    if not isinstance(design, Tally):
        if y is None:
            raise WeightingError(f"{what} needs answers beside a design; only a Tally brings its own.")
        return AnsweredSample(design, y, domains)
    if y is not None or domains is not None:
        raise WeightingError(
            f"{what} takes answers and domains from the tally: leave them out, or give tally.design() instead."
        )
    if each_answer and design.is_moments:
        raise WeightingError(f"{what} needs every answer, and moments keep means and squares only: count with Tally.")
    return AnsweredSample(design.design(), design.values, design.domains)
