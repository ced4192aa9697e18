"""What every change of weights has in common: the weights before and after, and the way back for a variance."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from weighting.base.arrays import Floats

__all__ = ["MOST_DIRECTIONS", "Projection", "WeightStep"]

#: categories that are worth a column each
MOST_DIRECTIONS = 64


@dataclass(frozen=True, eq=False)
class Projection:
    """Residuals of an influence u, written as scale · u − left · (right · u).

    >>> mean_out = Projection(np.ones(2), np.ones((2, 1)), np.full((1, 2), 0.5))
    >>> mean_out.after(mean_out).of(np.array([[1.0], [3.0]])).ravel().tolist()
    [-1.0, 1.0]
    """

    #: (n,)
    scale: Floats
    #: (n, p)
    left: Floats
    #: (p, n)
    right: Floats

    def of(self, influence: Floats) -> Floats:
        """(n, k) residuals of (n, k) influences."""
        found: Floats = self.left @ (self.right @ influence)
        return np.subtract(influence * self.scale[:, None], found, out=found)

    def after(self, other: Projection) -> Projection:
        """This one applied to what another one leaves."""
        carried = self.scale[:, None] * other.left - self.left @ (self.right @ other.left)
        return Projection(
            self.scale * other.scale,
            np.hstack([carried, self.left]),
            np.vstack([other.right, self.right * other.scale]),
        )


class WeightStep(ABC):
    """A step from one set of weights to the next."""

    #: (n,) weights before and after the step.
    base_weights: Floats
    weights: Floats
    #: whether the step adds a chance beside the draw, such as who answers
    adds_chance: ClassVar[bool] = False

    @abstractmethod
    def residuals(self, influence: Floats) -> Floats:
        """Influence per unit of base weight that has the same total to first order.

        Args:
            influence: (n, k) influence per unit of the weight after the step.

        Returns:
            (n, k) influence per unit of the weight before the step.
        """

    def projection(self) -> Projection | None:
        """The way back as a ``Projection``; None where it is none, or has too many directions to be worth it."""
        return None

    def response_scores(self, influence: Floats, counts: Floats) -> Floats | None:
        """Weighted scores of a chance that the step itself adds, drawn for each row alone; None where it adds none.

        Args:
            influence: (n, k) influence per unit of the weight after the step.
            counts: (n,) answers that each row stands for.

        Returns:
            (n, k) scores; the sum of their squares is the variance that a census would still have.
        """
        return None
