"""Answers grouped for estimation: alike answers of a stratum and domain become one cell."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weighting.design import Design
from weighting.design_labels import Factor, FloatArray, IntArray, Label, factorise, sums
from weighting.errors import WeightingError
from weighting.variance import Rows, design_rows

#: answers with at most this many different whole values are counted instead of kept
_MOST_LEVELS = 64


@dataclass(frozen=True, eq=False)
class Cells:
    """Groups of rows with one value each, and the domains (columns) they belong to."""

    rows: Rows
    #: (R,) answer, nan when missing
    value: FloatArray
    #: (E,) row of each membership, None when every row belongs to exactly one domain
    index: IntArray | None
    #: (E,) domain of each membership
    column: IntArray
    #: names of the domains
    labels: tuple[Label, ...]

    @property
    def columns(self) -> int:
        """Number of domains."""
        return len(self.labels)

    def take(self, values: FloatArray) -> FloatArray:
        """(E,) the row's number for each membership."""
        return values if self.index is None else values[self.index]

    def observed(self) -> Cells:
        """The memberships whose answer is not missing; the design keeps the rest as zeros."""
        seen = ~np.isnan(self.take(self.value))
        if seen.all():
            return self
        index = np.flatnonzero(seen) if self.index is None else self.index[seen]
        return replace(self, index=index, column=self.column[seen])

    def with_overall(self) -> Cells:
        """The same with one more domain at the end that holds everybody."""
        n = len(self.value)
        own = np.arange(n) if self.index is None else self.index
        column = np.concatenate([self.column, np.full(n, self.columns, np.intp)])
        return replace(self, index=np.concatenate([own, np.arange(n)]), column=column, labels=(*self.labels, "overall"))


@dataclass(frozen=True, eq=False)
class Domains:
    """Which rows belong to which domain."""

    #: (n,) domain of each row, -1 for none; None when domains overlap or there is one
    codes: IntArray | None
    #: (n, k) membership of overlapping domains
    members: NDArray[np.bool_] | None
    labels: tuple[Label, ...]


def read_domains(domains: ArrayLike | None, n: int) -> Domains:
    """Read (n,) labels, or an (n, k) boolean matrix of overlapping domains."""
    if domains is None:
        return Domains(None, None, ("overall",))
    array = np.asarray(domains)
    if array.shape[:1] != (n,) or array.ndim > 2:
        raise WeightingError(f"domains have shape {array.shape}, and the design has {n} rows.")
    if array.ndim == 2:
        if array.dtype != np.bool_:
            raise WeightingError("domains with several columns must be booleans: one column a domain.")
        return Domains(None, array, tuple(range(array.shape[1])))
    factor: Factor = factorise(array, "domains", allow_missing=True)
    if not len(factor):
        raise WeightingError("every domain label is missing: there is nothing to estimate.")
    return Domains(factor.codes, None, factor.labels)


def read_answers(y: ArrayLike, n: int) -> FloatArray:
    """(n,) or (n, V) numbers, nan for missing."""
    try:
        answers = np.asarray(y, np.float64)
    except (TypeError, ValueError) as error:
        raise WeightingError("answers must be numbers; for categories use proportion.") from error
    if answers.ndim not in (1, 2) or answers.shape[0] != n:
        raise WeightingError(f"answers have shape {answers.shape}, and the design has {n} rows.")
    if np.isinf(answers).any():
        raise WeightingError("answers hold an infinite number: mark missing answers with nan.")
    return answers


def cells_of(design: Design, y: FloatArray, domains: Domains) -> Cells:
    """Group one column of answers by stratum, domain and level where that is exact, else keep the rows."""
    grouped = _grouped(design, y, domains)
    return rows_of_domains(design, y, domains) if grouped is None else grouped


