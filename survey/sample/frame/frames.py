"""Frames as they are kept: each case with its key, its strata and, sealed, how to reach the person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from flask_babel import gettext
from sqlalchemy import delete, exists, func, insert, select, update

from survey.base import clock
from survey.base.canonical import canonical
from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.base.store import encryption
from survey.base.store.database import reading, session
from survey.base.store.jobs import Progress
from survey.sample import models, rules
from survey.sample.frame.importing import Case, FrameSource
from survey.sample.values import Frame

#: rows of one statement
CHUNK = 5_000


def store(source: FrameSource, cases: Sequence[Case], progress: Progress | None = None) -> Frame:
    """Store a frame that was read; the caller commits. Sealing comes first, so that the write is short."""
    _check_source(source, cases)
    order = sorted(range(len(source.columns)), key=lambda index: source.columns[index])
    columns = [source.columns[index] for index in order]
    rows: list[dict[str, Any]] = []
    for start in range(0, len(cases), CHUNK):
        rows += [_row(case, order) for case in cases[start : start + CHUNK]]
        if progress:
            progress(len(rows), len(cases))
    frame = models.FrameRow(
        name=source.name,
        supplied_by=source.supplied_by,
        supplied_on=source.supplied_on,
        note=source.note,
        key_column=source.key_column,
        columns=columns,
        cases=len(cases),
        frame_hash=rules.frame_hash(source.columns, ((case.key, case.values) for case in cases)),
        added_at=clock.now(),
    )
    if session().scalar(select(models.FrameRow.id).where(models.FrameRow.name == source.name)):
        raise Refused(gettext("There is a frame named %(name)s already; choose another name.", name=source.name))
    session().add(frame)
    session().flush()
    for start in range(0, len(rows), CHUNK):
        chunk = [{"frame_id": frame.id, **row} for row in rows[start : start + CHUNK]]
        session().connection().execute(insert(models.FrameCaseRow), chunk)
    audit.record("frame.added", frame.name, cases=frame.cases, hash=frame.frame_hash, supplier=frame.supplied_by)
    return frame_value(frame, has_contacts=bool(source.contacts))


def _check_source(source: FrameSource, cases: Sequence[Case]) -> None:
    if not cases:
        raise Refused(gettext("The list has no cases."))
    if not (source.name.strip() and source.supplied_by.strip()):
        raise Refused(gettext("Say what the list is called and who supplied it."))
    if len({case.key for case in cases}) != len(cases):
        raise Refused(gettext("A key comes twice in the list; every case needs its own."))


def _row(case: Case, order: Sequence[int]) -> dict[str, Any]:
    sealed = encryption.seal(canonical(dict(case.contact))) if case.contact else None
    return {
        "case_key": case.key,
        "strata": canonical([case.values[index] for index in order]),
        "contact": sealed,
    }


def frame_value(frame: models.FrameRow, *, has_contacts: bool = False) -> Frame:
    return Frame(
        frame.id,
        frame.name,
        frame.supplied_by,
        frame.supplied_on,
        frame.note,
        frame.key_column,
        tuple(frame.columns),
        frame.cases,
        frame.frame_hash,
        has_contacts,
    )


def frames() -> list[Frame]:
    """All frames, newest first."""
    found = session().scalars(select(models.FrameRow).order_by(models.FrameRow.id.desc())).all()
    return [frame_value(frame, has_contacts=_has_contacts(frame.id)) for frame in found]


def frame(frame_id: int) -> Frame:
    found = session().get(models.FrameRow, frame_id)
    if found is None:
        raise NotFound(gettext("There is no such frame."))
    return frame_value(found, has_contacts=_has_contacts(frame_id))


def _has_contacts(frame_id: int) -> bool:
    case = models.FrameCaseRow
    query = select(case.case_key).where(case.frame_id == frame_id, case.contact.is_not(None)).limit(1)
    return session().scalar(query) is not None


def _places(frame_id: int, columns: Sequence[str]) -> list[int]:
    """Where the values of these columns stand in a stored case."""
    known = frame(frame_id).columns
    for column in columns:
        if column not in known:
            raise Refused(
                gettext("The frame has no stratum column %(name)s.", name=column),
                remedy=gettext("Choose one of: %(names)s.", names=", ".join(known)),
            )
    return [known.index(column) for column in columns]


def stratum_sizes(frame_id: int, columns: Sequence[str]) -> dict[str, int]:
    """Cases of each stratum that these columns make, in order of the labels."""
    places = _places(frame_id, columns)
    case = models.FrameCaseRow
    query = select(case.strata, func.count()).where(case.frame_id == frame_id).group_by(case.strata)
    sizes: dict[str, int] = {}
    with reading() as connection:
        for strata, count in connection.execute(query):
            values = json.loads(strata)
            label = rules.stratum_label([values[place] for place in places])
            sizes[label] = sizes.get(label, 0) + count
    return dict(sorted(sizes.items()))


def keys_and_strata(frame_id: int, columns: Sequence[str]) -> tuple[list[str], list[str]]:
    """Key and stratum label of every case."""
    places = _places(frame_id, columns)
    case = models.FrameCaseRow
    labels: dict[str, str] = {}
    keys, strata = [], []
    with reading() as connection:
        for key, text in connection.execute(select(case.case_key, case.strata).where(case.frame_id == frame_id)):
            if text not in labels:
                values = json.loads(text)
                labels[text] = rules.stratum_label([values[place] for place in places])
            keys.append(key)
            strata.append(labels[text])
    return keys, strata


def contacts(frame_id: int, keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """How to reach these cases; nothing for a case without contact details."""
    case, wanted = models.FrameCaseRow, iter(keys)
    found: dict[str, dict[str, str]] = {}
    with reading() as connection:
        while some := list(islice(wanted, 500)):
            query = select(case.case_key, case.contact).where(case.frame_id == frame_id, case.case_key.in_(some))
            found |= {
                row.case_key: json.loads(encryption.unseal(row.contact))
                for row in connection.execute(query)
                if row.contact
            }
    return found


def forget_contacts(frame_id: int) -> None:
    """Delete the contact details of a frame for good; keys and strata stay, so that every draw can be redone."""
    found = frame(frame_id)
    case = models.FrameCaseRow
    session().execute(update(case).where(case.frame_id == frame_id).values(contact=None))
    audit.record("frame.contacts-forgotten", found.name)


def remove(frame_id: int) -> None:
    """Delete a frame that no wave uses."""
    found = frame(frame_id)
    if session().scalar(select(exists().where(models.WaveRow.frame_id == frame_id))):
        raise Refused(
            gettext("Waves use this frame, so it stays."),
            remedy=gettext("You can delete its contact details."),
        )
    session().execute(delete(models.FrameRow).where(models.FrameRow.id == frame_id))
    audit.record("frame.removed", found.name, hash=found.frame_hash)


def everything(frame_id: int) -> tuple[list[str], tuple[str, ...], list[list[str]]]:
    """Keys, column headings and values of a frame, without contact details: what a redraw needs."""
    columns, case = frame(frame_id).columns, models.FrameCaseRow
    with reading() as connection:
        rows = connection.execute(select(case.case_key, case.strata).where(case.frame_id == frame_id)).all()
    return [row.case_key for row in rows], columns, [json.loads(row.strata) for row in rows]
