"""Critical values of the largest of many standardised differences, by conditional sampling.

Plain draws waste themselves on the middle of the distribution. Here each draw is made to exceed in one pair, chosen
by chance, and counts for one over the number of pairs that exceed with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special

from weighting.base.arrays import Floats, Ints

#: draws need no more than seven digits, unless differences are far less certain than units
Drawn: TypeAlias = NDArray[np.floating[Any]]
#: the smallest error of a difference that seven digits can carry, as a share of the largest root
_SEVEN_DIGITS = 0.03
#: plain draws that find where to sample, and by how much more often than alpha that is exceeded
_PILOT, _WIDER = 1000, 1.7
#: pairs times draws held at once
_BLOCK = 4_000_000
_HALVINGS = 40


def difference_errors(root: Floats) -> Floats:
    """(p, p) standard error of every difference of p units; 0 where that is rounding.

    >>> difference_errors(np.eye(2)).round(3).tolist()
    [[0.0, 1.414], [1.414, 0.0]]
    """
    gram = root @ root.T
    own = np.diagonal(gram)
    squared = own[:, None] + own[None, :] - 2 * gram
    return np.sqrt(np.where(squared > 1e-14 * (own[:, None] + own[None, :]), squared, 0.0))


@dataclass(frozen=True, eq=False)
class DifferenceDraws:
    """Normal errors of p units, and what their largest differences come to.

    >>> two = DifferenceDraws.of(np.eye(2), draws=50_000, seed=0)
    >>> round(two.critical_value(np.array([0]), np.array([1]), 0.95, draws=50_000), 2)
    1.96
    """

    #: (p, p) covariance, and errors of the differences, in the unit of the largest root
    gram: Drawn
    errors: Floats
    #: (p, D) normal errors
    noise: Drawn
    #: (D,) chances that choose a pair, how far it exceeds, and its sign
    chances: Floats

    @staticmethod
    def of(root: Floats, draws: int, seed: int) -> DifferenceDraws:
        """Draw once for all that is asked of one set of units.

        Args:
            root: (p, r) rows times their transposes give the covariance.
            draws: conditional draws.
            seed: their seed.
        """
        rng = np.random.default_rng(seed)
        scaled = root / (np.abs(root).max(initial=0.0) or 1.0)  # critical values have no unit, and nothing overflows
        errors = difference_errors(scaled)
        enough = errors[errors > 0].min(initial=1.0) >= _SEVEN_DIGITS
        digits: Any = np.float32 if enough else np.float64
        normal = rng.standard_normal((root.shape[1], max(draws, _PILOT)), dtype=np.float32)
        noise = scaled.astype(digits) @ normal.astype(digits, copy=False)
        return DifferenceDraws((scaled @ scaled.T).astype(digits), errors, noise, rng.random((3, draws)))

    def critical_value(self, first: Ints, second: Ints, level: float, draws: int) -> float:
        """The value that the largest |difference| / error of some pairs exceeds with chance 1 - level.

        Args:
            first: (P,) first unit of each pair.
            second: (P,) second unit.
            level: confidence.
            draws: how many of the draws to take.

        Returns:
            The critical value; 0 without pairs that can differ by chance.

        Source: Adler, Blanchet and Liu (2012), Annals of Applied Probability 22, algorithm 4.1, for chances of a union.
        """
        error = self.errors[first, second]
        varied = error > 0
        if not varied.any():
            return 0.0
        pairs = _PairDraws(self, first[varied], second[varied], error[varied].astype(self.noise.dtype))
        wider = min(_WIDER * (1 - level), 1 - level / 2)
        least = float(np.quantile(pairs.sizes(self.noise[:, :_PILOT]).max(axis=0), 1 - wider))
        block = max(1, _BLOCK // len(pairs.error))
        parts = [pairs.exceeding(least, slice(start, min(start + block, draws))) for start in range(0, draws, block)]
        own = np.concatenate([part.own for part in parts])
        draw = np.concatenate([part.draw + block * place for place, part in enumerate(parts)])
        size = np.concatenate([part.size for part in parts])
        chance = 2 * float(special.ndtr(-least)) * len(pairs.error)
        low, high = least, float(size.max(initial=least)) + 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            together = np.bincount(draw[size > middle], minlength=draws)
            exceeded = chance * float(np.mean((own > middle) / np.maximum(together, 1)))
            low, high = (middle, high) if exceeded > 1 - level else (low, middle)
        return high


@dataclass(frozen=True, eq=False)
class _Exceeding:
    """Draws that exceed a bound in at least one pair."""

    #: (draws,) size of the pair that was made to exceed
    own: Drawn
    #: (E,) draw and size of every pair that exceeds
    draw: Ints
    size: Drawn


@dataclass(frozen=True, eq=False)
class _PairDraws:
    drawn: DifferenceDraws
    first: Ints
    second: Ints
    #: (P,) standard error of each difference
    error: Drawn

    def sizes(self, noise: Drawn) -> Drawn:
        """(P, draws) standardised differences of (p, draws) errors."""
        away = noise[self.first]
        away -= noise[self.second]
        np.abs(away, out=away)
        return np.asarray(np.divide(away, self.error[:, None], out=away))

    def exceeding(self, least: float, some: slice) -> _Exceeding:
        """Draws of which one pair, each as likely, is made to exceed a bound."""
        choice, tail, side = self.drawn.chances[:, some]
        noise, every = self.drawn.noise[:, some], np.arange(len(choice))
        pair = (choice * len(self.error)).astype(np.intp)
        one, two, error = self.first[pair], self.second[pair], self.error[pair].astype(np.float64)
        wanted = -special.ndtri(special.ndtr(-least) * tail) * error * np.where(side < 0.5, -1.0, 1.0)
        shift = (wanted - noise[one, every] + noise[two, every]) / error**2
        gram = self.drawn.gram
        moved = gram[:, one]
        moved -= gram[:, two]
        moved *= shift.astype(moved.dtype)
        moved += noise
        sizes = self.sizes(moved)
        place = np.flatnonzero(sizes.ravel() > sizes.dtype.type(least))
        return _Exceeding(sizes[pair, every], place % len(choice), sizes.ravel()[place])
