"""Keeping sheets: drafts that may go, frozen ones that stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from flask_babel import gettext
from sqlalchemy import delete, select

from survey.base import clock
from survey.base.code_version import code_version
from survey.base.errors import NotFound, Refused
from survey.base.people.roles import Viewer
from survey.base.store import demo
from survey.base.store.database import give_back, session
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from survey.score.models import ExternalValueRow, ExtraRow, FreezingRow, SchemeRow, SheetRow
from survey.score.scheme.scheme import EarlierSheet, Scheme
from survey.score.sheet import freezing, making, signing, values
from survey.score.sheet.making import EarlierTotal, EarlierTotals, Judged
from survey.score.sheet.sheet import Line, SheetContent, from_json, to_json


@dataclass(frozen=True)
class SheetEntry:
    """A sheet as lists show it."""

    id: int
    round_id: int
    scheme_code: str
    scheme_version: int
    scheme_title: str
    run_id: int | None
    made_at: datetime
    made_by: str
    replaces_id: int | None
    #: the frozen sheets that correct this one; a draft corrects nothing yet
    corrected_by: tuple[int, ...]
    reason: str
    demo: bool
    frozen_at: datetime | None
    frozen_by: str
    sha256: str
    #: who asked to have it frozen; empty = nobody did
    asked_by: str = ""
    asked_at: datetime | None = None

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None


@dataclass(frozen=True)
class Sheet:
    """A sheet with all it says; for a unit manager, only their own lines."""

    entry: SheetEntry
    content: SheetContent


def entries(viewer: Viewer, round_id: int | None = None) -> list[SheetEntry]:
    """Newest first; people of one unit see frozen sheets only."""
    query = select(SheetRow, SchemeRow).join(SchemeRow, SchemeRow.id == SheetRow.scheme_id).order_by(SheetRow.id.desc())
    if round_id is not None:
        query = query.where(SheetRow.round_id == round_id)
    if not viewer.sees_all:
        query = query.where(SheetRow.frozen_at.is_not(None))
    found = session().execute(query).all()
    corrections: dict[int, list[int]] = {}
    for row, _ in found:
        if row.replaces_id and row.frozen_at:
            corrections.setdefault(row.replaces_id, []).append(row.id)
    asked = freezing.asked([row.id for row, _ in found])
    return [_entry(row, scheme, corrections.get(row.id, []), asked.get(row.id)) for row, scheme in found]


def _entry(row: SheetRow, scheme: SchemeRow, corrections: list[int], asked: FreezingRow | None) -> SheetEntry:
    return SheetEntry(
        id=row.id,
        round_id=row.round_id,
        scheme_code=scheme.code,
        scheme_version=scheme.version,
        scheme_title=scheme.title,
        run_id=row.run_id,
        made_at=clock.local(row.made_at),
        made_by=row.made_by,
        replaces_id=row.replaces_id,
        corrected_by=tuple(sorted(corrections)),
        reason=row.reason,
        demo=row.demo,
        frozen_at=clock.local(row.frozen_at) if row.frozen_at else None,
        frozen_by=row.frozen_by,
        sha256=row.sha256 or "",
        asked_by=asked.asked_by if asked else "",
        asked_at=clock.local(asked.asked_at) if asked else None,
    )


def sheet(sheet_id: int, viewer: Viewer) -> Sheet:
    """One sheet, as far as this person may see it."""
    row = stored(sheet_id)
    if not viewer.sees_all and row.frozen_at is None:
        raise NotFound(gettext("There is no such sheet."))
    scheme = session().get_one(SchemeRow, row.scheme_id)
    corrections = session().scalars(
        select(SheetRow.id).where(SheetRow.replaces_id == row.id, SheetRow.frozen_at.is_not(None))
    )
    entry = _entry(row, scheme, list(corrections), freezing.asked([row.id]).get(row.id))
    return Sheet(entry, _visible(from_json(row.content), viewer))


def stored(sheet_id: int) -> SheetRow:
    row = session().get(SheetRow, sheet_id)
    if row is None:
        raise NotFound(gettext("There is no such sheet."))
    return row


def _visible(content: SheetContent, viewer: Viewer) -> SheetContent:
    """A rated unit sees its own line and how many it was ranked among, nobody else's."""
    if viewer.sees_all:
        return content
    own = (
        replace(group, lines=tuple(line for line in group.lines if viewer.may_see(line.unit_id)))
        for group in content.classes
    )
    return replace(content, classes=tuple(group for group in own if group.lines), left_out=())


