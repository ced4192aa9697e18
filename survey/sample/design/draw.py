"""The draw itself, the record that lets anybody repeat it, and the comparison of a repetition with its record.

A case's random number follows from seed and key alone, so neither the order of the frame's rows nor the machine
changes who is drawn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from flask_babel import gettext

from survey.base import tables
from survey.base.errors import Refused
from survey.sample import rules
from survey.sample.values import Drawn, Frame, SampleDesign, Wave
from weighting import WeightingError, draw_stratified, permanent_random_numbers


@dataclass(frozen=True)
class Comparison:
    """A repetition beside its record."""

    frame_agrees: bool
    sample_agrees: bool
    frame_hash: str
    sample_hash: str
    drawn: tuple[Drawn, ...]

    @property
    def agrees(self) -> bool:
        return self.frame_agrees and self.sample_agrees


def draw(keys: Sequence[str], strata: Sequence[str], design: SampleDesign, seed: str) -> list[Drawn]:
    """Draw sample and reserve.

    Args:
        keys: (n,) keys of the frame.
        strata: (n,) stratum label of each case.
        design: sizes and reserve per stratum.
        seed: the announced text.

    Returns:
        The drawn cases by stratum, in the order of the draw; the reserve continues where the sample ends.

    Raises:
        Refused: the frame does not fit the design.
    """
    try:
        numbers = permanent_random_numbers(seed, keys)
        found = draw_stratified(numbers, np.asarray(strata, dtype=object), dict(design.sizes), dict(design.reserve))
    except WeightingError as error:
        raise Refused(gettext("The frame does not fit the locked design."), remedy=str(error)) from error
    drawn: list[Drawn] = []
    places: dict[str, int] = {}
    for rows, waits in ((found.selected, False), (found.reserve, True)):
        for row in rows.tolist():
            place = places[strata[row]] = places.get(strata[row], 0) + 1
            drawn.append(Drawn(strata[row], place, keys[row], waits))
    return sorted(drawn)


def record(wave: Wave, frame: Frame, drawn: Sequence[Drawn], *, drawn_on: str) -> dict[str, Any]:
    """The draw record: all that is needed, with the frame, to draw the same sample again."""
    waiting = sum(case.waits for case in drawn)
    return {
        "record": rules.RECORD_KIND,
        "wave": wave.name,
        "frame": {
            "name": frame.name,
            "hash": frame.frame_hash,
            "cases": frame.cases,
            "key_column": frame.key_column,
            "columns": list(frame.columns),
            "supplied_by": frame.supplied_by,
            "supplied_on": frame.supplied_on.isoformat(),
        },
        "design": wave.design,
        "design_hash": design_hash(wave.design or {}),
        "seed": wave.seed,
        "method": rules.DRAW_METHOD,
        "drawn_on": drawn_on,
        "sample": {"hash": wave.sample_hash, "cases": len(drawn) - waiting, "reserve": waiting},
    }


def design_json(design: SampleDesign) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(rules.canonical(asdict(design)))
    return value


def design_hash(design: Mapping[str, Any]) -> str:
    return rules.sha256(rules.canonical(design))


def repeat_from_file(data: bytes, text: str) -> Comparison:
    """Draw again from a frame file and a draw record, without any database.

    Args:
        data: the frame as CSV or XLSX, with the columns that the record names.
        text: the record's JSON.

    Raises:
        Refused: the record cannot be read.
        ImportFaults: the frame lacks a column.
    """
    found = read_record(text)
    columns = found["frame"]["columns"]
    key = found["frame"]["key_column"]
    table = tables.read(data, columns=dict.fromkeys((key, *columns), ()), codes=(key,))
    keys = [row.get(key) for row in table.rows]
    values = [[row.get(column) for column in columns] for row in table.rows]
    return repeat(found, keys, columns, values)


def repeat(
    found: Mapping[str, Any], keys: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[str]]
) -> Comparison:
    """Draw again from a frame's columns and compare with the record."""
    design = SampleDesign.from_json(found["design"])
    places = [list(columns).index(column) for column in design.columns]
    strata = [rules.stratum_label([line[place] for place in places]) for line in values]
    drawn = draw(keys, strata, design, found["seed"])
    frame_hash = rules.frame_hash(columns, zip(keys, values, strict=True))
    sample_hash = rules.sample_hash(drawn)
    return Comparison(
        frame_agrees=frame_hash == found["frame"]["hash"],
        sample_agrees=sample_hash == found["sample"]["hash"],
        frame_hash=frame_hash,
        sample_hash=sample_hash,
        drawn=tuple(drawn),
    )


def read_record(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
        kind = found["record"]
        {**found["frame"], **found["sample"], **SampleDesign.from_json(found["design"]).sizes}
        whole = isinstance(found["seed"], str) and {"key_column", "columns", "hash"} <= found["frame"].keys()
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise Refused(gettext("This is not a draw record: %(why)s", why=str(error))) from error
    if kind != rules.RECORD_KIND or not whole:
        raise Refused(gettext("This is not a draw record of the kind %(kind)s.", kind=rules.RECORD_KIND))
    return dict(found)
