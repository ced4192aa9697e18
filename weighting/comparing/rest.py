"""Each unit against everybody else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats, Ints
from weighting.base.sums import sums
from weighting.design.design import Design
from weighting.design.tally import Tally, read_sample
from weighting.errors import WeightingError
from weighting.estimating.assemble import Variable
from weighting.estimating.cells import AnswerCells, read_answers, read_domains
from weighting.estimating.source import Score, influence_of_mean, source_of
from weighting.results.estimate import Estimate
from weighting.variance.influence import Influence, kept_squares
from weighting.variance.projected import Touched
from weighting.variance.stages import stages

#: entries of an influence worked on at a time
_BLOCK = 500_000


def against_rest(design: Design | Tally, y: ArrayLike | None = None, *, domains: ArrayLike | None = None) -> Estimate:
    """Mean of each domain less the mean of all other rows, with the covariance of the two.

    Args:
        design: the sample of n rows, or a Tally, which brings its own answers and domains.
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
    sample = read_sample(design, y, domains, what="against_rest")
    if sample.domains is None:
        raise WeightingError("against_rest needs domains: say which unit each answer belongs to.")
    return scored_against_rest(*sample[:2], sample.domains, lambda values: values)


def scored_against_rest(design: Design, y: ArrayLike, domains: ArrayLike, score: Score) -> Estimate:
    """The same for answers that are given scores first, such as points of levels."""
    answers, where = read_answers(y, design), read_domains(domains, design)
    if answers.ndim != 1 or where.codes is None or len(where.labels) < 2:
        raise WeightingError("against_rest takes one variable and one column of at least two domain labels.")
    source = source_of(design, answers, where, overall=False)
    units, groups = source.mean(score), source.groups()
    rest = _Rest(design, replace(groups, value=score(groups.value)).observed())
    halves = rest.halves(units)
    variance = rest_variance(design, halves) if rest.plain() else rest.through_sums(halves)
    return rest.estimate(units, halves.own - halves.others, variance)


@dataclass(frozen=True, eq=False)
class _Rest:
    """Observed rows of all domains, each in one."""

    design: Design
    cells: AnswerCells

    def plain(self) -> bool:
        """Whether sums by domain are enough: one stage, design weights, no lonely PSU that counts."""
        design = self.design
        simple = design.second is None and design.adjustment is None and design.pps is None
        return simple and not stages(design)[0].matters

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

    def through_sums(self, halves: Halves) -> Floats:
        """(D,) the same under adjusted weights: a part on the domain's rows, and two columns that all rows have."""
        squares = kept_squares(self.design)
        if squares is None:
            return self.one_by_one()
        cells, left = self.cells, halves.other_weight
        moved = cells.take(cells.value) - halves.centre
        own, others, weight = halves.own[cells.column], halves.others[cells.column], halves.weight[cells.column]
        inside = (moved - own) / weight + (moved - others) / left[cells.column]
        touched = Touched(cells.index, cells.column, inside, cells.columns)
        everybody = np.zeros((len(cells.rows.stratum), 2))
        everybody[slice(None) if cells.index is None else cells.index] = np.stack([moved, np.ones_like(moved)], axis=1)
        shares = np.stack([-1 / left, halves.others / left], axis=1)
        variance = np.zeros(cells.columns)
        for part in squares:
            crossed = part.cross(touched, everybody)
            between, among = crossed[:-2], crossed[-2:]
            variance += part.squares(touched) + 2 * (shares * between).sum(axis=1)
            variance += np.einsum("ka,ab,kb->k", shares, among, shares)
        return np.maximum(variance, 0.0)

    def one_by_one(self) -> Floats:
        """(D,) variance of each difference from the influence of every row."""
        k = self.cells.columns
        step = max(1, _BLOCK // max(len(self.cells.column), 1))
        parts = (self._influence(range(start, min(start + step, k))) for start in range(0, k, step))
        return np.concatenate([part.variance(self.design) for part in parts])

    def covariance(self) -> Floats:
        """(D, D) covariance of the differences."""
        return self._influence(range(self.cells.columns)).covariance(self.design)

    def _influence(self, chosen: range) -> Influence:
        """Influence of all rows on the differences of some domains."""
        cells, n = self.cells, len(self.cells.column)
        index = np.arange(n) if cells.index is None else cells.index
        value = cells.take(cells.value)
        values = []
        for domain in chosen:
            inside = (cells.column == domain).astype(np.intp)
            _, influence = influence_of_mean(replace(cells, column=inside, labels=("rest", "domain")), value)
            values.append(np.where(inside == 1, influence, -influence))
        column = np.repeat(np.arange(len(chosen)), n)
        return Influence(cells.rows, np.tile(index, len(chosen)), column, np.concatenate(values), len(chosen))

    def estimate(self, units: Variable, value: Floats, variance: Floats) -> Estimate:
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
            enumerated=units.base.enumerated.min() * (error == 0),
            _covariance=self.covariance,
        )


