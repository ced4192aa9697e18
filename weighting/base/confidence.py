"""Confidence levels, checked where they are given."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from weighting.base.arrays import Floats
from weighting.errors import WeightingError


def check_level(level: float | Floats) -> None:
    """Refuse a level that is none, such as 95 for 95 %.

    Raises:
        WeightingError: a level outside 0 and 1.

    >>> check_level(0.95)
    """
    if not np.all((np.asarray(level) > 0) & (np.asarray(level) < 1)):
        raise WeightingError(f"the confidence level is {level}: it must lie between 0 and 1.")


def normal_reach(level: float) -> float:
    """How many standard errors a two-sided normal interval reaches.

    Raises:
        WeightingError: a level outside 0 and 1.

    >>> round(normal_reach(0.95), 6)
    1.959964
    """
    check_level(level)
    return float(ndtri(0.5 + level / 2))
