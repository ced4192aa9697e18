"""The record of what staff did: each entry carries the hash of the one before, so a missing or changed one shows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import has_request_context
from flask_login import current_user
from sqlalchemy import DateTime, String, Text, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.base import clock
from survey.base.store.database import Base, session

FIRST = "0" * 64
#: PostgreSQL's advisory lock that keeps the chain in one line; SQLite has only one writer anyway
LOCK = 7_113_000


class AuditEntryRow(Base):
    """One deed."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    #: canonical JSON
    detail: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


@dataclass(frozen=True)
class AuditEntryLine:
    """A deed as the log page shows it."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str


def record(action: str, subject: str, *, actor: str = "", **detail: Any) -> None:
    """Append a deed to this request's work; it is stored with it or not at all.

    Args:
        action: what was done, `thing.verb`.
        subject: to what, in words a person recognises; never a citizen's name.
        actor: who; by default the signed-in person, or `system` on the command line.
        detail: plain values worth keeping.
    """
    work = session()
    if work.get_bind().dialect.name == "postgresql":
        work.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    previous = work.scalar(select(AuditEntryRow.hash).order_by(AuditEntryRow.id.desc()).limit(1)) or FIRST
    entry = AuditEntryRow(
        at=clock.now().replace(microsecond=0),
        actor=actor or _actor(),
        action=action,
        subject=subject[:200],
        detail=json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str),
        previous_hash=previous,
    )
    entry.hash = _hash(entry)
    work.add(entry)
    work.flush()


def _actor() -> str:
    if has_request_context() and current_user.is_authenticated:
        return str(current_user.person.username)
    return "system"


def _hash(entry: AuditEntryRow) -> str:
    moment = clock.local(entry.at).isoformat()
    parts = [entry.previous_hash, moment, entry.actor, entry.action, entry.subject, entry.detail]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def first_broken() -> int | None:
    """The number of the first entry that does not follow from the one before it; None = the chain holds."""
    previous = FIRST
    for entry in session().scalars(select(AuditEntryRow).order_by(AuditEntryRow.id).execution_options(yield_per=1000)):
        if entry.previous_hash != previous or entry.hash != _hash(entry):
            return entry.id
        previous = entry.hash
    return None


def newest(action: str, **detail: str) -> AuditEntryLine | None:
    """The last deed of a kind with these details; None if there is none."""
    query = select(AuditEntryRow).where(AuditEntryRow.action == action).order_by(AuditEntryRow.id.desc())
    for name, value in detail.items():
        query = query.where(AuditEntryRow.detail.contains(f"{json.dumps(name)}: {json.dumps(value)}", autoescape=True))
    found = session().scalar(query.limit(1))
    return None if found is None else _line(found)


def _line(entry: AuditEntryRow) -> AuditEntryLine:
    return AuditEntryLine(entry.id, clock.local(entry.at), entry.actor, entry.action, entry.subject, entry.detail)


def entries(*, search: str = "", page: int = 1, size: int = 50) -> tuple[list[AuditEntryLine], int]:
    """Newest first: one page of entries, and how many there are in all."""
    query = select(AuditEntryRow)
    for word in search.split():
        pattern = f"%{word}%"
        query = query.where(
            AuditEntryRow.action.like(pattern) | AuditEntryRow.subject.like(pattern) | AuditEntryRow.actor.like(pattern)
        )
    total = session().scalar(select(func.count()).select_from(query.subquery())) or 0
    found = session().scalars(query.order_by(AuditEntryRow.id.desc()).limit(size).offset((page - 1) * size))
    return [_line(entry) for entry in found], total
