"""What the menu is made of. Each room's views list their entries in `MENU`; the frame of the page draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from survey.base.people.roles import Role, Viewer


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


def current(addresses: dict[str, str], path: str) -> str:
    """The endpoint of the menu's line that a page belongs to: the longest address that the page's path begins with.

    >>> lines = {"score.listing": "/score", "values": "/score/values", "house.start": "/"}
    >>> current(lines, "/score/2/units/1"), current(lines, "/score/values/1"), current(lines, "/scores")
    ('score.listing', 'values', 'house.start')
    """
    fitting = {
        endpoint: address
        for endpoint, address in addresses.items()
        if path == address or path.startswith(address.rstrip("/") + "/")
    }
    return max(fitting, key=lambda endpoint: len(fitting[endpoint]), default="")
