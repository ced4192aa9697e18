"""Keeping the counts by day true: only days that changed are counted anew, and sending a rating writes nothing here.

A day is old when somebody marked it (imports, decisions, removals, answers by personal link, which stand on the first
day of their wave), and a recent one also when it has other responses than were counted: ratings are only ever added,
and they are added to today. A week is more than any clock or form needs to be late; what lies before it changes by
marks alone. Whoever finds a day old counts it on a connection that
only reads, and stores it under a new serial number unless somebody else did so meanwhile.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from survey.base.store.database import reading, session, writing
from survey.collect.models import ResponseRow, TallyDayRow, TallyMarkRow, TallyMonthRow
from survey.collect.tally.count import count_answers, count_heads
from survey.collect.tally.table import TallyTable, pack

#: serial numbers are drawn, so that none comes again after counts were dropped and made anew
SERIAL_BITS = 62
#: days in which an answer may still arrive unmarked
RECENT = timedelta(days=7)

#: a day and the number of a collection
Place = tuple[date, int]


@dataclass(frozen=True)
class Counted:
    """One day and collection, counted just now."""

    place: Place
    heads: TallyTable
    answers: TallyTable
    #: the serial of the stored counts that these replace; 0 = there are none
    replaces: int
    responses: int


def mark(places: Iterable[Place]) -> None:
    """Say in this request's work that the stored counts of these days are old."""
    rows = [{"day": day, "collection_id": number} for day, number in sorted(set(places))]
    if rows:
        session().execute(insert(TallyMarkRow), rows)


def bring_up_to_date(today: date, progress: Callable[[int, int], None] | None = None) -> int:
    """Count every old day anew; returns how many there were.

    A database that cannot store just now is no reason to wait: the next reader stores instead.
    """
    with reading() as connection:
        marks, old = _old(connection, today)
    for done, place in enumerate(old, 1):
        with reading() as connection:
            counted = count(connection, place)
        try:
            store(counted, [number for number, marked in marks if marked == place])
        except (OperationalError, IntegrityError):
            return done - 1
        if progress:
            progress(done, len(old))
    return len(old)


def _old(connection: Connection, today: date) -> tuple[list[tuple[int, Place]], list[Place]]:
    """The marks that stand, and the days that are old, marked or not."""
    marks = [
        (number, (day, collection))
        for number, day, collection in connection.execute(
            select(TallyMarkRow.id, TallyMarkRow.day, TallyMarkRow.collection_id)
        )
    ]
    since = today - RECENT
    newest = connection.scalar(select(func.max(TallyDayRow.day)))
    if newest is None or newest < since:
        since = newest or date.min
    stored = {
        (day, collection): responses
        for day, collection, responses in connection.execute(
            select(TallyDayRow.day, TallyDayRow.collection_id, TallyDayRow.responses).where(TallyDayRow.day >= since)
        )
    }
    arrived = connection.execute(
        select(ResponseRow.day, ResponseRow.collection_id, func.count())
        .where(ResponseRow.day >= since)
        .group_by(ResponseRow.day, ResponseRow.collection_id)
    )
    changed = {(day, number) for day, number, n in arrived if stored.get((day, number)) != n}
    return marks, sorted(changed | {place for _number, place in marks})


def count(connection: Connection, place: Place) -> Counted:
    """Count a day of a collection; the connection only reads, and sees one moment."""
    day, number = place
    serial = connection.scalar(
        select(TallyDayRow.serial).where(TallyDayRow.day == day, TallyDayRow.collection_id == number)
    )
    heads, answers = count_heads(connection, day, number), count_answers(connection, day, number)
    responses = int(heads.total[heads.column("question") == ""].sum())
    return Counted(place, heads, answers, serial or 0, responses)


def store(counted: Counted, marks: Iterable[int] = ()) -> bool:
    """Keep what was counted, and take the marks away that it answers, unless somebody stored a newer count."""
    (day, number), packed = counted.place, (pack(counted.heads), pack(counted.answers))
    values = {
        "responses": counted.responses,
        "heads": packed[0],
        "cells": packed[1],
        "serial": secrets.randbits(SERIAL_BITS) + 1,
    }
    with writing() as connection:
        if counted.replaces:
            done = connection.execute(
                update(TallyDayRow)
                .where(
                    TallyDayRow.day == day,
                    TallyDayRow.collection_id == number,
                    TallyDayRow.serial == counted.replaces,
                )
                .values(**values)
            ).rowcount
        else:
            done = connection.execute(insert(TallyDayRow).values(day=day, collection_id=number, **values)).rowcount
        for mark_id in marks if done else ():
            connection.execute(delete(TallyMarkRow).where(TallyMarkRow.id == mark_id))
    return bool(done)


def forget(collection_ids: Iterable[int]) -> None:
    """Drop the counts of collections whose answers were removed; the caller commits."""
    numbers = list(collection_ids)
    for table in (TallyDayRow, TallyMonthRow, TallyMarkRow):
        session().execute(delete(table).where(table.collection_id.in_(numbers)))


def recounted() -> Iterator[tuple[Place, bool]]:
    """Every day and collection with answers or counts, and whether its stored counts equal a count of the answers."""
    with reading() as connection:
        places = set(connection.execute(select(ResponseRow.day, ResponseRow.collection_id).distinct()).all())
        places |= set(connection.execute(select(TallyDayRow.day, TallyDayRow.collection_id)).all())
        for day, number in sorted(places):
            found = count(connection, (day, number))
            kept = connection.execute(
                select(TallyDayRow.heads, TallyDayRow.cells).where(
                    TallyDayRow.day == day, TallyDayRow.collection_id == number
                )
            ).first()
            yield (day, number), kept is not None and tuple(kept) == (pack(found.heads), pack(found.answers))
