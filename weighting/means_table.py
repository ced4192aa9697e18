"""One pass over the data: counts and weights by level × stratum × domain, and all that follows from them.

Answers on a scale repeat, so a mean or share and its variance need only three sums a cell: n, Σw and Σw².
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weighting.design import Design
from weighting.design_checks import FULL_ENUMERATION
from weighting.design_labels import FloatArray, IntArray, Label, sums
from weighting.means_assemble import Base, Precision, precision
from weighting.means_cells import Cells, Domains, weight_spread
from weighting.variance import Rows
from weighting.variance_stages import stages

#: answers with at most this many different whole values are counted instead of kept
_MOST_LEVELS = 64
#: rows coded at a time, so that the work stays in the processor's cache
_BLOCK = 65_536
#: a variance below this share of its uncentred sum is rounding
_ROUNDING = 1e-14


@dataclass(frozen=True, eq=False)
class Levels:
    """A column of answers as whole levels."""

    #: (n,) any whole numbers
    codes: NDArray[Any]
    #: (L,) value of level ``lowest``, ``lowest`` + 1, …; nan for missing
    values: FloatArray
    lowest: int


def read_levels(y: NDArray[Any]) -> Levels | None:
    """Answers as levels, when they are whole numbers of a short range."""
    if y.ndim != 1 or not y.size or y.dtype.kind not in "biuf":
        return None
    if y.dtype.kind == "f":
        return _from_floats(y.astype(np.float64, copy=False))
    codes = y.view(np.uint8) if y.dtype.kind == "b" else y
    low, high = int(codes.min()), int(codes.max())
    if high - low >= _MOST_LEVELS:
        return None
    return Levels(codes, np.arange(low, high + 1, dtype=np.float64), low)


def _from_floats(y: FloatArray) -> Levels | None:
    head = y[:1000]
    if not np.array_equal(np.floor(head), head, equal_nan=True):
        return None
    low, high = float(np.fmin.reduce(y)), float(np.fmax.reduce(y))
    if not (high - low < _MOST_LEVELS and abs(low) < 2**52):
        return None
    values = np.arange(low, high + 1)
    gone = np.isnan(y)
    if gone.any():
        y = np.where(gone, high + 1, y)
        values = np.append(values, np.nan)
    codes = y.astype(np.intp)
    return Levels(codes, values, int(low)) if np.array_equal(codes, y) else None


@dataclass(frozen=True, eq=False)
class CountTable:
    """n, Σw and Σw² by level, stratum and domain: (L, H, D) each."""

    count: FloatArray
    weight: FloatArray
    squares: FloatArray
    #: (L,) value of each level, nan for missing
    values: FloatArray
    labels: tuple[Label, ...]
    #: whether all weights of each stratum are the same
    even: bool
    _bases: dict[bytes, Base] = field(default_factory=dict, repr=False)

    def base(self, design: Design, seen: NDArray[np.bool_]) -> Base:
        """What each domain offers when only the levels in ``seen`` are answers; worked out once."""
        key = seen.tobytes()
        if key not in self._bases:
            self._bases[key] = table_base(design, self, seen)
        return self._bases[key]

    def overall(self) -> CountTable:
        """The same for everybody as one domain."""
        count, weight, squares = (t.sum(axis=2, keepdims=True) for t in (self.count, self.weight, self.squares))
        return CountTable(count, weight, squares, self.values, ("overall",), self.even)

    def cells(self) -> Cells:
        """The same as groups of alike rows, for covariances."""
        level, stratum, domain = np.nonzero(self.count)
        take = (level, stratum, domain)
        count, weight = self.count[take], self.weight[take]
        spread = None if self.even else weight_spread(count, weight, self.squares[take])
        return Cells(Rows(stratum, None, None, count, weight, spread), self.values[level], None, domain, self.labels)


def count_table(design: Design, levels: Levels, domains: Domains) -> CountTable | None:
    """Count a design in one pass, where that gives all that an exact answer needs; else None."""
    plain = design.psu is None and design.pps is None and design.adjustment is None and domains.members is None
    shape = (len(levels.values), len(design.strata), len(domains.labels))
    size = shape[0] * shape[1] * shape[2]
    if not plain or size > max(len(design), 1000) or _lonely_matters(design) or design.weights.min() <= 0:
        return None
    code = _codes(design.strata.codes, levels, domains.codes, shape)
    weights, times = design.weights, design.frequencies
    if domains.codes is not None and domains.codes.min() < 0:
        inside = domains.codes >= 0
        code, weights = code[inside], weights[inside]
        times = None if times is None else times[inside]
    count = np.bincount(code, times, minlength=size).reshape(shape).astype(np.float64, copy=False)
    even = design.stratum_weights
    if even is not None:
        weight = count * even[:, None]
        return CountTable(count, weight, weight * even[:, None], levels.values, domains.labels, True)
    weighted = weights if times is None else weights * times
    weight = sums(code, weighted, size).reshape(shape)
    squares = sums(code, weighted * weights, size).reshape(shape)
    return CountTable(count, weight, squares, levels.values, domains.labels, False)


def _lonely_matters(design: Design) -> bool:
    return design.lonely_psu not in ("certainty", "remove") and bool(stages(design)[0].lonely.size)


def _codes(strata: IntArray, levels: Levels, domains: IntArray | None, shape: tuple[int, int, int]) -> IntArray:
    """(n,) place of each row in a table of the shape."""
    code = np.empty(len(strata), np.intp)
    room = np.empty(min(_BLOCK, len(strata)), np.intp)
    plane, n_domains = shape[1] * shape[2], shape[2]
    for start in range(0, len(strata), _BLOCK):
        part = slice(start, start + _BLOCK)
        out, other = code[part], room[: len(code[part])]
        np.subtract(levels.codes[part], levels.lowest, out=out, casting="unsafe", dtype=np.intp)
        out *= plane
        np.multiply(strata[part], n_domains, out=other)
        out += other
        if domains is not None:
            out += domains[part]
    return code


def table_base(design: Design, table: CountTable, seen: NDArray[np.bool_]) -> Base:
    """What each domain offers, when only the levels in ``seen`` count as answers."""
    members = table.count.sum(axis=0)
    observed = members if seen.all() else table.count[seen].sum(axis=0)
    open_strata = 1 - design.sampling_fraction > FULL_ENUMERATION
    weight, squares = table.weight[seen].sum(axis=(0, 1)), table.squares[seen].sum(axis=(0, 1))
    n = observed.sum(axis=0)
    return Base(
        n,
        weight,
        np.divide(weight * weight, squares, out=np.zeros_like(weight), where=squares > 0),
        np.asarray(members.sum(axis=0) - (members > 0).sum(axis=0), np.float64),
        np.asarray(n - (observed > 0).sum(axis=0), np.float64),
        np.asarray(~(members[open_strata] > 0).any(axis=0), np.float64),
    )


def table_mean(design: Design, table: CountTable, values: FloatArray) -> tuple[FloatArray, Base, Precision]:
    """(D,) means of values given to the levels (nan: no answer), what they rest on, and their precision."""
    seen = ~np.isnan(values)
    base = table.base(design, seen)
    given = np.where(seen, values, 0.0)
    by_level = table.weight.sum(axis=1) * seen[:, None]
    size = np.where(base.weight > 0, base.weight, np.nan)
    shift = given[seen][0] if seen.any() else 0.0
    mean = shift + ((given - shift) @ by_level) / size
    chosen = by_level > 0
    low = np.where(chosen, given[:, None], np.inf).min(axis=0)
    high = np.where(chosen, given[:, None], -np.inf).max(axis=0)
    mean = np.where(low == high, low, mean)  # answers that are all equal have no rounding error
    influence = np.where(seen[:, None], (given[:, None] - mean) / size, 0.0)
    factor = stages(design)[0].factors()
    squared = (np.tensordot(table.squares, factor, (1, 0)) * influence**2).sum(axis=0)
    sums = np.einsum("lhd,ld->hd", table.weight, influence)
    variance = squared - (factor / design.stratum_sizes) @ (sums * sums)
    variance = np.where(variance <= _ROUNDING * squared, 0.0, variance)
    spread = (by_level * influence**2).sum(axis=0)
    return mean, base, precision(base, mean, variance, spread)
