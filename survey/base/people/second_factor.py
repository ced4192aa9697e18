"""The second factor: a code of six digits that changes every half minute (TOTP, RFC 6238), and ten codes for the day on
which the telephone is lost.

The secret is encrypted at rest; a code of the step before or after the present one is taken too, and none twice. A
recovery code has 118 random bits, so its plain digest is enough (ASVS 5, 6.5.2); it is good once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from flask_babel import gettext
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    LargeBinary,
    String,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.base import clock, settings
from survey.base.errors import NotFound, Refused
from survey.base.people import audit, brake, passwords, sessions
from survey.base.people.roles import Role
from survey.base.store import encryption
from survey.base.store.database import Base, commit, reading, session

#: for whom `SURVEY_REQUIRE_SECOND_FACTOR` makes it a duty
ROLES = frozenset({Role.ADMIN, Role.OFFICE})
SECONDS = 30
#: steps before and after the present one whose code is taken: clocks differ
STEPS = 1
RECOVERY_CODES = 10
#: groups and their length: 24 characters of 31
RECOVERY_SHAPE = (4, 6)
#: between the page with a new secret and the first code of it
TIME_TO_SET_UP = timedelta(minutes=30)


class SecondFactorRow(Base):
    """A person's secret, confirmed by a first code."""

    __tablename__ = "second_factor"
    __table_args__ = (CheckConstraint("last_step >= 0", "step_counted"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    #: encrypted
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    #: the step of the last code that was taken: it and earlier ones are not taken again
    last_step: Mapped[int] = mapped_column(BigInteger)
    set_up_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RecoveryCodeRow(Base):
    """A code that stands in for the second factor, once."""

    __tablename__ = "recovery_code"

    #: SHA-256 of the person's number and the code
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)


@dataclass(frozen=True)
class SecondFactor:
    """How it stands with a person's second factor."""

    set_up_at: datetime
    #: recovery codes that are not used yet
    codes_left: int


def is_required(roles: Iterable[Role]) -> bool:
    """Whether people of these roles must have one."""
    return bool(settings.present().require_second_factor and ROLES & set(roles))


def of(user_id: int) -> SecondFactor | None:
    """A person's, if there is one."""
    row, code = SecondFactorRow, RecoveryCodeRow
    found = session().get(row, user_id)
    if found is None:
        return None
    left = session().scalar(select(func.count()).select_from(code).where(code.user_id == user_id)) or 0
    return SecondFactor(clock.local(found.set_up_at), left)


def owners() -> frozenset[int]:
    """The people who have one."""
    return frozenset(session().scalars(select(SecondFactorRow.user_id)))


# -- Setting it up -------------------------------------------------------------------------------------------------


def propose(user_id: int) -> str:
    """A new secret for a person, encrypted: the page carries it until a first code confirms it."""
    until = (clock.now() + TIME_TO_SET_UP).timestamp()
    return encryption.seal(json.dumps([user_id, pyotp.random_base32(), until])).decode("ascii")


def proposed(user_id: int, sealed: str) -> str:
    """The secret in a page.

    Raises:
        Refused: the page is too old, or somebody else's.
    """
    again = Refused(gettext("This page is too old."), remedy=gettext("Open it again and scan the new code."))
    try:
        owner, secret, until = json.loads(encryption.unseal(sealed.encode()))
    except (Refused, ValueError, TypeError) as error:
        raise again from error
    if owner != user_id or until < clock.now().timestamp():
        raise again
    return str(secret)


def address_of(secret: str, username: str) -> str:
    """What an authenticator scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=gettext("Public satisfaction"))


def set_up(user_id: int, username: str, sealed: str, code: str, *, session_key: str) -> list[str] | None:
    """Store a proposed secret if a first code fits it; the person's other sessions, begun without it, end.

    Args:
        user_id: whose.
        username: the same, for the record.
        sealed: as it was proposed.
        code: as typed.
        session_key: of the session that goes on.

    Returns:
        The recovery codes, which are never seen again; None if the code is wrong.
    """
    secret = proposed(user_id, sealed)
    step = _step_of(secret, code)
    if step is None:
        return None
    session().execute(delete(SecondFactorRow).where(SecondFactorRow.user_id == user_id))
    row = SecondFactorRow(user_id=user_id, secret=encryption.seal(secret), last_step=step, set_up_at=clock.now())
    session().add(row)
    codes = _new_codes(user_id)
    sessions.drop(user_id, session_key)
    audit.record("second-factor.set-up", username)
    commit()
    return codes


def renew_codes(user_id: int, username: str) -> list[str]:
    """Ten new recovery codes; the old ones are good for nothing from now on.

    Raises:
        NotFound: the person has no second factor.
    """
    if of(user_id) is None:
        raise NotFound(gettext("No second factor is set up."))
    codes = _new_codes(user_id)
    audit.record("second-factor.codes-made", username)
    commit()
    return codes


def _new_codes(user_id: int) -> list[str]:
    codes = [passwords.random_words(*RECOVERY_SHAPE) for _ in range(RECOVERY_CODES)]
    session().execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))
    session().add_all(RecoveryCodeRow(hash=_digest(user_id, code), user_id=user_id) for code in codes)
    return codes


def remove(user_id: int, username: str, roles: Iterable[Role]) -> None:
    """Do without one.

    Raises:
        Refused: the roles of the person demand one.
    """
    if is_required(roles):
        raise Refused(
            gettext("Your role demands a second factor."),
            remedy=gettext("If the telephone is another one now, set it up anew."),
        )
    _forget(user_id)
    audit.record("second-factor.removed", username)
    commit()


def reset(user_id: int, username: str) -> None:
    """Take a person's second factor away, whose telephone is lost; their sessions end.

    Raises:
        NotFound: the person has none.
    """
    if of(user_id) is None:
        raise NotFound(gettext("No second factor is set up."))
    _forget(user_id)
    sessions.drop(user_id)
    audit.record("second-factor.reset", username)
    commit()


def _forget(user_id: int) -> None:
    for row in (SecondFactorRow, RecoveryCodeRow):
        session().execute(delete(row).where(row.user_id == user_id))


# -- Asking for it -------------------------------------------------------------------------------------------------


def check(user_id: int, username: str, typed: str, *, address: str, device: str) -> bool:
    """Whether a code fits; it is then used up.

    Args:
        user_id: who has proven a password.
        username: the same, for the record.
        typed: a code of the telephone, or a recovery code.
        address: where the request comes from, for the brake on guessing.
        device: what the browser carries if this very person has signed in there before.

    Raises:
        Refused: too many wrong codes.
    """
    come = brake.origin_of_code(username, address, device)
    brake.check(come)
    if _use_step(user_id, typed):
        brake.forget(come)
    elif _use_recovery_code(user_id, typed):
        brake.forget(come)
        audit.record("sign-in.recovery-code", username, actor=username)
    else:
        brake.note_failure(come)
        audit.record("sign-in.code-failed", username, actor=username)
        commit()
        return False
    commit()
    return True


def _use_step(user_id: int, typed: str) -> bool:
    row = SecondFactorRow
    with reading() as connection:
        sealed = connection.scalar(select(row.secret).where(row.user_id == user_id))
    step = _step_of(encryption.unseal(sealed), typed) if sealed else None
    if step is None:
        return False
    later = update(row).where(row.user_id == user_id, row.last_step < step).values(last_step=step)
    return bool(session().execute(later.returning(row.user_id)).all())


def _use_recovery_code(user_id: int, typed: str) -> bool:
    row, code = RecoveryCodeRow, "-".join(re.findall(r"[a-z0-9]{6}", re.sub(r"[\W_]", "", typed.lower())))
    used = delete(row).where(row.user_id == user_id, row.hash == _digest(user_id, code)).returning(row.user_id)
    return bool(session().execute(used).all())


def _step_of(secret: str, typed: str) -> int | None:
    """The step whose code this is, among those that are taken now."""
    digits, totp = re.sub(r"\s", "", typed), pyotp.TOTP(secret, interval=SECONDS)
    present = int(clock.now().timestamp()) // SECONDS
    for step in range(present - STEPS, present + STEPS + 1):
        if pyotp.utils.strings_equal(totp.generate_otp(step), digits):
            return step
    return None


def _digest(user_id: int, code: str) -> str:
    return hashlib.sha256(f"{user_id}:{code}".encode()).hexdigest()
