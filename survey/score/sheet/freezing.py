"""Two people freeze a sheet, and only when nothing undecided could move it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from flask_babel import gettext
from sqlalchemy import select

from survey.base import clock
from survey.base.errors import Refused
from survey.base.store.database import session
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from survey.score.models import FreezingRow
from survey.score.scheme.scheme import Scheme
from survey.score.sheet.sheet import Line, Part, SheetContent
from survey.screen import service as screen
from survey.screen.service import Undecided

#: units that a refusal names
NAMED = 5
#: why a unit takes no place that more answers would give it
FEW = ("reference", "hidden", "thin", "no_answers")
#: conversions against the class, whose values are compared to so many digits
CLASS, COMPARED = ("best", "mean"), 9


def asked(sheet_ids: Collection[int]) -> dict[int, FreezingRow]:
    """Sheet -> who asked to have it frozen, where somebody did."""
    found = session().scalars(select(FreezingRow).where(FreezingRow.sheet_id.in_(list(sheet_ids))))
    return {row.sheet_id: row for row in found}


def ask(sheet_id: int, actor: str) -> None:
    """Note that somebody wants a sheet frozen.

    Raises:
        Refused: somebody did already.
    """
    present = asked([sheet_id]).get(sheet_id)
    if present is not None:
        raise Refused(
            gettext("%(name)s has asked for this already.", name=present.asked_by),
            remedy=gettext("A second person has to confirm it."),
        )
    session().add(FreezingRow(sheet_id=sheet_id, asked_by=actor, asked_at=clock.now()))
    session().flush()


def withdraw(sheet_id: int) -> None:
    """Nobody asks for it any more."""
    present = asked([sheet_id]).get(sheet_id)
    if present is None or present.confirmed_by is not None:
        raise Refused(gettext("Nobody has asked to freeze this sheet."))
    session().delete(present)
    session().flush()


def lapse(sheet_id: int) -> bool:
    """What was asked for does not stand any more; whether anybody had asked."""
    present = asked([sheet_id]).get(sheet_id)
    if present is None or present.confirmed_by is not None:
        return False
    session().delete(present)
    session().flush()
    return True


def confirm(sheet_id: int, actor: str) -> str:
    """The second person; returns the first.

    Raises:
        Refused: nobody asked, or this person did.
    """
    present = asked([sheet_id]).get(sheet_id)
    if present is None:
        raise Refused(
            gettext("Nobody has asked to freeze this sheet."),
            remedy=gettext("Ask for it first; a second person confirms."),
        )
    if present.asked_by == actor:
        raise Refused(gettext("You asked for this yourself."), remedy=gettext("A second person has to confirm it."))
    present.confirmed_by = actor
    session().flush()
    return present.asked_by


def could_move(content: SheetContent, held: Collection[int] = ()) -> list[Line]:
    """Units that held answers could move: the total, a component that decides between equals, or whether there are
    answers enough for a place.

    Args:
        held: units with held answers; one that few answers keep from a place could take one with them.
    """
    decimals, ties = content.scheme["decimals"], content.scheme["ties"]

    def differs(line: Line) -> bool:
        if line.total is None or line.unranked in FEW:
            return line.unit_id in held
        decisive = [part for part in line.parts if part.code in ties]
        return (
            line.total != line.total_with_held
            or any(_differ(part.points, part.points_with_held, decimals) for part in decisive)
            # what is compared with the class moves the others, whether or not it moves itself
            or any(_differ(leaf.value, leaf.value_with_held, COMPARED) for leaf in line.leaves() if _is_compared(leaf))
        )

    return [line for _, line in content.lines() if differs(line)]


def _is_compared(leaf: Part) -> bool:
    return leaf.conversion in CLASS


def _differ(one: float | None, other: float | None, decimals: int) -> bool:
    return round((one or 0.0) - (other or 0.0), decimals) != 0


def undecided(round_id: int, scheme: Scheme) -> list[Undecided]:
    """What waits for a decision among the answers of the kinds that a scheme counts."""
    kinds = {leaf.source for leaf in scheme.survey_leaves()}
    ours = {one.id for one in rounds.collections() if one.kind in kinds}
    selection = rounds.selection(rounds.round_(round_id))
    return screen.undecided(replace(selection, by_day=selection.by_day & ours, whole=selection.whole & ours))


def require_decided(content: SheetContent, waiting: Sequence[Undecided]) -> None:
    """Refuse to freeze while answers that two people have not settled could move a total, a rank or a grade.

    Ranks and grades follow from totals, from the components that decide between equals, and from who has answers enough
    for a place, so that where none of these moves, with any unit's held answers in or out, nothing does. A proposal
    that waits is to be decided in any case.
    """
    run = content.basis["run"]
    if run is None:
        return
    if estimate.held_has_changed(run):
        raise Refused(
            gettext("Answers have been held, released or excluded since the indices were computed."),
            remedy=gettext("Compute the round anew and make a new sheet."),
        )
    names = {line.unit_id: line.unit_name for _, line in content.lines()}
    proposed = [one for one in waiting if one.proposed]
    if proposed:
        raise Refused(
            gettext(
                "Proposals about answers wait for a second person: %(units)s.",
                units=_listed([f"{_name(names, one)} {one.proposed}" for one in proposed]),
            ),
            remedy=gettext("Confirm or reject them in screening; where one is confirmed, compute the round anew."),
        )
    held = {one.unit_id: one.held for one in waiting}
    moved = could_move(content, [unit for unit, n in held.items() if unit and n])
    if not moved:
        return
    words = [
        gettext(
            "%(unit)s (%(n)s answers, %(total)s or %(other)s)",
            unit=line.unit_name,
            n=held.get(line.unit_id, 0),
            total=_total(line.total),
            other=_total(line.total_with_held),
        )
        for line in moved
    ]
    raise Refused(
        gettext("Answers held for review could still move these units: %(units)s.", units=_listed(words)),
        remedy=gettext("Release or exclude them in screening, compute the round anew and make a new sheet."),
    )


def _total(total: float | None) -> str:
    return "–" if total is None else f"{total:g}"


def _name(names: dict[int, str], one: Undecided) -> str:
    return names.get(one.unit_id or 0, "") or str(gettext("several units"))


def _listed(words: Sequence[str]) -> str:
    shown = "、".join(words[:NAMED])
    return f"{shown} …" if len(words) > NAMED else shown
