"""What takes two people, done by two: answers held, sheets frozen."""

from __future__ import annotations

from collections.abc import Sequence

from survey.base.people.roles import SYSTEM, Role, Viewer
from survey.score import service as score
from survey.screen import service as screen

#: the other person, whoever the test's own is
OTHER = Viewer(99, "zhou", frozenset({Role.OFFICE}), frozenset())


def hold(keys: Sequence[str], reason: str, viewer: Viewer = SYSTEM) -> int:
    """Answers proposed to be held by one person and confirmed by the other; returns how many."""
    before = {decision.id for decision in screen.pending()}
    proposed = screen.hold(keys, reason, viewer)
    fresh = [decision.id for decision in screen.pending() if decision.id not in before]
    if fresh:
        screen.decide_many(fresh, confirm=True, viewer=OTHER)
    return proposed


def freeze(sheet_id: int, viewer: Viewer = SYSTEM) -> score.Sheet:
    """A sheet that the other person asked to have frozen, confirmed by this one."""
    score.ask_to_freeze(sheet_id, OTHER)
    return score.freeze(sheet_id, viewer)
