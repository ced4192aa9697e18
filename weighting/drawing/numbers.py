"""Permanent random numbers: one number for one case, for ever, whatever the frame's row order."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import numpy as np

from weighting.base.arrays import Floats
from weighting.errors import WeightingError

__all__ = ["PRN_METHOD", "permanent_random_numbers", "rotate_random_numbers"]

#: The name to write into the record of a draw; a change of the rule below would change the name.
PRN_METHOD = "prn-sha256-v1"


def permanent_random_numbers(seed: str, keys: Iterable[str]) -> Floats:
    """The permanent random number of each case, computed from the seed and the case's key only.

    Method ``prn-sha256-v1``: the first 8 bytes of SHA-256(seed as UTF-8, one zero byte, key as UTF-8), read
    as a big-endian integer, shifted right by 11 bits and divided by 2**53. Anybody with a SHA-256 can
    recompute it; it does not depend on the platform, the library version or the order of the frame.

    Args:
        seed: what was announced before the draw, for example a date and a lottery result.
        keys: n different case keys.

    Returns:
        (n,) numbers in [0, 1), in the order of the keys.

    Raises:
        WeightingError: a key comes twice (two cases would share one number), or a key is not text.

    Source: Ohlsson (1995), Coordination of samples using permanent random numbers, in Business Survey Methods, ch. 9.

    >>> permanent_random_numbers("2026-03-31", ["case-1", "case-2"]).round(6)
    array([0.485194, 0.819869])
    """
    texts = list(keys)
    try:
        encoded = [text.encode() for text in texts]
    except AttributeError as wrong:
        raise WeightingError("A case key is not text: turn every key into a string before the draw.") from wrong
    if len(set(texts)) != len(texts):
        repeated = _first_repeated(texts)
        raise WeightingError(
            f"The case key {repeated!r} comes twice in the frame: remove the duplicate before the draw."
        )
    prefix = seed.encode() + b"\0"
    digests = b"".join([sha256(prefix + key).digest()[:8] for key in encoded])
    integers = np.frombuffer(digests, dtype=">u8").astype(np.uint64)
    return (integers >> np.uint64(11)).astype(np.float64) * 2.0**-53


def rotate_random_numbers(prn: Floats, shift: float) -> Floats:
    """Permanent random numbers moved round the unit circle, which moves the sample to other cases.

    With shift 0 two rounds share as many cases as their sizes allow (positive coordination). With a shift
    larger than the sampling fraction they share none, as long as both fractions and the shift together fit
    into 1 (negative coordination); a small shift in each round replaces about that share of the sample
    (rotation).

    Args:
        prn: (n,) numbers in [0, 1).
        shift: how far the starting point moves, as a fraction of the circle.

    Returns:
        (n,) numbers in [0, 1): (prn − shift) modulo 1.

    Raises:
        WeightingError: a number outside [0, 1), or a shift that is not finite.

    Source: Ohlsson (1995), sections 9.3 and 9.5.

    >>> rotate_random_numbers(np.array([0.1, 0.5]), 0.25).round(2)
    array([0.85, 0.25])
    """
    numbers = np.asarray(prn, dtype=np.float64)
    if not (np.all(numbers >= 0) and np.all(numbers < 1)) or not np.isfinite(shift):
        raise WeightingError("Random numbers lie in [0, 1), and the shift is a finite number.")
    rotated: Floats = np.mod(numbers - shift, 1.0)
    # The modulo of a tiny negative number rounds up to 1, which is the same point of the circle as 0.
    return np.where(rotated >= 1.0, 0.0, rotated)


def _first_repeated(texts: list[str]) -> str:
    seen: set[str] = set()
    for text in texts:
        if text in seen:
            return text
        seen.add(text)
    return ""
