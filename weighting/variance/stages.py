"""Taylor variance of weighted totals under a design: strata, PSUs, two stages, lonely PSUs.

Every estimator is linearised to a total of scores z = w·a, where a is its influence per unit of weight.
Answers that are alike are handed over as one group, so the cost follows the groups, not the answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from weighting.base.arrays import Floats, Ints
from weighting.base.labels import Factor, Label
from weighting.base.sums import sums
from weighting.design.checks import FULL_ENUMERATION
from weighting.design.design import Design
from weighting.errors import WeightingError

#: tables of stratum × statistic with no more cells an entry than this are dense; others hold the pairs that occur
_DENSE = 8


@dataclass(frozen=True, eq=False)
class Scores:
    """Linearised scores, one entry for a group of alike rows and a statistic they touch."""

    #: (E,) stratum code
    stratum: Ints
    #: (E,) statistic, 0 … K-1
    column: Ints
    #: (E,) rows in the group
    count: Floats
    #: (E,) mean of z in the group
    mean: Floats
    #: (E,) sum of (z - mean)² in the group, None when all are equal
    spread: Floats | None = None
    #: (E,) PSU code in a clustered design
    psu: Ints | None = None
    #: (E,) second-stage unit in a two-stage design where rows are not the units
    ssu: Ints | None = None
    #: (E,) row that the entry belongs to, None when each entry is a row of its own
    row: Ints | None = None


def variances(design: Design, scores: Scores, columns: int) -> Floats:
    """(K,) variance of each total of scores (Särndal, Swensson and Wretman 1992, results 3.7.2 and 4.3.1)."""
    first, *later = stages(design)
    outer = scores if scores.psu is None else _summed(scores, scores.psu, columns, design.psu_stratum)
    total = _stage_variance(first, outer, columns)
    if not later or scores.psu is None or design.second is None:
        return total
    inner = Scores(scores.psu, scores.column, scores.count, scores.mean, scores.spread)
    if scores.ssu is not None:
        inner = _summed(inner, scores.ssu, columns, design.second.unit_psu)
    return total + _stage_variance(later[0], inner, columns)


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of selection: its strata, how many units each has and what share of the population they are."""

    strata: Factor
    sizes: Floats
    fraction: Floats
    lonely_psu: str
    weight: Floats | float = 1.0
    #: whether strata with one unit in a domain are lonely there
    in_domains: bool = False

    @property
    def matters(self) -> bool:
        """Whether lonely units, here or in a domain, contribute by a rule."""
        return self.in_domains or (self.lonely_psu not in ("certainty", "remove") and bool(self.lonely.size))

    @property
    def lonely(self) -> Ints:
        """Codes of the strata with one unit that stands for others."""
        return np.flatnonzero((self.sizes <= 1) & (1 - self.fraction > FULL_ENUMERATION))

    def factors(self) -> Floats:
        """(H,) (1 - f) n / (n - 1), 0 where enumerated or lonely."""
        left_out = 1 - self.fraction
        many = (self.sizes > 1) & (left_out > FULL_ENUMERATION)
        ratio = np.divide(self.sizes, self.sizes - 1, out=np.zeros_like(self.sizes), where=many)
        return np.asarray(left_out * ratio * self.weight, np.float64)


def stages(design: Design) -> list[Stage]:
    """The stages of selection, first the one of the PSUs."""
    rule, inner = design.lonely_psu, design.lonely_in_domains
    first = Stage(design.strata, design.stratum_sizes, design.sampling_fraction, rule, in_domains=inner)
    if design.second is None or design.psu is None:
        return [first]
    weight = design.sampling_fraction[design.psu_stratum]
    return [first, Stage(design.psu, design.second.sizes, design.second.fraction, rule, weight, inner)]


@dataclass(frozen=True, eq=False)
class _Cells:
    """Scores by stratum and statistic, one entry for each pair that occurs."""

    strata: Ints
    column: Ints
    #: units with a score
    present: Floats
    #: sum of their scores
    total: Floats
    #: factor · Σ (z - z̄)² over all units of the stratum
    variance: Floats


