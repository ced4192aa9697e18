"""Who may sign in: people, their roles and their units, passwords as Argon2 hashes, a brake on guessing."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import Flask
from flask_babel import gettext, lazy_gettext
from flask_login import AnonymousUserMixin, LoginManager, UserMixin
from sqlalchemy import JSON, CheckConstraint, Column, DateTime, ForeignKey, String, Table, select
from sqlalchemy.orm import Mapped, mapped_column

from survey.base import clock
from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.base.people.roles import Role, Viewer
from survey.base.store.database import Base, commit, session

FAILURES_BEFORE_PAUSE = 5
PAUSE = timedelta(minutes=5)
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
    #: wrong passwords in a row
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

    def __init__(self, person: Person) -> None:
        self.person = person
        self.id = str(person.id)

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


def _load(user_id: str) -> SignedIn | None:
    account = session().get(AccountRow, int(user_id))
    return SignedIn(_person(account)) if account and account.active else None


def _person(account: AccountRow) -> Person:
    units = session().scalars(select(user_unit.c.unit_id).where(user_unit.c.user_id == account.id))
    roles = tuple(Role(role) for role in account.roles)
    return Person(account.id, account.username, account.name, roles, frozenset(units), account.active)


def people() -> list[Person]:
    """Everybody, by user name."""
    return [_person(account) for account in session().scalars(select(AccountRow).order_by(AccountRow.username))]


def person(user_id: int) -> Person:
    return _person(_account(user_id))


def _account(user_id: int) -> AccountRow:
    account = session().get(AccountRow, user_id)
    if account is None:
        raise NotFound(gettext("There is no such person."))
    return account


def check_password(username: str, password: str) -> SignedIn | None:
    """The person, if the password is right; after five wrong ones, nobody for five minutes."""
    account = session().scalar(select(AccountRow).where(AccountRow.username == username))
    if account is None or not account.active:
        hasher.hash(password)  # as slow as a real look, so that time does not tell which names exist
        return None
    if account.paused_until and clock.local(account.paused_until) > clock.now():
        raise Refused(
            gettext("Too many wrong passwords for this name."),
            remedy=gettext("Wait five minutes and try again."),
        )
    try:
        hasher.verify(account.password_hash, password)
    except VerificationError:
        account.failures += 1
        if account.failures >= FAILURES_BEFORE_PAUSE:
            account.failures, account.paused_until = 0, clock.now() + PAUSE
        audit.record("sign-in.failed", username, actor=username)
        commit()
        return None
    account.failures, account.paused_until = 0, None
    audit.record("sign-in", username, actor=username)
    commit()
    return SignedIn(_person(account))


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
    if session().scalar(select(AccountRow.id).where(AccountRow.username == username)):
        raise Refused(gettext("The user name %(name)s is taken.", name=username))
    account = AccountRow(username=username, name=name, password_hash=hasher.hash(password), roles=_stored(roles))
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
    account.name, account.roles, account.active = name, stored, active
    _assign(account.id, unit_ids)
    audit.record("person.changed", account.username, roles=stored, active=active)
    commit()
    return _person(account)


def set_password(user_id: int, password: str) -> None:
    """Replace a password."""
    _check_new_password(password)
    account = _account(user_id)
    account.password_hash, account.failures, account.paused_until = hasher.hash(password), 0, None
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
