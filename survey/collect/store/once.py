"""A sent form becomes one stored response, however often it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from survey.collect.models import KeptAsideRow, SubmissionRow, TallyMarkRow
from survey.collect.store.content import FilledForm
from survey.collect.store.recording import NewResponse, store
from survey.collect.store.tokens import FormToken

STORED, AGAIN, ASIDE = "stored", "again", "aside"


@dataclass(frozen=True)
class Outcome:
    """What became of a sent form."""

    #: stored; again: the same had been stored before; aside: something else had been
    state: str
    receipt: str


@dataclass(frozen=True)
class NewSubmission:
    """A form on its way into the store."""

    token: FormToken
    content: FilledForm
    response: NewResponse
    #: the installation's key
    secret: bytes
    #: marks a personal link as used; says whether this was the first time
    claim: Callable[[Connection], bool] | None = None
    #: it is stored on a day that may be long past, as drawn answers are: whoever counts must hear of it
    marks_day: bool = False

    def store(self, connection: Connection) -> Outcome:
        """Store it once; to be run inside a transaction, and again if that failed."""
        receipt = self.token.receipt(self.secret)
        mac = self.token.content_mac(self.secret, self.content.canonical())
        if self._is_first(connection, mac):
            store(connection, [self.response], key=self.secret.decode())
            if self.marks_day:
                place = {"day": self.response.day, "collection_id": self.response.collection_id}
                connection.execute(insert(TallyMarkRow), place)
            return Outcome(STORED, receipt)
        kept = connection.scalar(select(SubmissionRow.mac).where(SubmissionRow.key == self.token.key))
        if kept == mac:
            return Outcome(AGAIN, receipt)
        self._keep_aside(connection, mac)
        return Outcome(ASIDE, receipt if kept else "")

    def _is_first(self, connection: Connection, mac: str) -> bool:
        row = {"key": self.token.key, "mac": mac, "day": self.response.day}
        if self.claim is None:
            return _insert_new(connection, SubmissionRow, row)
        # a link that staff reopened although its answer is here: marked as used again, and nothing stored twice
        return self.claim(connection) and _insert_new(connection, SubmissionRow, row)

    def _keep_aside(self, connection: Connection, mac: str) -> None:
        _insert_new(
            connection,
            KeptAsideRow,
            {
                "key": hashlib.sha256(f"{self.token.key}:{mac}".encode()).hexdigest(),
                "collection_id": self.response.collection_id,
                "window_id": self.response.window_id,
                "unit_id": self.response.unit_id,
                "day": self.response.day,
                "content": self.content.canonical(),
            },
        )


def _insert_new(connection: Connection, model: type[SubmissionRow | KeptAsideRow], row: dict[str, Any]) -> bool:
    """Insert a row unless its key is there; no other fault is passed over."""
    return connection.scalar(_insertion(model, connection.dialect.name), row) is not None


@cache
def _insertion(model: type[SubmissionRow | KeptAsideRow], dialect: str) -> Executable:
    """Built once: building a statement costs more than running it."""
    if dialect == "postgresql":
        return postgresql_insert(model).on_conflict_do_nothing(index_elements=["key"]).returning(model.key)
    return sqlite_insert(model).on_conflict_do_nothing(index_elements=["key"]).returning(model.key)
