"""Where a question's estimates come from: a table of counts where that is exact, otherwise the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from weighting.base.arrays import Floats
from weighting.base.labels import Label
from weighting.base.sums import sums
from weighting.design.design import Design
from weighting.estimating.assemble import DomainBase, Precision, Statistic, Variable, variable
from weighting.estimating.cells import AnswerCells, DomainCodes, rows_of_domains
from weighting.estimating.counts import CountTable, count_table, read_levels, table_mean
from weighting.variance.influence import Influence

#: gives each raw answer the number that is averaged; nan leaves it out
Score: TypeAlias = Callable[[Floats], Floats]
_Part = TypeVar("_Part", DomainBase, Precision)


class AnswerSource(Protocol):
    """A column of answers in its domains."""

    @property
    def labels(self) -> tuple[Label, ...]:
        """Names of the domains."""

    def mean(self, score: Score) -> Variable:
        """Mean of the scored answers in every domain."""

    def counts(self, answer: float) -> Floats:
        """(D,) how many gave the answer."""

    def distinct(self) -> Floats:
        """Answers that occur."""

    def groups(self) -> AnswerCells:
        """Groups of alike rows, or the rows."""


def source_of(design: Design, y: NDArray[Any], domains: DomainCodes, *, overall: bool) -> AnswerSource:
    """Count the answers where that loses nothing, keep the rows otherwise."""
    outside = overall and domains.missing  # rows in no domain belong to everybody
    levels = None if outside else read_levels(y)
    table = None if levels is None else count_table(design, levels, domains)
    if table is not None:
        return TableSource(design, (table, table.overall(len(design.strata))) if overall else (table,))
    return row_source(design, y.astype(np.float64), domains, overall=overall)


def row_source(design: Design, y: Floats, domains: DomainCodes, *, overall: bool) -> RowSource:
    """Keep the rows."""
    cells = rows_of_domains(design, y, domains)
    return RowSource(design, cells.with_overall() if overall else cells)


@dataclass(frozen=True, eq=False)
class RowSource:
    """Answers row by row."""

    design: Design
    cells: AnswerCells
    #: what each set of missing answers leaves to estimate from
    _kept: dict[bytes, DomainBase] = field(default_factory=dict, repr=False)

    @property
    def labels(self) -> tuple[Label, ...]:
        """Names of the domains."""
        return self.cells.labels

    def mean(self, score: Score) -> Variable:
        """Mean of the scored answers in every domain."""
        return self.estimate(replace(self.cells, value=score(self.cells.value)), mean_influence)

    def distinct(self) -> Floats:
        """Answers that occur."""
        values = np.unique(self.cells.take(self.cells.value))
        return values[~np.isnan(values)]

    def groups(self) -> AnswerCells:
        """The rows."""
        return self.cells

    def estimate(self, cells: AnswerCells, statistic: Statistic) -> Variable:
        """Any linearised statistic of the cells."""
        return variable(self.design, cells, statistic, self._kept)

    def counts(self, answer: float) -> Floats:
        """(D,) how many gave the answer."""
        cells = self.cells
        hit = cells.take(cells.rows.count * (cells.rows.weight != 0)) * (cells.take(cells.value) == answer)
        return sums(cells.column, hit, cells.columns)


@dataclass(frozen=True, eq=False)
class TableSource:
    """Answers counted by level, stratum and domain; the second table, if any, is everybody."""

    design: Design
    tables: tuple[CountTable, ...]

    @property
    def labels(self) -> tuple[Label, ...]:
        """Names of the domains."""
        return tuple(label for table in self.tables for label in table.labels)

    def mean(self, score: Score) -> Variable:
        """Mean of the scored answers in every domain."""
        found = [table_mean(self.design, table, score(table.values)) for table in self.tables]
        value = np.concatenate([part[0] for part in found])
        base, near = _joined([part[1] for part in found]), _joined([part[2] for part in found])
        return Variable(value, base, near, lambda: self._influence(score))

    def distinct(self) -> Floats:
        """Answers that occur."""
        table = self.tables[0]
        occurs = (table.count.sum(axis=1) > 0) & ~np.isnan(table.values)
        return np.asarray(table.values[occurs], np.float64)

    def groups(self) -> AnswerCells:
        """Groups of alike rows."""
        cells = self.tables[0].cells()
        return cells.with_overall() if len(self.tables) > 1 else cells

    def _influence(self, score: Score) -> Influence:
        cells = self.groups()
        observed = replace(cells, value=score(cells.value)).observed()
        _, influence = mean_influence(observed, None)
        return Influence(observed.rows, observed.index, observed.column, influence, cells.columns)

    def counts(self, answer: float) -> Floats:
        """(D,) how many gave the answer."""
        return np.concatenate(
            [table.by_domain(table.count)[table.values == answer].sum(axis=0) for table in self.tables]
        )


def _joined(parts: list[_Part]) -> _Part:
    """Several tables' domains one after the other."""
    first = parts[0]
    if len(parts) == 1:
        return first
    both = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(first)}
    return type(first)(**both)


def mean_influence(cells: AnswerCells, _base: DomainBase | None) -> tuple[Floats, Floats]:
    """(D,) weighted means of the cells, and (E,) their influence."""
    return influence_of_mean(cells, cells.take(cells.value))


def influence_of_mean(cells: AnswerCells, value: Floats) -> tuple[Floats, Floats]:
    """(D,) weighted means of (E,) values, and (E,) influence (y - ȳ) / Σw (Woodruff 1971)."""
    weight = cells.take(cells.rows.weight)
    shift = float(value[0]) if len(value) else 0.0
    moved = value - shift
    total = sums(cells.column, weight, cells.columns)
    size = np.where(total != 0, total, np.nan)
    centre = sums(cells.column, weight * moved, cells.columns) / size
    low, high = np.full(cells.columns, np.inf), np.full(cells.columns, -np.inf)
    np.minimum.at(low, cells.column, moved)
    np.maximum.at(high, cells.column, moved)
    centre = np.where(low == high, low, centre)  # answers that are all equal have no rounding error
    return shift + centre, (moved - centre[cells.column]) / size[cells.column]
