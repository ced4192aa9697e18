"""A small round to test with: two units, a counter each, and ratings at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from survey.base import clock
from survey.collect import service as collect
from survey.rounds import service as rounds
from survey.units import service as units


@dataclass(frozen=True)
class SmallRound:
    """Numbers of what was stored."""

    round_id: int
    unit_ids: tuple[int, ...]
    window_ids: tuple[int, ...]


def small_round() -> SmallRound:
    """Two units of one class, a counter each, and a round around today."""
    numbers = units.add_units(
        [units.NewUnit("101", "甲局", "1", "综合部门"), units.NewUnit("102", "乙局", "1", "综合部门")]
    )
    windows = units.add_windows(
        [units.NewWindow("101", "101-1", "综合窗口"), units.NewWindow("102", "102-1", "综合窗口")]
    )
    day = clock.today()
    made = rounds.add_round("R", "本年度", day - timedelta(days=200), day + timedelta(days=100))
    return SmallRound(made.id, tuple(numbers.values()), tuple(windows.values()))


def rate(
    made: SmallRound,
    levels: Sequence[int],
    *,
    place: int = 0,
    tags: Sequence[str] = (),
    receipt: str = "",
    words: str = "",
    day: date | None = None,
) -> list[str]:
    """Store counter ratings; returns their keys."""
    return collect.add_responses(
        collect.NewResponse(
            collection_id=rounds.standing("W1"),
            day=day or clock.today(),
            questionnaire="W1",
            channel=3,
            answers=[collect.NewAnswer("W-E1", level=level)],
            window_id=made.window_ids[place],
            unit_id=made.unit_ids[place],
            tags=tags,
            texts={"text": words} if words else {},
            receipt=receipt,
        )
        for level in levels
    )
