"""While a wave runs: how many were asked and answered, response rates and weights by stratum."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from survey.base.store.database import session
from survey.sample import models, rules
from survey.sample.values import WaveDesign
from survey.sample.wave.used import settle
from weighting import OutcomeRates, nonresponse_factors, response_rates


@dataclass(frozen=True)
class StratumField:
    """Fieldwork in one stratum, or in the whole wave."""

    label: str
    population: int
    #: cases to be drawn at first
    planned: int
    #: cases asked up to now
    asked: int
    reserve_left: int
    #: AAPOR letter -> cases
    counts: Mapping[str, int]
    rates: OutcomeRates

    @property
    def responded(self) -> int:
        return sum(self.counts.get(letter, 0) for letter in rules.RESPONDED)


def strata(wave_id: int) -> list[StratumField]:
    """Fieldwork of every stratum, in order of the labels."""
    settle(wave_id)
    invitation, stratum = models.InvitationRow, models.WaveStratumRow
    counted: dict[int, Counter[str]] = {}
    waiting: Counter[int] = Counter()
    for stratum_id, active, letter, count in session().execute(
        select(invitation.stratum_id, invitation.active, invitation.disposition, func.count())
        .where(invitation.wave_id == wave_id)
        .group_by(invitation.stratum_id, invitation.active, invitation.disposition)
    ):
        if active:
            counted.setdefault(stratum_id, Counter())[letter] += count
        else:
            waiting[stratum_id] += count
    found = session().scalars(select(stratum).where(stratum.wave_id == wave_id).order_by(stratum.label))
    return [_field(s.label, s.population, s.sampled, waiting[s.id], counted.get(s.id, Counter())) for s in found]


def _field(label: str, population: int, planned: int, waiting: int, counts: Counter[str]) -> StratumField:
    return StratumField(label, population, planned, counts.total(), waiting, counts, _rates(counts))


def _rates(counts: Mapping[str, int]) -> OutcomeRates:
    return response_rates({letter: float(count) for letter, count in counts.items()})


def overall(fields: Iterable[StratumField]) -> StratumField:
    """The whole wave: counts added up, rates unweighted as AAPOR has them."""
    fields = list(fields)
    counts = sum((Counter(field.counts) for field in fields), Counter())
    return _field(
        "",
        sum(field.population for field in fields),
        sum(field.planned for field in fields),
        sum(field.reserve_left for field in fields),
        counts,
    )


def wave_design(wave_id: int) -> WaveDesign:
    """Sizes, outcomes and weights by stratum.

    The design weight is population / cases asked, reserve cases called up included: they continue the same draw.
    The nonresponse factor hands the weight of cases without an outcome to the known ones and then that of the
    nonrespondents to the respondents; the adjustment cells are the strata, as they were before any answer came.
    """
    fields = strata(wave_id)
    whole = overall(fields)
    population = np.array([field.population for field in fields], dtype=np.int64)
    asked = np.array([field.asked for field in fields], dtype=np.int64)
    weight = np.divide(population, asked, out=np.full(len(fields), np.nan), where=asked > 0)
    return WaveDesign(
        strata=tuple(field.label for field in fields),
        population=population,
        sampled=asked,
        eligible=asked - np.array([field.counts.get("NE", 0) for field in fields], dtype=np.int64),
        responded=np.array([field.responded for field in fields], dtype=np.int64),
        design_weight=weight,
        nonresponse_factor=_factors(fields, weight),
        rr1=np.array([_number(field.rates.rr1) for field in fields], dtype=np.float64),
        rr2=np.array([_number(field.rates.rr2) for field in fields], dtype=np.float64),
        overall_rr1=whole.rates.rr1,
        overall_rr2=whole.rates.rr2,
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _factors(fields: list[StratumField], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Factor of each stratum; sums of weights by outcome are all the adjustment needs."""
    factors = np.full(len(fields), np.nan)
    answering = [index for index, field in enumerate(fields) if field.responded]
    lines = [
        (index, rules.STATUS_OF[letter], count * weight[index])
        for index in answering
        for letter, count in fields[index].counts.items()
    ]
    if lines:
        cells, status, weights = zip(*lines, strict=True)
        found = nonresponse_factors(np.array(cells), np.array(status), np.array(weights, dtype=np.float64))
        for label, unknown, factor in zip(found.labels, found.unknown_factors, found.factors, strict=True):
            factors[int(str(label))] = unknown * factor
    return factors
