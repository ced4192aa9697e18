"""What crosses the door of `sample`: frames, waves, designs, drawn cases as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Frame:
    """A list of cases, as pages and other rooms see it."""

    id: int
    name: str
    supplied_by: str
    supplied_on: date
    note: str
    key_column: str
    columns: tuple[str, ...]
    cases: int
    frame_hash: str
    #: whether names, telephones or addresses are kept
    has_contacts: bool = False


@dataclass(frozen=True)
class Wave:
    """One survey among drawn people (poll) or among all members of a list (panel)."""

    id: int
    #: what its answers belong to
    collection_id: int
    name: str
    kind: str
    questionnaire: str
    state: str
    opens_on: date
    closes_on: date
    #: respondent group (评议主体)
    group: str
    frame_id: int = 0
    design: Mapping[str, Any] | None = None
    seed: str | None = None
    sample_hash: str | None = None
    unit_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Invitation:
    """A person's link, as the room that takes the answer needs it."""

    id: int
    wave: Wave
    stratum: str
    group: str
    completed: bool
    #: bodies this person may be asked about; empty = all active ones
    unit_ids: tuple[int, ...]


class Link(NamedTuple):
    """A personal link."""

    case_key: str
    stratum: str
    url: str


@dataclass(frozen=True)
class WaveDesign:
    """Sizes, outcomes and weights of a wave's H strata; arrays in the order of `strata`."""

    strata: tuple[str, ...]
    population: NDArray[np.int64]
    #: cases asked: the sample and the reserve cases called up
    sampled: NDArray[np.int64]
    #: cases asked that are not known to be ineligible
    eligible: NDArray[np.int64]
    #: complete and partial responses
    responded: NDArray[np.int64]
    #: population / sampled
    design_weight: NDArray[np.float64]
    #: weight of unknown and non-responding cases carried by the respondents; nan in a stratum without any
    nonresponse_factor: NDArray[np.float64]
    rr1: NDArray[np.float64]
    rr2: NDArray[np.float64]
    overall_rr1: float | None
    overall_rr2: float | None


@dataclass(frozen=True)
class SampleDesign:
    """How a wave is drawn: what is locked and published before the seed is known."""

    #: headings of the one or two stratum columns; none = one stratum
    columns: tuple[str, ...]
    #: proportional, neyman, or census (everybody)
    method: str
    total: int
    minimum: int
    reserve_share: float
    #: stratum label -> standard deviation on the scale 0–100
    sd: Mapping[str, float]
    population: Mapping[str, int]
    sizes: Mapping[str, int]
    reserve: Mapping[str, int]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SampleDesign:
        return cls(**{**value, "columns": tuple(value["columns"])})


class Drawn(NamedTuple):
    """A drawn case; sorted, they stand by stratum in the order of the draw."""

    stratum: str
    #: place in the order of the draw inside the stratum, from 1
    position: int
    key: str
    #: it waits in reserve
    waits: bool
