"""The mark 演示数据: set while simulated answers are stored, shown on every page and in every export."""

from __future__ import annotations

from flask import g, has_app_context
from flask_babel import gettext
from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from survey.base.store.database import Base, reading, session


class DemoMarkRow(Base):
    """Its one row says that the worked example is loaded."""

    __tablename__ = "demo_mark"

    id: Mapped[int] = mapped_column(primary_key=True)


def present_on(connection: Connection) -> bool:
    """The same, on a connection that somebody reads on anyway."""
    return connection.scalar(select(DemoMarkRow.id).limit(1)) is not None


def present() -> bool:
    """Is any stored answer simulated? Asked once a request."""
    if not has_app_context():
        return False
    if "demo" not in g:
        # on a connection of its own: a session outside of a reading request would take the write lock
        with reading() as connection:
            g.demo = present_on(connection)
    found: bool = g.demo
    return found


def label() -> str:
    """The mark's words while it stands, else nothing."""
    return gettext("Demonstration data: simulated answers") if present() else ""


def set_present(there: bool) -> None:
    """Set or lift the mark; the caller commits."""
    session().execute(delete(DemoMarkRow))
    if there:
        session().add(DemoMarkRow(id=1))
    session().flush()
    g.pop("demo", None)
