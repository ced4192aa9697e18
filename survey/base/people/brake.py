"""A brake on guessing that a stranger cannot turn against anybody: wrong passwords are counted by where they come from.

Counted are an address together with a name, and an address whatever the name; a browser in which a person has signed
in before is counted by itself. So guesses from elsewhere keep nobody out, and a name that does not exist is braked
like one that does. The counts stand in the database: they hold for all processes. Addresses are stored as keyed
digests and forgotten when their pause is over. (After OWASP's device cookies.)
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import DateTime, String, case, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from survey.base import clock, settings
from survey.base.errors import Refused
from survey.base.store.database import Base, reading, session

PAUSE = timedelta(minutes=5)
#: wrong passwords before a pause: for one name, for all names from one address
FOR_A_NAME, FOR_AN_ADDRESS = 5, 30
#: sign-ins that a process looks into at once, and those with the next in line: raters need the other threads
AT_ONCE, IN_LINE = 1, 2
SECONDS_TO_WAIT = 1.0
_turns, _places_in_line = threading.BoundedSemaphore(AT_ONCE), threading.BoundedSemaphore(IN_LINE)


class SignInBrakeRow(Base):
    """Wrong passwords from one place, until a moment after which they are forgotten."""

    __tablename__ = "sign_in_brake"

    #: keyed digest of the place
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Origin:
    """Where a sign-in comes from: its places, and how many wrong passwords each may send."""

    #: of the person there: it starts anew with the right password
    own: str
    limits: Mapping[str, int]


def origin(username: str, address: str, device: str) -> Origin:
    """Where a sign-in comes from.

    Args:
        username: as it was typed.
        address: of the caller.
        device: what a browser carries in which this person has signed in; empty = none.
    """
    if device:
        own = _key("device", device)
        return Origin(own, {own: FOR_A_NAME})
    own = _key("name", username, address)
    return Origin(own, {own: FOR_A_NAME, _key("address", address): FOR_AN_ADDRESS})


def origin_of_code(username: str, address: str, device: str) -> Origin:
    """Where a code of the second factor comes from. Whoever gets so far has the password: codes are counted by the
    person, from wherever they come, and apart from those of a browser in which the person has signed in before."""
    own = _key("code of device", device) if device else _key("code", username)
    return Origin(own, {own: FOR_A_NAME, _key("address", address): FOR_AN_ADDRESS})


def check(come: Origin) -> None:
    """Let nobody on whose place has to wait; costs one look without any lock.

    Raises:
        Refused: too many wrong passwords came from there.
    """
    row = SignInBrakeRow
    wanted = select(row.key, row.failures, row.until).where(row.key.in_(list(come.limits)))
    with reading() as connection:
        found = connection.execute(wanted).all()
    if any(failures >= come.limits[key] and clock.local(until) > clock.now() for key, failures, until in found):
        raise Refused(
            gettext("Too many wrong passwords or codes."),
            remedy=gettext("Wait five minutes and try again."),
        )


def note_failure(come: Origin) -> None:
    """Count a wrong password, also when several arrive at once; the caller commits.

    Failures are forgotten five minutes after the first of them, and after the last once there are too many.
    """
    work, row, now = session(), SignInBrakeRow, clock.now()
    work.execute(delete(row).where(row.until <= now))
    insert = postgresql_insert if work.get_bind().dialect.name == "postgresql" else sqlite_insert
    for key, most in sorted(come.limits.items()):  # in one order, so that two requests never wait for each other
        until = case((row.failures + 1 >= most, now + PAUSE), else_=row.until)
        new = insert(row).values(key=key, failures=1, until=now + PAUSE)
        work.execute(
            new.on_conflict_do_update(index_elements=["key"], set_={"failures": row.failures + 1, "until": until})
        )


def forget(come: Origin) -> None:
    """The right password came: the person's own place starts anew; the caller commits."""
    session().execute(delete(SignInBrakeRow).where(SignInBrakeRow.key == come.own))


@contextmanager
def turn() -> Iterator[None]:
    """One of the few sign-ins that are looked into at once; one more may wait, and no thread is spent on others.

    Raises:
        Refused: too many others are signing in.
    """
    if not _places_in_line.acquire(blocking=False):
        raise _crowded()
    try:
        if not _turns.acquire(timeout=SECONDS_TO_WAIT):
            raise _crowded()
        try:
            yield
        finally:
            _turns.release()
    finally:
        _places_in_line.release()


def _crowded() -> Refused:
    return Refused(gettext("Too many people are signing in just now."), remedy=gettext("Wait a moment and try again."))


def _key(*parts: str) -> str:
    secret = settings.present().key().encode()
    return hmac.new(secret, "\x1f".join(("brake", *parts)).encode(), hashlib.sha256).hexdigest()
