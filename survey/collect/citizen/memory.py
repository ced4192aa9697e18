"""What the citizens' pages keep in memory: a few seconds of pages, the writer, the installation's secret."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from survey.base import settings
from survey.base.store.database import UNAVAILABLE, engine
from survey.base.store.log_cleaning import LogCleaner
from survey.collect.store.writer import Writer

Thing = TypeVar("Thing")
KEEP = timedelta(seconds=5)
MOST = 5000


class TimedCache(Generic[Thing]):
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
        except UNAVAILABLE:
            if found is None:
                raise
            return found[1]
        if len(self._things) >= MOST:
            self._things.clear()
        self._things[key] = (now, made)
        return made


class AnswerMemory:
    """What one application keeps in memory for citizens' pages."""

    def __init__(self) -> None:
        self.counters: TimedCache[Any] = TimedCache()
        self.pages: TimedCache[tuple[str, ...]] = TimedCache()
        self._writer: Writer | None = None
        self._cleaner: LogCleaner | None = None

    def writer(self) -> Writer:
        if self._writer is None:
            self._writer = Writer(engine())
        return self._writer

    def cleaner(self) -> LogCleaner:
        if self._cleaner is None:
            self._cleaner = LogCleaner(engine())
        return self._cleaner


def memory() -> AnswerMemory:
    """This application's memory."""
    return settings.kept("collect", AnswerMemory)


def secret() -> bytes:
    """The installation's key."""
    return settings.present().key().encode()
