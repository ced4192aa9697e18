"""One pass over the data: counts and weights by level, stratum and domain, and all that follows from them.

Answers on a scale repeat, so a mean or share and its variance need only three sums a cell: n, Σw and Σw².
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from weighting.base.arrays import Flags, Floats, Ints
from weighting.base.labels import Label
from weighting.base.sums import sums
from weighting.design.checks import FULL_ENUMERATION
from weighting.design.design import Design
from weighting.estimating.assemble import DomainBase, Precision, precision
from weighting.estimating.cells import AnswerCells, DomainCodes, weight_spread
from weighting.variance.influence import DesignRows
from weighting.variance.stages import stages

#: answers with at most this many different whole values are counted instead of kept
_MOST_LEVELS = 64
#: rows coded at a time, so that the work stays in the processor's cache
_BLOCK = 65_536
#: cells a row that a table may have where strata and domains cross thinly
_SPARSE = 4
#: pairs of stratum and domain that a lookup table may have
_DENSE = 20_000_000
#: a variance below this share of its uncentred sum is rounding
_ROUNDING = 1e-14
_Kept = TypeVar("_Kept")


@dataclass(frozen=True, eq=False)
class CodedLevels:
    """A column of answers as whole levels."""

    #: (n,) any whole numbers
    codes: NDArray[Any]
    #: (L,) value of level ``lowest``, ``lowest`` + 1, …; nan for missing
    values: Floats
    lowest: int


def read_levels(y: NDArray[Any]) -> CodedLevels | None:
    """Answers as levels, when they are whole numbers of a short range."""
    if y.ndim != 1 or not y.size or y.dtype.kind not in "biuf":
        return None
    if y.dtype.kind == "f":
        return _from_floats(y.astype(np.float64, copy=False))
    codes = y.view(np.uint8) if y.dtype.kind == "b" else y
    low, high = int(codes.min()), int(codes.max())
    if high - low >= _MOST_LEVELS:
        return None
    return CodedLevels(codes, np.arange(low, high + 1, dtype=np.float64), low)


def _from_floats(y: Floats) -> CodedLevels | None:
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
    return CodedLevels(codes, values, int(low)) if np.array_equal(codes, y) else None


@dataclass(frozen=True, eq=False)
class CountTable:
    """n, Σw and Σw² by level and pair of stratum and domain: (L, P) each."""

    count: Floats
    weight: Floats
    squares: Floats
    #: (L,) value of each level, nan for missing
    values: Floats
    #: (P,) stratum of each pair
    stratum: Ints
    #: (P,) domain of each pair
    domain: Ints
    labels: tuple[Label, ...]
    #: whether all weights of each stratum are the same
    even: bool
    _known: dict[bytes, Any] = field(default_factory=dict, repr=False)

    def by_domain(self, table: Floats) -> Floats:
        """(L, D) sums of an (L, P) table."""
        return np.stack([sums(self.domain, row, len(self.labels)) for row in table])

    def once(self, key: bytes, work: Callable[[], _Kept]) -> _Kept:
        """What several statistics of the table need is worked out once."""
        if key not in self._known:
            self._known[key] = work()
        kept: _Kept = self._known[key]
        return kept

    def overall(self, n_strata: int) -> CountTable:
        """The same for everybody as one domain."""
        count, weight, squares = (
            np.stack([sums(self.stratum, row, n_strata) for row in table])
            for table in (self.count, self.weight, self.squares)
        )
        strata, nobody = np.arange(n_strata), np.zeros(n_strata, np.intp)
        return CountTable(count, weight, squares, self.values, strata, nobody, ("overall",), self.even)

    def cells(self) -> AnswerCells:
        """The same as groups of alike rows, for covariances."""
        level, pair = np.nonzero(self.count)
        count, weight = self.count[level, pair], self.weight[level, pair]
        spread = None if self.even else weight_spread(count, weight, self.squares[level, pair])
        rows = DesignRows(self.stratum[pair], None, None, count, weight, spread)
        return AnswerCells(rows, self.values[level], None, self.domain[pair], self.labels)


def count_table(design: Design, levels: CodedLevels, domains: DomainCodes) -> CountTable | None:
    """Count a design in one pass, where that gives all that an exact answer needs; else None."""
    plain = design.psu is None and design.pps is None and design.adjustment is None and domains.members is None
    if not plain or stages(design)[0].matters or not design.positive:
        return None
    weights, times = design.weights, design.frequencies
    pairs = _pairs(design, len(levels.values), domains)
    code = _codes(pairs, levels)
    if domains.codes is not None and domains.missing:
        inside = domains.codes >= 0
        code, weights = code[inside], weights[inside]
        times = None if times is None else times[inside]
    shape = (len(levels.values), len(pairs.stratum))
    size = shape[0] * shape[1]
    if size > max(_SPARSE * len(design), 1000):
        return None
    count = np.bincount(code, times, minlength=size).reshape(shape).astype(np.float64, copy=False)
    even = design.stratum_weights
    if even is not None:
        weight = count * even[pairs.stratum]
        squares = weight * even[pairs.stratum]
    else:
        weighted = weights if times is None else weights * times
        weight = sums(code, weighted, size).reshape(shape)
        squares = sums(code, weighted * weights, size).reshape(shape)
    where = (pairs.stratum, pairs.domain, domains.labels)
    return CountTable(count, weight, squares, levels.values, *where, even is not None)


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs of stratum and domain that occur."""

    #: (n,) stratum of each row, or its pair where only some pairs occur
    rows: Ints
    #: (n,) domain of each row to be added, None where ``rows`` holds pairs
    domains: Ints | None
    #: number of domains, 1 where ``rows`` holds pairs
    width: int
    #: (P,)
    stratum: Ints
    #: (P,)
    domain: Ints


