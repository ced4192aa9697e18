"""What every change of weights has in common: the weights before and after, and the way back for a variance."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from weighting.adjusting.projection import Projection

__all__ = ["WeightStep"]

Reals = NDArray[np.float64]


class WeightStep(ABC):
    """A step from one set of weights to the next."""

    #: (n,) weights before and after the step.
    base_weights: Reals
    weights: Reals
    #: whether the step adds a chance beside the draw, such as who answers
    adds_chance: ClassVar[bool] = False

    @abstractmethod
    def residuals(self, influence: Reals) -> Reals:
        """Influence per unit of base weight that has the same total to first order.

        Args:
            influence: (n, k) influence per unit of the weight after the step.

        Returns:
            (n, k) influence per unit of the weight before the step.
        """

    def projection(self) -> Projection | None:
        """The way back as a ``Projection``; None where it is none, or has too many directions to be worth it."""
        return None

    def response_scores(self, influence: Reals, counts: Reals) -> Reals | None:
        """Weighted scores of a chance that the step itself adds, drawn for each row alone; None where it adds none.

        Args:
            influence: (n, k) influence per unit of the weight after the step.
            counts: (n,) answers that each row stands for.

        Returns:
            (n, k) scores; the sum of their squares is the variance that a census would still have.
        """
        return None
