"""Rows as `weighting` wants them: one row for alike answers of one unit in one stratum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.estimate.run.cells import Cells
from survey.estimate.values import DesignFault
from weighting import Design

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: the unit of rows that only fill up a stratum: people who were asked about other units
NO_UNIT = -1


@dataclass(frozen=True, eq=False)
class Strata:
    """The H strata of all units; each belongs to one unit, so one unit's answers never touch another's variance."""

    unit: Ints
    #: what the stratum is called by its source: (counter, month), (wave, stratum), (stratum,)
    keys: tuple[tuple[Any, ...], ...]
    #: cases or people it stands for, nan where nobody knows
    population: Floats
    #: answers, or respondents in a poll
    size: Floats
    #: (H,) the stratum for the variance; see `rules.pooled_strata`
    pooled: Ints


@dataclass(frozen=True, eq=False)
class Material:
    """What is known of one source and question."""

    strata: Strata
    #: (n,) unit of each row, NO_UNIT for rows that only fill up a stratum
    unit: Ints
    stratum: Ints
    weight: Floats
    frequency: Floats
    #: (n,) level 5..0, -1 for a score
    level: Ints
    #: (n,) score 0..100, -1 for a level
    score: Floats
    group: NDArray[np.str_]
    month: NDArray[np.str_]
    window: Ints
    faults: tuple[DesignFault, ...]
    #: whether drawing without replacement from a known number of people is accounted for
    finite: bool

    def __len__(self) -> int:
        return len(self.unit)

    @cached_property
    def design(self) -> Design:
        """The design of all units at once."""
        population = None
        if self.finite:
            # strata pooled for the variance have the people of all of them; where nobody knows, no correction
            people = summed(self.strata.pooled, self.strata.population, len(self.strata.unit))
            size = summed(self.strata.pooled, self.strata.size, len(self.strata.unit))
            known = np.where(np.isnan(people) | (people < size), np.inf, people)
            population = known[self.strata.pooled[self.stratum]]
        return Design(
            strata=self.strata.pooled[self.stratum],
            weights=self.weight,
            population=population,
            frequencies=self.frequency,
            lonely_psu="certainty",  # left only where a unit has a single answer, which stays below every floor
        )

    def only(self, unit_id: int) -> Material:
        """The rows of one unit's strata; its strata belong to it alone, so nothing of its variance is lost."""
        rows = self.strata.unit[self.stratum] == unit_id
        names = ("unit", "stratum", "weight", "frequency", "level", "score", "group", "month", "window")
        part = {name: getattr(self, name)[rows] for name in names}
        return Material(self.strata, **part, faults=self.faults, finite=self.finite)


@dataclass(frozen=True, eq=False)
class Rows:
    """The cells of one source and question, cut out of the tally."""

    unit: Ints
    count: Floats
    level: Ints
    score: Floats
    factor: Floats
    window: Ints
    wave: Ints
    month: NDArray[np.str_]
    group: NDArray[np.str_]
    stratum: NDArray[np.str_]


def cut(cells: Cells, rows: NDArray[np.bool_], wave_of: Mapping[int, int], *, beside: str = "") -> Rows:
    """The wanted cells of counted answers, and of those that are kept beside if asked.

    Args:
        cells: of the run.
        rows: (n,) which are wanted.
        wave_of: collection -> its wave, 0 where nobody was drawn.
        beside: count the answers of this state too, "held" or "withdrawn".
    """
    count = cells.counted + getattr(cells, beside) if beside else cells.counted
    kept = np.flatnonzero(rows & (count > 0))

    def column(name: str) -> NDArray[Any]:
        return np.asarray(cells.values[name][cells.codes[name][kept]])

    return Rows(
        unit=column("unit_id"),
        count=count[kept].astype(np.float64),
        level=column("level"),
        score=column("score"),
        factor=column("factor"),
        window=column("window_id"),
        wave=np.array([wave_of.get(number, 0) for number in column("collection_id").tolist()], np.int64),
        month=column("month"),
        group=column("group"),
        stratum=column("stratum"),
    )


def number_strata(unit: Ints, *parts: NDArray[Any]) -> tuple[Ints, Ints]:
    """Number the strata that rows fall into.

    Returns:
        (n,) stratum of each row in the order of unit and parts, and (H,) a row of each stratum.
    """
    code = np.unique(unit, return_inverse=True)[1].astype(np.int64)
    for part in parts:
        values, place = np.unique(part, return_inverse=True)
        code = np.unique(code * max(len(values), 1) + place, return_inverse=True)[1].astype(np.int64)
    first = np.unique(code, return_index=True)[1]
    return code, first


def summed(places: Ints, amounts: Floats, size: int) -> Floats:
    """(size,) amounts by place."""
    return np.bincount(places, weights=amounts, minlength=size).astype(np.float64)
