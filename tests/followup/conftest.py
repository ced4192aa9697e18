"""Ratings on any day, on any form, and who reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from survey.base import clock
from survey.base.people.roles import Role, Viewer
from survey.collect import service as collect
from survey.questions import service as questions
from survey.rounds import service as rounds
from tests import small_round
from tests.small_round import SmallRound

TEXT = "已增开一个窗口。"


def last_month() -> date:
    """Its last day: the units read every bad rating of a month that has ended."""
    return clock.today().replace(day=1) - timedelta(days=1)


def rate(made: SmallRound, levels: Sequence[int], **more: Any) -> list[str]:
    """Ratings of the month before, whose cases have reached the units."""
    return small_round.rate(made, levels, **{"day": last_month(), **more})


def manager_of(*unit_ids: int, role: Role = Role.UNIT_MANAGER) -> Viewer:
    return Viewer(9, "manager", frozenset({role}), frozenset(unit_ids))


def rate_on(
    made: SmallRound,
    levels: Sequence[int | None],
    day: date | None = None,
    *,
    place: int = 0,
    form: str = "W1",
    collection: int | None = None,
    **more: object,
) -> list[str]:
    """Store an answer to the overall question of a form for each level; at counters unless a collection is named."""
    question = questions.questionnaire(form).overall.code
    values = {"channel": 3, "window_id": made.window_ids[place], "unit_id": made.unit_ids[place], **more}
    return collect.add_responses(
        collect.NewResponse(
            rounds.standing(form) if collection is None else collection,
            day or last_month(),
            form,
            answers=[collect.NewAnswer(question, level)],
            **values,
        )
        for level in levels
    )
