"""Keeping schemes: those that come with the product, and those that an office wrote; each version once and for all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask_babel import gettext
from sqlalchemy import func, select

from survey.base import clock
from survey.base.canonical import sha256
from survey.base.errors import NotFound, Refused
from survey.base.store.database import session
from survey.score.models import SchemeRow, SheetRow
from survey.score.scheme.checks import check_scheme
from survey.score.scheme.scheme import Scheme

#: schemes that come with the product
SHIPPED = Path(__file__).parents[1] / "schemes"


@dataclass(frozen=True)
class SchemeVersion:
    """One stored version, as lists show it."""

    id: int
    code: str
    version: int
    title: str
    sha256: str
    stored_at: datetime
    stored_by: str
    #: sheets made with it
    sheets: int


def stored() -> list[SchemeVersion]:
    """All versions, newest of each scheme first."""
    used = select(SheetRow.scheme_id, func.count().label("sheets")).group_by(SheetRow.scheme_id).subquery()
    query = (
        select(SchemeRow, func.coalesce(used.c.sheets, 0))
        .outerjoin(used, used.c.scheme_id == SchemeRow.id)
        .order_by(SchemeRow.code, SchemeRow.version.desc())
    )
    return [_version(row, sheets) for row, sheets in session().execute(query)]


def _version(row: SchemeRow, sheets: int) -> SchemeVersion:
    return SchemeVersion(
        row.id, row.code, row.version, row.title, row.sha256, clock.local(row.stored_at), row.stored_by, sheets
    )


def shipped() -> list[str]:
    """Codes of the schemes that come with the product."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def shipped_text(code: str) -> str:
    """The text of a scheme that comes with the product."""
    if code not in shipped():
        raise NotFound(gettext("There is no such scheme."))
    return (SHIPPED / f"{code}.yaml").read_text(encoding="utf-8")


def text_of(scheme_id: int) -> str:
    row = session().get(SchemeRow, scheme_id)
    if row is None:
        raise NotFound(gettext("There is no such scheme."))
    return row.text


def newest(code: str) -> tuple[int, str] | None:
    """Number and text of the newest stored version."""
    row = session().scalar(select(SchemeRow).where(SchemeRow.code == code).order_by(SchemeRow.version.desc()).limit(1))
    return (row.id, row.text) if row else None


def store(text: str, actor: str) -> tuple[int, Scheme]:
    """Check and keep a scheme; the same text again changes nothing.

    Raises:
        ImportFaults: the scheme has faults.
        Refused: this version is stored with other words.
    """
    scheme = check_scheme(text)
    versions = select(SchemeRow).where(SchemeRow.code == scheme.code)
    present = session().scalar(versions.where(SchemeRow.version == scheme.version))
    if present is not None:
        if present.sha256 == sha256(text):
            return present.id, scheme
        latest = session().scalar(select(func.max(SchemeRow.version)).where(SchemeRow.code == scheme.code))
        raise Refused(
            gettext(
                "Version %(version)s of %(code)s is stored already, with other words.",
                version=scheme.version,
                code=scheme.code,
            ),
            remedy=gettext("A stored version never changes. Write version: %(next)s.", next=(latest or 0) + 1),
        )
    row = SchemeRow(
        code=scheme.code,
        version=scheme.version,
        title=scheme.title.zh[:200],
        text=text,
        sha256=sha256(text),
        stored_at=clock.now(),
        stored_by=actor,
    )
    session().add(row)
    session().flush()
    return row.id, scheme
