"""The way in: a name with its password, a second factor where there is one, and the session that then lasts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from flask_babel import gettext
from flask_login import AnonymousUserMixin, LoginManager, UserMixin
from sqlalchemy import select, update

from survey.base import clock
from survey.base.errors import Refused
from survey.base.people import audit, brake, passwords, second_factor, sessions
from survey.base.people.accounts import GIVEN, OWN, USED, AccountRow, Person, as_person, user_unit, viewer_of
from survey.base.people.roles import Viewer
from survey.base.store.database import commit, reading, session

#: between the password and the second factor
TIME_FOR_SECOND_STEP = timedelta(minutes=5)
#: who is recorded where a name was tried that nobody has; what was typed may be a password, so it is not kept
NOBODY_KNOWN = "–"
logins = LoginManager()


@dataclass(frozen=True)
class Proven:
    """Somebody whose password was right."""

    user_id: int
    username: str
    #: changes with the password
    of: str
    #: a second factor is set up, and comes next
    needs_code: bool

    def as_cookie(self) -> dict[str, Any]:
        """What the browser carries to the second step; it opens nothing."""
        until = int((clock.now() + TIME_FOR_SECOND_STEP).timestamp())
        return {"user": self.user_id, "of": self.of, "until": until}


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """What Flask-Login carries through a request."""

    def __init__(self, token: str, person: Person, seen_at: Any, *, needs_factor: bool) -> None:
        self.id, self.key = token, sessions.key_of(token)
        self.person, self.seen_at = person, seen_at
        #: what has to be done before any page opens: "password", "second factor" or nothing
        self.first = "password" if person.must_change else "second factor" if needs_factor else ""

    def viewer(self) -> Viewer:
        return viewer_of(self.person)


class Nobody(AnonymousUserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """A request without a sign-in."""

    def viewer(self) -> Viewer:
        return Viewer(-1, "", frozenset(), frozenset())


def init_app(app: Flask) -> None:
    """Teach Flask-Login where people are kept."""
    logins.anonymous_user = Nobody
    logins.init_app(app)
    logins.user_loader(load)


def load(token: str) -> SignedIn | None:
    """Who a session belongs to, read on a connection of its own: a request that will write takes the write lock when it
    writes, not here."""
    row, stay, factor = AccountRow, sessions.StaffSessionRow, second_factor.SecondFactorRow
    wanted = (
        select(row.id, row.username, row.name, row.roles, row.active, row.password_is)
        .add_columns(stay.began_at, stay.seen_at, factor.user_id.label("factor"))
        .join(stay, stay.user_id == row.id)
        .outerjoin(factor, factor.user_id == row.id)
        .where(stay.key == sessions.key_of(token), row.active)
    )
    with reading() as connection:
        found = connection.execute(wanted).first()
        if found is None or not sessions.is_live(found.began_at, found.seen_at, clock.now()):
            return None
        units = connection.scalars(select(user_unit.c.unit_id).where(user_unit.c.user_id == found.id)).all()
    person = as_person(found, units)
    needs_factor = found.factor is None and second_factor.is_required(person.roles)
    return SignedIn(token, person, found.seen_at, needs_factor=needs_factor)


def check_password(username: str, password: str, *, address: str = "", device: str = "") -> Proven | None:
    """The person, if the password is right. Looking it up and hashing hold no lock that a rater could wait for.

    Args:
        username: as typed.
        password: as typed.
        address: where the request comes from, for the brake on guessing.
        device: what the browser carries if this very person has signed in there before.

    Raises:
        Refused: too many wrong passwords from there, or too many sign-ins at once.
    """
    come = brake.origin(username, address, device)
    brake.check(come)
    row, factor = AccountRow, second_factor.SecondFactorRow
    wanted = select(row.id, row.username, row.password_hash, factor.user_id.label("factor"))
    with reading() as connection:
        found = connection.execute(
            wanted.outerjoin(factor, factor.user_id == row.id).where(row.username == username, row.active)
        ).first()
    with brake.turn():
        is_right = passwords.is_right(found.password_hash if found else None, password)
    if found is None or not is_right:
        brake.note_failure(come)
        name = found.username if found else NOBODY_KNOWN
        audit.record("sign-in.failed", name, actor=name)
        commit()
        return None
    brake.forget(come)
    commit()
    return Proven(found.id, found.username, _of(found.password_hash), found.factor is not None)


def half_way(carried: Mapping[str, Any] | None) -> Proven | None:
    """Who has proven a password a moment ago and now needs the second factor; None if it is too long ago, or the
    password or the person has changed since."""
    if not carried or carried["until"] < clock.now().timestamp():
        return None
    row = AccountRow
    with reading() as connection:
        wanted = select(row.username, row.password_hash).where(row.id == carried["user"], row.active)
        found = connection.execute(wanted).first()
    if found is None or carried["of"] != _of(found.password_hash):
        return None
    return Proven(carried["user"], found.username, carried["of"], needs_code=True)


def enter(proven: Proven, browser: str) -> SignedIn:
    """Begin a session of somebody who has proven all there is to prove.

    Args:
        proven: by password, and by second factor where there is one.
        browser: in words, for the list of sessions.

    Raises:
        Refused: the password was given by somebody else and has been used already.
    """
    row = AccountRow
    token = sessions.open_for(proven.user_id, browser)
    first = update(row).where(row.id == proven.user_id, row.password_is == GIVEN).values(password_is=USED)
    if not session().execute(first.returning(row.id)).all():
        whose = session().scalar(select(row.password_is).where(row.id == proven.user_id))
        if whose != OWN:
            raise Refused(
                gettext("This first password has been used already: it is good for one sign-in."),
                remedy=gettext("Ask an administrator for another one."),
            )
    audit.record("sign-in", proven.username, actor=proven.username)
    commit()
    return _just_begun(token)


def stay(user_id: int, browser: str) -> SignedIn:
    """A new session of somebody who is signed in, whose password has just been replaced."""
    token = sessions.open_for(user_id, browser)
    commit()
    return _just_begun(token)


def _just_begun(token: str) -> SignedIn:
    entered = load(token)
    if entered is None:
        raise Refused(gettext("Your account has just been changed."), remedy=gettext("Sign in again."))
    return entered


def _of(password_hash: str) -> str:
    """A mark of a password hash that does not give it away."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:32]
