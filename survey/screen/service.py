"""The door of `screen`: an answer is accepted always and judged later, in the open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import select

from survey.base import clock
from survey.base.errors import NotFound, Refused
from survey.base.people import accounts, audit
from survey.base.people.roles import Role, Viewer
from survey.base.store.database import commit, session
from survey.collect import service as collect
from survey.rounds.service import Selection
from survey.screen import rules
from survey.screen.models import DecisionRow

#: who proposes and who confirms
DECIDING = (Role.OFFICE, Role.STATISTICIAN)


@dataclass(frozen=True)
class Standing:
    """Whether an answer counts, and why not."""

    state: str
    reason: str


@dataclass(frozen=True)
class Decision:
    """One line of an answer's history."""

    id: int
    key: str
    kind: str
    reason: str
    first: str
    first_at: datetime
    second: str | None
    second_at: datetime | None
    outcome: str


COUNTED = Standing("counted", "")


def standings(keys: Iterable[str]) -> dict[str, Standing]:
    """The standing of each answer that does not simply count, with the reason of the decision that stands."""
    states = collect.states_of(list(keys))
    query = (
        select(DecisionRow.response_key, DecisionRow.reason)
        .where(DecisionRow.response_key.in_(list(states)), DecisionRow.outcome == "done", DecisionRow.kind != "release")
        .order_by(DecisionRow.id)
    )
    reasons = dict(session().execute(query).all())
    return {key: Standing(state, reasons.get(key, "")) for key, state in states.items()}


def state_of(key: str) -> Standing:
    """Whether one answer counts."""
    return standings([key]).get(key, COUNTED)


def hold(keys: Sequence[str], reason: str, viewer: Viewer) -> int:
    """Propose to keep answers out of the index until two people have looked; they count until a second one confirms.

    Returns:
        How many were proposed now; answers that are held, excluded or proposed already stay as they are.

    Raises:
        Refused: no reason, or no answer chosen.
        NotFound: a key names no answer.
    """
    _check_reason(reason)
    if not keys:
        raise Refused(gettext("Choose at least one answer."))
    apart = {*standings(keys), *_proposed(keys)}
    fresh = [key for key in dict.fromkeys(keys) if key not in apart]
    if len(collect.lines_of(fresh)) != len(fresh):
        raise NotFound(gettext("There is no such answer."))
    session().add_all(_decision(key, "hold", reason, viewer) for key in fresh)
    audit.record("answers.hold-proposed", gettext("%(n)s answers", n=len(fresh)), reason=reason, keys=fresh)
    commit()
    return len(fresh)


def propose(key: str, deed: str, reason: str, viewer: Viewer) -> None:
    """Propose to release or to exclude an answer; it happens when a second person confirms."""
    _check_reason(reason)
    standing = state_of(key)
    if deed not in {"release", "exclude"} or not rules.may(deed, standing.state):
        raise Refused(gettext("This cannot be done to an answer in its present state."))
    if _proposed([key]):
        raise Refused(
            gettext("A proposal for this answer is waiting already."),
            remedy=gettext("Let a second person decide it first."),
        )
    session().add(_decision(key, deed, reason, viewer))
    audit.record("answer.proposed", key, deed=deed, reason=reason)
    commit()


def decide(decision_id: int, *, confirm: bool, viewer: Viewer) -> str:
    """Confirm or reject a proposal. Returns the answer's state.

    Raises:
        Refused: by the person who proposed it, or decided already.
    """
    decision = _open_to(decision_id, viewer)
    _settle(decision, confirm, viewer)
    commit()
    return state_of(decision.response_key).state


def decide_many(decision_ids: Iterable[int], *, confirm: bool, viewer: Viewer) -> int:
    """Confirm or reject several proposals, all or none; returns how many.

    Raises:
        Refused: none chosen, or one of them by the person who proposed it, or decided already.
    """
    chosen = [_open_to(decision_id, viewer) for decision_id in dict.fromkeys(decision_ids)]
    if not chosen:
        raise Refused(gettext("Choose at least one proposal."))
    for decision in chosen:
        _settle(decision, confirm, viewer)
    commit()
    return len(chosen)


def _open_to(decision_id: int, viewer: Viewer) -> DecisionRow:
    """A proposal that this person may decide."""
    decision = session().get(DecisionRow, decision_id)
    if decision is None:
        raise NotFound(gettext("There is no such proposal."))
    if decision.outcome != "pending":
        raise Refused(gettext("This proposal has been decided already."))
    if not rules.may_confirm(decision.first, viewer.username):
        raise Refused(
            gettext("You proposed this yourself."), remedy=gettext("A second person has to confirm or reject it.")
        )
    return decision


