"""SQLite's write-ahead log, emptied soon after an answer by a personal link: it says which rows were written together.

The log keeps whole pages of each commit until it is written over. A copy of the files taken a few seconds after an
answer must not show them, so whoever stored such an answer asks for the log to be put into the database file and cut
to nothing; `secure_delete` overwrites what is deleted. PostgreSQL's log is its operator's: see `docs/architecture.md`.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from survey.base.store.database import BUSY_SECONDS

log = logging.getLogger(__name__)
#: after an answer; long enough that one cleaning serves all who answer meanwhile
SECONDS = 2.0
#: when somebody was still reading or writing, how often to try again
TRIES = 20
#: SQLite waits for readers with the writers' lock in its hand: no longer than nobody at a counter notices
PATIENCE_MILLISECONDS = 100


class LogCleaner:
    """Empties the log of one database a moment after it was asked to, once for all who ask meanwhile."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._guard = threading.Lock()
        self._waiting: threading.Timer | None = None

    def ask(self) -> None:
        """Have the log emptied soon; does not wait."""
        if self._engine.dialect.name != "sqlite":
            return
        with self._guard:
            if self._waiting is None:
                self._start(SECONDS, TRIES)

    def _start(self, seconds: float, tries: int) -> None:
        self._waiting = threading.Timer(seconds, self._clean, (tries,))
        self._waiting.daemon = True
        self._waiting.start()

    def _clean(self, tries: int) -> None:
        with self._guard:
            self._waiting = None
        if not empty_log(self._engine) and tries:
            with self._guard:
                if self._waiting is None:
                    self._start(SECONDS / 4, tries - 1)


def empty_log(engine: Engine) -> bool:
    """Put the log into the database file and cut it to nothing; says whether that was possible now."""
    if engine.dialect.name != "sqlite":
        return True
    try:
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute(f"PRAGMA busy_timeout={PATIENCE_MILLISECONDS}")
            try:
                busy, *_pages = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    except OperationalError:
        log.warning("the database's log could not be emptied", exc_info=True)
        return False
    return not busy
