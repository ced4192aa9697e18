"""The one place that asks `weighting`: everything about all domains of a material at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.estimate.material import NO_UNIT, Floats, Ints, Material
from weighting import Estimate, Interval, levels, mean

SCALE = (5, 4, 3, 2, 1)
#: points of a table as a key: ((5, 100), (4, 80), …); empty for scores, which are points already
PointsKey = tuple[tuple[int, float], ...]


@dataclass(frozen=True, eq=False)
class Distribution:
    """How the levels spread in D domains; shares are weighted, counts are not."""

    #: (D, 6) answers at levels 5, 4, 3, 2, 1, 0
    counts: Ints
    #: (D, 5) shares of levels 5..1 among valid answers
    shares: Floats
    #: (D,) share of "cannot say" among all answers
    cannot_say: Floats
    #: shares of levels 3..5 and of levels 1..2 among valid answers
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


def numbers(material: Material, domains: NDArray[Any], points: PointsKey) -> Numbers | None:
    """Estimate in every domain; None where there is no answer at all.

    Args:
        material: rows of one source and question.
        domains: (n,) whole numbers, negative for rows outside every domain.
        points: points of each level; empty for scores.
    """
    inside = domains >= 0
    if not inside.any():
        return None
    labels, place = np.unique(domains[inside], return_inverse=True)
    domain = np.full(len(domains), len(labels))  # rows outside come last, and are cut off below
    domain[inside] = place
    if points:
        return _of_levels(material, domain, labels, points)
    whole = mean(material.design(), worth_of(material, points), domains=domain, limits=(0, 100))
    n = _count(domain[inside], material.frequency[inside], len(labels))
    return Numbers(tuple(labels.tolist()), n, n, whole, whole.interval(0.95), None)


@lru_cache(maxsize=256)
def by_unit(material: Material, points: PointsKey) -> Numbers | None:
    """All units at once, remembered: pages ask for the same numbers again and again."""
    return numbers(material, np.where(material.unit == NO_UNIT, -1, material.unit), points)


def _of_levels(material: Material, domain: Ints, labels: NDArray[Any], points: PointsKey) -> Numbers:
    answers = np.where(material.level >= 0, material.level, np.nan)
    table = levels(material.design(), answers, points=dict(points), domains=domain)
    k = len(labels)
    counts = np.column_stack([table.counts[:k, ::-1], table.cannot_say_counts[:k]]).round().astype(np.int64)
    distribution = Distribution(
        counts, table.shares.value[:k, ::-1], table.cannot_say.value[:k], table.satisfied, table.dissatisfied
    )
    n, valid_n = counts.sum(axis=1), counts[:, :5].sum(axis=1)
    return Numbers(tuple(labels.tolist()), n, valid_n, table.mean, table.mean.interval(0.95), distribution)


def worth_of(material: Material, points: PointsKey) -> Floats:
    """(n,) points of each row; nan for "cannot say" and for rows that only fill up a stratum."""
    if not points:
        return np.where(material.score >= 0, material.score, np.nan)
    worth = np.full(len(material), np.nan)
    for level, each in points:
        worth[material.level == level] = each
    return worth


def _count(places: NDArray[Any], frequency: Floats, size: int) -> Ints:
    """(size,) answers at each place."""
    return np.bincount(places, weights=frequency, minlength=size).round().astype(np.int64)
