"""The way back through an adjustment as a few numbers a row, so that influences that touch few rows stay cheap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_DIRECTIONS", "Projection"]

Reals = NDArray[np.float64]

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
    scale: Reals
    #: (n, p)
    left: Reals
    #: (p, n)
    right: Reals

    def of(self, influence: Reals) -> Reals:
        """(n, k) residuals of (n, k) influences."""
        found: Reals = self.left @ (self.right @ influence)
        return np.subtract(influence * self.scale[:, None], found, out=found)

    def after(self, other: Projection) -> Projection:
        """This one applied to what another one leaves."""
        carried = self.scale[:, None] * other.left - self.left @ (self.right @ other.left)
        return Projection(
            self.scale * other.scale,
            np.hstack([carried, self.left]),
            np.vstack([other.right, self.right * other.scale]),
        )
