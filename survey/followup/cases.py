"""The list of bad ratings: brought up to date from the days that changed, then paged through by its own indexes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from survey.base.store.database import reading, session, writing
from survey.collect import service as collect
from survey.followup import rules
from survey.followup.models import CaseRow, ReplyRow, SeenRow
from survey.rounds import service as rounds

ROWS_AT_ONCE = 5000


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are meant; empty = all."""

    #: units whose cases may be read; None = of all
    unit_ids: frozenset[int] | None = None
    #: sealed cases too
    sealed: bool = True
    #: "open", "answered" or both
    state: str = ""
    unit_id: int | None = None
    key: str = ""
    #: only what the rated units may read on this day
    arrived_by: date | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = []
        if self.unit_ids is not None:
            wanted.append(CaseRow.unit_id.in_(sorted(self.unit_ids)))
        if not self.sealed:
            wanted.append(CaseRow.is_sealed.is_(False))
        if self.state:
            wanted.append(CaseRow.answered.is_(self.state == "answered"))
        if self.unit_id is not None:
            wanted.append(CaseRow.unit_id == self.unit_id)
        if self.key:
            wanted.append(CaseRow.response_key == self.key)
        if self.arrived_by is not None:
            wanted.append(_has_arrived(self.arrived_by))
        return wanted


def _has_arrived(today: date) -> ColumnElement[bool]:
    """Cases of months that have ended, and of this month whole batches of those from before today, unit by unit.

    A case that came alone, on the day it was rated, would tell the counter who left it.
    """
    order = (CaseRow.day, CaseRow.response_key)
    waiting = (
        select(
            CaseRow.response_key,
            func.row_number().over(partition_by=CaseRow.unit_id, order_by=order).label("place"),
            func.count().over(partition_by=CaseRow.unit_id).label("n"),
        )
        .where(CaseRow.month == f"{today:%Y-%m}", CaseRow.day < today, CaseRow.is_sealed.is_(False))
        .subquery()
    )
    batched = select(waiting.c.response_key).where(waiting.c.place <= waiting.c.n - waiting.c.n % rules.BATCH)
    return or_(CaseRow.month < f"{today:%Y-%m}", CaseRow.response_key.in_(batched))


def counters() -> frozenset[int]:
    """The collections whose bad ratings have to be answered: those at counters."""
    return frozenset(one.id for one in rounds.collections() if one.kind == "counter")


def bring_up_to_date() -> None:
    """Put the bad ratings of days that changed on the list; a database that cannot store now is left to the next."""
    pieces = {(p.day, p.collection_id): p.serial for p in collect.pieces(rounds.everything(counters()))}
    with reading() as connection:
        seen = {
            (day, number): serial
            for day, number, serial in connection.execute(select(SeenRow.day, SeenRow.collection_id, SeenRow.serial))
        }
    changed = [place for place, serial in pieces.items() if seen.get(place) != serial]
    gone = [place for place in seen if place not in pieces]
    if not changed and not gone:
        return
    rows = [
        {
            "response_key": low.key,
            "day": low.day,
            "collection_id": low.collection_id,
            "unit_id": low.unit_id,
            "window_id": low.window_id,
            "month": low.day.strftime("%Y-%m"),
            "is_sealed": low.is_sealed,
            "answered": False,
        }
        for low in collect.low_ratings(changed)
    ]
    try:
        _store({place: pieces.get(place) for place in [*changed, *gone]}, rows)
    except (OperationalError, IntegrityError):
        return


def _store(changed: Mapping[tuple[date, int], int | None], rows: Sequence[dict[str, Any]]) -> None:
    """Put the cases of some days in place of those that were there, with whether a reply stands.

    Args:
        changed: day and collection -> the serial of its counts; None = it has no answers any more.
        rows: the cases of those days.
    """
    with writing() as connection:
        for day, number in changed:
            connection.execute(delete(CaseRow).where(CaseRow.day == day, CaseRow.collection_id == number))
            connection.execute(delete(SeenRow).where(SeenRow.day == day, SeenRow.collection_id == number))
        for start in range(0, len(rows), ROWS_AT_ONCE):
            connection.execute(insert(CaseRow), rows[start : start + ROWS_AT_ONCE])
        seen = [{"day": day, "collection_id": n, "serial": s} for (day, n), s in changed.items() if s is not None]
        if seen:
            connection.execute(insert(SeenRow), seen)
        replied = select(ReplyRow.response_key).where(ReplyRow.withdrawn_because == "")
        connection.execute(
            update(CaseRow).where(CaseRow.answered.is_(False), CaseRow.response_key.in_(replied)).values(answered=True)
        )


def note_replies(keys: Collection[str], *, answered: bool) -> None:
    """Say on the list, in this request's work, whether replies stand."""
    wanted = list(keys)
    for start in range(0, len(wanted), 500):
        part = CaseRow.response_key.in_(wanted[start : start + 500])
        session().execute(update(CaseRow).where(part).values(answered=answered))


def answered_at(unit_id: int, window_id: int | None, month: str) -> list[str]:
    """The answered cases of a counter in a month that are not confidential."""
    query = select(CaseRow.response_key).where(
        CaseRow.unit_id == unit_id,
        CaseRow.window_id == window_id,
        CaseRow.month == month,
        CaseRow.answered.is_(True),
        CaseRow.is_sealed.is_(False),
    )
    return list(session().scalars(query))


def count(wanted: CaseFilter) -> int:
    return session().scalar(select(func.count()).select_from(CaseRow).where(*wanted.conditions())) or 0


def page_of(wanted: CaseFilter, page: int, size: int) -> list[CaseRow]:
    """One page, newest month first; inside a month in the order of the random key."""
    query = select(CaseRow).where(*wanted.conditions()).order_by(CaseRow.month.desc(), CaseRow.response_key)
    return list(session().scalars(query.limit(size).offset((page - 1) * size)))


def by_unit(wanted: CaseFilter) -> list[tuple[int, int, int]]:
    """Unit, its cases and those of them that are answered."""
    answered = func.sum(case((CaseRow.answered, 1), else_=0))
    query = select(CaseRow.unit_id, func.count(), answered).where(*wanted.conditions())
    return [(unit, n, int(done or 0)) for unit, n, done in session().execute(query.group_by(CaseRow.unit_id))]
