"""What a run needs beside the answers, as it stood when the run was made: caseload, wave designs, overall questions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from survey.collect import service as collect
from survey.sample import service as sample
from survey.units import service as units


@dataclass(frozen=True, eq=False)
class Wave:
    """A wave's strata with what makes an answer's weight."""

    id: int
    #: "poll" or "panel"
    kind: str
    name: str
    rr1: float | None
    rr2: float | None
    #: people asked
    sampled: float
    #: stratum -> people in it, responses, weight of a response
    population: Mapping[str, float]
    responded: Mapping[str, float]
    weight: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Context:
    """The run's surroundings, from canonical JSON."""

    #: (counter, "2026-03") -> (unit, cases)
    caseload: Mapping[tuple[int, str], tuple[int, float]]
    waves: Mapping[int, Wave]
    #: codes of questions that ask for the overall judgement
    overall: frozenset[str]


def gather(round_id: int) -> str:
    """Read caseload and wave designs of a round into canonical JSON."""
    found = units.round_(round_id)
    content = {
        "overall": sorted(overall_codes()),
        "caseload": [
            [cell.unit_id, cell.window_id, cell.month.strftime("%Y-%m"), cell.cases]
            for cell in units.caseload(found.opens_on, found.closes_on)
        ],
        "waves": [_wave(wave) for wave in sample.waves(round_id) if wave.state != "draft"],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def overall_codes() -> set[str]:
    """Codes of the overall questions of all questionnaires."""
    forms = collect.QUESTIONNAIRES
    every: Iterable[Any] = forms.values() if isinstance(forms, Mapping) else forms
    return {question.code for form in every for question in form.questions if question.overall}


def _wave(wave: sample.Wave) -> dict[str, Any]:
    design = sample.wave_design(wave.id)
    weight = design.design_weight * design.nonresponse_factor
    columns = (design.strata, design.population, design.sampled, design.responded, weight)
    return {
        "id": wave.id,
        "kind": wave.kind,
        "name": wave.name,
        "rr1": design.overall_rr1,
        "rr2": design.overall_rr2,
        "strata": [
            [label, int(size), int(asked), int(back), float(each) if isfinite(each) else 0.0]
            for label, size, asked, back, each in zip(*columns, strict=True)
        ],
    }


def read(text: str) -> Context:
    """The surroundings of a stored run."""
    content = json.loads(text)
    return Context(
        {(window, month): (unit, float(cases)) for unit, window, month, cases in content["caseload"]},
        {wave["id"]: _read_wave(wave) for wave in content["waves"]},
        frozenset(content["overall"]),
    )


def _read_wave(wave: Mapping[str, Any]) -> Wave:
    def column(place: int) -> dict[str, float]:
        return {row[0]: row[place] for row in wave["strata"]}

    return Wave(
        wave["id"],
        wave["kind"],
        wave["name"],
        wave["rr1"],
        wave["rr2"],
        sampled=float(sum(column(2).values())),
        population=column(1),
        responded=column(3),
        weight=column(4),
    )
