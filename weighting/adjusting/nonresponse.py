"""Adjustment of weights for cases that did not answer, in cells chosen before the answers are seen."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from weighting.adjusting.step import Block, Projection, WeightStep
from weighting.base.arrays import Floats, Ints, Sizes
from weighting.base.labels import factorise
from weighting.base.sums import column_sums, sums
from weighting.design.checks import checked_weights
from weighting.errors import WeightingError

__all__ = ["NonresponseAdjustment", "nonresponse_factors"]


#: What became of a drawn case. Any other label is refused: a misspelt one must not become a respondent.
STATUSES = ("respondent", "nonrespondent", "ineligible", "unknown")
_RESPONDENT, _NONRESPONDENT, _INELIGIBLE, _UNKNOWN = range(4)


@dataclass(frozen=True, eq=False, repr=False)
class NonresponseAdjustment(WeightStep):
    """Factors by which the respondents of each cell stand for its nonrespondents."""

    adds_chance: ClassVar[bool] = True
    #: (c,) cells in sorted order.
    labels: tuple[Hashable, ...]
    #: (c,) weight of the eligible cases of the cell divided by the weight of its respondents.
    factors: Floats
    #: (c,) factor that hands the weight of the unknown cases to the known ones; 1 where nobody is unknown.
    unknown_factors: Floats
    #: (c,) respondents counted without weights.
    respondents: Sizes
    #: (c,) weighted response rate of the eligible cases; nan where nobody is eligible.
    response_rates: Floats
    #: (n,) weights before.
    base_weights: Floats
    #: (n,) adjusted weights: 0 for nonrespondents and for the unknown; ineligible cases keep theirs and a
    #: part of that of the unknown.
    weights: Floats
    #: (n,) cell and status of each case, as positions in ``labels`` and ``STATUSES``.
    cells: Ints
    status: Ints

    def residuals(self, influence: Floats) -> Floats:
        """Derivative of the adjusted total by each base weight, nonrespondents included.

        Args:
            influence: (n, k) influence per unit of the adjusted weight; what it holds for cases that did not answer
                is not used.

        Returns:
            (n, k) influence per unit of the base weight.

        Source: Deville (1999); for one factor a cell, Särndal, Swensson and Wretman (1992), section 15.6.2.

        >>> step = nonresponse_factors(["a"] * 3, [True, True, False], [10.0, 10, 10])
        >>> step.residuals(np.array([[1.0], [3.0], [0.0]])).ravel()
        array([0.5, 3.5, 2. ])
        """
        counted = np.where((self.weights > 0)[:, None], influence, 0.0)
        known, eligible, answered = _known_sums(_status_sums(self.cells, self.status, self.base_weights))
        every = sums(self.cells, self.base_weights, len(self.labels))
        multiplier = np.divide(self.weights, self.base_weights, out=np.zeros_like(self.weights), where=self.weights > 0)
        pulled = counted * multiplier[:, None]
        mine = self.status == _RESPONDENT
        size = len(self.labels)
        from_answers = column_sums(self.cells, self.base_weights * mine, pulled, size)
        total = column_sums(self.cells, self.base_weights, pulled, size)
        by_status = np.zeros((len(STATUSES), *total.shape))
        by_status += _share(total, every)
        by_status[:_UNKNOWN] -= _share(total, known)
        by_status[:_INELIGIBLE] += _share(from_answers, eligible)
        by_status[_RESPONDENT] -= _share(from_answers, answered)
        pulled += by_status[self.status, self.cells]
        return pulled

    def projection(self) -> Projection:
        """The same derivative by way of two sums a cell: of all cases that count, and of the respondents."""
        known, eligible, answered = _known_sums(_status_sums(self.cells, self.status, self.base_weights))
        size, status, cells = len(self.labels), self.status, self.cells
        scale = np.divide(self.weights, self.base_weights, out=np.zeros_like(self.weights), where=self.weights > 0)
        inverse = [_share(np.ones(size), whole)[cells] for whole in (eligible, answered, known)]
        from_answers = inverse[0] * (status < _INELIGIBLE) - inverse[1] * (status == _RESPONDENT)
        right = Block(cells, self.base_weights * scale, size)
        left, sides = [Block(cells, -from_answers, size)], [right.scaled((status == _RESPONDENT).astype(np.float64))]
        if (status == _UNKNOWN).any():  # otherwise every case is a known one, and nothing goes this way
            every = _share(np.ones(size), sums(cells, self.base_weights, size))[cells]
            left.append(Block(cells, inverse[2] * (status < _UNKNOWN) - every, size))
            sides.append(right)
        return Projection(scale, tuple(left), np.eye(size * len(left)), tuple(sides))

    def response_projection(self, counts: Floats) -> tuple[Projection, Floats]:
        """The scores of ``response_scores`` by way of the cells' means.

        Args:
            counts: (n,) cases that each row stands for.
        """
        mine = (self.status == _RESPONDENT).astype(np.float64)
        size, weight = len(self.labels), self.weights * mine
        share = weight * _share(np.ones(size), sums(self.cells, weight, size))[self.cells]
        means = Projection(mine, (Block(self.cells, mine, size),), np.eye(size), (Block(self.cells, share, size),))
        return means, self._chance_scale(counts)

    def response_scores(self, influence: Floats, counts: Floats) -> Floats:
        """Weighted scores of the chance to respond, alike and independent within a cell.

        Args:
            influence: (n, k) influence per unit of the adjusted weight.
            counts: (n,) cases that each row stands for.

        Returns:
            (n, k) scores: adjusted weight times distance from the cell's mean times √(1 − response rate).

        Source: Särndal, Swensson and Wretman (1992), result 15.6.1, second component.

        >>> step = nonresponse_factors(["a"] * 4, [True, True, False, False], [1.0, 1, 1, 1])
        >>> step.response_scores(np.array([[1.0], [3.0], [0.0], [0.0]]), np.ones(4)).ravel()[:2]
        array([-2.,  2.])
        """
        mine = self.status == _RESPONDENT
        weight = np.where(mine, self.weights, 0.0)
        size = sums(self.cells, weight, len(self.labels))
        known = np.where(mine[:, None], influence, 0.0)
        means = _share(column_sums(self.cells, weight, known, len(self.labels)), size)
        return np.asarray((known - means[self.cells]) * self._chance_scale(counts)[:, None])

    def _chance_scale(self, counts: Floats) -> Floats:
        """(n,) adjusted weight times √(1 − response rate), 0 for cases that did not answer."""
        mine = self.status == _RESPONDENT
        weight = np.where(mine, self.weights, 0.0)
        answers = sums(self.cells, counts * mine, len(self.labels))
        left_out = np.divide(self.base_weights, self.weights, out=np.ones_like(weight), where=weight > 0)
        small = np.divide(answers, answers - 1, out=np.ones_like(answers), where=answers > 1)
        return np.asarray(weight * np.sqrt(np.maximum(1 - left_out, 0) * small[self.cells]))


def nonresponse_factors(cells: ArrayLike, status: ArrayLike, weights: ArrayLike) -> NonresponseAdjustment:
    """Weighting-class adjustment for nonresponse.

    In each cell the weight of cases of unknown eligibility goes to the known ones, and then the weight of the
    nonrespondents to the respondents, so that the sum of the weights in a cell does not change.

    Args:
        cells: (n,) adjustment cell of each drawn case.
        status: (n,) what became of it: booleans or 1 and 0 (True = respondent), or the labels "respondent",
            "nonrespondent", "ineligible" and "unknown".
        weights: (n,) design weights.

    Returns:
        The factors by cell and the adjusted weights.

    Raises:
        WeightingError: a status label of another name, a negative weight, or a cell without any respondent.

    Source: Särndal, Swensson and Wretman (1992), section 15.6; Valliant, Dever and Kreuter (2018), sections
    13.4–13.5.

    >>> adjusted = nonresponse_factors(["a", "a", "b", "b"], [True, False, True, True], [10, 10, 5, 5])
    >>> adjusted.labels, adjusted.factors
    (('a', 'b'), array([2., 1.]))
    >>> adjusted.weights
    array([20.,  0.,  5.,  5.])
    """
    factor = factorise(cells, "cells")
    base = checked_weights(weights, factor.codes.size)
    state = _status_codes(status, base.size)
    by_status = _status_sums(factor.codes, state, base)
    known, eligible, answered = _known_sums(by_status)
    empty = np.flatnonzero((answered == 0) & (by_status[_NONRESPONDENT] + by_status[_UNKNOWN] > 0))
    if empty.size:
        raise WeightingError(f"Cell {factor.labels[empty[0]]!s} has no respondent: merge it with a similar cell first.")
    spread = np.divide(known + by_status[_UNKNOWN], known, out=np.ones_like(known), where=known > 0)
    factors = np.divide(eligible, answered, out=np.ones_like(known), where=answered > 0)
    multiplier = np.stack([spread * factors, np.zeros_like(spread), spread, np.zeros_like(spread)])
    return NonresponseAdjustment(
        labels=factor.labels,
        factors=factors,
        unknown_factors=spread,
        respondents=sums(factor.codes, state == _RESPONDENT, len(factor)).astype(np.int64),
        response_rates=np.divide(answered, eligible, out=np.full_like(known, np.nan), where=eligible > 0),
        base_weights=base,
        weights=base * multiplier[state, factor.codes],
        cells=factor.codes,
        status=state,
    )


def _status_sums(cells: Ints, status: Ints, base: Floats) -> Floats:
    """(4, c) sum of base weights by status and cell."""
    count = int(cells.max()) + 1
    return sums(status * count + cells, base, len(STATUSES) * count).reshape(len(STATUSES), count)


def _known_sums(by_status: Floats) -> tuple[Floats, Floats, Floats]:
    """(c,) weight of the known, of the eligible and of the responding cases."""
    eligible = by_status[_RESPONDENT] + by_status[_NONRESPONDENT]
    return eligible + by_status[_INELIGIBLE], eligible, by_status[_RESPONDENT]


def _share(part: Floats, whole: Floats) -> Floats:
    """Part of the whole of each cell, 0 of nothing; (c,) or (c, k) by (c,)."""
    size = whole.reshape(-1, *(1,) * (part.ndim - 1))
    return np.divide(part, size, out=np.zeros_like(part), where=size > 0)


def _status_codes(status: ArrayLike, n: int) -> Ints:
    state = np.asarray(status)
    if state.shape != (n,):
        raise WeightingError(f"There are {state.size} status labels for {n} cases: give one label for each case.")
    numeric = state.dtype.kind in "biuf"
    wrong = ~np.isin(state, (0, 1)) if numeric else ~np.isin(state.astype(str), STATUSES)
    if wrong.any():
        raise WeightingError(
            f"Status {str(state[wrong][0])!r} is not one of {', '.join(STATUSES)}: "
            "recode these cases, or give booleans."
        )
    if numeric:
        return np.where(state == 1, _RESPONDENT, _NONRESPONDENT)
    place = {name: position for position, name in enumerate(STATUSES)}
    return np.array([place[label] for label in state.astype(str).tolist()], dtype=np.intp)
