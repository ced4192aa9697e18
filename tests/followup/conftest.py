"""Ratings on any day, on any form, and who reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from survey.base import clock
from survey.base.people.roles import Role, Viewer
from survey.collect import service as collect
from survey.questions import service as questions
from survey.rounds import service as rounds
from tests.small_round import SmallRound

TEXT = "已增开一个窗口。"


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
            day or clock.today(),
            form,
            answers=[collect.NewAnswer(question, level)],
            **values,
        )
        for level in levels
    )
