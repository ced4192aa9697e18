"""A few seconds' memory: at a busy counter the same page is asked for again and again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

Thing = TypeVar("Thing")
KEEP = timedelta(seconds=5)
MOST = 5000


class Shelf(Generic[Thing]):
    """Things made a moment ago, by key. Threads may make the same thing twice; neither is wrong."""

    def __init__(self) -> None:
        self._things: dict[Hashable, tuple[datetime, Thing]] = {}

    def get(self, key: Hashable, now: datetime, make: Callable[[], Thing]) -> Thing:
        """The thing, made again if it is older than a few seconds; the old one if the database does not answer."""
        found = self._things.get(key)
        if found is not None and now - found[0] < KEEP:
            return found[1]
        try:
            made = make()
        except (OperationalError, PoolTimeout):
            if found is None:
                raise
            return found[1]
        if len(self._things) >= MOST:
            self._things.clear()
        self._things[key] = (now, made)
        return made
