"""The database: one engine an application, one session a request, one commit in a service.

SQLite keeps every committed answer through a power cut (WAL with synchronous FULL). A request that may write takes
the write lock at once (`BEGIN IMMEDIATE`): SQLite fails a transaction that reads first and writes later whenever
somebody else commits in between, and at a busy counter somebody always does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session

READING = frozenset({"GET", "HEAD", "OPTIONS"})
BUSY_SECONDS = 30


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
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver must not begin on its own: `_begin_sqlite` does
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
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
    """A connection for a long read beside the request's session: holds no lock a rater could wait for."""
    with engine().connect() as connection:
        yield connection


def _close(error: BaseException | None) -> None:
    opened: Session | None = g.pop("session", None)
    if opened is not None:
        opened.close()
