"""The drawn cases of a wave, looked through page by page or read whole."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, case, func, select

from survey.base.store.database import session
from survey.sample import models, rules
from survey.sample.wave.used import settle


@dataclass(frozen=True)
class CaseLine:
    """A drawn case as the list of cases shows it."""

    id: int
    case_key: str
    stratum: str
    position: int
    active: bool
    disposition: str
    answered: bool


def cases(
    wave_id: int,
    *,
    search: str = "",
    stratum: str = "",
    disposition: str = "",
    page: int = 1,
    size: int = 50,
    in_steps: bool = False,
) -> tuple[list[CaseLine], int]:
    """One page of drawn cases, by stratum and order of the draw, and how many there are in all.

    Args:
        in_steps: what was answered shows only when several cases change together: for eyes that also see answers.
    """
    settle(wave_id)
    query = _cases(wave_id, in_steps=in_steps)
    letter = _letter(in_steps)
    if search:
        query = query.where(models.InvitationRow.case_key.contains(search, autoescape=True))
    if stratum:
        query = query.where(models.WaveStratumRow.label == stratum)
    if disposition == "reserve":
        query = query.where(models.InvitationRow.active.is_(False))
    elif disposition:
        query = query.where(letter == disposition, models.InvitationRow.active)
    total = session().scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(models.WaveStratumRow.label, models.InvitationRow.position)
    rows = session().execute(ordered.limit(size).offset((max(page, 1) - 1) * size))
    return [CaseLine(*row) for row in rows], total


def every_case(wave_id: int) -> list[CaseLine]:
    """All drawn cases of a wave, in no order."""
    settle(wave_id)
    return [CaseLine(*row) for row in session().execute(_cases(wave_id))]


def _letter(in_steps: bool) -> ColumnElement[str]:
    """The outcome, or, in steps, the one that the list showed before."""
    table = models.InvitationRow
    if not in_steps:
        return table.disposition.expression
    return case((table.answered & table.shown.is_(False), rules.UNKNOWN), else_=table.disposition)


def _cases(wave_id: int, *, in_steps: bool = False) -> Select[int, str, str, int, bool, str, bool]:
    table, stratum = models.InvitationRow, models.WaveStratumRow
    return (
        select(
            table.id,
            table.case_key,
            stratum.label,
            table.position,
            table.active,
            _letter(in_steps),
            table.answered & table.shown if in_steps else table.answered.expression,
        )
        .join(stratum, table.stratum_id == stratum.id)
        .where(table.wave_id == wave_id)
    )
