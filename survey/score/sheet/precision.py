"""How sure a total is: errors of independent components added, intervals, and the places that the data allow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from scipy import special

from weighting import rank_sets

LEVEL = 0.95


def error_of_sum(
    parts: Iterable[tuple[float | None, float | None]],
) -> tuple[float | None, float | None]:
    """Standard error and degrees of freedom of a sum of independent parts.

    Args:
        parts: (standard error, degrees of freedom) of each part in points; an error of None belongs to a value
            without sampling error, such as an external score, and adds nothing.

    Returns:
        The error, None if no part has one; the degrees of freedom, None if unlimited.

    Source: Satterthwaite (1946), Biometrics Bulletin 2, equation 17.

    >>> error, degrees = error_of_sum([(3.0, 10), (4.0, 20), (None, None)])
    >>> error, round(degrees, 3)
    (5.0, 29.904)
    """
    known = [(error, degrees) for error, degrees in parts if error is not None]
    if not known:
        return None, None
    variance = sum(error**2 for error, _ in known)
    spent = sum(error**4 / degrees for error, degrees in known if degrees and math.isfinite(degrees))
    return math.sqrt(variance), (variance**2 / spent if spent > 0 else None)


def interval(
    value: float, error: float | None, degrees: float | None, level: float = LEVEL
) -> tuple[float, float] | None:
    """The t interval; None without a standard error.

    >>> [round(bound, 2) for bound in interval(90.0, 1.0, None)]
    [88.04, 91.96]
    """
    if error is None:
        return None
    width = error * float(special.stdtrit(degrees, (1 + level) / 2) if degrees else special.ndtri((1 + level) / 2))
    return value - width, value + width


def place_sets(totals: Sequence[float], errors: Sequence[float | None]) -> list[tuple[int, int]]:
    """Best and worst place of each unit that the data allow, for all units together, at 95 %.

    Totals without sampling error are taken as exact. The seed is fixed: the same sheet gives the same sets.

    >>> place_sets([95.0, 90.0, 90.0], [0.1, 0.1, None])
    [(1, 1), (2, 3), (2, 3)]
    """
    if not totals:
        return []
    found = rank_sets(
        np.asarray(totals), np.asarray([error or 0.0 for error in errors]), level=LEVEL, simultaneous=True
    )
    return [(int(low), int(high)) for low, high in zip(found.lower, found.upper, strict=True)]
