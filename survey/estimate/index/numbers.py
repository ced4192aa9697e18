"""The one place that asks `weighting`: everything about all domains of a material at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.estimate.material.rows import NO_UNIT, Floats, Ints, Material
from survey.estimate.values import Measure
from survey.questions import service as questions
from weighting import Estimate, Interval, levels, mean


@dataclass(frozen=True, eq=False)
class Distribution:
    """How the levels spread in D domains; shares are weighted, counts are not."""

    #: (D, L + 1) answers at the scale's L levels, best first, then "cannot say"
    counts: Ints
    #: (D, L) shares of the levels among valid answers
    shares: Floats
    #: (D,) share of "cannot say" among all answers
    cannot_say: Floats
    #: shares of the satisfied and of the bad levels among valid answers
    satisfied: Estimate
    dissatisfied: Estimate


@dataclass(frozen=True, eq=False)
class Numbers:
    """Values of D domains; arrays in the order of `labels`."""

    labels: tuple[int, ...]
    #: (D,) answers with and without "cannot say"
    n: Ints
    valid_n: Ints
    #: means of points
    points: Estimate
    interval: Interval
    #: None for scores, which have no levels
    distribution: Distribution | None

    @property
    def spread(self) -> Floats:
        """(D,) standard deviation of scores that count once each: the standard error times the root of n."""
        return np.asarray(self.points.standard_error * np.sqrt(self.points.n), np.float64)


@dataclass(frozen=True, eq=False)
class DomainPlaces:
    """Which of D domains each row belongs to."""

    labels: tuple[int, ...]
    #: (n,) place of the row's domain, D for rows outside; these come last and are cut off
    place: Ints

    @property
    def size(self) -> int:
        return len(self.labels)


def domains_of(column: NDArray[Any]) -> DomainPlaces:
    """Domains from whole numbers, negative for rows outside every domain."""
    inside = column >= 0
    labels, found = np.unique(column[inside], return_inverse=True)
    place = np.full(len(column), len(labels))
    place[inside] = found
    return DomainPlaces(tuple(labels.tolist()), place)


def numbers(material: Material, column: NDArray[Any], measure: Measure) -> Numbers | None:
    """Estimate in every domain; None where there is no answer at all.

    Args:
        material: rows of one source and question.
        column: (n,) domain of each row, negative for rows outside.
        measure: the scale and the points of its levels.
    """
    domains = domains_of(column)
    if not domains.size:
        return None
    spread = _distribution(material, domains, measure.scale) if measure.scale else None
    return _scored(material, domains, measure, spread)


@lru_cache(maxsize=32)
def by_unit(material: Material, measure: Measure) -> Numbers | None:
    """All units at once, remembered: pages ask for the same numbers again and again."""
    domains = _units(material)
    if not domains.size:
        return None
    spread = _distribution_by_unit(material, measure.scale) if measure.scale else None
    return _scored(material, domains, measure, spread)


def _units(material: Material) -> DomainPlaces:
    return domains_of(np.where(material.unit == NO_UNIT, -1, material.unit))


@lru_cache(maxsize=32)
def _distribution_by_unit(material: Material, scale: str) -> Distribution:
    """It does not depend on the points: another points table costs one mean."""
    return _distribution(material, _units(material), scale)


def _scored(material: Material, domains: DomainPlaces, measure: Measure, spread: Distribution | None) -> Numbers:
    worths = [worth for _level, worth in measure.points.pairs] if measure.points else [0, 100]
    limits = (min(worths), max(worths))
    whole = mean(material.design, worth_of(material, measure), domains=domains.place, limits=limits)
    if spread is not None:
        n, valid_n = spread.counts.sum(axis=1), spread.counts[:, :-1].sum(axis=1)
    else:
        n = valid_n = np.bincount(domains.place, weights=material.frequency)[: domains.size].round().astype(np.int64)
    low, high = whole.interval(0.95)
    # a t interval knows no ends of the scale; what lies beyond them is not possible
    interval = Interval(np.maximum(low, limits[0]), np.minimum(high, limits[1]))
    return Numbers(domains.labels, n, valid_n, whole, interval, spread)


def _distribution(material: Material, domains: DomainPlaces, code: str) -> Distribution:
    answers, scale = np.where(material.level >= 0, material.level, np.nan), questions.SCALES[code]
    table = levels(
        material.design,
        answers,
        points={level: level for level in scale.levels},
        domains=domains.place,
        satisfied=scale.satisfied,
        dissatisfied=scale.bad,
        top=(scale.top,),
        cannot_say=questions.CANNOT_SAY,
    )
    k = domains.size
    counts = np.column_stack([table.counts[:k, ::-1], table.cannot_say_counts[:k]]).round().astype(np.int64)
    return Distribution(
        counts, table.shares.value[:k, ::-1], table.cannot_say.value[:k], table.satisfied, table.dissatisfied
    )


def worth_of(material: Material, measure: Measure) -> Floats:
    """(n,) points of each row; nan for "cannot say" and for rows that only fill up a stratum."""
    if measure.points is None:
        return np.where(material.score >= 0, material.score, np.nan)
    worth = np.full(len(material), np.nan)
    for level, each in measure.points.pairs:
        worth[material.level == level] = each
    return worth