def rows_of_domains(design: Design, y: FloatArray, domains: Domains) -> Cells:
    """One column of answers, row by row."""
    rows = design_rows(design)
    if domains.members is not None:
        member, column = np.nonzero(domains.members)
        return Cells(rows, y, member, column, domains.labels)
    if domains.codes is None:
        return Cells(rows, y, None, np.zeros(len(y), np.intp), domains.labels)
    inside = np.flatnonzero(domains.codes >= 0)
    index = None if len(inside) == len(y) else inside
    return Cells(rows, y, index, domains.codes if index is None else domains.codes[index], domains.labels)


def _grouped(design: Design, y: FloatArray, domains: Domains) -> Cells | None:
    simple = design.psu is None and design.pps is None and design.adjustment is None
    if not simple or domains.members is not None:
        return None
    levels = whole_levels(y)
    if levels is None:
        return None
    codes, lowest, n_levels = levels
    n_domains = len(domains.labels)
    size = len(design.strata) * n_domains * n_levels
    if size > max(len(y), 1000):
        return None
    missing = n_levels - 1
    values = np.arange(lowest, lowest + n_levels, dtype=np.float64)
    values[missing] = np.nan
    table = count_table(design, domains.codes, codes, n_domains, n_levels)
    cell = np.flatnonzero(table.count)
    stratum, inner = np.divmod(cell, n_domains * n_levels)
    domain, level = np.divmod(inner, n_levels)
    spread = None if table.spread is None else table.spread[cell]
    rows = Rows(stratum, None, None, table.count[cell], table.weight[cell], spread)
    return Cells(rows, values[level], None, domain, domains.labels)


def whole_levels(y: FloatArray) -> tuple[IntArray, int, int] | None:
    """Codes of whole-number answers, the lowest one, and how many there are with one more for missing."""
    head = y[:1000]
    if not np.array_equal(np.floor(head), head, equal_nan=True):
        return None
    low, high = float(np.min(y)), float(np.max(y))
    if np.isnan(low):
        seen = y[~np.isnan(y)]
        low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 0.0)
    span = high - low
    if span >= _MOST_LEVELS or abs(low) > 2**52:
        return None
    return _codes(y, low, int(span) + 2)


def _codes(y: FloatArray, low: float, n_levels: int) -> tuple[IntArray, int, int] | None:
    shifted = y - low
    gone = np.isnan(shifted)
    if gone.any():
        shifted[gone] = n_levels - 1
    codes = shifted.astype(np.intp)
    if not np.array_equal(codes, shifted):
        return None
    return codes, int(low), n_levels


@dataclass(frozen=True, eq=False)
class CountTable:
    """Counts and weights by stratum × domain × level, flattened in that order."""

    count: FloatArray
    weight: FloatArray
    spread: FloatArray | None


def count_table(design: Design, domain: IntArray | None, level: IntArray, n_domains: int, n_levels: int) -> CountTable:
    """Count a row-per-PSU design by stratum, domain and level in one pass."""
    n_strata = len(design.strata)
    code = design.strata.codes * (n_domains * n_levels)
    if domain is not None:
        code += domain * n_levels
    code += level
    weights, times = design.weights, design.frequencies
    if domain is not None and domain.min() < 0:
        inside = domain >= 0
        code, weights = code[inside], weights[inside]
        times = None if times is None else times[inside]
    size = n_strata * n_domains * n_levels
    count = np.bincount(code, minlength=size).astype(np.float64) if times is None else sums(code, times, size)
    if design.stratum_weights is not None:
        return CountTable(count, count * np.repeat(design.stratum_weights, n_domains * n_levels), None)
    total = weights if times is None else weights * times
    weight = sums(code, total, size)
    return CountTable(count, weight, weight_spread(count, weight, sums(code, total * weights, size)))


def weight_spread(count: FloatArray, weight: FloatArray, squares: FloatArray) -> FloatArray:
    """Σ(w - w̄)² from n, Σw and Σw², with differences below rounding taken for none."""
    spread = squares - np.divide(weight * weight, count, out=np.zeros_like(weight), where=count > 0)
    spread[spread < 1e-12 * squares] = 0.0
    return spread
