"""From influences to estimates: what stands beside a value is worked out in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from weighting.base.arrays import Floats, Texts
from weighting.base.labels import Label
from weighting.base.sums import sums
from weighting.design.checks import FULL_ENUMERATION
from weighting.design.design import Design
from weighting.estimating.cells import AnswerCells
from weighting.results.estimate import Estimate
from weighting.variance.influence import Influence
from weighting.variance.phases import phase_classes
from weighting.variance.stages import pairs_of


@dataclass(frozen=True, eq=False)
class DomainBase:
    """What a domain offers to every statistic in it; all (K,)."""

    n: Floats
    weight: Floats
    kish_n: Floats
    degrees_of_freedom: Floats
    #: the same, counting only rows with an answer: at 0 nothing can be said
    observed_degrees: Floats
    enumerated: Floats
    #: answers whose weight linear calibration has made negative
    negative: Floats


def base_of(design: Design, cells: AnswerCells, observed: AnswerCells) -> DomainBase:
    """Sizes, weights and degrees of freedom of each domain."""
    count, weight = observed.take(observed.rows.count), observed.take(observed.rows.weight)
    k = cells.columns
    n = sums(observed.column, count * (weight != 0), k)
    total = sums(observed.column, weight, k)
    squares = np.divide(weight * weight, count, out=np.zeros_like(weight), where=count > 0)
    if observed.rows.spread is not None:
        squares = squares + observed.take(observed.rows.spread)
    square = sums(observed.column, squares, k)
    kish = np.divide(total * total, square, out=np.zeros(k), where=square > 0)
    members, strata, exact = _units(design, cells)
    seen, seen_strata, _ = (members, strata, exact) if observed is cells else _units(design, observed)
    negative = sums(observed.column, count * (weight < 0), k)
    return DomainBase(n, total, kish, members - strata, seen - seen_strata, exact, negative)


def _units(design: Design, cells: AnswerCells) -> tuple[Floats, Floats, Floats]:
    """(K,) PSUs and strata with a row of each domain, and whether all those strata are fully enumerated."""
    rows, k = cells.rows, cells.columns
    count = cells.take(rows.count * (rows.weight != 0))
    stratum = rows.stratum if cells.index is None else rows.stratum[cells.index]
    pair, strata, column = pairs_of(stratum, cells.column, len(design.strata), k)
    met = sums(pair, count, len(strata)) > 0
    left_out = 1 - design.sampling_fraction > FULL_ENUMERATION
    lost = design.adjustment is not None and not design.weights.all()  # cases that did not answer
    if design.second is not None or design.pps is not None or lost:
        left_out = np.ones_like(left_out)
    exact = (sums(column, met & left_out[strata], k) == 0).astype(np.float64)
    n_strata = sums(column, met, k)
    classes = phase_classes(design)
    if classes is not None:  # of a second phase, rows less classes are what is left to judge by
        within = np.unique(
            (classes if cells.index is None else classes[cells.index])[count > 0] * k + cells.column[count > 0]
        )
        n_strata = np.bincount(within % k, minlength=k).astype(np.float64)
    if rows.psu is None:
        return sums(cells.column, count, k), n_strata, exact
    psu = rows.psu if cells.index is None else rows.psu[cells.index]
    units = np.unique((psu * k + cells.column)[count > 0])
    return np.bincount(units % k, minlength=k).astype(np.float64), n_strata, exact


@dataclass(frozen=True, eq=False)
class Precision:
    """Standard error and design effects of K statistics."""

    standard_error: Floats
    design_effect: Floats
    design_effect_with_replacement: Floats
    problem: Texts


def precision(base: DomainBase, value: Floats, variance: Floats, squares: Floats) -> Precision:
    """Put variance, design effects and what is wrong together.

    Args:
        base: (K,) sizes of the domains.
        value: (K,) estimates.
        variance: (K,) design variances.
        squares: (K,) Σ w (a - ā)², the weighted spread of the influences.

    Source: design effects as in R's svymean and svytotal (Kish 1965, section 8.2).
    """
    error = np.sqrt(np.maximum(variance, 0.0))
    error = np.where(error <= 1e-13 * np.abs(value), 0.0, error)
    error = np.where(base.n > 0, error, np.nan)
    equal = squares * np.abs(base.weight) <= (1e-13 * np.maximum(np.abs(value), 1e-300)) ** 2
    n, weight = base.n, base.weight
    with np.errstate(divide="ignore", invalid="ignore"):
        replaced = squares * weight / (n - 1)
        without = np.where(weight > n, squares * (weight - n) / (n - 1), replaced)
        effects = [np.where(equal | (n < 2), np.nan, error**2 / srs) for srs in (without, replaced)]
    problem = np.select(
        [
            n == 0,
            (base.enumerated > 0) & (error == 0),
            n == 1,
            base.observed_degrees <= 0,
            equal,
            error == 0,
            base.negative > 0,
        ],
        [
            "no answers",
            "",
            "one answer",
            "no degrees of freedom",
            "answers all equal",
            "answers equal within strata",
            "negative weights",
        ],
        "",
    )
    return Precision(error, effects[0], effects[1], problem)


def spread_of(influence: Influence, base_weight: Floats) -> Floats:
    """(K,) Σ |w| (a - ā)² over the rows of each domain; negative weights must not cancel spread."""
    rows = influence.rows
    weight = rows.weight if influence.index is None else rows.weight[influence.index]
    k = influence.columns
    total = sums(influence.column, weight * influence.values, k)
    centre = np.divide(total, base_weight, out=np.zeros(k), where=base_weight != 0)
    away = influence.values - centre[influence.column]
    return sums(influence.column, np.abs(weight) * away * away, k)


Statistic = Callable[[AnswerCells, DomainBase], tuple[Floats, Floats]]


@dataclass(frozen=True, eq=False)
class Variable:
    """One variable's estimates in K domains."""

    value: Floats
    base: DomainBase
    precision: Precision
    #: made when a covariance is asked for
    influence: Callable[[], Influence]