def _settle(decision: DecisionRow, confirm: bool, viewer: Viewer) -> None:
    decision.outcome = "done" if confirm else "rejected"
    decision.second, decision.second_at = viewer.username, clock.now()
    if confirm:
        collect.set_states({decision.response_key: rules.state_after(decision.kind)})
    audit.record("answer.decided", decision.response_key, deed=decision.kind, confirmed=confirm)


def answers(
    chosen: collect.Chosen, selection: Selection, *, page: int = 1, size: int = 50
) -> tuple[list[collect.ResponseLine], int]:
    """One page of answers, newest day first, and how many there are.

    Args:
        chosen: filters, the round's selection among them.
        selection: the same selection; where nothing else is asked, its tallies know the number.
    """
    lines = collect.responses(chosen, page=page, size=size)
    if chosen == collect.Chosen(selection=selection):
        return lines, totals(selection)["received"]
    return lines, collect.count(chosen)


def only(key: str) -> collect.ResponseLine:
    """One answer.

    Raises:
        NotFound: no such answer.
    """
    lines = collect.lines_of([key])
    if not lines:
        raise NotFound(gettext("There is no such answer."))
    return lines[0]


def history(key: str) -> list[Decision]:
    """All that was decided about an answer, oldest first."""
    query = select(DecisionRow).where(DecisionRow.response_key == key).order_by(DecisionRow.id)
    return [_plain(row) for row in session().scalars(query)]


def pending(selection: Selection | None = None) -> list[Decision]:
    """Proposals that wait for a second person, oldest first: all, or those about answers that a round selects."""
    query = select(DecisionRow).where(DecisionRow.outcome == "pending").order_by(DecisionRow.id)
    waiting = [_plain(row) for row in session().scalars(query)]
    if selection is None:
        return waiting
    lines = {line.key: line for line in collect.lines_of([decision.key for decision in waiting])}
    return [d for d in waiting if selection.holds((line := lines[d.key]).collection_id, line.day, line.unit_id)]


@dataclass(frozen=True)
class Undecided:
    """Answers about one unit whose state two people have not settled."""

    unit_id: int | None
    #: kept out of the index, and neither released nor excluded
    held: int
    #: proposals that wait for a second person
    proposed: int


def undecided(selection: Selection) -> list[Undecided]:
    """By unit, what of a round's answers still waits for a decision; None = forms about several units."""
    held = Counter(collect.count_by_unit(collect.Chosen(selection=selection, state="held")))
    lines = collect.lines_of([decision.key for decision in pending(selection)])
    proposed = Counter(line.unit_id for line in lines)
    return [
        Undecided(unit, held[unit], proposed[unit])
        for unit in sorted({*held, *proposed}, key=lambda unit: (unit is None, unit or 0))
    ]


def deciders() -> list[str]:
    """User names of the people who may propose and confirm."""
    return [one.username for one in accounts.people() if one.active and {*one.roles} & {*DECIDING, Role.ADMIN}]


def totals(selection: Selection) -> dict[str, int]:
    """The reconciliation of a round: received = counted + held + excluded + withdrawn codes."""
    return collect.totals(selection)


def _proposed(keys: Sequence[str]) -> set[str]:
    """Which of these answers have a proposal that waits."""
    query = select(DecisionRow.response_key).where(
        DecisionRow.response_key.in_(list(keys)), DecisionRow.outcome == "pending"
    )
    return set(session().scalars(query))


def _check_reason(reason: str) -> None:
    if not rules.is_reason(reason):
        raise Refused(gettext("Give a reason of at least %(n)s characters.", n=rules.SHORTEST_REASON))


def _decision(key: str, kind: str, reason: str, viewer: Viewer) -> DecisionRow:
    return DecisionRow(
        response_key=key,
        kind=kind,
        reason=reason.strip(),
        first=viewer.username,
        first_at=clock.now(),
        outcome="pending",
    )


def _plain(row: DecisionRow) -> Decision:
    return Decision(
        row.id,
        row.response_key,
        row.kind,
        row.reason,
        row.first,
        clock.local(row.first_at),
        row.second,
        clock.local(row.second_at) if row.second_at else None,
        row.outcome,
    )
