"""Keys of the feed: made for one system, shown once, kept as a hash, revoked by a click."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext
from sqlalchemy import select, update

from survey.base import clock
from survey.base.canonical import sha256
from survey.base.errors import NotFound
from survey.base.store.database import engine, session
from survey.score.models import FeedKeyRow

#: so that a key found in a log or a repository is recognised as one
PREFIX = "psf_"


@dataclass(frozen=True)
class Key:
    """A key as its page shows it."""

    id: int
    name: str
    prefix: str
    made_at: datetime
    made_by: str
    revoked_at: datetime | None
    last_used_on: date | None


def make(name: str, actor: str) -> tuple[Key, str]:
    """A new key, and the secret that is never seen again: 192 random bits."""
    secret = PREFIX + secrets.token_urlsafe(24)
    row = FeedKeyRow(name=name, prefix=secret[:8], sha256=sha256(secret), made_at=clock.now(), made_by=actor)
    session().add(row)
    session().flush()
    return _key(row), secret


def revoke(key_id: int) -> Key:
    """End a key; it stays in the list, so that the record is whole."""
    row = session().get(FeedKeyRow, key_id)
    if row is None:
        raise NotFound(gettext("There is no such key."))
    row.revoked_at = row.revoked_at or clock.now()
    session().flush()
    return _key(row)


def all_keys() -> list[Key]:
    return [_key(row) for row in session().scalars(select(FeedKeyRow).order_by(FeedKeyRow.id.desc()))]


def find(secret: str) -> Key | None:
    """The valid key with this secret. Only hashes are compared, so timing tells nothing about the secret."""
    row = session().scalar(
        select(FeedKeyRow).where(FeedKeyRow.sha256 == sha256(secret), FeedKeyRow.revoked_at.is_(None))
    )
    return _key(row) if row else None


def mark_use(key: Key, today: date) -> None:
    """Note the day of use, once a day, beside the reading request."""
    if key.last_used_on == today:
        return
    with engine().execution_options(writes=True).begin() as connection:
        connection.execute(update(FeedKeyRow).where(FeedKeyRow.id == key.id).values(last_used_on=today))


def _key(row: FeedKeyRow) -> Key:
    revoked = clock.local(row.revoked_at) if row.revoked_at else None
    made = clock.local(row.made_at)
    return Key(row.id, row.name, row.prefix, made, row.made_by, revoked, row.last_used_on)
