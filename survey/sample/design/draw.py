"""The draw itself, and the locked design as it is stored and published.

A case's random number follows from seed and key alone, so neither the order of the frame's rows nor the machine
changes who is drawn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from flask_babel import gettext

from survey.base.canonical import canonical, sha256
from survey.base.errors import Refused
from survey.sample.values import Drawn, SampleDesign
from weighting import WeightingError, draw_stratified, permanent_random_numbers


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


def design_json(design: SampleDesign) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(canonical(asdict(design)))
    return value


def design_hash(design: Mapping[str, Any]) -> str:
    return sha256(canonical(design))
