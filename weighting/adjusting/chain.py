"""What every change of weights has in common: it keeps the weights before it and can undo itself for a variance.

An estimator with adjusted weights is a function of the base weights. Its linearised variance is therefore the variance
of a total of *base* weights times influences, once each influence has been taken back through the steps, last one
first (Deville and Särndal 1992, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from weighting.adjusting.step import Projection, WeightStep, chained
from weighting.base.arrays import Floats
from weighting.errors import WeightingError

if TYPE_CHECKING:
    from weighting.design.design import Design

__all__ = ["AdjustmentChain", "adjusted"]


@dataclass(frozen=True, eq=False)
class AdjustmentChain:
    """Several steps as one, for rows that may each stand for several alike answers."""

    steps: tuple[WeightStep, ...]
    #: (n,) answers that each row stands for.
    counts: Floats

    @property
    def base_weights(self) -> Floats:
        """(n,) weights before the first step, per answer."""
        return _per_answer(self.steps[0].base_weights, self.counts)

    @property
    def weights(self) -> Floats:
        """(n,) weights after the last step, per answer."""
        return _per_answer(self.steps[-1].weights, self.counts)

    def residuals(self, influence: Floats) -> Floats:
        """Take the influence back through all steps, last one first.

        Args:
            influence: (n, k) influence per unit of the last weights.

        Returns:
            (n, k) influence per unit of the first weights.

        Source: Deville (1999), Variance estimation for complex statistics and estimators, Survey Methodology 25.
        """
        for step in reversed(self.steps):
            influence = step.residuals(influence)
        return influence

    @cached_property
    def projection(self) -> Projection | None:
        """The way back through all steps at once; None where one of them has none."""
        return chained([step.projection() for step in reversed(self.steps)], len(self.counts))

    @cached_property
    def response_projections(self) -> tuple[tuple[Projection, Floats], ...] | None:
        """A projection and a factor a row for each step that adds a chance; None where one of them has none.

        The factor times a residual is the score of ``response_scores``.
        """
        found = []
        for place, step in enumerate(self.steps):
            if not step.adds_chance:
                continue
            last = step.response_projection(self.counts)
            later = chained([other.projection() for other in reversed(self.steps[place + 1 :])], len(self.counts))
            whole = None if last is None or later is None else last[0].after(later)
            if last is None or whole is None:
                return None
            found.append((whole, _per_answer(last[1], np.sqrt(self.counts))))
        return tuple(found)

    def response_scores(self, influence: Floats) -> tuple[Floats, ...]:
        """Weighted scores of chances that steps add beside the draw, such as who answers.

        Args:
            influence: (n, k) influence per unit of the last weights.

        Returns:
            An (n, k) array for each step that adds a chance. Times the root of the row's sampling fraction, their sums
            of squares are what a finite population correction takes away too much.

        Source: Fay (1991); Shao and Steel (1999), JASA 94, section 2: response before sampling.
        """
        found = []
        chancy = [place for place, step in enumerate(self.steps) if step.adds_chance]
        for place in range(len(self.steps) - 1, min(chancy, default=len(self.steps)) - 1, -1):
            scores = self.steps[place].response_scores(influence, self.counts)
            if scores is not None:
                found.append(_per_answer(scores, np.sqrt(self.counts)[:, None]))
            if place > chancy[0]:
                influence = self.steps[place].residuals(influence)
        return tuple(found)


def adjusted(design: Design, *steps: WeightStep) -> Design:
    """The design with the weights of the last step, and standard errors that know of all steps.

    Args:
        design: the sample with its design weights.
        steps: adjustments in the order in which they were made; the first starts from ``design.weights`` (times
            ``design.counts`` where rows have frequencies), each further one from the weights of the step before.

    Returns:
        A design for every estimator of the package.

    Raises:
        WeightingError: no step, or a step that did not start from the weights before it.

    Source: Deville and Särndal (1992), JASA 87, equation 3.4.

    >>> from weighting import Design, mean, poststratify
    >>> design = Design(weights=[10.0, 10, 10, 10])
    >>> step = poststratify(design.weights, ["a", "a", "b", "b"], {"a": 30, "b": 10})
    >>> estimate = mean(adjusted(design, step), [1.0, 3.0, 5.0, 5.0])
    >>> float(estimate.value), round(float(estimate.standard_error), 4)
    (2.75, 0.6124)
    """
    if not steps:
        raise WeightingError("There is no adjustment: give at least one step.")
    before = design.weights * design.counts
    for number, step in enumerate(steps, start=1):
        if step.base_weights.shape != before.shape or not np.allclose(step.base_weights, before, rtol=1e-9):
            raise WeightingError(
                f"Adjustment {number} did not start from the weights before it: hand the weights of one step "
                "to the next."
            )
        before = step.weights
    chain = AdjustmentChain(steps, design.counts)
    return design.reweighted(chain.weights, chain)


def _per_answer(values: Floats, counts: Floats) -> Floats:
    """Values of rows shared out over the answers they stand for; 0 for rows that stand for none."""
    return np.divide(values, counts, out=np.zeros_like(values), where=counts > 0)
