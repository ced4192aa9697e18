"""Score intervals of quantiles: the values at which a test of the share above them does not reject."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from weighting.base.arrays import Floats, Ints
from weighting.design.design import Design
from weighting.estimating.assemble import DomainBase
from weighting.estimating.cells import AnswerCells
from weighting.estimating.source import RowSource, influence_of_mean
from weighting.results.intervals import Bounds, Level, t_quantile


@dataclass(frozen=True, eq=False)
class ScoreInterval:
    """The score test of one quantile in all domains."""

    design: Design
    source: RowSource
    share: float
    #: (D,)
    degrees_of_freedom: Floats

    @cached_property
    def _values(self) -> list[Floats]:
        """The different answers of each domain, ascending."""
        cells = self.source.cells
        value, weight = cells.take(cells.value), cells.take(cells.rows.weight)
        used = ~np.isnan(value) & (weight > 0)
        return [np.unique(value[used & (cells.column == domain)]) for domain in range(cells.columns)]

    def bounds(self, level: Level) -> Bounds:
        """Bounds at a level: the first answers whose score falls to t and to -t; nan beyond the data.

        Source: Francisco and Fuller (1991), Annals of Statistics 19, section 3; R survey, ``svyquantile`` with
        ``interval.type="score"``.
        """
        t = t_quantile(level, self.degrees_of_freedom)
        low, high = (self._first(bound) for bound in (t, -t))
        count = np.array([len(values) for values in self._values])
        below = np.where((low == 0) & (count > 1), np.nan, self._at(low))
        above = np.where((high == count - 1) & (count > 1), np.nan, self._at(high))
        nothing = ~np.isfinite(t)
        return np.where(nothing, np.nan, below), np.where(nothing, np.nan, above)

    def _first(self, bound: Floats) -> Ints:
        """(D,) place of the first answer whose score is at most the bound, by halving."""
        low = np.zeros(len(bound), np.intp)
        high = np.array([max(len(values) - 1, 0) for values in self._values])
        while (low < high).any():
            middle = (low + high) // 2
            reached = self._score(self._at(middle)) <= bound
            high, low = np.where(reached, middle, high), np.where(reached | (low == high), low, middle + 1)
            low = np.minimum(low, high)
        return low

    def _at(self, place: Ints) -> Floats:
        pairs = zip(self._values, place.tolist(), strict=True)
        return np.array([values[at] if len(values) else np.nan for values, at in pairs])

    def _score(self, value: Floats) -> Floats:
        """(D,) distance of the share above a value from what it should be, over its standard error."""

        def above(cells: AnswerCells, _base: DomainBase) -> tuple[Floats, Floats]:
            return influence_of_mean(cells, (cells.take(cells.value) > value[cells.column]).astype(np.float64))

        part = self.source.estimate(self.source.cells, above)
        away, error = part.value - (1 - self.share), part.precision.standard_error
        return np.divide(away, error, out=np.where(away > 0, np.inf, -np.inf), where=error > 0)
