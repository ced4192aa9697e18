"""What the room `collect` decides: plain functions of plain values."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256

LONGEST_TEXT = 2000
#: a panel whose scores lie closer together than this says next to nothing (打和牌)
LEAST_SPREAD = 2.0


def selected_units(token: str, contacted: Collection[int], most: int) -> tuple[int, ...]:
    """Which of the bodies that a person dealt with are asked about: chance, but the same for the same link.

    >>> first = selected_units("abc", [5, 3, 9, 7], 3)
    >>> first == selected_units("abc", [9, 7, 5, 3], 3), len(first)
    (True, 3)
    >>> selected_units("abc", [5, 3], 3)
    (3, 5)
    """
    candidates = sorted(set(contacted))
    if not most or len(candidates) <= most:
        return tuple(candidates)
    chance = random.Random(sha256(token.encode()).digest())  # noqa: S311  # must be repeatable, need not be secret
    return tuple(sorted(chance.sample(candidates, most)))


def selection_factor(contacted: int, asked: int) -> float:
    """What each body's answer stands for when only some of the bodies were asked about.

    >>> selection_factor(6, 3), selection_factor(2, 2)
    (2.0, 1.0)
    """
    return contacted / asked if asked else 1.0


def lacks_spread(scores: Sequence[float]) -> bool:
    """Did a panel member give (nearly) everybody the same?

    >>> lacks_spread([95, 95, 96, 95]), lacks_spread([95, 80, 88]), lacks_spread([95, 95])
    (True, False, False)
    """
    return len(scores) >= 3 and max(scores) - min(scores) < LEAST_SPREAD


def calibration_text(background: Mapping[str, str]) -> str:
    """Coarse categories as one text, in a fixed order.

    >>> calibration_text({"area": "urban", "age": "30-44"})
    'age=30-44;area=urban'
    """
    return ";".join(f"{name}={value}" for name, value in sorted(background.items()) if value)
