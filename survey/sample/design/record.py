"""The record that lets anybody repeat a draw, and the comparison of a repetition with its record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from survey.base import tables
from survey.base.errors import Refused
from survey.sample import rules
from survey.sample.design.draw import design_hash, draw
from survey.sample.values import Drawn, Frame, SampleDesign, Wave


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
    table = tables.read(
        data, columns=dict.fromkeys((found["frame"]["key_column"], *columns), ()), codes=(found["frame"]["key_column"],)
    )
    keys = [row.get(found["frame"]["key_column"]) for row in table.rows]
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
