"""Rounds (评议期): added, changed and moved at any time, since they own no answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext
from sqlalchemy import delete, select

from survey.base.errors import NotFound, Refused
from survey.base.store import demo
from survey.base.store.database import session
from survey.rounds import collections, rules
from survey.rounds.models import RoundRow
from survey.rounds.rules import ALL_UNITS, APART, Fitting, Pooling, Round, Selection, UnitChoice
from survey.units import service as units


@dataclass(frozen=True)
class RoundChoice:
    """What somebody decided about a round."""

    name: str
    opens_on: date
    closes_on: date
    units: UnitChoice = ALL_UNITS
    collection_ids: frozenset[int] = frozenset()
    pooling: Pooling = APART


def _value(row: RoundRow) -> Round:
    return Round(
        row.id,
        row.code,
        row.name,
        row.opens_on,
        row.closes_on,
        row.closed,
        UnitChoice(row.unit_choice, tuple(row.unit_codes)),
        frozenset(row.collection_ids),
        Pooling(row.pooling, tuple(sorted((code, float(share)) for code, share in row.shares.items()))),
    )


def rounds() -> list[Round]:
    """Rounds, newest first."""
    query = select(RoundRow).order_by(RoundRow.opens_on.desc(), RoundRow.code)
    return [_value(row) for row in session().scalars(query)]


def round_(round_id: int) -> Round:
    """One round.

    Raises:
        NotFound: there is none of this number.
    """
    return _value(_row(round_id))


def _row(round_id: int) -> RoundRow:
    row = session().get(RoundRow, round_id)
    if row is None:
        raise NotFound(gettext("There is no such round."))
    return row


def round_by_code(code: str) -> Round:
    """The round of this code.

    Raises:
        NotFound: there is none; the remedy names those there are.
    """
    every = rounds()
    named = next((one for one in every if one.code == code), None)
    if named is None:
        known = ", ".join(one.code for one in every) or "–"
        raise NotFound(
            gettext("There is no round %(code)s.", code=code), remedy=gettext("Rounds: %(codes)s", codes=known)
        )
    return named


def add(code: str, choice: RoundChoice) -> int:
    """Keep a new round; the caller commits. Returns its number."""
    if session().scalar(select(RoundRow.id).where(RoundRow.code == code)):
        raise Refused(gettext("The code %(code)s is taken.", code=code), remedy=gettext("Choose another code."))
    row = RoundRow(code=code, **_columns(choice))
    session().add(row)
    session().flush()
    return row.id


def change(round_id: int, choice: RoundChoice, *, closed: bool, today: date) -> None:
    """Change a round; the caller commits. One that is settled before its last day ends today.

    Raises:
        Refused: it is settled and stays so, or `choice` cannot be.
    """
    row = _row(round_id)
    if row.closed and closed and _choice(row) != choice:
        raise Refused(
            gettext("The round %(name)s is settled.", name=row.name),
            remedy=gettext("Open it again first; sheets that are frozen stay as they are."),
        )
    for name, value in _columns(choice).items():
        setattr(row, name, value)
    if closed and not row.closed and row.closes_on > today >= row.opens_on:
        row.closes_on = today
    row.closed = closed
    session().flush()


def _choice(row: RoundRow) -> RoundChoice:
    known = _value(row)
    return RoundChoice(known.name, known.opens_on, known.closes_on, known.units, known.collection_ids, known.pooling)


def _columns(choice: RoundChoice) -> dict[str, object]:
    _check(choice)
    return {
        "name": choice.name,
        "opens_on": choice.opens_on,
        "closes_on": choice.closes_on,
        "unit_choice": choice.units.way,
        "unit_codes": list(choice.units.codes),
        "collection_ids": sorted(choice.collection_ids),
        "pooling": choice.pooling.way,
        "shares": dict(choice.pooling.shares),
    }


def _check(choice: RoundChoice) -> None:
    if choice.closes_on < choice.opens_on:
        raise Refused(gettext("The round closes before it opens."), remedy=gettext("Choose a later last day."))
    if choice.units.way != "all" and not choice.units.codes:
        raise Refused(gettext("The round names no unit."), remedy=gettext("Choose some, or all units."))
    _check_units(choice.units)
    every = {one.id: one for one in collections.collections()}
    if not choice.collection_ids <= set(every):
        raise NotFound(gettext("There is no such collection."))
    if choice.pooling.way == "shares":
        _check_shares(choice.pooling, {one.code for one in every.values()})


def _check_units(choice: UnitChoice) -> None:
    if choice.way == "classes":
        known = {each.code for each in units.classes()}
    else:
        known = {unit.code for unit in units.units(active_only=False)}
    if unknown := sorted(set(choice.codes) - known):
        raise Refused(gettext("There is no unit or class %(codes)s.", codes=", ".join(unknown)))


def _check_shares(pooling: Pooling, known: set[str]) -> None:
    if unknown := sorted({code for code, _share in pooling.shares} - known):
        raise Refused(gettext("There is no collection %(codes)s.", codes=", ".join(unknown)))
    # of a wave that is named twice one share is kept, and no wave has less than none
    total = rules.shares_fault((code, max(share, 0.0)) for code, share in dict(pooling.shares).items())
    if total is not None:
        raise Refused(
            gettext("The shares of the waves add up to %(given)s %%.", given=f"{total:g}"),
            remedy=gettext("Let the shares add up to 100."),
        )


def selection(one: Round) -> Selection:
    """The evidence that a round selects, as it stands now."""
    every = [Fitting(each.id, each.is_drawn, each.closes_on, each.opens_on) for each in collections.collections()]
    return rules.selection(one, every, unit_ids_of(one.units))


def everything(collection_ids: frozenset[int] | None = None) -> Selection:
    """All evidence there is, or all of some collections, whatever its day."""
    numbers = frozenset(each.id for each in collections.collections()) if collection_ids is None else collection_ids
    return Selection(date.min, date.max, frozenset(), numbers)


def unit_ids_of(choice: UnitChoice) -> frozenset[int] | None:
    """The units meant by a choice, closed ones among them; None = every one."""
    if choice.way == "all":
        return None
    every = units.units(active_only=False)
    if choice.way == "classes":
        return frozenset(unit.id for unit in every if unit.class_code in choice.codes)
    named = {unit.id for unit in every if unit.code in choice.codes}
    if choice.way == "units":
        return frozenset(named)
    below = dict.fromkeys(named)
    while len(below) != len(below := {**below, **{u.id: None for u in every if u.parent_id in below}}):
        continue
    return frozenset(below)


def selecting(collection_id: int, day: date, unit_id: int | None) -> list[Round]:
    """The rounds that select an answer, newest first; none = it lies in no round yet."""
    return [one for one in rounds() if selection(one).holds(collection_id, day, unit_id)]


def remove_simulated(round_id: int) -> None:
    """Remove a round; only while the demonstration mark stands. The caller commits."""
    if not demo.present():
        raise Refused("Only simulated rounds can be removed.")
    session().execute(delete(RoundRow).where(RoundRow.id == round_id))
