"""Who may sign in: people, their roles and their units, passwords as Argon2 hashes, a brake on guessing."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import Flask
from flask_babel import gettext, lazy_gettext
from flask_login import AnonymousUserMixin, LoginManager, UserMixin
from sqlalchemy import JSON, CheckConstraint, Column, DateTime, ForeignKey, String, Table, select
from sqlalchemy.orm import Mapped, mapped_column

from survey.base.errors import NotFound, Refused
from survey.base.people import audit, brake
from survey.base.people.roles import Role, Viewer
from survey.base.store.database import Base, commit, give_back, reading, session

SHORTEST_PASSWORD = 10

hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's minimum, kind to small machines
logins = LoginManager()

user_unit = Table(
    "user_unit",
    Base.metadata,
    Column("user_id", ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True),
    Column("unit_id", ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True),
)


class AccountRow(Base):
    """A person of the staff."""

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("failures >= 0", "failures_counted"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(JSON)
    active: Mapped[bool] = mapped_column(default=True)
    #: raised to end all sessions of the person
    sessions: Mapped[int] = mapped_column(default=0)
    #: of the first version, which counted wrong passwords by name: a stranger could keep people out by it
    failures: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Person:
    """An account as pages show it."""

    id: int
    username: str
    name: str
    roles: tuple[Role, ...]
    unit_ids: frozenset[int]
    active: bool


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """What Flask-Login carries through a request."""

    def __init__(self, person: Person, sessions: int) -> None:
        self.person = person
        self.id = f"{person.id}.{sessions}"

    def viewer(self) -> Viewer:
        return Viewer(self.person.id, self.person.username, frozenset(self.person.roles), self.person.unit_ids)


class Nobody(AnonymousUserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """A request without a sign-in."""

    def viewer(self) -> Viewer:
        return Viewer(-1, "", frozenset(), frozenset())


def init_app(app: Flask) -> None:
    """Teach Flask-Login where people are kept."""
    logins.anonymous_user = Nobody
    logins.init_app(app)
    logins.user_loader(_load)


def _load(session_id: str) -> SignedIn | None:
    """Who a session belongs to; nobody once the person's sessions were ended."""
    number, _dot, sessions = session_id.partition(".")
    signed_in = _load_signed_in(int(number)) if number.isdecimal() else None
    # a session of an earlier version names no count: it holds until the first time that sessions are ended
    return signed_in if signed_in is not None and signed_in.id == f"{number}.{sessions or 0}" else None


def _load_signed_in(user_id: int) -> SignedIn | None:
    """Read on a connection of its own: a request that will write takes the write lock when it writes, not here."""
    row = AccountRow
    wanted = select(row.id, row.username, row.name, row.roles, row.active, row.sessions).where(row.id == user_id)
    with reading() as connection:
        account = connection.execute(wanted).first()
        units = connection.scalars(select(user_unit.c.unit_id).where(user_unit.c.user_id == user_id)).all()
    if account is None or not account.active:
        return None
    return SignedIn(_as_person(account, units), account.sessions)


def signed_in(user_id: int) -> SignedIn:
    """A person as a session carries them."""
    found = _load_signed_in(user_id)
    if found is None:
        raise NotFound(gettext("There is no such person."))
    return found


def end_sessions(user_id: int) -> None:
    """End every session of a person, wherever they signed in."""
    _account(user_id).sessions += 1
    commit()


def _person(account: AccountRow) -> Person:
    return _as_person(account, session().scalars(select(user_unit.c.unit_id).where(user_unit.c.user_id == account.id)))


def _as_person(account: Any, units: Iterable[int]) -> Person:
    """A person from a row of the accounts, however it was read."""
    roles = tuple(Role(role) for role in account.roles)
    return Person(account.id, account.username, account.name, roles, frozenset(units), account.active)


def people() -> list[Person]:
    """Everybody, by user name."""
    return [_person(account) for account in session().scalars(select(AccountRow).order_by(AccountRow.username))]


def person(user_id: int) -> Person:
    return _person(_account(user_id))


def viewer_named(username: str, role: Role) -> Viewer:
    """Somebody at the command line, who acts in a name of their own.

    Raises:
        NotFound: nobody active of this name has the role.
    """
    row = session().scalar(select(AccountRow).where(AccountRow.username == username, AccountRow.active))
    if row is None or not {role, Role.ADMIN} & {*row.roles}:
        raise NotFound(gettext("Nobody of this role is called %(name)s.", name=username))
    return signed_in(row.id).viewer()