def check_correction(round_id: int, replaces_id: int | None, reason: str) -> None:
    """A correction names a frozen sheet of its round and a reason.

    Raises:
        Refused: it does not.
    """
    if replaces_id is None:
        return
    replaced = stored(replaces_id)
    if replaced.frozen_at is None or replaced.round_id != round_id:
        raise Refused(gettext("Only a frozen sheet of the same round can be corrected."))
    if not reason.strip():
        raise Refused(gettext("A correction needs a reason that can be read."), remedy=gettext("State it."))


@dataclass(frozen=True)
class Order:
    """What a new sheet is to be made from."""

    round_id: int
    scheme_id: int
    scheme: Scheme
    #: none where the scheme asks nobody
    run: estimate.Run | None
    replaces_id: int | None = None
    reason: str = ""


def judge(round_id: int, scheme: Scheme, run_id: int | None) -> Judged:
    """Score and rank every unit of a round. Nothing may have been written before in this request."""
    given, earlier = values.given(round_id, scheme.code), earlier_totals(scheme)
    units_scored = making.scored(scheme, making.units_of(round_id), run_id, given, earlier)
    give_back()
    return making.ranked(scheme, units_scored)


def earlier_totals(scheme: Scheme) -> EarlierTotals:
    """The totals of other rounds' sheets that a scheme's leaves count; a sheet that is not there has no entry."""
    found = {}
    for wanted in scheme.earlier_sheets():
        row = _counting(wanted)
        if row is not None:
            content = from_json(row.content)
            full = float(content.scheme["total"])
            found[wanted] = {line.unit_id: _earlier(row.id, line, full) for _, line in content.lines()}
    return found


def _counting(wanted: EarlierSheet) -> SheetRow | None:
    """The newest frozen sheet by this scheme in this round: a correction counts in place of what it corrects."""
    round_ = next((one for one in rounds.rounds() if one.code == wanted.round), None)
    if round_ is None:
        return None
    query = (
        select(SheetRow)
        .join(SchemeRow, SchemeRow.id == SheetRow.scheme_id)
        .where(SheetRow.round_id == round_.id, SchemeRow.code == wanted.scheme, SheetRow.frozen_at.is_not(None))
        .order_by(SheetRow.frozen_at.desc(), SheetRow.id.desc())
        .limit(1)
    )
    return session().scalar(query)


def _earlier(sheet_id: int, line: Line, full: float) -> EarlierTotal:
    """A total of another sheet in per cent of that sheet's full marks."""

    def percent(value: float | None) -> float | None:
        return None if value is None else 100 * value / full

    error, with_held = percent(line.standard_error), percent(line.total_with_held)
    return EarlierTotal(sheet_id, percent(line.total), error, line.degrees_of_freedom, with_held)


def make(order: Order, judged: Judged, actor: str) -> int:
    """Keep what was judged as a draft; returns its number."""
    now = clock.now().replace(microsecond=0)
    row = SheetRow(
        round_id=order.round_id,
        scheme_id=order.scheme_id,
        run_id=order.run.id if order.run else None,
        made_at=now,
        made_by=actor,
        replaces_id=order.replaces_id,
        reason=order.reason,
        demo=demo.present(),
        content="{}",
    )
    session().add(row)
    session().flush()
    row.content = to_json(_content(row, order, judged))
    session().flush()
    return row.id


