"""The one way to the disk for citizens' answers: durable before anybody is thanked, and fast when a hall is full.

PostgreSQL: one transaction an answer. SQLite: whoever comes first stores for all who wait in this process, in one
transaction; processes take turns by a lock on a file, since waiting on SQLite's own lock starves some writers for
seconds. Measured choices: see `docs/architecture.md`.
"""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

#: what is done with a connection inside a transaction; may be done again after a failure
Deed = Callable[[Connection], Any]
SECONDS_OF_PATIENCE = 6
BUSY_MILLISECONDS = 4000
USUAL_BUSY_MILLISECONDS = 30_000


class StoreBusy(Exception):
    """The database is down or locked: nothing was stored, and sending the same again is safe."""


class _Ticket:
    """One deed that waits for its turn."""

    def __init__(self, deed: Deed) -> None:
        self.deed = deed
        self.done = False
        self.result: Any = None
        self.error: Exception | None = None


class Writer:
    """Runs deeds, each wholly or not at all, and returns when they are safe on the disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(writes=True)
        self._waiting: list[_Ticket] = []
        self._guard = threading.Lock()
        self._turn = threading.Lock()
        database = engine.url.database if engine.dialect.name == "sqlite" else None
        self._lock_file = Path(f"{database}.turn") if database else None

    def write(self, deed: Deed) -> Any:
        """Run a deed in a transaction and return its result once it is durable.

        Raises:
            StoreBusy: the database cannot store now.
        """
        try:
            if self._lock_file is None:
                with self._engine.begin() as connection:
                    return deed(connection)
            return self._write_in_turn(deed)
        except (OperationalError, PoolTimeout) as error:
            raise StoreBusy from error

    def _write_in_turn(self, deed: Deed) -> Any:
        ticket = _Ticket(deed)
        with self._guard:
            self._waiting.append(ticket)
        if not self._turn.acquire(timeout=SECONDS_OF_PATIENCE):
            raise StoreBusy
        try:
            if not ticket.done:
                self._store_all_who_wait()
        finally:
            self._turn.release()
        if ticket.error is not None:
            raise ticket.error
        return ticket.result

    def _store_all_who_wait(self) -> None:
        with self._guard:
            tickets, self._waiting = self._waiting, []
        try:
            self._store(tickets)
        except Exception as error:  # noqa: BLE001  # whatever it was, each waiting thread must hear of its own deed
            if len(tickets) == 1 or isinstance(error, OperationalError):
                self._fail(tickets, error)
            else:
                self._store_one_by_one(tickets)

    def _store_one_by_one(self, tickets: list[_Ticket]) -> None:
        """One deed failed: the others must not fail with it."""
        for ticket in tickets:
            try:
                self._store([ticket])
            except Exception as error:  # noqa: BLE001  # as above
                self._fail([ticket], error)

    def _store(self, tickets: list[_Ticket]) -> None:
        with (
            self._our_turn_among_processes(),
            self._engine.connect() as connection,
            _short_patience(connection),
            connection.begin(),
        ):
            results = [ticket.deed(connection) for ticket in tickets]
        for ticket, result in zip(tickets, results, strict=True):
            ticket.result, ticket.done = result, True

    def _fail(self, tickets: list[_Ticket], error: Exception) -> None:
        for ticket in tickets:
            ticket.error, ticket.done = error, True

    @contextmanager
    def _our_turn_among_processes(self) -> Iterator[None]:
        if self._lock_file is None:
            yield
            return
        with self._lock_file.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@contextmanager
def _short_patience(connection: Connection) -> Iterator[None]:
    """A citizen does not wait as long as a colleague: ask the locked database for seconds only."""
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout={USUAL_BUSY_MILLISECONDS}")
