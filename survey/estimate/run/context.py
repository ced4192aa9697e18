"""What a run needs beside the answers, as it stood when the run was made: collections, caseload, designs, scales."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from survey.base.canonical import canonical
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.rounds.service import Pooling, Round, Selection
from survey.sample import service as sample
from survey.units import service as units

#: what the first version answered on
FIRST_SCALE = "five"


@dataclass(frozen=True, eq=False)
class RunWave:
    """A wave's strata with what makes an answer's weight."""

    id: int
    name: str
    rr1: float | None
    rr2: float | None
    #: people asked
    sampled: float
    #: stratum -> people in it, responses, weight of a response
    population: Mapping[str, float]
    responded: Mapping[str, float]
    weight: Mapping[str, float]


@dataclass(frozen=True)
class RunCollection:
    """A collection that the round selected."""

    id: int
    code: str
    title: str
    kind: str
    #: code of the group of raters; empty = the answers say it
    group: str
    form: str
    #: the wave that it was drawn by; 0 = none
    wave_id: int = 0

    @property
    def is_drawn(self) -> bool:
        return self.kind in questions.DRAWN


@dataclass(frozen=True, eq=False)
class Context:
    """The run's surroundings, from canonical JSON."""

    #: (counter, "2026-03") -> (unit, cases)
    caseload: Mapping[tuple[int, str], tuple[int, float]]
    waves: Mapping[int, RunWave]
    collections: Mapping[int, RunCollection]
    #: codes of questions that ask for the overall judgement
    overall: frozenset[str]
    #: question -> code of its scale; absent = answered by scores
    scales: Mapping[str, str]
    pooling: Pooling

    def wave_of(self, collection_id: int) -> RunWave | None:
        """The wave behind a collection, None where nobody was drawn."""
        return self.waves.get(self.collections[collection_id].wave_id)


def gather(round_: Round, selection: Selection) -> str:
    """Read what surrounds a round's answers into canonical JSON."""
    waves = sample.waves(selection.whole)
    wave_of = {wave.collection_id: wave.id for wave in waves}
    chosen = [one for one in rounds.collections() if one.id in selection.collection_ids]
    content = {
        "overall": sorted(questions.overall_questions()),
        "scales": {code: scale.code for code, scale in questions.scale_of_question().items()},
        "collections": [
            [one.id, one.code, one.title, one.kind, one.group, one.form, wave_of.get(one.id, 0)] for one in chosen
        ],
        "pooling": [round_.pooling.way, [list(pair) for pair in round_.pooling.shares]],
        "caseload": [
            [cell.unit_id, cell.window_id, cell.month.strftime("%Y-%m"), cell.cases]
            for cell in units.caseload(selection.opens_on, selection.closes_on)
            if selection.unit_ids is None or cell.unit_id in selection.unit_ids
        ],
        "waves": [_wave(wave) for wave in waves if wave.state != "draft"],
    }
    return canonical(content)


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


def read(text: str, first_version: Mapping[int, tuple[str, int]]) -> Context:
    """The surroundings of a stored run.

    Args:
        first_version: for a run of the first version, source and wave of each collection that its cells name.
    """
    content = json.loads(text)
    waves = {wave["id"]: _read_wave(wave) for wave in content["waves"]}
    if "collections" in content:
        made = [RunCollection(*line) for line in content["collections"]]
        way, shares = content["pooling"]
        pooling = Pooling(way, tuple((code, share) for code, share in shares))
        scales = content["scales"]
    else:
        made = [_of_first_version(number, *pair, waves) for number, pair in first_version.items()]
        pooling, scales = Pooling("together"), _scales_of_first_version()
    return Context(
        {(window, month): (unit, float(cases)) for unit, window, month, cases in content["caseload"]},
        waves,
        {one.id: one for one in made},
        frozenset(content["overall"]),
        scales,
        pooling,
    )


def _of_first_version(number: int, source: str, wave_id: int, waves: Mapping[int, RunWave]) -> RunCollection:
    name = waves[wave_id].name if wave_id in waves else source
    return RunCollection(number, name, name, source, "", "", max(wave_id, 0))


def _scales_of_first_version() -> dict[str, str]:
    """Every question that the first version answered by levels, it answered on five."""
    return dict.fromkeys(questions.scale_of_question(), FIRST_SCALE)


def _read_wave(wave: Mapping[str, Any]) -> RunWave:
    def column(place: int) -> dict[str, float]:
        return {row[0]: row[place] for row in wave["strata"]}

    return RunWave(
        wave["id"],
        wave["name"],
        wave["rr1"],
        wave["rr2"],
        sampled=float(sum(column(2).values())),
        population=column(1),
        responded=column(3),
        weight=column(4),
    )
