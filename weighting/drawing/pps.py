"""Fixed-size sampling with unequal probabilities by Sampford and Brewer, and joint inclusion probabilities."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats, Sizes
from weighting.drawing.numbers import permanent_random_numbers
from weighting.drawing.rows import checked_probabilities, systematic_pps_rows
from weighting.errors import WeightingError

__all__ = ["JointMethod", "brewer_rows", "joint_probabilities", "sampford_rows"]

JointMethod: TypeAlias = Literal["sampford", "systematic", "poisson", "simple"]

DesignRows = Sizes

_ATTEMPTS = 20_000


def sampford_rows(probabilities: ArrayLike, prn: ArrayLike, seed: str) -> DesignRows:
    """Sampford's rejective sampling: exact inclusion probabilities, and joint ones that can be computed.

    Draws that repeat a unit are thrown away whole; the numbers come from the seed, and the units stand in the order of
    their permanent random numbers, so the frame's order does not matter.

    Args:
        probabilities: (N,) inclusion probabilities with a whole sum n; units with probability 1 are taken first.
        prn: (N,) permanent random numbers, which fix the order of the units.
        seed: text from which the numbers of the draw are computed.

    Returns:
        (n,) row numbers from 0, rising.

    Raises:
        WeightingError: probabilities that are none, or so large a sample that every attempt repeats a unit.

    Source: Sampford (1967), Biometrika 54; Tillé (2006), section 6.7.

    >>> sampford_rows([0.5, 0.5, 0.4, 0.6], [0.1, 0.9, 0.5, 0.3], "2026-03-31")
    array([1, 3])
    """
    taken, units, chances = _open_units(probabilities, prn)
    n = round(float(chances.sum()))
    if n == 0:
        return np.sort(taken)
    first = np.cumsum(chances / n)
    others = np.cumsum(chances / (1 - chances))
    for attempt in range(_ATTEMPTS):
        numbers = permanent_random_numbers(seed, [f"sampford {attempt} {place}" for place in range(n)])
        drawn = np.searchsorted(others / others[-1], numbers, side="right")
        drawn[0] = np.searchsorted(first / first[-1], numbers[0], side="right")
        if np.unique(drawn).size == n:
            return np.sort(np.concatenate([taken, units[drawn]]))
    raise WeightingError(
        f"Sampford's method found no draw of {n} different units in {_ATTEMPTS} attempts: use brewer_rows instead."
    )


def brewer_rows(probabilities: ArrayLike, prn: ArrayLike, seed: str) -> DesignRows:
    """Brewer's draw-by-draw sampling: exact inclusion probabilities for any sample size, no rejection.

    Args:
        probabilities: (N,) inclusion probabilities with a whole sum n; units with probability 1 are taken first.
        prn: (N,) permanent random numbers, which fix the order of the units.
        seed: text from which the numbers of the draw are computed.

    Returns:
        (n,) row numbers from 0, rising.

    Raises:
        WeightingError: probabilities that are none.

    Source: Brewer (1975), Australian Journal of Statistics 17; Brewer and Hanif (1983), procedure 8.

    >>> brewer_rows([0.5, 0.5, 0.4, 0.6], [0.1, 0.9, 0.5, 0.3], "2026-03-31")
    array([2, 3])
    """
    taken, units, chances = _open_units(probabilities, prn)
    n = round(float(chances.sum()))
    numbers = permanent_random_numbers(seed, [f"brewer {place}" for place in range(n)])
    free = np.ones(units.size, dtype=np.bool_)
    for place in range(n):
        left = n - float(chances[~free].sum())
        odds = chances * (left - chances) / (left - chances * (n - place))
        reached = np.cumsum(np.where(free, np.maximum(odds, 0), 0))
        chosen = int(np.searchsorted(reached, numbers[place] * reached[-1], side="right"))
        free[min(chosen, int(np.flatnonzero(free)[-1]))] = False
    return np.sort(np.concatenate([taken, units[~free]]))


def _open_units(probabilities: ArrayLike, prn: ArrayLike) -> tuple[DesignRows, DesignRows, Floats]:
    """Rows that are certain, and the others in the order of their random numbers with their probabilities."""
    chances, _ = checked_probabilities(probabilities)
    numbers = np.asarray(prn, dtype=np.float64)
    if numbers.shape != chances.shape:
        raise WeightingError(f"There are {numbers.size} random numbers and {chances.size} probabilities.")
    order = np.argsort(numbers, kind="stable")
    certain = chances >= 1 - 1e-12
    return np.flatnonzero(certain), order[~certain[order]], chances[order[~certain[order]]]


def joint_probabilities(probabilities: ArrayLike, method: JointMethod) -> Floats:
    """Probabilities that two units are both in the sample; the diagonal holds the single ones.

    Args:
        probabilities: (N,) inclusion probabilities.
        method: "sampford", "systematic" (in this order of the frame), "poisson", or "simple" (all probabilities equal).

    Returns:
        (N, N) symmetric matrix. Systematic sampling leaves zeros, for which no unbiased variance exists.

    Raises:
        WeightingError: probabilities that do not fit the method, or a sample too large for Sampford's recursion.

    Source: Sampford (1967), equation for π_ij; Tillé (2006), sections 5.5, 6.7 and 7.2.

    >>> joint_probabilities([0.5, 0.5, 0.5, 0.5], "simple")[0].round(4)
    array([0.5   , 0.1667, 0.1667, 0.1667])
    """
    chances = np.asarray(probabilities, dtype=np.float64)
    if method == "poisson":
        joint = np.outer(chances, chances)
    elif method == "simple":
        joint = _simple(chances)
    elif method == "systematic":
        joint = _systematic(chances)
    elif method == "sampford":
        joint = _sampford(chances)
    else:
        raise WeightingError(f"Method {method!r} is not one of sampford, systematic, poisson, simple.")
    np.fill_diagonal(joint, chances)
    return joint


def _simple(chances: Floats) -> Floats:
    checked, n = checked_probabilities(chances)
    if np.ptp(checked) > 1e-12:
        raise WeightingError("Simple random sampling gives every unit the same probability; these differ.")
    pair = n * (n - 1) / (checked.size * (checked.size - 1)) if checked.size > 1 else 0.0
    return np.full((checked.size, checked.size), pair)


def _systematic(chances: Floats) -> Floats:
    """The sample changes only where the start passes the fraction of a cumulated probability."""
    checked, _ = checked_probabilities(chances)
    bends = np.unique(np.concatenate([[0.0, 1.0], np.mod(np.cumsum(checked), 1.0)]))
    joint = np.zeros((checked.size, checked.size))
    for low, high in pairwise(bends.tolist()):
        rows = systematic_pps_rows(checked, (low + high) / 2)
        joint[np.ix_(rows, rows)] += high - low
    return joint


def _sampford(chances: Floats) -> Floats:
    checked, _ = checked_probabilities(chances)
    joint = np.outer(checked, checked)
    open_units = np.flatnonzero((checked < 1 - 1e-12) & (checked > 0))
    if open_units.size:
        with np.errstate(over="ignore", invalid="ignore"):  # an overflow loses its digits, and is refused for that
            joint[np.ix_(open_units, open_units)] = _sampford_open(checked[open_units])
    return joint


def _sampford_open(chances: Floats) -> Floats:
    """Sums over all samples of Sampford's design, p(s) ∝ Π λ · Σ (1 − π), that hold two given units.

    Two symmetric sums are kept for the samples of each size: of Π λ, and of Π λ · Σ π. Taking units i and j out of
    both leaves the sums over the other units.
    """
    n = round(float(chances.sum()))
    odds = chances / (1 - chances)
    products, weighted = np.zeros(n + 1), np.zeros(n + 1)
    products[0] = 1.0
    for chance, value in zip(chances, odds, strict=True):
        weighted[1:] += value * (weighted[:-1] + chance * products[:-1])
        products[1:] += value * products[:-1].copy()
    whole = n * products[n] - weighted[n]
    shape = (odds.size, odds.size)
    one_product, one_weighted = np.ones(odds.size), np.zeros(odds.size)
    pair_product, pair_weighted = np.ones(shape), np.zeros(shape)
    for size in range(1, n - 1):
        one_weighted = weighted[size] - odds * (one_weighted + chances * one_product)
        one_product = products[size] - odds * one_product
        pair_weighted = one_weighted[:, None] - odds * (pair_weighted + chances * pair_product)
        pair_product = one_product[:, None] - odds * pair_product
    kept = (n - chances[:, None] - chances[None, :]) * pair_product - pair_weighted
    joint = np.outer(odds, odds) * kept / whole if n > 1 else np.zeros(shape)
    np.fill_diagonal(joint, 0.0)
    if not np.abs(joint.sum(axis=1) - (n - 1) * chances).max() <= 1e-6:
        raise WeightingError(f"Sampford's joint probabilities lose their digits for n = {n}: use a Poisson design.")
    return joint