#: a variance below this share of its uncentred sum is rounding
_ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class Halves:
    """Each domain and its rest; all means less ``centre``."""

    cells: AnswerCells
    #: (D,) mean of the domain
    own: Floats
    #: (D,) mean of all others
    others: Floats
    #: (D,) sum of weights of the domain
    weight: Floats
    centre: float

    @property
    def other_weight(self) -> Floats:
        """(D,) sum of weights of all others."""
        left = self.weight.sum() - self.weight
        return np.where(left > 0, left, np.nan)


def rest_variance(design: Design, halves: Halves) -> Floats:
    """(D,) variance of domain mean less rest mean, in a one-stage design.

    A row of the domain scores w (y - ȳ) / W, any other row minus w (y - ȳ') / W'. Sums of squares over the others
    are those over everybody less those over the domain, so no row is looked at once a domain.
    """
    cells, rows = halves.cells, halves.cells.rows
    factor = stages(design)[0].factors()
    stratum = _entries(cells, rows.stratum)
    between = _unit_squares(halves, stratum, factor / design.stratum_sizes)
    if rows.psu is None or design.psu_stratum is None:
        within = _row_squares(halves, factor[stratum])
    else:
        within = _unit_squares(halves, _entries(cells, rows.psu), factor[design.psu_stratum])
    return np.where(within - between <= _ROUNDING * within, 0.0, within - between)


def _entries(cells: AnswerCells, codes: Ints) -> Ints:
    return codes if cells.index is None else codes[cells.index]


def _row_squares(halves: Halves, factor: Floats) -> Floats:
    """(D,) Σ factor · z² over single rows."""
    cells, k = halves.cells, halves.cells.columns
    count, weight = cells.take(cells.rows.count), cells.take(cells.rows.weight)
    squares = np.divide(weight * weight, count, out=np.zeros_like(weight), where=count > 0)
    if cells.rows.spread is not None:
        squares = squares + cells.take(cells.rows.spread)
    y = cells.take(cells.value) - halves.centre
    scaled = factor * squares
    zero, one, two = (sums(cells.column, scaled * y**power, k) for power in (0, 1, 2))
    own, others = halves.own, halves.others
    inside = (two - 2 * own * one + own**2 * zero) / np.where(halves.weight > 0, halves.weight, np.nan) ** 2
    left = [part.sum() - part for part in (zero, one, two)]
    outside = (left[2] - 2 * others * left[1] + others**2 * left[0]) / halves.other_weight**2
    return np.asarray(inside + outside, np.float64)


def _unit_squares(halves: Halves, unit: Ints, factor: Floats) -> Floats:
    """(D,) Σ factor · Z² over units (PSUs or strata), Z the sum of a unit's scores."""
    cells, k = halves.cells, halves.cells.columns
    weight = cells.take(cells.rows.weight)
    moved = weight * (cells.take(cells.value) - halves.centre)
    every, every_y = sums(unit, weight, len(factor)), sums(unit, moved, len(factor))
    pairs, place = np.unique(unit * k + cells.column, return_inverse=True)
    part, part_y = sums(place, weight, len(pairs)), sums(place, moved, len(pairs))
    u, d = np.divmod(pairs, k)
    own, others, left = halves.own[d], halves.others[d], halves.other_weight
    rest = -(every_y[u] - others * every[u]) / left[d]
    full = (part_y - own * part) / halves.weight[d] + rest + (part_y - others * part) / left[d]
    zero, one, two = factor @ every**2, factor @ (every * every_y), factor @ every_y**2
    everybody = (two - 2 * halves.others * one + halves.others**2 * zero) / left**2
    return np.asarray(everybody + sums(d, factor[u] * (full**2 - rest**2), k), np.float64)
