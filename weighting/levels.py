"""Satisfaction scales: distribution, points, top box, 满意率 and 差评率 of every domain in one call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from weighting.design import Design
from weighting.design_labels import FloatArray, Label, join_labels, sums
from weighting.errors import WeightingError
from weighting.means import mean_influence
from weighting.means_assemble import Variable, assembled, stacked, variable
from weighting.means_cells import Cells, cells_of, read_answers, read_domains
from weighting.results import Estimate


@dataclass(frozen=True, eq=False)
class LevelTable:
    """What a five-level (or other) question says in each domain; every Estimate has shape (D,) or ()."""

    #: names of the domains, ("overall",) without domains
    domains: tuple[Label, ...]
    #: the scale, lowest level first
    levels: tuple[int, ...]
    #: (D, L) answers at each level
    counts: FloatArray
    #: (D,) answers that left the mean because the person could not say
    cannot_say_counts: FloatArray
    #: (D, L) share of each level among those who could say
    shares: Estimate
    #: mean of the points
    mean: Estimate
    #: share of the highest levels
    top_box: Estimate
    #: 满意率
    satisfied: Estimate
    #: 差评率
    dissatisfied: Estimate
    #: share of all who answered that could not say
    cannot_say: Estimate

    @property
    def n(self) -> FloatArray:
        """(D,) answers that could say."""
        return np.asarray(self.counts.sum(axis=1), np.float64)


def levels(
    design: Design,
    answers: ArrayLike,
    *,
    points: Mapping[int, float],
    domains: ArrayLike | None = None,
    overall: bool = False,
    satisfied: Collection[int] = (3, 4, 5),
    dissatisfied: Collection[int] = (1, 2),
    top: Collection[int] | None = None,
    cannot_say: int = 0,
) -> LevelTable:
    """Estimate everything that is said about a question with ordered levels.

    Args:
        design: the sample of n rows.
        answers: (n,) whole levels; nan is missing.
        points: points of each level of the scale.
        domains: (n,) labels, or (n, D) booleans; None for the whole sample.
        overall: add everybody as a last domain.
        satisfied: levels that count as satisfied (满意率).
        dissatisfied: levels that count as bad (差评率).
        top: levels of the top box; the highest one if left out.
        cannot_say: the level of 不了解, which leaves all shares and the mean and is reported beside them.

    Returns:
        LevelTable; the mean is in points, shares between 0 and 1.

    Raises:
        WeightingError: an answer outside the scale, and as ``mean``.

    Source: weighted means and shares as in ``mean``; subpopulations, Cochran (1977), section 5A.14.

    >>> table = levels(Design(weights=[1] * 4), [5, 4, 0, 1], points={5: 100, 4: 80, 3: 60, 2: 30, 1: 0})
    >>> table.mean.value.item(), round(table.satisfied.value.item(), 3), table.cannot_say_counts.tolist()
    (60.0, 0.667, [1.0])
    """
    scale = tuple(sorted(points))
    if len(scale) < 2 or cannot_say in points:
        raise WeightingError(f"points need at least two levels, none of them {cannot_say} (cannot say).")
    column = read_answers(answers, len(design))
    if column.ndim != 1:
        raise WeightingError("levels takes one question at a time.")
    _check(column, scale, cannot_say)
    cells = cells_of(design, column, read_domains(domains, len(design)))
    cells = cells.with_overall() if overall and domains is not None else cells
    top = (scale[-1],) if top is None else top
    work = _Work(design, cells, scale, domains is not None)
    said = {level: float(level != cannot_say) for level in (*scale, cannot_say)}
    counts = work.counts((*scale, cannot_say))
    return LevelTable(
        cells.labels,
        scale,
        counts[:, :-1],
        counts[:, -1],
        work.estimate([_one(scale, {level}) for level in scale], "proportion", scale),
        replace(work.estimate([dict(points)], "mean"), limits=(min(points.values()), max(points.values()))),
        work.estimate([_one(scale, top)], "proportion"),
        work.estimate([_one(scale, satisfied)], "proportion"),
        work.estimate([_one(scale, dissatisfied)], "proportion"),
        work.estimate([{level: 1 - value for level, value in said.items()}], "proportion"),
    )


def _one(scale: tuple[int, ...], chosen: Collection[int]) -> dict[int, float]:
    return {level: float(level in chosen) for level in scale}


def _check(column: FloatArray, scale: tuple[int, ...], cannot_say: int) -> None:
    known = np.isnan(column) | np.isin(column, (*scale, cannot_say))
    if not known.all():
        row = int(np.argmin(known))
        raise WeightingError(
            f"answer {column[row]:g} in row {row} is not on the scale {', '.join(map(str, scale))}: "
            f"give it points, or use {cannot_say} for cannot say and nan for missing."
        )


@dataclass(frozen=True, eq=False)
class _Work:
    """One question's cells, and how statistics of its levels are estimated from them."""

    design: Design
    cells: Cells
    scale: tuple[int, ...]
    by_domain: bool

    def counts(self, order: tuple[int, ...]) -> FloatArray:
        """(D, levels) answers at each level."""
        count, value = self.cells.take(self.cells.rows.count), self.cells.take(self.cells.value)
        column, k = self.cells.column, self.cells.columns
        return np.stack([sums(column, count * (value == level), k) for level in order], axis=1)

    def estimate(self, values: list[dict[int, float]], kind: str, names: tuple[Label, ...] = ()) -> Estimate:
        """Means of values given to levels; a level without one leaves the statistic."""
        parts: list[Variable] = [self._variable(value) for value in values]
        labels = self.cells.labels if self.by_domain else ()
        shape = (len(labels),) * self.by_domain + (len(parts),) * bool(names)
        flat = join_labels(*filter(None, (labels, names))) or ("overall",)
        joint = stacked([part.influence for part in parts])
        estimate = assembled(self.design, parts, joint, shape, flat, kind)
        return replace(estimate, limits=(0.0, 1.0)) if kind == "proportion" else estimate

    def _variable(self, values: dict[int, float]) -> Variable:
        answers = self.cells.value
        given = np.full(len(answers), np.nan)
        for level, value in values.items():
            given[answers == level] = value
        return variable(self.design, replace(self.cells, value=given), mean_influence)