def _account(user_id: int) -> AccountRow:
    account = session().get(AccountRow, user_id)
    if account is None:
        raise NotFound(gettext("There is no such person."))
    return account


def check_password(username: str, password: str, *, address: str = "", device: str = "") -> SignedIn | None:
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
    with reading() as connection:
        row = AccountRow
        found = connection.execute(
            select(row.id, row.password_hash).where(row.username == username, row.active)
        ).first()
    with brake.turn():
        is_right = _is_right(found.password_hash if found else None, password)
    if found is None or not is_right:
        brake.note_failure(come)
        if found is not None:
            audit.record("sign-in.failed", username, actor=username)
        commit()
        return None
    brake.forget(come)
    audit.record("sign-in", username, actor=username)
    commit()
    return _load_signed_in(found.id)


def _is_right(kept: str | None, password: str) -> bool:
    """As slow for a name that does not exist, so that time does not tell which names do."""
    if kept is None:
        hasher.hash(password)
        return False
    try:
        return hasher.verify(kept, password)
    except VerificationError:
        return False


def new_password() -> str:
    """A password to hand over once: 20 characters, about 100 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))


def add(username: str, password: str, roles: Iterable[Role], *, name: str = "", unit_ids: Iterable[int] = ()) -> Person:
    """Store a new person.

    Raises:
        Refused: the name is taken, or the password is short.
    """
    _check_new_password(password)
    give_back()
    hashed = hasher.hash(password)
    if session().scalar(select(AccountRow.id).where(AccountRow.username == username)):
        raise Refused(gettext("The user name %(name)s is taken.", name=username))
    account = AccountRow(username=username, name=name, password_hash=hashed, roles=_stored(roles))
    session().add(account)
    session().flush()
    _assign(account.id, unit_ids)
    audit.record("person.added", username, roles=account.roles)
    commit()
    return _person(account)


def change(user_id: int, *, name: str, roles: Iterable[Role], unit_ids: Iterable[int], active: bool) -> Person:
    """Change what a person may do. The last active administrator cannot be taken away."""
    account = _account(user_id)
    stored = _stored(roles)
    if Role.ADMIN in account.roles and not (active and Role.ADMIN in stored) and _administrators() <= 1:
        raise Refused(gettext("This is the last active administrator."), remedy=gettext("Name another one first."))
    if stored != account.roles or not active:
        account.sessions += 1
    account.name, account.roles, account.active = name, stored, active
    _assign(account.id, unit_ids)
    audit.record("person.changed", account.username, roles=stored, active=active)
    commit()
    return _person(account)


def set_password(user_id: int, password: str) -> None:
    """Replace a password, which ends the person's sessions."""
    _check_new_password(password)
    give_back()
    hashed = hasher.hash(password)
    account = _account(user_id)
    account.password_hash, account.sessions = hashed, account.sessions + 1
    audit.record("password.changed", account.username)
    commit()


def _check_new_password(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(gettext("A password needs at least %(n)s characters.", n=SHORTEST_PASSWORD))


def _administrators() -> int:
    accounts = session().scalars(select(AccountRow).where(AccountRow.active.is_(True)))
    return sum(Role.ADMIN in account.roles for account in accounts)


def _stored(roles: Iterable[Role]) -> list[str]:
    return sorted(str(role) for role in set(roles))


def _assign(user_id: int, unit_ids: Iterable[int]) -> None:
    session().execute(user_unit.delete().where(user_unit.c.user_id == user_id))
    rows = [{"user_id": user_id, "unit_id": unit_id} for unit_id in sorted(set(unit_ids))]
    if rows:
        session().execute(user_unit.insert(), rows)


ROLE_NAMES = {
    Role.ADMIN: lazy_gettext("Administrator"),
    Role.OFFICE: lazy_gettext("Appraisal office"),
    Role.STATISTICIAN: lazy_gettext("Statistician"),
    Role.INTERVIEWER: lazy_gettext("Interviewer"),
    Role.UNIT_MANAGER: lazy_gettext("Unit manager"),
    Role.FOLLOW_UP: lazy_gettext("Counter follow-up"),
    Role.AUDITOR: lazy_gettext("Auditor"),
}
