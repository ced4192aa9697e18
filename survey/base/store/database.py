"""The database: one engine an application, one session a request, one commit in a service.

SQLite keeps every committed answer through a power cut (WAL with synchronous FULL). A request that may write takes
the write lock at once (`BEGIN IMMEDIATE`): SQLite fails a transaction that reads first and writes later whenever
somebody else commits in between, and at a busy counter somebody always does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, current_app, g, has_app_context, has_request_context, request
from sqlalchemy import Connection, Engine, Executable, MetaData, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session

READING = frozenset({"GET", "HEAD", "OPTIONS"})
BUSY_SECONDS = 30
CHANGING = frozenset({"INSERT", "UPDATE", "DELETE"})
#: stands on a connection whose transaction has written
WROTE = "wrote"
#: what the store says when it cannot answer now: locked, down, or no connection free
UNAVAILABLE = (OperationalError, PoolTimeout)


class Base(DeclarativeBase):
    """What every stored thing descends from; constraint names say what can never be stored."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def make_engine(url: str) -> Engine:
    """An engine with the durability that `docs/architecture.md` promises."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
    event.listen(engine, "before_cursor_execute", _note_write)
    event.listen(engine, "commit", _forget_write)
    event.listen(engine, "rollback", _forget_write)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver must not begin on its own: `_begin_sqlite` does
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    mode = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {mode}")


def init_app(app: Flask, url: str) -> None:
    """Give the application its engine and close each request's session."""
    app.extensions["engine"] = make_engine(url)
    app.teardown_appcontext(_close)


def engine() -> Engine:
    """The application's engine, for the paths that need no session."""
    found: Engine = current_app.extensions["engine"]
    return found


def session() -> Session:
    """This request's session; outside a request, this application context's."""
    if "session" not in g:
        writes = not (has_request_context() and request.method in READING)
        g.session = Session(engine().execution_options(writes=writes), expire_on_commit=False)
    found: Session = g.session
    return found


def commit() -> None:
    """Store the request's work. Only a service calls this, once, outermost."""
    session().commit()


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection for a long read beside the request's session: it holds no lock a rater could wait for, and sees
    one moment, however long it reads."""
    give_back()
    work = engine()
    options = {} if work.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with work.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def writing() -> Iterator[Connection]:
    """A short write beside the request's session, committed at the end; part of the session's where that has
    written already, since SQLite has one writer."""
    if give_back():
        with engine().execution_options(writes=True).begin() as connection:
            yield connection
    else:
        yield session().connection()


def write_if_free(statement: Executable) -> bool:
    """One statement in a transaction of its own that may as well be left out: a page never waits for it.

    Returns:
        Whether it was carried out; False where somebody else was writing.
    """
    if not give_back():
        return False
    with engine().execution_options(writes=True).connect() as connection:
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name != "sqlite":
            connection.execute(statement)
            connection.commit()
            return True
        driver.execute("PRAGMA busy_timeout=0")
        try:
            connection.execute(statement)
            connection.commit()
        except OperationalError:
            return False
        finally:
            driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    return True


def give_back() -> bool:
    """End the session's transaction if it has only read: on SQLite it may hold the write lock all the same.

    Returns:
        Whether nothing is held now; False where the session has written and its service has yet to commit.
    """
    opened: Session | None = g.get("session") if has_app_context() else None
    if opened is None or not opened.in_transaction():
        return True
    if opened.new or opened.dirty or opened.deleted or opened.connection().info.get(WROTE):
        return False
    opened.rollback()
    return True


def _note_write(connection: Connection, cursor: object, statement: str, *rest: object) -> None:
    """Remember that a transaction has changed something."""
    if statement.lstrip()[:6].upper() in CHANGING:
        connection.info[WROTE] = True


def _forget_write(connection: Connection) -> None:
    connection.info.pop(WROTE, None)


def _close(error: BaseException | None) -> None:
    opened: Session | None = g.pop("session", None)
    if opened is not None:
        opened.close()
