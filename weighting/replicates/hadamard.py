"""Hadamard matrices for balanced repeated replication."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["hadamard_matrix"]


def hadamard_matrix(least: int) -> NDArray[np.int64]:
    """A Hadamard matrix whose order is at least a given number; its first column is all ones.

    Args:
        least: smallest order wanted.

    Returns:
        (R, R) matrix of 1 and −1 with orthogonal columns, of the smallest order that the constructions of Sylvester
        and Paley give.

    Source:
        Paley (1933), On orthogonal matrices, constructions I and the doubling of Sylvester (1867).

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


def _of_order(order: int) -> NDArray[np.int64] | None:
    if order == 1:
        return np.ones((1, 1), dtype=np.int64)
    if order % 4 == 0 and _is_prime(order - 1):
        return _paley(order - 1)
    half = _of_order(order // 2) if order % 2 == 0 else None
    return None if half is None else np.block([[half, half], [half, -half]])


def _paley(prime: int) -> NDArray[np.int64]:
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
