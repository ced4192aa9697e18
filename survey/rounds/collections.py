"""Collections (征集): made, found, listed; counters have a standing one for each form, so a citizen can always rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from survey.base.errors import NotFound, Refused
from survey.base.store.database import engine, session, writing
from survey.questions import service as questions
from survey.rounds.models import CollectionRow

STANDING = "counter-"


@dataclass(frozen=True)
class Collection:
    """One way of collecting answers."""

    id: int
    code: str
    title: str
    kind: str
    #: group of raters; empty = the answers themselves say it
    group: str
    form: str
    #: channels allowed; empty = any
    channels: tuple[int, ...]
    opens_on: date | None
    closes_on: date | None
    #: units that it is about; empty = every active one
    unit_ids: frozenset[int]

    @classmethod
    def of(cls, row: CollectionRow) -> Collection:
        return cls(
            row.id,
            row.code,
            row.title,
            row.kind,
            row.group_code,
            row.form,
            tuple(row.channels),
            row.opens_on,
            row.closes_on,
            frozenset(row.unit_ids),
        )

    @property
    def is_drawn(self) -> bool:
        return self.kind in questions.DRAWN

    @property
    def is_standing(self) -> bool:
        return self.code.startswith(STANDING)


@dataclass(frozen=True)
class NewCollection:
    """A collection about to be made."""

    code: str
    title: str
    kind: str
    form: str
    group: str = ""
    channels: tuple[int, ...] = ()
    opens_on: date | None = None
    closes_on: date | None = None
    unit_ids: frozenset[int] = frozenset()


def collections() -> list[Collection]:
    """All of them, standing ones first, then by code."""
    rows = [Collection.of(row) for row in session().scalars(select(CollectionRow))]
    return sorted(rows, key=lambda each: (not each.is_standing, each.kind, each.code))


def collection(collection_id: int) -> Collection:
    """One collection.

    Raises:
        NotFound: there is none of this number.
    """
    row = session().get(CollectionRow, collection_id)
    if row is None:
        raise NotFound(gettext("There is no such collection."))
    return Collection.of(row)


def by_code(code: str) -> Collection | None:
    row = session().scalar(select(CollectionRow).where(CollectionRow.code == code))
    return Collection.of(row) if row else None


def add(new: NewCollection) -> Collection:
    """Make a collection; the caller commits.

    Raises:
        Refused: its code is taken, its form is not known, it closes before it opens, or a channel is not known.
    """
    questions.require_form(new.form)
    if new.kind not in questions.SOURCES:
        raise Refused(gettext("There is no kind of collection %(kind)s.", kind=new.kind))
    if unknown := sorted(set(new.channels) - set(questions.CHANNELS)):
        raise Refused(gettext("There is no channel %(n)s.", n=", ".join(map(str, unknown))))
    if new.opens_on and new.closes_on and new.closes_on < new.opens_on:
        raise Refused(gettext("The collection closes before it opens."), remedy=gettext("Choose a later last day."))
    if by_code(new.code) is not None:
        raise Refused(gettext("The code %(code)s is taken.", code=new.code), remedy=gettext("Choose another code."))
    row = CollectionRow(**{**_columns(new), "unit_ids": sorted(new.unit_ids), "channels": list(new.channels)})
    session().add(row)
    session().flush()
    return Collection.of(row)


def _columns(new: NewCollection) -> dict[str, object]:
    return {
        "code": new.code,
        "title": new.title,
        "kind": new.kind,
        "group_code": new.group,
        "form": new.form,
        "opens_on": new.opens_on,
        "closes_on": new.closes_on,
    }


def remove(collection_ids: Iterable[int]) -> None:
    """Delete collections that hold no answers any more; the caller commits."""
    for number in collection_ids:
        row = session().get(CollectionRow, number)
        if row is not None:
            session().delete(row)
    session().flush()


def standing_code(form: str) -> str:
    return f"{STANDING}{form}"


def find_standing_on(connection: Connection, form: str) -> int | None:
    """The number of the standing collection of a form at counters, by one read; None = not made yet."""
    number: int | None = connection.scalar(select(CollectionRow.id).where(CollectionRow.code == standing_code(form)))
    return number


def standing(form: str) -> tuple[int, bool]:
    """The number of the standing collection of a form at counters, and whether it was made just now.

    Raises:
        Refused: no such form is made for counters.
    """
    found = questions.require_form(form)
    return _ensure(NewCollection(standing_code(form), f"窗口评价 · {found.name.zh}", "counter", form, "clients"))


def of_imports(form: str, group: str) -> tuple[int, bool]:
    """The number of the collection that imported answers of a group belong to, and whether it is new."""
    found = questions.require_form(form)
    code = f"import-{form}" + (f"-{group}" if group else "")
    title = f"导入 · {found.name.zh}" + (f" · {group}" if group else "")
    return _ensure(NewCollection(code, title, "import", form, group))


def _ensure(new: NewCollection) -> tuple[int, bool]:
    """Find a collection by its code or make it: two who make it at once get one.

    It is made in a short transaction of its own, since whoever only reads a page holds no right to write; in one that
    has written already, it is part of that.
    """
    wanted = select(CollectionRow.id).where(CollectionRow.code == new.code)
    known = session().scalar(wanted)
    if known is not None:
        return known, False
    insert = postgresql_insert if engine().dialect.name == "postgresql" else sqlite_insert
    values = {**_columns(new), "unit_ids": [], "channels": list(new.channels)}
    with writing() as connection:
        connection.execute(insert(CollectionRow).values(**values).on_conflict_do_nothing(index_elements=["code"]))
        return connection.scalars(wanted).one(), True
