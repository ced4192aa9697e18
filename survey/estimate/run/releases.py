"""Which computations the rated units may open: the newest released one of each round, and no other.

Two computations of a round differ by the answers in between. Whoever could open both could subtract them, until one
citizen's answer stands alone.
"""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import select

from survey.base import clock
from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.base.people.roles import Viewer
from survey.base.store.database import session
from survey.estimate.models import ReleaseRow, RunRow
from survey.estimate.run import runs
from survey.estimate.values import Release, Run
from survey.rounds import service as rounds


def of_round(round_id: int) -> dict[int, Release]:
    """The round's releases by number of their computation, newest computation first."""
    query = (
        select(ReleaseRow)
        .join(RunRow, RunRow.id == ReleaseRow.run_id)
        .where(RunRow.round_id == round_id)
        .order_by(ReleaseRow.run_id.desc())
    )
    return {row.run_id: Release(row.released_by, clock.local(row.released_at)) for row in session().scalars(query)}


def newest(round_id: int) -> int | None:
    """Number of the round's newest released computation."""
    return next(iter(of_round(round_id)), None)


def run_for(run_id: int, viewer: Viewer) -> Run:
    """A run that this person may open: the rated units only have the newest released one of each round.

    Raises:
        NotFound: there is no such run, or it is not this person's to open.
    """
    found = runs.plain(runs.find(run_id))
    if not viewer.sees_all and newest(found.round_id) != run_id:
        raise NotFound(gettext("There is no such computation."))
    return found


def latest_run_for(round_id: int, viewer: Viewer) -> Run | None:
    """The newest of the round's runs that this person may open."""
    if viewer.sees_all:
        return next(iter(runs.of_round(round_id)), None)
    number = newest(round_id)
    return None if number is None else runs.plain(runs.find(number))


def add(run: RunRow, released_by: str) -> bool:
    """Release a computation; False where it was released before. The caller commits.

    Raises:
        Refused: a later computation of the round has been released already.
    """
    last = newest(run.round_id)
    if last is not None and last > run.id:
        raise Refused(gettext("A later computation of this round has been released already; units see that one."))
    if last == run.id:
        return False
    session().add(ReleaseRow(run_id=run.id, released_by=released_by, released_at=clock.now().replace(microsecond=0)))
    session().flush()
    code = rounds.round_(run.round_id).code
    audit.record("round.released", code, actor=released_by, run=run.id, tally_hash=run.tally_hash)
    return True
