"""What the menu is made of. Each room's views list their entries in `MENU`; the frame of the page draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from survey.roles import Role, Viewer


@dataclass(frozen=True)
class Entry:
    """A line of the menu."""

    #: lazily translated words
    label: Any
    endpoint: str
    roles: frozenset[Role]
    #: the order: units 10, sample 20, collect 30, followup 40, screen 50, estimate 60, score 70, house 90
    order: int


def visible(entries: list[Entry], viewer: Viewer) -> list[Entry]:
    """The entries that this person may open, in order."""
    roles = viewer.roles
    return sorted((e for e in entries if roles & e.roles or Role.ADMIN in roles), key=lambda entry: entry.order)
