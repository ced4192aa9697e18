"""Sessions of the staff: a row for each sign-in that lasts, so that its owner sees it and can end it.

The browser carries a random name, the row its digest. A session ends when it is ended, when it is as old as any may
become, or when nobody used it for long; used is noted at most every ten minutes, and never on citizens' pages.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import DateTime, ForeignKey, String, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from survey.base import clock, settings
from survey.base.errors import NotFound
from survey.base.people import audit
from survey.base.store.database import Base, commit, session, write_if_free

#: between two notes that a session was used
NOTED_EVERY = timedelta(minutes=10)


class StaffSessionRow(Base):
    """A sign-in that lasts."""

    __tablename__ = "staff_session"

    #: SHA-256 of what the browser carries
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    #: noted at most every ten minutes
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    #: in words, such as "Chrome, Windows"
    browser: Mapped[str] = mapped_column(String(40))


@dataclass(frozen=True)
class StaffSession:
    """A sign-in as its owner sees it."""

    key: str
    browser: str
    began_at: datetime
    seen_at: datetime


def open_for(user_id: int, browser: str) -> str:
    """Let somebody stay; returns what the browser shall carry. Sessions that are over go. The caller commits."""
    row, now = StaffSessionRow, clock.now()
    oldest, idle_since = _limits(now)
    session().execute(delete(row).where(or_(row.began_at < oldest, row.seen_at < idle_since)))
    token = secrets.token_urlsafe(32)
    session().add(row(key=key_of(token), user_id=user_id, began_at=now, seen_at=now, browser=browser[:40]))
    return token


def key_of(token: str) -> str:
    """The row's name for what a browser carries."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_live(began_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session of these moments still holds."""
    oldest, idle_since = _limits(now)
    return clock.local(began_at) >= oldest and clock.local(seen_at) >= idle_since


def _limits(now: datetime) -> tuple[datetime, datetime]:
    """Sessions that began, or were seen last, before these are over. The cookie ends to the minute by itself; the row
    may have been used up to ten minutes after it was noted."""
    limits = settings.present()
    return now - timedelta(hours=limits.session_hours), now - timedelta(minutes=limits.session_minutes) - NOTED_EVERY


def note_use(key: str, seen_at: datetime) -> None:
    """Note that a session is in use, if that was long ago and nobody is writing just now."""
    row, now = StaffSessionRow, clock.now()
    if now - clock.local(seen_at) >= NOTED_EVERY:
        due = update(row).where(row.key == key, row.seen_at <= now - NOTED_EVERY)
        write_if_free(due.values(seen_at=now))


def of(user_id: int) -> list[StaffSession]:
    """A person's sessions, the one used last first."""
    row, now = StaffSessionRow, clock.now()
    found = session().scalars(select(row).where(row.user_id == user_id).order_by(row.seen_at.desc(), row.key))
    lasting = [one for one in found if is_live(one.began_at, one.seen_at, now)]
    return [StaffSession(one.key, one.browser, clock.local(one.began_at), clock.local(one.seen_at)) for one in lasting]


def end(user_id: int, key: str) -> None:
    """End one session of a person.

    Raises:
        NotFound: the person has no such session.
    """
    row = StaffSessionRow
    ended = session().execute(delete(row).where(row.user_id == user_id, row.key == key).returning(row.browser)).all()
    if not ended:
        raise NotFound(gettext("This sign-in has ended already."))
    audit.record("session.ended", ended[0].browser)
    commit()


def end_others(user_id: int, kept: str) -> int:
    """End all sessions of a person but one; returns how many."""
    ended = drop(user_id, kept)
    if ended:
        audit.record("sessions.ended", str(ended))
    commit()
    return ended


def end_all(user_id: int) -> None:
    """End every session of a person, wherever they signed in."""
    drop(user_id)
    commit()


def drop(user_id: int, kept: str = "") -> int:
    """End sessions as part of a greater work; the caller commits."""
    row = StaffSessionRow
    gone = delete(row).where(row.user_id == user_id, row.key != kept).returning(row.key)
    return len(session().execute(gone).all())
