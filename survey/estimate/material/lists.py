"""Answers taken as they come: imports with their own strata, and panels in which everybody was asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.estimate.material.rows import Material, Rows, Strata, number_strata, summed
from survey.estimate.rules import pooled_strata


def imported(rows: Rows) -> Material:
    """Strata and weights as the file gave them (weight 1 without one). No correction: the population is not known."""
    return _plain(rows, rows.stratum)


def panel(rows: Rows) -> Material:
    """Every member's score counts once. All members were asked, so the standard error only describes the spread."""
    return _plain(rows, np.zeros(len(rows.unit), np.int64))


def _plain(rows: Rows, part: NDArray[Any]) -> Material:
    stratum, first = number_strata(rows.unit, part)
    unit = rows.unit[first]
    size = summed(stratum, rows.count, len(first))
    keys = tuple((label,) for label in part[first].tolist())
    return Material(
        strata=Strata(unit, keys, np.full(len(first), np.nan), size, pooled_strata(unit, size)),
        unit=rows.unit,
        stratum=stratum,
        weight=np.where(rows.factor > 0, rows.factor, 1.0),
        frequency=rows.count,
        level=rows.level,
        score=rows.score,
        group=rows.group,
        month=rows.month,
        window=rows.window,
        faults=(),
        finite=False,
    )
