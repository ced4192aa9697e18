"""Who may sign in: people, their roles and their units, and whose word their password is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import JSON, CheckConstraint, Column, DateTime, ForeignKey, String, Table, select
from sqlalchemy.orm import Mapped, mapped_column

from survey.base.errors import NotFound, Refused
from survey.base.people import audit, passwords, sessions
from survey.base.people.roles import Role, Viewer
from survey.base.store.database import Base, commit, give_back, session

#: a password of one's own; one that somebody else gave; such a one with which its owner has come in
OWN, GIVEN, USED = "own", "given", "used"

user_unit = Table(
    "user_unit",
    Base.metadata,
    Column("user_id", ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True),
    Column("unit_id", ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True),
)


class AccountRow(Base):
    """A person of the staff."""

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint("failures >= 0", "failures_counted"),
        CheckConstraint("password_is IN ('own', 'given', 'used')", "password_is_somebodys"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(JSON)
    active: Mapped[bool] = mapped_column(default=True)
    #: whose it is: what somebody else gave opens the page for a new one, once
    password_is: Mapped[str] = mapped_column(String(8), default=OWN)
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
    #: the password was given by somebody else and has to be replaced first
    must_change: bool = False


def _person(account: AccountRow) -> Person:
    return as_person(account, session().scalars(select(user_unit.c.unit_id).where(user_unit.c.user_id == account.id)))


def as_person(account: Any, units: Iterable[int]) -> Person:
    """A person from a row of the accounts, however it was read."""
    roles, must_change = tuple(Role(role) for role in account.roles), account.password_is != OWN
    return Person(account.id, account.username, account.name, roles, frozenset(units), account.active, must_change)


def viewer_of(person: Person) -> Viewer:
    """A person as the rooms know them."""
    return Viewer(person.id, person.username, frozenset(person.roles), person.unit_ids)


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
    return viewer_of(_person(row))


def _account(user_id: int) -> AccountRow:
    account = session().get(AccountRow, user_id)
    if account is None:
        raise NotFound(gettext("There is no such person."))
    return account


def add(
    username: str,
    password: str,
    roles: Iterable[Role],
    *,
    name: str = "",
    unit_ids: Iterable[int] = (),
    is_given: bool = False,
) -> Person:
    """Store a new person.

    Args:
        username: unique.
        password: to sign in with.
        roles: at least one.
        name: of the person.
        unit_ids: what roles see that do not see all.
        is_given: somebody else made the password: it is good for choosing another, once.

    Raises:
        Refused: the name is taken, or the password is short or easy to guess.
    """
    passwords.check(password, [username, name])
    give_back()
    hashed = passwords.hashed(password)
    if session().scalar(select(AccountRow.id).where(AccountRow.username == username)):
        raise Refused(gettext("The user name %(name)s is taken.", name=username))
    account = AccountRow(
        username=username,
        name=name,
        password_hash=hashed,
        password_is=GIVEN if is_given else OWN,
        roles=_stored(roles),
    )
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
        sessions.drop(user_id)
    account.name, account.roles, account.active = name, stored, active
    _assign(account.id, unit_ids)
    audit.record("person.changed", account.username, roles=stored, active=active)
    commit()
    return _person(account)


def set_password(user_id: int, password: str, *, known: Iterable[str] = ()) -> None:
    """A person's own new password, which ends the person's sessions.

    Args:
        user_id: whose.
        password: the new one.
        known: names that it must not be made of, beside the person's own.

    Raises:
        Refused: it is short or easy to guess, or the present one.
    """
    account = _account(user_id)
    passwords.check(password, [account.username, account.name, *known])
    kept = account.password_hash
    give_back()
    if passwords.is_right(kept, password):
        raise Refused(gettext("This is the present password."), remedy=gettext("Choose another one."))
    _replace_password(user_id, password, OWN)


def give_password(user_id: int) -> str:
    """A new password for somebody who has to replace it at once; their sessions end.

    Returns:
        The password, which is shown to whoever hands it over and to nobody else.
    """
    _account(user_id)
    give_back()
    password = passwords.given()
    _replace_password(user_id, password, GIVEN)
    return password


def _replace_password(user_id: int, password: str, whose: str) -> None:
    hashed = passwords.hashed(password)
    account = _account(user_id)
    account.password_hash, account.password_is = hashed, whose
    sessions.drop(user_id)
    audit.record("password.changed" if whose == OWN else "password.given", account.username)
    commit()


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
