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
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import DateTime, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from survey.base import clock, settings
from survey.base.errors import Refused
from survey.base.store.database import Base, reading, session

PAUSE = timedelta(minutes=5)
#: wrong passwords before a pause: for one name, for all names from one address
FOR_A_NAME, FOR_AN_ADDRESS = 5, 30
#: sign-ins that a process looks into at once: hashing is dear, and raters need the other threads
AT_ONCE = 1
SECONDS_TO_WAIT = 1.0
_turns = threading.BoundedSemaphore(AT_ONCE)


class SignInBrakeRow(Base):
    """Wrong passwords from one place, until a moment after which they are forgotten."""

    __tablename__ = "sign_in_brake"

    #: keyed digest of the place
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def places(username: str, address: str, device: str) -> dict[str, int]:
    """The places that a sign-in comes from, and how many wrong passwords each may send.

    Args:
        username: as it was typed.
        address: of the caller.
        device: what a browser carries in which this person has signed in; empty = none.
    """
    if device:
        return {_key("device", device): FOR_A_NAME}
    return {_key("name", username, address): FOR_A_NAME, _key("address", address): FOR_AN_ADDRESS}


def check(wanted: Mapping[str, int]) -> None:
    """Let nobody on whose place has to wait; costs one look without any lock.

    Raises:
        Refused: too many wrong passwords came from there.
    """
    row = SignInBrakeRow
    with reading() as connection:
        found = connection.execute(select(row.key, row.failures, row.until).where(row.key.in_(list(wanted)))).all()
    if any(failures >= wanted[key] and clock.local(until) > clock.now() for key, failures, until in found):
        raise Refused(
            gettext("Too many wrong passwords from here."),
            remedy=gettext("Wait five minutes and try again."),
        )


def note_failure(wanted: Mapping[str, int]) -> None:
    """Count a wrong password; the caller commits."""
    now = clock.now()
    session().execute(delete(SignInBrakeRow).where(SignInBrakeRow.until <= now))
    for key in wanted:
        row = session().get(SignInBrakeRow, key)
        if row is None:
            session().add(SignInBrakeRow(key=key, failures=1, until=now + PAUSE))
        else:
            row.failures, row.until = row.failures + 1, now + PAUSE


def forget(wanted: Mapping[str, int]) -> None:
    """The right password came: its places start anew; the caller commits."""
    session().execute(delete(SignInBrakeRow).where(SignInBrakeRow.key.in_(list(wanted))))


@contextmanager
def turn() -> Iterator[None]:
    """One of the few sign-ins that are looked into at once.

    Raises:
        Refused: too many others are signing in.
    """
    if not _turns.acquire(timeout=SECONDS_TO_WAIT):
        raise Refused(
            gettext("Too many people are signing in just now."), remedy=gettext("Wait a moment and try again.")
        )
    try:
        yield
    finally:
        _turns.release()


def _key(*parts: str) -> str:
    secret = settings.present().key().encode()
    return hmac.new(secret, "\x1f".join(("brake", *parts)).encode(), hashlib.sha256).hexdigest()
