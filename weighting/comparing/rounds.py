"""Change between two rounds: independent samples, or rounds that share people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats, Ints
from weighting.base.columns import plain
from weighting.base.labels import Label
from weighting.design.design import Design
from weighting.errors import WeightingError
from weighting.estimating.cells import read_answers, read_domains
from weighting.estimating.means import laid_out
from weighting.estimating.source import row_source
from weighting.results.estimate import Estimate
from weighting.results.intervals import Bounds, Level, difference_interval
from weighting.variance.dense import dense_covariance, dense_variances
from weighting.variance.influence import row_scores


@dataclass(frozen=True, eq=False)
class PanelRound:
    """One round of a survey some of whose people are asked again.

    Args:
        design: the round's own sample; its PSUs, where it has them, must have the same labels in both rounds.
        y: (n,) answers; nan is missing.
        people: (n,) the key of each person, the same in every round; None where PSUs connect the rounds.
        domains: (n,) labels.

    >>> PanelRound(Design(weights=[1, 1]), [4, 5], people=["p1", "p2"]).people
    ['p1', 'p2']
    """

    design: Design
    y: ArrayLike
    people: ArrayLike | None = None
    domains: ArrayLike | None = None


def change(now: Estimate | PanelRound, before: Estimate | PanelRound) -> Estimate:
    """Difference of the same estimates from two rounds: independent samples, or rounds that share people.

    Estimates count as independent. Two ``PanelRound`` are put into one design whose PSU is the person (or the
    round's own cluster), so that what the same people said twice counts with its covariance, as when R is given both
    rounds in one ``svydesign``. A finite population correction is made where both rounds know the same population.

    Args:
        now: estimates of the later sample, or the round itself.
        before: the same of the earlier one; labels it lacks give nan.

    Returns:
        Estimate with the shape and labels of ``now``.

    Raises:
        WeightingError: different kinds of estimates, an Estimate beside a PanelRound, people without keys.

    Source: Welch (1947), Biometrika 34, and Satterthwaite (1946) for the degrees of freedom; Kish (1965), section
    12.4, for rounds that overlap.

    >>> from weighting import Design, mean
    >>> one, two = mean(Design(weights=[1] * 3), [1, 2, 3]), mean(Design(weights=[1] * 3), [2, 3, 4])
    >>> change(two, one).value.item(), change(two, one).degrees_of_freedom.item()
    (1.0, 4.0)
    >>> design, people = Design(weights=[1] * 3), ["p1", "p2", "p3"]
    >>> again = change(PanelRound(design, [2, 3, 5], people), PanelRound(design, [1, 2, 3], people))
    >>> again.standard_error.round(3).item(), again.degrees_of_freedom.item()
    (0.333, 2.0)
    """
    if isinstance(now, Estimate) and isinstance(before, Estimate):
        return _independent(now, before)
    if isinstance(now, Estimate) or isinstance(before, Estimate):
        raise WeightingError("change takes two estimates, or two rounds with their people: not one of each.")
    return _overlapping(now, before)


def _independent(now: Estimate, before: Estimate) -> Estimate:
    if now.kind != before.kind:
        raise WeightingError(f"a {now.kind} cannot be compared with a {before.kind}.")
    old = _old(now, before)
    variance = now.variance + old.variance
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = now.variance**2 / now.degrees_of_freedom + old.variance**2 / old.degrees_of_freedom
        df = np.where(parts > 0, variance**2 / parts, np.nan)
    return _difference(now, old, np.sqrt(variance), df)


def _overlapping(now: PanelRound, before: PanelRound) -> Estimate:
    """The change of means of two rounds in one design."""
    rounds = (now, before)
    both, one = _stacked(now, before), [_mean(part) for part in rounds]
    old = _old(one[0][0], one[1][0])
    place = {label: i for i, label in enumerate(one[1][0].labels)}
    order = [place.get(label, -1) for label in one[0][0].labels]
    later, earlier = one[0][1], one[1][1][:, order]
    scores = np.vstack([later, -earlier])
    variance = dense_variances(both, scores, both.counts).reshape(old.value.shape)
    error = np.where(np.isnan(old.value), np.nan, np.sqrt(np.maximum(variance, 0.0)))
    df = np.full(old.value.shape, both.degrees_of_freedom)
    found = _difference(one[0][0], old, error, df)
    return replace(
        found,
        design_degrees_of_freedom=both.degrees_of_freedom,
        _covariance=lambda: dense_covariance(both, scores, both.counts),
    )


def _mean(part: PanelRound) -> tuple[Estimate, Floats]:
    """The round's means, and (n, D) scores of its rows."""
    design, by_domain = part.design, part.domains is not None
    if design.frequencies is not None or design.second is not None or design.pps is not None:
        raise WeightingError("rounds that share people need one row a person, and one stage of selection.")
    answers = read_answers(part.y, design).astype(np.float64)
    if answers.ndim != 1:
        raise WeightingError("change takes one variable of rounds that share people.")
    source = row_source(design, answers, read_domains(part.domains, design), overall=False)
    variable = source.mean(lambda values: values)
    estimate = laid_out(design, [variable], source.labels, "mean", by_domain=by_domain)
    return estimate, row_scores(design, variable.influence())


def _stacked(now: PanelRound, before: PanelRound) -> Design:
    """Both rounds as one design."""
    designs = (now.design, before.design)
    if designs[0].psu is None and (now.people is None or before.people is None):
        raise WeightingError("say who the people are: a key for each row of both rounds, or psu in both designs.")
    strata = [np.array([*d.strata.labels], object)[d.strata.codes] for d in designs]
    if designs[0].psu is None or designs[1].psu is None:
        units = [plain(part.people).astype(object) for part in (now, before) if part.people is not None]
    else:
        units = [np.array([label[1] for label in d.psu.labels], object)[d.psu.codes] for d in designs if d.psu]
    for design, keys in zip(designs, units, strict=True):
        if keys.shape != (len(design),):
            raise WeightingError(f"people have shape {keys.shape} for {len(design)} rows: give one key a row.")
    weights = np.concatenate([np.abs(d.weights) for d in designs])
    sizes = [_population(d) for d in designs]
    same = sizes[0] if sizes[0] is not None and sizes[0] == sizes[1] else None
    return Design(np.concatenate(strata), np.concatenate(units), weights, same, lonely_psu=designs[0].lonely_psu)


def _population(design: Design) -> dict[Label, float] | None:
    """PSUs in the population of each stratum, None without."""
    if not (design.sampling_fraction > 0).all():
        return None
    sizes = np.round(design.stratum_sizes / design.sampling_fraction, 6)
    return dict(zip(design.strata.labels, sizes.tolist(), strict=True))


def _old(now: Estimate, before: Estimate) -> Estimate:
    """The earlier estimates in the order of the later ones."""
    place = {label: i for i, label in enumerate(before.labels)}
    order = np.array([place.get(label, -1) for label in now.labels], np.intp)
    return _picked(before, order, now.value.shape)


def _difference(now: Estimate, old: Estimate, error: Floats, df: Floats) -> Estimate:
    """Later less earlier, with what stands beside it."""
    blank = np.full(now.value.shape, np.nan)
    difference = replace(
        now,
        value=now.value - old.value,
        standard_error=error,
        degrees_of_freedom=df,
        n=now.n + old.n,
        kish_n=blank,
        design_effect=blank,
        design_effect_with_replacement=blank,
        kind="difference",
        problem=np.where(now.problem == "", old.problem, now.problem),
        enumerated=np.minimum(now.enumerated, old.enumerated),
        limits=None,
        _covariance=None,
        _satterthwaite=None,
        _interval=None,
    )
    return replace(difference, _interval=_Pair(now, old).at)


def _picked(estimate: Estimate, order: Ints, shape: tuple[int, ...]) -> Estimate:
    """An estimate's entries in another order; -1 is one that does not exist."""

    def pick(values: Floats, missing: float) -> Floats:
        return np.where(order < 0, missing, values.ravel()[order]).reshape(shape)

    return replace(
        estimate,
        value=pick(estimate.value, np.nan),
        standard_error=pick(estimate.standard_error, np.nan),
        degrees_of_freedom=pick(estimate.degrees_of_freedom, 0.0),
        n=pick(estimate.n, 0.0),
        kish_n=pick(estimate.kish_n, 0.0),
        design_effect=pick(estimate.design_effect, np.nan),
        design_effect_with_replacement=pick(estimate.design_effect_with_replacement, np.nan),
        problem=np.where(order < 0, "no answers", estimate.problem.ravel()[order]).reshape(shape),
        enumerated=pick(estimate.enumerated, 0.0),
    )


@dataclass(frozen=True, eq=False)
class _Pair:
    """Intervals of a change between two samples."""

    now: Estimate
    old: Estimate

    def at(self, found: Estimate, level: Level, method: str | None) -> Bounds:
        """Bounds at a level; the only method is t."""
        return difference_interval(found, level, method, lambda: self._reach(level))

    def _reach(self, level: Level) -> tuple[Floats, Floats]:
        now, old = self.now.interval(level), self.old.interval(level)
        below = np.hypot(self.now.value - now.low, old.high - self.old.value)
        above = np.hypot(now.high - self.now.value, self.old.value - old.low)
        return below, above
