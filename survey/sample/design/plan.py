"""Before the draw: how many from each stratum, and how exact the result will be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from flask_babel import gettext

from survey.base.errors import Refused
from survey.sample import rules
from survey.sample.frame import frames
from survey.sample.values import SampleDesign
from weighting import Allocation, WeightingError, allocate

#: a share of one half, on the scale 0–100: the widest spread a yes or no can have
SD_OF_A_HALF = 50.0
MOST_STRATA = 400


@dataclass(frozen=True)
class DesignChoice:
    """What the statistician decides."""

    columns: tuple[str, ...] = ()
    method: str = "proportional"
    total: int = 600
    minimum: int = 2
    reserve_share: float = 0.2
    #: stratum -> standard deviation on the scale 0–100; a stratum left out gets the one of a share of one half
    sd: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanRow:
    """One stratum of a plan; margins are half the width of the 95 % interval, on the scale 0–100."""

    label: str
    population: int
    size: int
    reserve: int
    sd: float
    fraction: float
    weight: float
    margin: float


@dataclass(frozen=True)
class Plan:
    """An allocation with what to expect of it, if everybody drawn answers."""

    design: SampleDesign
    rows: tuple[PlanRow, ...]
    margin: float

    @property
    def total(self) -> int:
        return sum(row.size for row in self.rows)

    @property
    def reserve(self) -> int:
        return sum(row.reserve for row in self.rows)

    @property
    def population(self) -> int:
        return sum(row.population for row in self.rows)


def plan(frame_id: int, choice: DesignChoice) -> Plan:
    """Share the sample out over the strata.

    Raises:
        Refused: too few or too many cases for these strata, in words that say what to change.
    """
    population = frames.stratum_sizes(frame_id, choice.columns)
    _check(choice, population)
    sd = {label: float(choice.sd.get(label, SD_OF_A_HALF)) for label in population}
    allocation = _allocate(choice, population, sd)
    sizes = {str(label): size for label, size in allocation.by_stratum.items()}
    design = SampleDesign(
        columns=choice.columns,
        method=choice.method,
        total=allocation.total,
        minimum=choice.minimum,
        reserve_share=choice.reserve_share,
        sd=sd,
        population=population,
        sizes=sizes,
        reserve=rules.reserve_sizes(sizes, population, choice.reserve_share),
    )
    margins = allocation.stratum_margins().tolist()
    rows = tuple(
        PlanRow(
            label,
            count,
            sizes[label],
            design.reserve[label],
            sd[label],
            sizes[label] / count,
            count / sizes[label],
            margin,
        )
        for (label, count), margin in zip(population.items(), margins, strict=True)
    )
    return Plan(design, rows, allocation.margin())


def _allocate(choice: DesignChoice, population: Mapping[str, int], sd: Mapping[str, float]) -> Allocation:
    total = sum(population.values()) if choice.method == "census" else choice.total
    method = "proportional" if choice.method == "census" else choice.method
    try:
        return allocate(
            total,
            population,
            method=cast(Literal["proportional", "neyman"], method),
            sd=sd,
            minimum=choice.minimum,
        )
    except WeightingError as error:
        raise Refused(gettext("The sample cannot be shared out over these strata."), remedy=str(error)) from error


def _check(choice: DesignChoice, population: Mapping[str, int]) -> None:
    everybody = sum(population.values())
    least = sum(min(max(choice.minimum, 1), count) for count in population.values())
    if len(population) > MOST_STRATA:
        raise Refused(
            gettext("These columns make %(n)s strata.", n=len(population)),
            remedy=gettext("Choose coarser columns: %(n)s strata at most.", n=MOST_STRATA),
        )
    if choice.method == "census":
        return
    if choice.total > everybody:
        raise Refused(
            gettext("The frame has %(n)s cases, fewer than the %(total)s wanted.", n=everybody, total=choice.total),
            remedy=gettext("Lower the sample size, or survey everybody as a panel."),
        )
    if choice.total < least:
        raise Refused(
            gettext(
                "The minima of the %(strata)s strata add up to %(least)s, more than the sample of %(total)s.",
                strata=len(population),
                least=least,
                total=choice.total,
            ),
            remedy=gettext("Raise the sample size, lower the minimum, or choose coarser strata."),
        )
