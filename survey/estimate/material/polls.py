"""Polls: drawn people, each asked about a few units.

The respondent is the sampling unit and answers a question about a unit at most once, so frequencies carry a whole
poll. Each unit is a domain: its strata are filled up with the respondents who were not asked about it, because a
domain's mean owes part of its variance to how many fall into it (Cochran 1977, section 5A.14).
"""

from __future__ import annotations

import numpy as np

from survey.estimate.material.rows import NO_UNIT, Floats, Material, Rows, Strata, number_strata, summed
from survey.estimate.rules import pooled_strata
from survey.estimate.run.context import Context, RunWave
from survey.estimate.values import DesignFault


def material(rows: Rows, context: Context) -> Material:
    """Wave × stratum strata of all units, filled up to the respondents of each."""
    stratum, first = number_strata(rows.unit, rows.wave, rows.stratum)
    unit = rows.unit[first]
    keys = tuple(zip(rows.wave[first].tolist(), rows.stratum[first].tolist(), strict=True))
    answers = summed(stratum, rows.count, len(keys))
    waves = [context.waves.get(wave) for wave, _label in keys]
    labels = [label for _wave, label in keys]
    population = _of("population", waves, labels, np.nan)
    weight = _of("weight", waves, labels, 0.0)
    weight = np.where(weight > 0, weight, 1.0)
    responded = np.maximum(_of("responded", waves, labels, 0.0), answers)
    fill = np.flatnonzero(responded > answers)
    return Material(
        strata=Strata(unit, keys, population, responded, pooled_strata(unit, responded)),
        unit=np.concatenate([rows.unit, np.full(len(fill), NO_UNIT)]),
        stratum=np.concatenate([stratum, fill]),
        weight=np.concatenate([weight[stratum] * rows.factor, weight[fill]]),
        frequency=np.concatenate([rows.count, (responded - answers)[fill]]),
        level=np.concatenate([rows.level, np.full(len(fill), -1)]),
        score=np.concatenate([rows.score, np.full(len(fill), -1)]),
        group=np.concatenate([rows.group, np.full(len(fill), "")]),
        month=np.concatenate([rows.month, np.full(len(fill), "")]),
        window=np.concatenate([rows.window, np.full(len(fill), -1)]),
        faults=tuple(
            DesignFault(int(unit[h]), *keys[h], int(answers[h]), "not_in_design")
            for h in np.flatnonzero(np.isnan(population))
        ),
        finite=True,
    )


def _of(column: str, waves: list[RunWave | None], labels: list[str], missing: float) -> Floats:
    found = [
        getattr(wave, column).get(label, missing) if wave else missing
        for wave, label in zip(waves, labels, strict=True)
    ]
    return np.array(found, np.float64)