def variable(design: Design, cells: AnswerCells, statistic: Statistic, kept: dict[bytes, DomainBase]) -> Variable:
    """Estimate one variable in all domains; what variables with the same answers missing share is kept."""
    observed = cells.observed()
    key = np.isnan(cells.value).tobytes()
    if key not in kept:
        kept[key] = base_of(design, cells, observed)
    base = kept[key]
    value, influence = statistic(observed, base)
    moved = Influence(observed.rows, observed.index, observed.column, influence, cells.columns)
    found = precision(base, value, moved.variance(design), spread_of(moved, base.weight))
    return Variable(value, base, found, lambda: moved)


def stacked(influences: list[Influence]) -> Influence:
    """Influences of several variables on the same rows, as one: statistic = domain * V + variable."""
    if len(influences) == 1:
        return influences[0]
    first, many = influences[0], len(influences)
    own = [np.arange(len(i.column)) if i.index is None else i.index for i in influences]
    return Influence(
        first.rows,
        np.concatenate(own),
        np.concatenate([i.column * many + v for v, i in enumerate(influences)]),
        np.concatenate([i.values for i in influences]),
        first.columns * many,
    )


def assembled(
    design: Design,
    parts: list[Variable],
    shape: tuple[int, ...],
    labels: tuple[Label, ...],
    kind: str,
) -> Estimate:
    """Lay the variables side by side in an Estimate of the given shape."""

    def laid(pick: Callable[[Variable], Floats]) -> Floats:
        return np.stack([pick(part) for part in parts], axis=-1).reshape(shape)

    estimate = Estimate(
        value=laid(lambda v: v.value),
        standard_error=laid(lambda v: v.precision.standard_error),
        degrees_of_freedom=laid(lambda v: v.base.degrees_of_freedom),
        n=laid(lambda v: v.base.n),
        kish_n=laid(lambda v: v.base.kish_n),
        design_effect=laid(lambda v: v.precision.design_effect),
        design_effect_with_replacement=laid(lambda v: v.precision.design_effect_with_replacement),
        labels=labels,
        kind=kind,
        design_degrees_of_freedom=design.degrees_of_freedom,
        problem=np.stack([part.precision.problem for part in parts], axis=-1).reshape(shape),
        enumerated=laid(lambda v: v.base.enumerated * (v.precision.standard_error == 0)),
        _covariance=lambda: stacked([part.influence() for part in parts]).covariance(design),
        _satterthwaite=lambda: laid(lambda v: v.influence().satterthwaite(design)),
    )
    return estimate.within((0.0, 1.0)) if kind == "proportion" else estimate