def _by_stratum(stage: Stage, scores: Scores, columns: int) -> _Cells:
    cells, strata, column = pairs_of(scores.stratum, scores.column, len(stage.strata), columns)
    size = len(strata)
    present = sums(cells, scores.count, size)
    total = sums(cells, scores.count * scores.mean, size)
    n = stage.sizes[strata]
    centre = total / n
    away = scores.mean - centre[cells]
    squares = scores.count * away * away
    if scores.spread is not None:
        squares += scores.spread
    around = sums(cells, squares, size) + (n - present) * centre * centre
    if stage.in_domains:  # one unit of several: its whole score counts, or the stratum has no variance
        here = (present == 1) & (n > 1)
        around = np.where(here, total * total if stage.lonely_psu == "adjust" else 0.0, around)
    return _Cells(strata, column, present, total, stage.factors()[strata] * around)


def _stage_variance(stage: Stage, scores: Scores, columns: int) -> Floats:
    cells = _by_stratum(stage, scores, columns)
    variance = sums(cells.column, cells.variance, columns)
    return _with_lonely(stage, variance, cells, columns) if stage.matters else variance


def satterthwaite(design: Design, scores: Scores, columns: int) -> Floats:
    """(K,) degrees of freedom (Σ v)² / Σ v² / (n - 1) of the strata's variances v (Satterthwaite 1946)."""
    stage = stages(design)[0]
    outer = scores if scores.psu is None else _summed(scores, scores.psu, columns, design.psu_stratum)
    cells = _by_stratum(stage, outer, columns)
    each = cells.variance**2 / np.maximum(stage.sizes[cells.strata] - 1, 1)
    total, below = sums(cells.column, cells.variance, columns), sums(cells.column, each, columns)
    return np.asarray(np.divide(total**2, below, out=np.full(columns, np.inf), where=below > 0), np.float64)


def _with_lonely(stage: Stage, variance: Floats, cells: _Cells, columns: int) -> Floats:
    """Add what strata with one PSU contribute, by the design's rule."""
    alone = np.isin(cells.strata, stage.lonely) & (cells.present > 0)
    if stage.in_domains and stage.lonely_psu == "average":
        alone |= (cells.present == 1) & (1 - stage.fraction[cells.strata] > FULL_ENUMERATION)
    if not alone.any():
        return variance
    if stage.lonely_psu == "fail":
        name = stage.strata.labels[cells.strata[alone][0]]
        raise lonely_error(name)
    if stage.lonely_psu == "adjust":
        grand = sums(cells.column, cells.total, columns) / stage.sizes.sum()
        away = cells.total - grand[cells.column]
        left_out = ((1 - stage.fraction) * stage.weight)[cells.strata]
        return variance + sums(cells.column, alone * left_out * away * away, columns)
    if stage.lonely_psu == "average":
        met = sums(cells.column, cells.present > 0, columns)
        good = met - sums(cells.column, alone, columns)
        scale = np.divide(met, good, out=np.full(columns, np.nan), where=good > 0)
        return np.asarray(variance * scale, np.float64)
    return variance


def lonely_error(stratum: Label) -> WeightingError:
    """What is said of a stratum with one PSU."""
    return WeightingError(
        f"stratum {stratum} has only one PSU, so its variance cannot be estimated: merge it with a neighbour, "
        "or choose lonely_psu certainty, adjust, average or remove."
    )


def pairs_of(rows: Ints, columns: Ints, n_rows: int, n_columns: int) -> tuple[Ints, Ints, Ints]:
    """Code pairs (row, column): the pair of each entry, then the row and the column of each pair."""
    key = rows * n_columns + columns if n_columns > 1 else rows
    if n_rows * n_columns <= _DENSE * len(rows) + 10_000:
        every = np.arange(n_rows * n_columns)
        return key, every // n_columns, every % n_columns
    found, inverse = np.unique(key, return_inverse=True)
    return inverse.astype(np.intp), found // n_columns, found % n_columns


def _summed(scores: Scores, units: Ints, columns: int, parent: Ints | None) -> Scores:
    """Add the scores of each unit (PSU or second-stage unit)."""
    if parent is None:
        return scores
    cells, unit, column = pairs_of(units, scores.column, len(parent), columns)
    total = sums(cells, scores.count * scores.mean, len(unit))
    met = np.bincount(cells, minlength=len(unit)) > 0
    return Scores(parent[unit[met]], column[met], np.ones(int(met.sum())), total[met])
