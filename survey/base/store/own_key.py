"""A database knows the secret key that it was filled under: under another one receipts and links would lead nowhere."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress
from datetime import datetime

from flask import current_app
from flask_babel import gettext
from sqlalchemy import DateTime, Engine, String, delete, insert, inspect, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from survey.base import clock
from survey.base.errors import Refused
from survey.base.store.database import Base, engine, writing

PURPOSE = b"survey: the key of this database"
INSTALLATION = "secret_key"


class InstallationKeyRow(Base):
    """What tells a key without giving it away."""

    __tablename__ = "installation_key"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    #: keyed hash of a constant under the key
    check: Mapped[str] = mapped_column(String(64))
    noted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def fingerprint(key: str) -> str:
    """What a database and a backup know of a key.

    >>> fingerprint("a key") == fingerprint("a key"), fingerprint("a key") == fingerprint("another")
    (True, False)
    """
    return hmac.new(key.encode(), PURPOSE, hashlib.sha256).hexdigest()


def present_fingerprint() -> str:
    """Of the key that this process has."""
    return fingerprint(current_app.extensions["settings"].key())


def noted(of: Engine) -> str:
    """Of the key that a database was filled under; empty = nobody noted it yet."""
    with of.connect() as connection:
        query = select(InstallationKeyRow.check).where(InstallationKeyRow.name == INSTALLATION)
        return connection.scalar(query) or ""


def filled() -> list[str]:
    """Names of the tables that hold anything, this one left out."""
    with engine().connect() as connection:
        there = set(inspect(connection).get_table_names()) - {InstallationKeyRow.__tablename__}
        tables = [table for table in Base.metadata.sorted_tables if table.name in there]
        return [table.name for table in tables if connection.execute(select(literal(1)).select_from(table)).first()]


def require_own() -> None:
    """Note the key of a database that knows none, and refuse to go on with another one.

    Raises:
        Refused: the database was filled under another key.
    """
    if not inspect(engine()).has_table(InstallationKeyRow.__tablename__):
        return
    mine, known = present_fingerprint(), noted(engine())
    if known == mine:
        return
    if known and filled():
        raise Refused(
            gettext("This database was filled under another secret key: its receipts and links would lead nowhere."),
            remedy=gettext(
                "Bring back the file secret_key of the instance folder, or the SURVEY_SECRET_KEY, that belongs to it."
            ),
        )
    row = {"name": INSTALLATION, "check": mine, "noted_at": clock.now().replace(microsecond=0)}
    with suppress(IntegrityError), writing() as connection:
        connection.execute(delete(InstallationKeyRow))
        connection.execute(insert(InstallationKeyRow), row)
