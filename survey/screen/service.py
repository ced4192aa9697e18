"""The door of `screen`: an answer is accepted always and judged later, in the open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import delete, func, select

from survey.base import clock
from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.base.people.roles import Viewer
from survey.base.store.database import commit, session
from survey.collect import service as collect
from survey.screen import rules
from survey.screen.models import DecisionRow
from survey.screen.models import Uncounted as UncountedRow


@dataclass(frozen=True)
class Standing:
    """Whether an answer counts, and why not."""

    state: str
    reason: str


@dataclass(frozen=True)
class Uncounted:
    """The answers of a round that do not enter its indices."""

    held: tuple[str, ...]
    excluded: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """One line of an answer's history."""

    id: int
    key: str
    round_id: int
    kind: str
    reason: str
    first: str
    first_at: datetime
    second: str | None
    second_at: datetime | None
    outcome: str


COUNTED = Standing("counted", "")


def standings(keys: Iterable[str]) -> dict[str, Standing]:
    """The standing of each answer that does not simply count."""
    found = session().scalars(select(UncountedRow).where(UncountedRow.response_key.in_(list(keys))))
    return {row.response_key: Standing(row.state, row.reason) for row in found}


def state_of(key: str) -> Standing:
    """Whether one answer counts."""
    return standings([key]).get(key, COUNTED)


def uncounted(round_id: int) -> Uncounted:
    """Every answer of a round that is held or excluded."""
    rows = session().execute(
        select(UncountedRow.response_key, UncountedRow.state).where(UncountedRow.round_id == round_id)
    )
    states: dict[str, list[str]] = {"held": [], "excluded": []}
    for key, state in rows:
        states[state].append(key)
    return Uncounted(tuple(states["held"]), tuple(states["excluded"]))


def hold(keys: Sequence[str], reason: str, viewer: Viewer) -> int:
    """Keep answers out of the index until two people have looked. One person may hold; nothing is deleted.

    Returns:
        How many were held now; answers that are held or excluded already stay as they are.

    Raises:
        Refused: no reason, or no answer chosen.
        NotFound: a key names no answer.
    """
    _check_reason(reason)
    if not keys:
        raise Refused(gettext("Choose at least one answer."))
    standing = standings(keys)
    fresh = [key for key in dict.fromkeys(keys) if key not in standing]
    rounds = {line.key: line.round_id for line in collect.lines_of(fresh) if line.round_id is not None}
    if len(rounds) != len(fresh):
        raise NotFound(gettext("There is no such answer in a round."))
    for key in fresh:
        session().add(_decision(key, rounds[key], "hold", reason, viewer, outcome="done"))
        session().add(UncountedRow(response_key=key, round_id=rounds[key], state="held", reason=reason.strip()))
    audit.record("answers.held", gettext("%(n)s answers", n=len(fresh)), reason=reason, keys=fresh)
    commit()
    return len(fresh)


def propose(key: str, deed: str, reason: str, viewer: Viewer) -> None:
    """Propose to release or to exclude an answer; it happens when a second person confirms."""
    _check_reason(reason)
    standing = session().get(UncountedRow, key)
    if standing is None or deed not in {"release", "exclude"} or not rules.may(deed, standing.state):
        raise Refused(gettext("This cannot be done to an answer in its present state."))
    if _pending(key):
        raise Refused(
            gettext("A proposal for this answer is waiting already."),
            remedy=gettext("Let a second person decide it first."),
        )
    session().add(_decision(key, standing.round_id, deed, reason, viewer, outcome="pending"))
    audit.record("answer.proposed", key, deed=deed, reason=reason)
    commit()


def decide(decision_id: int, *, confirm: bool, viewer: Viewer) -> str:
    """Confirm or reject a proposal. Returns the answer's state.

    Raises:
        Refused: by the person who proposed it, or decided already.
    """
    decision = session().get(DecisionRow, decision_id)
    if decision is None:
        raise NotFound(gettext("There is no such proposal."))
    if decision.outcome != "pending":
        raise Refused(gettext("This proposal has been decided already."))
    if not rules.may_confirm(decision.first, viewer.username):
        raise Refused(
            gettext("You proposed this yourself."), remedy=gettext("A second person has to confirm or reject it.")
        )
    decision.outcome = "done" if confirm else "rejected"
    decision.second, decision.second_at = viewer.username, clock.now()
    if confirm:
        _put(decision)
    audit.record("answer.decided", decision.response_key, deed=decision.kind, confirmed=confirm)
    commit()
    return state_of(decision.response_key).state


def _put(decision: DecisionRow) -> None:
    """Let the decision take effect."""
    state = rules.state_after(decision.kind)
    if state == "counted":
        session().execute(delete(UncountedRow).where(UncountedRow.response_key == decision.response_key))
        return
    row = session().get(UncountedRow, decision.response_key)
    if row is not None:
        row.state, row.reason = state, decision.reason
    session().flush()


def answers(
    round_id: int, *, state: str = "", unit_id: int | None = None, source: str = "", page: int = 1, size: int = 50
) -> tuple[list[collect.ResponseLine], int]:
    """One page of a round's answers, newest day first, and how many there are; `state` is held, excluded or empty."""
    keys = None if not state else getattr(uncounted(round_id), state)
    chosen = collect.Chosen(
        round_id=round_id, source=source, unit_ids=None if unit_id is None else [unit_id], keys=keys
    )
    return collect.responses(chosen, page=page, size=size)


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


def pending(round_id: int | None = None) -> list[Decision]:
    """Proposals that wait for a second person, oldest first."""
    query = select(DecisionRow).where(DecisionRow.outcome == "pending").order_by(DecisionRow.id)
    if round_id is not None:
        query = query.where(DecisionRow.round_id == round_id)
    return [_plain(row) for row in session().scalars(query)]


def totals(round_id: int) -> dict[str, int]:
    """The reconciliation of a round: received = counted + held + excluded."""
    received = collect.count(round_id)
    rows = session().execute(
        select(UncountedRow.state, func.count()).where(UncountedRow.round_id == round_id).group_by(UncountedRow.state)
    )
    apart = dict(rows.all())
    held, excluded = apart.get("held", 0), apart.get("excluded", 0)
    return {"received": received, "counted": received - held - excluded, "held": held, "excluded": excluded}


def _pending(key: str) -> bool:
    query = select(DecisionRow.id).where(DecisionRow.response_key == key, DecisionRow.outcome == "pending")
    return session().scalar(query) is not None


def _check_reason(reason: str) -> None:
    if not rules.is_reason(reason):
        raise Refused(gettext("Give a reason of at least %(n)s characters.", n=rules.SHORTEST_REASON))


def _decision(key: str, round_id: int, kind: str, reason: str, viewer: Viewer, outcome: str) -> DecisionRow:
    return DecisionRow(
        response_key=key,
        round_id=round_id,
        kind=kind,
        reason=reason.strip(),
        first=viewer.username,
        first_at=clock.now(),
        outcome=outcome,
    )


def _plain(row: DecisionRow) -> Decision:
    return Decision(
        row.id,
        row.response_key,
        row.round_id,
        row.kind,
        row.reason,
        row.first,
        clock.local(row.first_at),
        row.second,
        clock.local(row.second_at) if row.second_at else None,
        row.outcome,
    )
