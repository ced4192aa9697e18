"""What every change of weights has in common: the weights before and after, and the way back for a variance."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weighting.base.arrays import Floats, Ints
from weighting.base.printing import Printed
from weighting.base.sums import column_sums, sums

__all__ = ["Block", "Projection", "WeightStep"]

#: directions that a projection may have; products of so many by so many are kept
_MOST = 1500
#: columns that are summed one by one
_FEW = 4


@dataclass(frozen=True, eq=False)
class Block:
    """Directions of which each row has a part in one: its category's. A number is a block of one category."""

    #: (n,) category of each row
    codes: Ints
    #: (n,) its part
    values: Floats
    #: categories
    size: int

    def sums(self, column: Ints, values: Floats, columns: int, row: Ints | None = None) -> Floats:
        """(size, K) sums of (E,) values by the row's category and the entry's column, times the row's part."""
        codes, part = (self.codes, self.values) if row is None else (self.codes[row], self.values[row])
        return sums(codes * columns + column, part * values, self.size * columns).reshape(self.size, columns)

    def column_sums(self, values: Floats) -> Floats:
        """(size, k) sums of (n, k) values times the row's part."""
        if values.shape[1] > _FEW:
            return column_sums(self.codes, self.values, values, self.size)
        return np.stack([sums(self.codes, self.values * column, self.size) for column in values.T], axis=1)

    def scaled(self, factor: Floats) -> Block:
        """The same with each row's part multiplied."""
        return Block(self.codes, self.values * factor, self.size)


def number_block(values: Floats) -> Block:
    """A number known of each row as a block."""
    return Block(np.zeros(len(values), np.intp), values, 1)


@dataclass(frozen=True, eq=False)
class Projection:
    """Residuals of an influence u, written as scale · u − left · middle · (right · u), with p directions.

    >>> everybody = Block(np.zeros(2, np.intp), np.ones(2), 1)
    >>> mean_out = Projection(np.ones(2), (everybody,), np.eye(1), (everybody.scaled(np.full(2, 0.5)),))
    >>> mean_out.after(mean_out).of(np.array([[1.0], [3.0]])).ravel().tolist()
    [-1.0, 1.0]
    """

    #: (n,)
    scale: Floats
    #: blocks of p directions in all
    left: tuple[Block, ...]
    #: (p, p)
    middle: Floats
    #: blocks of p directions in all
    right: tuple[Block, ...]

    def slopes(self, row: Ints | None, column: Ints, values: Floats, columns: int) -> Floats:
        """(p, K) middle · right · u, of influences given by entries (row, column, value)."""
        if not self.right:
            return np.zeros((0, columns))
        return np.asarray(self.middle @ np.vstack([part.sums(column, values, columns, row) for part in self.right]))

    def of(self, influence: Floats) -> Floats:
        """(n, k) residuals of (n, k) influences."""
        residuals: Floats = np.asfortranarray(influence * self.scale[:, None])
        if not self.right:
            return residuals
        slopes = self.middle @ np.vstack([part.column_sums(influence) for part in self.right])
        start = 0
        for part in self.left:
            for column, slope in zip(residuals.T, slopes[start : start + part.size].T, strict=True):
                column -= part.values * slope[part.codes]
            start += part.size
        return residuals

    def after(self, other: Projection) -> Projection | None:
        """This one applied to what another one leaves; None where that has too many directions to be worth it."""
        size, others = len(self.middle), len(other.middle)
        if size + others > _MOST:
            return None
        middle = np.zeros((others + size, others + size))
        middle[:others, :others] = other.middle
        middle[others:, others:] = self.middle
        middle[others:, :others] = -self.middle @ products(self.right, other.left) @ other.middle
        return Projection(
            self.scale * other.scale,
            (*(part.scaled(self.scale) for part in other.left), *self.left),
            middle,
            (*other.right, *(part.scaled(other.scale) for part in self.right)),
        )


def chained(projections: Sequence[Projection | None], rows: int) -> Projection | None:
    """Several projections in the order in which they are applied, as one; None where one of them is none."""
    found: Projection | None = Projection(np.ones(rows), (), np.zeros((0, 0)), ())
    for this in projections:
        if this is None or found is None:
            return None
        found = this.after(found)
    return found


def products(first: tuple[Block, ...], second: tuple[Block, ...]) -> Floats:
    """(p, q) products over the rows of each direction of one with each of the other."""
    if not first or not second:
        return np.zeros((sum(b.size for b in first), sum(b.size for b in second)))
    return np.block([[one.sums(two.codes, two.values, two.size) for two in second] for one in first])


class WeightStep(Printed, ABC):
    """A step from one set of weights to the next."""

    #: (n,) weights before and after the step.
    base_weights: Floats
    weights: Floats
    #: whether the step adds a chance beside the draw, such as who answers
    adds_chance: ClassVar[bool] = False

    def columns(self) -> dict[str, Any]:
        """One row: rows, sums before and after, smallest and largest weight after, zeros left aside."""
        after = self.weights[self.weights != 0]
        return {
            "rows": [len(self.weights)],
            "sum before": [float(self.base_weights.sum())],
            "sum after": [float(self.weights.sum())],
            "smallest": [float(after.min())],
            "largest": [float(after.max())],
        }

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

    def response_projection(self, counts: Floats) -> tuple[Projection, Floats] | None:
        """The same scores as ``response_scores``: a projection, and the (n,) factor that its residuals get.

        Args:
            counts: (n,) answers that each row stands for.
        """
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