def _pairs(design: Design, n_levels: int, domains: DomainCodes) -> _Pairs:
    """All pairs where the table stays small, else those that occur (strata nested in domains are few)."""
    strata, n_domains = design.strata.codes, len(domains.labels)
    size = len(design.strata) * n_domains
    if domains.codes is None or size * n_levels <= max(len(strata), 1000):
        pair = np.arange(size)
        return _Pairs(strata, domains.codes, n_domains, pair // n_domains, pair % n_domains)
    code = strata * n_domains + np.maximum(domains.codes, 0)
    if size <= _DENSE:
        present = np.zeros(size, np.bool_)
        present[code] = True
        found, code = np.flatnonzero(present), (np.cumsum(present) - 1)[code]
    else:
        found, code = np.unique(code, return_inverse=True)
    return _Pairs(code, None, 1, found // n_domains, found % n_domains)


def _codes(pairs: _Pairs, levels: CodedLevels) -> Ints:
    """(n,) place of each row in a table of levels × pairs."""
    code = np.empty(len(pairs.rows), np.intp)
    room = np.empty(min(_BLOCK, len(code)), np.intp)
    for start in range(0, len(code), _BLOCK):
        part = slice(start, start + _BLOCK)
        out, other = code[part], room[: len(code[part])]
        np.subtract(levels.codes[part], levels.lowest, out=out, casting="unsafe", dtype=np.intp)
        out *= len(pairs.stratum)
        np.multiply(pairs.rows[part], pairs.width, out=other)
        out += other
        if pairs.domains is not None:
            out += pairs.domains[part]
    return code


def table_base(design: Design, table: CountTable, seen: Flags) -> DomainBase:
    """What each domain offers, when only the levels in ``seen`` count as answers."""
    k = len(table.labels)
    members = table.count.sum(axis=0)
    observed = members if seen.all() else table.count[seen].sum(axis=0)
    open_strata = 1 - design.sampling_fraction > FULL_ENUMERATION
    weight = sums(table.domain, table.weight[seen].sum(axis=0), k)
    squares = sums(table.domain, table.squares[seen].sum(axis=0), k)
    n = sums(table.domain, observed, k)
    return DomainBase(
        n,
        weight,
        np.divide(weight * weight, squares, out=np.zeros_like(weight), where=squares > 0),
        sums(table.domain, members - (members > 0), k),
        n - sums(table.domain, observed > 0, k),
        (sums(table.domain, members * open_strata[table.stratum], k) == 0).astype(np.float64),
        np.zeros(k),
    )


def table_mean(design: Design, table: CountTable, values: Floats) -> tuple[Floats, DomainBase, Precision]:
    """(D,) means of values given to the levels (nan: no answer), what they rest on, and their precision."""
    seen = ~np.isnan(values)
    base = table.once(seen.tobytes(), lambda: table_base(design, table, seen))
    factor = stages(design)[0].factors()
    weights = table.once(b"weights", lambda: table.by_domain(table.weight))
    squares = table.once(b"squares", lambda: table.by_domain(table.squares * factor[table.stratum]))
    given = np.where(seen, values, 0.0)
    by_level = weights * seen[:, None]
    size = np.where(base.weight > 0, base.weight, np.nan)
    shift = given[seen][0] if seen.any() else 0.0
    mean = shift + ((given - shift) @ by_level) / size
    chosen = by_level > 0
    low = np.where(chosen, given[:, None], np.inf).min(axis=0)
    high = np.where(chosen, given[:, None], -np.inf).max(axis=0)
    mean = np.where(low == high, low, mean)  # answers that are all equal have no rounding error
    influence = np.where(seen[:, None], (given[:, None] - mean) / size, 0.0)
    squared = (squares * influence**2).sum(axis=0)
    total = np.einsum("lp,lp->p", table.weight, influence[:, table.domain])
    share = (factor / design.stratum_sizes)[table.stratum]
    variance = squared - sums(table.domain, share * total * total, len(table.labels))
    variance = np.where(variance <= _ROUNDING * squared, 0.0, variance)
    return mean, base, precision(base, mean, variance, (by_level * influence**2).sum(axis=0))