def _content(row: SheetRow, order: Order, judged: Judged) -> SheetContent:
    round_ = rounds.round_(order.round_id)
    scheme = order.scheme
    text = session().get_one(SchemeRow, order.scheme_id)
    return SheetContent(
        number=row.id,
        round={
            "code": round_.code,
            "name": round_.name,
            "opens_on": round_.opens_on.isoformat(),
            "closes_on": round_.closes_on.isoformat(),
        },
        scheme={
            "code": scheme.code,
            "version": scheme.version,
            "sha256": text.sha256,
            "title": {"zh": scheme.title.zh, "en": scheme.title.en},
            "total": scheme.total,
            "decimals": scheme.decimals,
            "points": {str(level): points for level, points in scheme.points.pairs},
            "ties": list(scheme.ties),
            "floor": scheme.floor,
            "graded": bool(scheme.grades),
        },
        assumptions=tuple(scheme.all_assumptions()),
        basis={
            "run": order.run.id if order.run else None,
            "tally_hash": order.run.tally_hash if order.run else None,
            "estimate_code": order.run.code_version if order.run else None,
            "score_code": code_version(*making.DECIDING),
        },
        demonstration=row.demo,
        made_at=clock.local(row.made_at).isoformat(),
        classes=judged.classes,
        left_out=judged.left_out,
        replaces=_replaced(order),
    )


def _replaced(order: Order) -> dict[str, object] | None:
    if order.replaces_id is None:
        return None
    return {"number": order.replaces_id, "sha256": stored(order.replaces_id).sha256, "reason": order.reason}


def order_of(row: SheetRow, scheme: Scheme) -> Order:
    """What a draft was ordered to be."""
    run = None if row.run_id is None else estimate.run(row.run_id)
    return Order(row.round_id, row.scheme_id, scheme, run, row.replaces_id, row.reason)


def require_unchanged(row: SheetRow, order: Order, judged: Judged) -> SheetContent:
    """What a draft says, compared with what was judged once more.

    Raises:
        Refused: frozen already, or what it was made from has changed since.
    """
    if row.frozen_at is not None:
        raise Refused(gettext("Sheet %(number)s is frozen already.", number=row.id))
    content = _content(row, order, judged)
    shown = from_json(row.content)
    # the same numbers from a newer program are the same sheet; it then names the newer program
    if to_json(replace(content, basis=shown.basis)) != row.content:
        raise Refused(
            gettext("Values or units have changed since this sheet was made."),
            remedy=gettext("Make the sheet anew, look at it, and freeze that one."),
        )
    return content


def seal(row: SheetRow, content: SheetContent, actor: str, asked_by: str, instance: Path) -> None:
    """Sign what a draft says, in the names of the two people who froze it."""
    now = clock.now().replace(microsecond=0)
    text = to_json(replace(content, frozen_at=clock.local(now).isoformat(), frozen_by=actor, asked_by=asked_by))
    sealed = signing.seal(text, instance)
    row.content, row.frozen_at, row.frozen_by = text, now, actor
    row.sha256, row.signature, row.public_key = sealed.sha256, sealed.signature, sealed.public_key
    session().flush()


def seal_of(row: SheetRow) -> signing.Seal:
    """The seal of a frozen sheet.

    Raises:
        Refused: it is a draft.
    """
    if row.sha256 is None or row.signature is None or row.public_key is None:
        raise Refused(gettext("Only a frozen sheet is signed."), remedy=gettext("Freeze it first."))
    return signing.Seal(row.sha256, row.signature, row.public_key)


def remove_demo(round_id: int) -> int:
    """Take a round's demonstration sheets and brought-in values away; returns how many sheets went."""
    numbers = session().scalars(
        select(SheetRow.id)
        .where(SheetRow.round_id == round_id, SheetRow.demo.is_(True))
        .order_by(SheetRow.id.desc())  # a correction goes before the sheet that it names
    )
    gone = list(numbers)
    for number in gone:
        session().execute(delete(SheetRow).where(SheetRow.id == number))
    for table in (ExternalValueRow, ExtraRow):
        session().execute(delete(table).where(table.round_id == round_id))
    session().flush()
    return len(gone)
