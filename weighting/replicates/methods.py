"""Replicate weights from a design: jackknife, bootstrap and balanced repeated replication."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from weighting.base.arrays import Flags, Floats, Ints, Sizes
from weighting.design.design import Design
from weighting.errors import WeightingError
from weighting.replicates.weights import Replicates

__all__ = ["ReplicateMethod", "hadamard_matrix", "replicate_weights"]

ReplicateMethod: TypeAlias = Literal["JK1", "JKn", "bootstrap", "BRR", "Fay"]


#: n · R weights beyond this would not fit into the memory of an ordinary machine.
_LARGEST_MATRIX = 50_000_000


@dataclass(frozen=True, eq=False)
class _Units:
    """The P PSUs of a design."""

    #: (n,) PSU of each row and (P,) stratum of each PSU.
    of_row: Ints
    stratum: Ints
    #: (H,) PSUs in the sample, and the share of the stratum they are.
    sizes: Floats
    fraction: Floats
    labels: tuple[object, ...]

    @property
    def lonely(self) -> Flags:
        """(H,) strata with one PSU."""
        return self.sizes < 2

    @property
    def degrees_of_freedom(self) -> float:
        """PSUs less strata."""
        return float(self.stratum.size - self.sizes.size)


def replicate_weights(
    design: Design,
    method: ReplicateMethod,
    *,
    replicates: int = 500,
    seed: int = 0,
    rho: float = 0.5,
    mse: bool = False,
) -> Replicates:
    """Replicate weights of a design, with its finite population corrections where the method has a place for them.

    Args:
        design: the sample; only its first stage is replicated.
        method: "JK1" (one stratum, a PSU left out), "JKn" (a PSU left out of its stratum), "bootstrap" (Rao and Wu,
            n − 1 PSUs drawn again in each stratum), "BRR" (two PSUs in each stratum, one of them doubled) or "Fay"
            (BRR with factors 2 − rho and rho). BRR and Fay know no finite population correction.
        replicates: number of bootstrap replicates.
        seed: seed of the bootstrap.
        rho: Fay's factor, from 0 to below 1.
        mse: whether to centre at the full-sample estimate.

    Returns:
        The replicates.

    Raises:
        WeightingError: a stratum with one PSU (unless enumerated or the design leaves it out), JK1 with strata, BRR
            without exactly two PSUs in each stratum, frequencies, or more weights than fit into memory.

    Source: Wolter (2007), chapters 3 and 4; Rao, Wu and Yue (1992); Judkins (1990) for Fay's method; R survey,
    ``as.svrepdesign``.

    >>> design = Design(strata=["a", "a", "b", "b"], weights=[2.0, 2, 3, 3])
    >>> replicate_weights(design, "JKn").replicate_weights
    array([[0., 4., 2., 2.],
           [4., 0., 2., 2.],
           [3., 3., 0., 6.],
           [3., 3., 6., 0.]])
    """
    units = _units(design)
    count = {"bootstrap": replicates, "JK1": units.stratum.size, "JKn": units.stratum.size}.get(method, 1)
    if count * len(design) > _LARGEST_MATRIX:
        raise WeightingError(
            f"{method} would need {count} replicates of {len(design)} weights: use a bootstrap of 500."
        )
    if method in ("JK1", "JKn"):
        factors, scale, rscales = _jackknife(units, method)
    elif method == "bootstrap":
        factors, scale, rscales = _bootstrap(units, replicates, seed)
    elif method in ("BRR", "Fay"):
        factors, scale, rscales = _balanced(units, 0.0 if method == "BRR" else rho)
    else:
        raise WeightingError(f"Replicate method {method!r} is not one of JK1, JKn, bootstrap, BRR, Fay.")
    df = (
        min(units.degrees_of_freedom, float(factors.shape[1] - 1))
        if method == "bootstrap"
        else units.degrees_of_freedom
    )
    return Replicates(design.weights, design.weights[:, None] * factors[units.of_row], scale, rscales, df, mse)


def _units(design: Design) -> _Units:
    if design.frequencies is not None:
        raise WeightingError("Replicates need one row for each answer: repeat the rows instead of giving frequencies.")
    if design.adjustment is not None:
        raise WeightingError(
            "Replicate the design with its base weights, then repeat the adjustment with .adjusted(…)."
        )
    rows = np.arange(len(design)) if design.psu is None else design.psu.codes
    stratum = design.strata.codes if design.psu_stratum is None else design.psu_stratum
    units = _Units(rows, stratum, design.stratum_sizes, design.sampling_fraction, design.strata.labels)
    unclear = units.lonely & (units.fraction < 1)
    if unclear.any() and design.lonely_psu not in ("certainty", "remove"):
        label = units.labels[int(np.argmax(unclear))]
        raise WeightingError(
            f"Stratum {label!r} has one PSU, so no replicate can vary it: merge it, or choose lonely_psu='certainty'."
        )
    return units


def _jackknife(units: _Units, method: str) -> tuple[Floats, float, Floats]:
    """(P, R) factors: a PSU left out, the others of its stratum raised to n / (n − 1)."""
    if method == "JK1" and units.sizes.size > 1:
        raise WeightingError("JK1 is for a design without strata: use JKn.")
    varied = np.flatnonzero(~units.lonely[units.stratum])
    if not varied.size:
        raise WeightingError("No stratum has two PSUs, so the variance cannot be estimated.")
    out = units.stratum[varied]
    raised = np.where(units.stratum[:, None] == out, (units.sizes / np.maximum(units.sizes - 1, 1))[out], 1.0)
    raised[varied, np.arange(varied.size)] = 0.0
    spread = (1 - units.fraction) * (units.sizes - 1) / units.sizes
    if method == "JK1":
        return raised, float(spread[0]), np.ones(varied.size)
    return raised, 1.0, spread[out]


def _bootstrap(units: _Units, replicates: int, seed: int) -> tuple[Floats, float, Floats]:
    """(P, R) factors 1 − c + c · n/(n − 1) · times drawn, with c = √(1 − f); each multiplicity counts."""
    if replicates < 2:
        raise WeightingError(f"replicates = {replicates}: a bootstrap needs at least 2.")
    rng = np.random.default_rng(seed)
    factors = np.ones((units.stratum.size, replicates))
    for stratum in np.flatnonzero(~units.lonely):
        members = np.flatnonzero(units.stratum == stratum)
        drawn = rng.multinomial(members.size - 1, np.full(members.size, 1 / members.size), size=replicates)
        shrink = np.sqrt(1 - units.fraction[stratum])
        factors[members] = 1 - shrink + shrink * members.size / (members.size - 1) * drawn.T
    return factors, 1 / (replicates - 1), np.ones(replicates)


def _balanced(units: _Units, rho: float) -> tuple[Floats, float, Floats]:
    """(P, R) factors 2 − rho for one PSU of each stratum and rho for the other, balanced by a Hadamard matrix."""
    if not 0 <= rho < 1:
        raise WeightingError(f"rho = {rho}: Fay's factor lies from 0 to below 1.")
    wrong = units.sizes != 2
    if wrong.any():
        place = int(np.argmax(wrong))
        raise WeightingError(
            f"Stratum {units.labels[place]!r} has {units.sizes[place]:.0f} PSUs: "
            "balanced repeated replication needs exactly two in each stratum."
        )
    signs = hadamard_matrix(units.sizes.size + 1)[:, 1 : units.sizes.size + 1].T
    order = np.argsort(units.stratum, kind="stable")
    side = np.empty(units.stratum.size, dtype=np.int64)
    side[order] = np.tile([1, -1], units.sizes.size)
    factors = 1 + (1 - rho) * side[:, None] * signs[units.stratum]
    count = signs.shape[1]
    return factors.astype(np.float64), 1 / (count * (1 - rho) ** 2), np.ones(count)


def hadamard_matrix(least: int) -> Sizes:
    """A Hadamard matrix whose order is at least a given number; its first column is all ones.

    Args:
        least: smallest order wanted.

    Returns:
        (R, R) matrix of 1 and −1 with orthogonal columns, of the smallest order that the constructions of Sylvester
        and Paley give.

    Source: Paley (1933), On orthogonal matrices, constructions I and the doubling of Sylvester (1867).

    >>> hadamard_matrix(3)
    array([[ 1,  1,  1,  1],
           [ 1, -1, -1,  1],
           [ 1,  1, -1, -1],
           [ 1, -1,  1, -1]])
    """
    order = max(1, least)
    while True:
        matrix = _of_order(order)
        if matrix is not None:
            return matrix * matrix[:, :1]
        order += 1


def _of_order(order: int) -> Sizes | None:
    if order == 1:
        return np.ones((1, 1), dtype=np.int64)
    if order % 4 == 0 and _is_prime(order - 1):
        return _paley(order - 1)
    half = _of_order(order // 2) if order % 2 == 0 else None
    return None if half is None else np.block([[half, half], [half, -half]])


def _paley(prime: int) -> Sizes:
    """Construction I for a prime that leaves 3 when divided by 4."""
    residues = np.full(prime, -1, dtype=np.int64)
    residues[np.arange(1, prime) ** 2 % prime] = 1
    residues[0] = 0
    place = np.arange(prime)
    core = residues[(place[None, :] - place[:, None]) % prime]
    bordered = np.block(
        [[np.zeros((1, 1), np.int64), np.ones((1, prime), np.int64)], [-np.ones((prime, 1), np.int64), core]]
    )
    return bordered + np.eye(prime + 1, dtype=np.int64)


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))
