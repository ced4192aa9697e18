"""Reading the counts of the days and collections that are wanted: whole months in one piece, the rest day by day."""

from __future__ import annotations

import hashlib
from calendar import monthrange
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from survey.base.store.database import engine, reading, writing
from survey.collect.models import TallyDayRow, TallyMonthRow
from survey.collect.tally.table import TallyTable, from_rows, merged, pack, unpack
from survey.rounds.service import Selection

#: cells kept in memory at once, over all pieces; one takes about 100 bytes
MOST_CELLS = 2_000_000
#: months before this one are put together; a running one changes every minute
FEWEST_DAYS = 2


@dataclass(frozen=True)
class Piece:
    """The stored counts of one day and collection."""

    day: date
    collection_id: int
    serial: int


class _Memory:
    """Pieces read a moment ago, by what they are and their serial, so that an old one is never taken for a new one."""

    def __init__(self) -> None:
        self._pieces: OrderedDict[Hashable, TallyTable] = OrderedDict()
        self._cells = 0
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], TallyTable]) -> TallyTable:
        with self._lock:
            known = self._pieces.get(key)
            if known is not None:
                self._pieces.move_to_end(key)
                return known
        made = make()
        with self._lock:
            if key not in self._pieces:
                self._pieces[key] = made
                self._cells += len(made)
            while self._cells > MOST_CELLS and len(self._pieces) > 1:
                self._cells -= len(self._pieces.popitem(last=False)[1])
        return made


_memories: WeakKeyDictionary[Engine, _Memory] = WeakKeyDictionary()


def _memory() -> _Memory:
    """This database's memory."""
    return _memories.setdefault(engine(), _Memory())


def pieces(connection: Connection, wanted: Selection) -> list[Piece]:
    """What there is of a selection, by day."""
    days, numbers = TallyDayRow.day, TallyDayRow.collection_id
    by_day = numbers.in_(sorted(wanted.by_day)) & days.between(wanted.opens_on, wanted.closes_on)
    query = select(days, numbers, TallyDayRow.serial).where(by_day | numbers.in_(sorted(wanted.whole)))
    return [Piece(*row) for row in connection.execute(query.order_by(days, numbers))]


def all_pieces(wanted: Selection) -> list[Piece]:
    """What there is of a selection, by day."""
    with reading() as connection:
        return pieces(connection, wanted)


def heads(wanted: Selection) -> list[tuple[Piece, TallyTable]]:
    """Responses of each day and collection."""
    with reading() as connection:
        return [(piece, _day(connection, piece, heads=True)) for piece in pieces(connection, wanted)]


def answers(wanted: Selection) -> TallyTable:
    """All answers of a selection, with the columns `month` and `collection_id` beside those of a tally."""
    with reading() as connection:
        groups: dict[tuple[str, int], list[Piece]] = defaultdict(list)
        for piece in pieces(connection, wanted):
            groups[piece.day.strftime("%Y-%m"), piece.collection_id].append(piece)
        parts = [
            (month, number, _month(connection, month, number, group, wanted))
            for (month, number), group in sorted(groups.items())
        ]
    labelled = [
        table.with_number("month", int(month.replace("-", ""))).with_number("collection_id", number)
        for month, number, table in parts
    ]
    return _of_units(_stacked(labelled), wanted)


def _stacked(tables: Sequence[TallyTable]) -> TallyTable:
    empty = from_rows([]).with_number("month", 0).with_number("collection_id", 0)
    return merged(tables) if tables else empty


def _of_units(table: TallyTable, wanted: Selection) -> TallyTable:
    if wanted.unit_ids is None:
        return table
    own = [number in wanted.unit_ids for number in table.column("unit_id").tolist()]
    return table.where(np.array(own, np.bool_))


def _month(connection: Connection, month: str, number: int, group: Sequence[Piece], wanted: Selection) -> TallyTable:
    """A month's answers: from its own piece where the selection holds all of it, else added up from its days."""
    year, month_number = int(month[:4]), int(month[5:])
    last = date(year, month_number, monthrange(year, month_number)[1])
    whole = number in wanted.whole or (wanted.opens_on <= last.replace(day=1) and last <= wanted.closes_on)
    stamp = _stamp(group)
    key = ("month", number, month, stamp, whole)

    def make() -> TallyTable:
        if not whole or len(group) < FEWEST_DAYS:
            return merged([_day(connection, piece, heads=False) for piece in group])
        kept = connection.scalar(
            select(TallyMonthRow.cells).where(
                TallyMonthRow.month == month, TallyMonthRow.collection_id == number, TallyMonthRow.stamp == stamp
            )
        )
        if kept is not None:
            return unpack(kept)
        made = merged([_day(connection, piece, heads=False) for piece in group])
        _keep_month(month, number, stamp, made)
        return made

    return _memory().get(key, make)


def _stamp(group: Iterable[Piece]) -> str:
    text = ";".join(f"{piece.day}:{piece.serial}" for piece in group)
    return hashlib.sha256(text.encode()).hexdigest()


def _keep_month(month: str, number: int, stamp: str, made: TallyTable) -> None:
    """Store a month's piece in place of an older one; if the database cannot store now, the next reader will."""
    row = {"month": month, "collection_id": number, "stamp": stamp, "cells": pack(made)}
    try:
        with writing() as connection:
            connection.execute(
                delete(TallyMonthRow).where(TallyMonthRow.month == month, TallyMonthRow.collection_id == number)
            )
            connection.execute(insert(TallyMonthRow), row)
    except (OperationalError, IntegrityError):
        return


def _day(connection: Connection, piece: Piece, *, heads: bool) -> TallyTable:
    column = TallyDayRow.heads if heads else TallyDayRow.cells

    def make() -> TallyTable:
        data = connection.scalar(
            select(column).where(TallyDayRow.day == piece.day, TallyDayRow.collection_id == piece.collection_id)
        )
        return unpack(data) if data is not None else from_rows([])

    return _memory().get((heads, piece), make)
