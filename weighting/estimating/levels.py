"""Satisfaction scales: distribution, points, top box, 满意率 and 差评率 of every domain in one call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weighting.base.arrays import Floats
from weighting.base.labels import Label
from weighting.base.printing import Printed
from weighting.design.design import Design
from weighting.design.tally import Tally, read_sample
from weighting.errors import WeightingError
from weighting.estimating.cells import read_answers, read_domains
from weighting.estimating.means import laid_out
from weighting.estimating.source import Score, source_of
from weighting.results.estimate import Estimate

#: the scale whose satisfied and dissatisfied levels go without saying
FIVE = (1, 2, 3, 4, 5)


@dataclass(frozen=True, eq=False, repr=False)
class LevelTable(Printed):
    """What a five-level (or other) question says in each domain; every Estimate has shape (D,) or ()."""

    #: names of the domains, ("overall",) without domains
    domains: tuple[Label, ...]
    #: the scale, lowest level first
    levels: tuple[int, ...]
    #: (D, L) answers at each level
    counts: Floats
    #: (D,) answers that left the mean because the person could not say
    cannot_say_counts: Floats
    #: (D, L) share of each level among those who could say
    shares: Estimate
    #: mean of the points
    mean: Estimate
    #: share of the top levels
    top_box: Estimate
    #: 满意率
    satisfied: Estimate
    #: 差评率
    dissatisfied: Estimate
    #: share of all who answered that could not say
    cannot_say: Estimate

    def columns(self) -> dict[str, Any]:
        """Domain, answers, mean with interval, each level's share and the usual summaries."""
        low, high = (np.ravel(bound).tolist() for bound in self.mean.interval())
        shares = self.shares.value.reshape(len(self.domains), -1).T
        return {
            "domain": list(self.domains),
            "n": self.n.tolist(),
            "mean": np.ravel(self.mean.value).tolist(),
            "standard_error": np.ravel(self.mean.standard_error).tolist(),
            "low": low,
            "high": high,
            **{f"level {level}": share.tolist() for level, share in zip(self.levels, shares, strict=True)},
            "satisfied": np.ravel(self.satisfied.value).tolist(),
            "dissatisfied": np.ravel(self.dissatisfied.value).tolist(),
            "top_box": np.ravel(self.top_box.value).tolist(),
            "cannot_say": np.ravel(self.cannot_say.value).tolist(),
        }

    @property
    def n(self) -> Floats:
        """(D,) answers that could say."""
        return np.asarray(self.counts.sum(axis=1), np.float64)


def levels(
    design: Design | Tally,
    answers: ArrayLike | None = None,
    *,
    points: Mapping[int, float],
    domains: ArrayLike | None = None,
    overall: bool = False,
    satisfied: Collection[int] | None = None,
    dissatisfied: Collection[int] | None = None,
    top: Collection[int] | None = None,
    cannot_say: int = 0,
) -> LevelTable:
    """Estimate everything that is said about a question with ordered levels.

    Args:
        design: the sample of n rows, or a Tally, which brings its own answers and domains.
        answers: (n,) whole levels; nan is missing.
        points: points of each level of the scale.
        domains: (n,) labels, or (n, D) booleans; None for the whole sample.
        overall: add everybody as a last domain.
        satisfied: levels that count as satisfied (满意率); 3, 4 and 5 on a scale of 1 to 5.
        dissatisfied: levels that count as bad (差评率); 1 and 2 on a scale of 1 to 5.
        top: levels of the top box; those with the most points if left out.
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
    _check_scale(scale, cannot_say, named=satisfied is not None and dissatisfied is not None)
    design, answers, domains = read_sample(design, answers, domains, what="levels", each_answer=True)
    column = _one_question(read_answers(answers, design))
    best = [level for level in scale if points[level] == max(points.values())]
    by_domain = domains is not None
    source = source_of(design, column, read_domains(domains, design), overall=overall and by_domain)
    known = (*scale, cannot_say)
    _check(column, source.distinct(), known)
    counts = np.stack([source.counts(level) for level in known], axis=1)

    def shares(*sets: Collection[int], among: Collection[int] = scale, names: tuple[Label, ...] = ()) -> Estimate:
        parts = [source.mean(score_of({level: float(level in chosen) for level in among})) for chosen in sets]
        return laid_out(design, parts, source.labels, "proportion", by_domain=by_domain, names=names)

    mean = laid_out(design, [source.mean(score_of(points))], source.labels, "mean", by_domain=by_domain)
    return LevelTable(
        domains=source.labels,
        levels=scale,
        counts=counts[:, :-1],
        cannot_say_counts=counts[:, -1],
        shares=shares(*({level} for level in scale), names=scale),
        mean=mean.within((min(points.values()), max(points.values()))),
        top_box=shares(best if top is None else top),
        satisfied=shares((3, 4, 5) if satisfied is None else satisfied),
        dissatisfied=shares((1, 2) if dissatisfied is None else dissatisfied),
        cannot_say=shares((cannot_say,), among=known),
    )


def _one_question(answers: NDArray[Any]) -> NDArray[Any]:
    if answers.ndim != 1:
        raise WeightingError("levels takes one question at a time.")
    return answers


def _check_scale(scale: tuple[int, ...], cannot_say: int, *, named: bool) -> None:
    """Refuse a scale without levels to compare, or whose good and bad ends nobody has named."""
    if len(scale) < 2 or cannot_say in scale:
        raise WeightingError(f"points need at least two levels, none of them {cannot_say} (cannot say).")
    if scale != FIVE and not named:
        raise WeightingError(f"the scale is {scale}: say which levels count as satisfied and as dissatisfied.")


def score_of(points: Mapping[int, float]) -> Score:
    """The points of each level; other answers have none."""

    def score(answers: Floats) -> Floats:
        given = np.full(len(answers), np.nan)
        for level, value in points.items():
            given[answers == level] = value
        return given

    return score


def _check(column: NDArray[Any], answers: Floats, known: tuple[int, ...]) -> None:
    """Refuse answers outside the scale."""
    unknown = [answer for answer in answers.tolist() if answer not in known]
    if unknown:
        row = int(np.flatnonzero(column == unknown[0])[0])
        raise WeightingError(
            f"answer {column[row]} in row {row} is not on the scale {', '.join(map(str, known))}: "
            "give it points, or mark it as missing with nan."
        )
