"""The worked example's made-up numbers: one seed, documented here, the same on every machine.

Every body gets a latent quality around which all its answers turn:

- quality of a body ~ normal(0, 0.35), shifted by class so that classes differ and are not to be ranked together;
- a counter adds normal(0, 0.12), a month a slow wave and normal(0, 0.05);
- a level is the cell of normal(quality, 1) among the cut points `CUTS`, about 93 % of them
  "fairly satisfied" or better;
- caseload of counter × month ~ log-normal, participation between 2 % and 9 %;
- 2 % of counter ratings say "cannot say", 8 % of a poll's answers do;
- a drawn person answers with probability 0.45, less in towns than in the country, and has dealt with 1 to 5 bodies;
- a leader scores a body normal(88 + 4 × quality, 3), rounded, and leaders differ in mildness by normal(0, 1.5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SEED = 20121130
MONTHS = 12
COUNTERS = ("综合受理窗口", "业务办理窗口", "咨询投诉窗口")
#: cut points on the latent scale between levels 1|2, 2|3, 3|4 and 4|5
CUTS = np.array([-2.1, -1.45, -0.55, 0.55])
CLASS_SHIFT = {"1": 0.10, "2": -0.05, "3": 0.15, "4": 0.0}
CANNOT_SAY = {"counter": 0.02, "poll": 0.08}

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class SimulatedBodies:
    """Latent qualities: (U,) of bodies and (U, C) of their counters."""

    quality: Floats
    counters: Floats


def generator(part: str) -> np.random.Generator:
    """A stream of its own for each part, so that changing one leaves the others as they are.

    >>> float(generator("caseload").random()) == float(generator("caseload").random())
    True
    """
    return np.random.Generator(np.random.PCG64([SEED, *part.encode()]))


def bodies(class_codes: list[str]) -> SimulatedBodies:
    """Qualities of bodies, given the class of each."""
    chance = generator("bodies")
    shift = np.array([CLASS_SHIFT.get(code, 0.0) for code in class_codes])
    quality = shift + chance.normal(0, 0.35, len(class_codes))
    return SimulatedBodies(quality, quality[:, None] + chance.normal(0, 0.12, (len(class_codes), len(COUNTERS))))


def caseload(units: int) -> Integers:
    """Cases by body × counter × month, shape (U, C, MONTHS)."""
    chance = generator("caseload")
    size = chance.lognormal(4.6, 0.6, (units, len(COUNTERS), 1))
    season = 1 + 0.15 * np.sin(2 * np.pi * (np.arange(MONTHS) + 3) / MONTHS)
    return np.maximum(chance.poisson(size * season), 5).astype(np.int64)


def ratings(cases: Integers) -> Integers:
    """How many of the cases were rated, shape as `cases`."""
    chance = generator("ratings")
    share = chance.uniform(0.02, 0.09, (*cases.shape[:2], 1))
    return chance.binomial(cases, share).astype(np.int64)


def levels(latent: Floats, source: str, chance: np.random.Generator) -> Integers:
    """A level 0–5 for each latent quality.

    >>> levels(np.array([9.0, -9.0]), "counter", np.random.default_rng(1)).tolist()
    [5, 1]
    """
    felt = latent + chance.normal(0, 1, latent.shape)
    answered = 1 + np.searchsorted(CUTS, felt)
    return np.where(chance.random(latent.shape) < CANNOT_SAY[source], 0, answered).astype(np.int64)


def counter_latent(made: SimulatedBodies, cases: Integers) -> Floats:
    """Latent quality by body × counter × month."""
    chance = generator("months")
    wave = 0.06 * np.sin(2 * np.pi * np.arange(MONTHS) / MONTHS)
    return made.counters[:, :, None] + wave + chance.normal(0, 0.05, cases.shape)


def answers_poll(urban: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Who of the drawn answers; townspeople less often."""
    chance = generator("response")
    return chance.random(urban.shape) < np.where(urban, 0.41, 0.49)


def contacts(people: int, units: int) -> list[Integers]:
    """The bodies that each person dealt with, one to five of them; some bodies have more to do with people."""
    chance = generator("contacts")
    reach = chance.gamma(3.0, 1.0, units)
    number = 1 + chance.binomial(4, 0.35, people)
    return [chance.choice(units, size=n, replace=False, p=reach / reach.sum()).astype(np.int64) for n in number]


def panel_scores(made: SimulatedBodies, leaders: int) -> Integers:
    """Scores 0–100, shape (leaders, U)."""
    chance = generator("panel")
    mild = chance.normal(0, 1.5, (leaders, 1))
    raw = 88 + 4 * made.quality + mild + chance.normal(0, 3, (leaders, len(made.quality)))
    return np.clip(np.rint(raw), 0, 100).astype(np.int64)


def external_points(made: SimulatedBodies, part: str, most: float) -> Floats:
    """Points of a component that other offices supply, two digits, 80–100 % of its maximum, shape (U,)."""
    chance = generator(part)
    share = np.clip(0.93 + 0.03 * made.quality + chance.normal(0, 0.02, len(made.quality)), 0.8, 1.0)
    return np.round(most * share, 2)
