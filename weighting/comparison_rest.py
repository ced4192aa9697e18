"""Each unit against everybody else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from weighting.comparison_rest_sums import Halves, rest_variance
from weighting.design import Design
from weighting.design_labels import FloatArray, IntArray, sums
from weighting.errors import WeightingError
from weighting.means_assemble import Variable
from weighting.means_cells import Cells, read_answers, read_domains
from weighting.means_source import Score, influence_of_mean, source_of
from weighting.results import Estimate
from weighting.variance import Influence
from weighting.variance_stages import stages


def against_rest(design: Design, y: ArrayLike, *, domains: ArrayLike) -> Estimate:
    """Mean of each domain less the mean of all other rows, with the covariance of the two.

    Args:
        design: the sample of n rows.
        y: (n,) answers; nan is missing.
        domains: (n,) labels.

    Returns:
        Estimate of shape (D,), kind "difference", in the unit of y.

    Raises:
        WeightingError: fewer than two domains, domains that overlap, and as ``mean``.

    Source: Woodruff (1971), JASA 66; domain comparison, Cochran (1977), section 5A.13.

    >>> design = Design(weights=[1] * 4)
    >>> against_rest(design, [1, 2, 5, 6], domains=["a", "a", "b", "b"]).value.tolist()
    [-4.0, 4.0]
    """
    return scored_against_rest(design, y, domains, lambda values: values)


def scored_against_rest(design: Design, y: ArrayLike, domains: ArrayLike, score: Score) -> Estimate:
    """The same for answers that are given scores first, such as points of levels."""
    answers, where = read_answers(y, len(design)), read_domains(domains, len(design))
    if answers.ndim != 1 or where.codes is None or len(where.labels) < 2:
        raise WeightingError("against_rest takes one variable and one column of at least two domain labels.")
    source = source_of(design, answers, where, overall=False)
    units, groups = source.mean(score), source.groups()
    rest = _Rest(design, replace(groups, value=score(groups.value)).observed())
    halves = rest.halves(units)
    variance = rest_variance(design, halves) if rest.plain() else rest.one_by_one()
    return rest.estimate(units, halves.own - halves.others, variance)


@dataclass(frozen=True, eq=False)
class _Rest:
    """Observed rows of all domains, each in one."""

    design: Design
    cells: Cells

    def plain(self) -> bool:
        """Whether sums by domain are enough: one stage, design weights, no lonely PSU that counts."""
        design = self.design
        lonely = design.lonely_psu not in ("certainty", "remove") and stages(design)[0].lonely.size
        return design.second is None and design.adjustment is None and design.pps is None and not lonely

    def halves(self, units: Variable) -> Halves:
        """Means of each domain and of the rest, and the rows that make them."""
        cells, k = self.cells, self.cells.columns
        weight, value = cells.take(cells.rows.weight), cells.take(cells.value)
        centre = float((weight @ value) / weight.sum()) if len(value) else 0.0
        total = sums(cells.column, weight * (value - centre), k)
        size = sums(cells.column, weight, k)
        with np.errstate(divide="ignore", invalid="ignore"):
            others = (total.sum() - total) / (size.sum() - size)
        return Halves(cells, units.value - centre, others, size, centre)

    def influence(self, domain: int, column: int = 0, columns: int = 1) -> Influence:
        """Influence of all rows on one domain's difference."""
        cells = self.cells
        inside = (cells.column == domain).astype(np.intp)
        halves = replace(cells, column=inside, labels=("rest", "domain"))
        _, influence = influence_of_mean(halves, cells.take(cells.value))
        place: IntArray = np.full(len(inside), column, np.intp)
        return Influence(cells.rows, cells.index, place, np.where(inside == 1, influence, -influence), columns)

    def one_by_one(self) -> FloatArray:
        """(D,) variance of each difference from the influence of every row."""
        return np.array([self.influence(d).variance(self.design)[0] for d in range(self.cells.columns)])

    def covariance(self) -> FloatArray:
        """(D, D) covariance of the differences."""
        k = self.cells.columns
        each = [self.influence(d, d, k) for d in range(k)]
        own = [np.arange(len(i.column)) if i.index is None else i.index for i in each]
        joint = Influence(
            self.cells.rows,
            np.concatenate(own),
            np.concatenate([i.column for i in each]),
            np.concatenate([i.values for i in each]),
            k,
        )
        return joint.covariance(self.design)

    def estimate(self, units: Variable, value: FloatArray, variance: FloatArray) -> Estimate:
        """The differences with what stands beside them."""
        n = units.base.n
        problem = np.where(n >= n.sum(), "no answers", units.precision.problem)
        error = np.where(np.isnan(value), np.nan, np.sqrt(np.maximum(variance, 0.0)))
        blank = np.full(len(n), np.nan)
        return Estimate(
            value=value,
            standard_error=np.where(error <= 1e-13 * np.abs(value), 0.0, error),
            degrees_of_freedom=np.full(len(n), self.design.degrees_of_freedom),
            n=np.full(len(n), n.sum()),
            kish_n=blank,
            design_effect=blank,
            design_effect_with_replacement=blank,
            labels=self.cells.labels,
            kind="difference",
            design_degrees_of_freedom=self.design.degrees_of_freedom,
            problem=problem.astype(units.precision.problem.dtype),
            enumerated=np.full(len(n), units.base.enumerated.min()),
            _covariance=self.covariance,
        )
