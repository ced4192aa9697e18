"""The door of `collect`: what citizens, panels and files said, and the tallies that everything is computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date

from flask_babel import gettext
from sqlalchemy import delete, insert, select

from survey.base import clock, settings
from survey.base.errors import Refused
from survey.base.people import audit
from survey.base.people.roles import Viewer
from survey.base.store import kept_files
from survey.base.store.database import commit, give_back, session
from survey.base.store.jobs import Progress
from survey.collect.answers import counting, finding
from survey.collect.answers.aside import kept_aside
from survey.collect.answers.counting import ArrivalFilter, Arrivals, Levels
from survey.collect.answers.finding import (
    Chosen,
    ResponseLine,
    find_by_receipt,
    lines_of,
    responses,
)
from survey.collect.answers.low_ratings import low_ratings
from survey.collect.intake import ratings
from survey.collect.intake.ratings import ImportChoice, ImportPlan
from survey.collect.models import ApartRow, KeptAsideRow, ResponseRow
from survey.collect.store.receipts import is_well_formed as is_well_formed_receipt
from survey.collect.store.receipts import written as written_receipt
from survey.collect.store.recording import NewAnswer, NewResponse, store
from survey.collect.tally import projection, reading
from survey.collect.tally.reading import Piece
from survey.collect.tally.table import TallyTable, sums
from survey.rounds import service as rounds
from survey.rounds.service import Selection

__all__ = [
    "ArrivalFilter",
    "Chosen",
    "ImportChoice",
    "Levels",
    "NewAnswer",
    "NewResponse",
    "ResponseLine",
    "TallyTable",
    "add_responses",
    "arrivals",
    "check_ratings",
    "count",
    "count_by_unit",
    "counts_by_unit",
    "find_by_receipt",
    "held_by_unit",
    "import_kept_ratings",
    "import_ratings",
    "imported_before",
    "in_no_round",
    "is_well_formed_receipt",
    "keep_upload",
    "kept_aside",
    "lines_of",
    "low_ratings",
    "pieces",
    "recount",
    "remove_responses",
    "responses",
    "set_states",
    "states_of",
    "tally",
    "totals",
    "written_receipt",
]

count = finding.count
count_by_unit = finding.count_by_unit


def add_responses(rows: Iterable[NewResponse]) -> list[str]:
    """Store many responses at once: an import's, or the worked example's.

    Returns:
        Their random keys.
    """
    keys = _store(list(rows))
    commit()
    return keys


def _store(rows: Sequence[NewResponse]) -> list[str]:
    """Store responses of any day in this request's work, and say that the counts of their days are old."""
    keys = store(session().connection(), rows, key=settings.present().key())
    projection.mark((row.day, row.collection_id) for row in rows)
    return keys


def check_ratings(data: bytes, choice: ImportChoice) -> ImportPlan:
    """What a file of ratings would add; nothing is stored.

    Raises:
        ImportFaults: with every line that does not fit.
        Refused: the mapping or the form is none.
    """
    return ratings.plan(data, choice, clock.today())


def keep_upload(data: bytes, choice: ImportChoice) -> str:
    """Keep a checked file until somebody confirms it; returns the name by which it is taken."""
    return kept_files.keep(data, **asdict(choice))


def imported_before(data: bytes) -> audit.AuditEntryLine | None:
    """When and by whom the very same file of ratings was brought in already, the last time."""
    return audit.newest("ratings.imported", sha256=hashlib.sha256(data).hexdigest())


def import_kept_ratings(name: str, *, actor: str, again: bool = False) -> ImportPlan:
    """Import a file kept after its dry run, once.

    Args:
        again: somebody said that the same file is to be taken a second time.

    Raises:
        Refused: the same file was taken before, and nobody said so.
    """
    if not again and (before := imported_before(kept_files.take(name))) is not None:
        raise Refused(
            gettext(
                "This file was brought in by %(name)s on %(moment)s already.",
                name=before.actor,
                moment=before.at.strftime("%Y-%m-%d %H:%M"),
            ),
            remedy=gettext("To count its answers a second time, check the file again and say so."),
        )
    data, about = kept_files.take_once(name)
    day = date.fromisoformat(about["day"]) if about["day"] else None
    return import_ratings(data, ImportChoice(**{**about, "day": day}), actor=actor)


def import_ratings(data: bytes, choice: ImportChoice, *, actor: str = "") -> ImportPlan:
    """Store a file's ratings, all or none.

    Raises:
        ImportFaults: with every line that does not fit.
        Refused: the mapping or the form is none.
    """
    plan = ratings.plan(data, choice, clock.today())
    number = rounds.standing(choice.form) if choice.kind == "counter" else rounds.imports(choice.form, choice.group)
    _store([replace(response, collection_id=number) for response in plan.responses])
    audit.record(
        "ratings.imported",
        choice.form,
        actor=actor,
        answers=len(plan.responses),
        mapping=choice.mapping,
        kind=choice.kind,
        group=choice.group,
        sha256=hashlib.sha256(data).hexdigest(),
    )
    commit()
    return plan


def set_states(states: Mapping[str, str]) -> None:
    """Let responses count, be held or be excluded, in this request's work; who decided it commits.

    Args:
        states: key -> "counted", "held" or "excluded".
    """
    keys = list(states)
    rows = session().execute(
        select(ResponseRow.day, ResponseRow.collection_id).where(ResponseRow.key.in_(keys)).distinct()
    )
    projection.mark([(day, number) for day, number in rows])
    session().execute(delete(ApartRow).where(ApartRow.response_key.in_(keys)))
    apart = [{"response_key": key, "state": state} for key, state in states.items() if state != finding.COUNTED]
    if apart:
        session().execute(insert(ApartRow), apart)
    session().flush()


def states_of(keys: Collection[str]) -> dict[str, str]:
    """The state of each of these responses that does not simply count."""
    query = select(ApartRow.response_key, ApartRow.state).where(ApartRow.response_key.in_(list(keys)))
    return dict(session().execute(query).all())


def bring_up_to_date(progress: Progress | None = None) -> int:
    """Count every day anew whose answers or decisions changed; returns how many there were.

    Nothing is held while counting; a session that has written and not committed is left as it is.
    """
    return projection.bring_up_to_date(clock.today(), progress) if give_back() else 0


def tally(selection: Selection, progress: Progress | None = None) -> TallyTable:
    """A round's answers, counted by everything an estimate can need, with the columns `month` and `collection_id`."""
    bring_up_to_date(progress)
    return reading.answers(selection)


def held_by_unit(table: TallyTable) -> dict[int, int]:
    """Unit -> answers to questions that are held."""
    return sums(table, "unit_id", lambda each: each.held)


def arrivals(wanted: ArrivalFilter, viewer: Viewer) -> Arrivals:
    """Count what arrived, as far as this person may see it."""
    bring_up_to_date()
    return counting.arrivals(wanted, viewer)


def totals(selection: Selection) -> dict[str, int]:
    """The reconciliation of what a round selects: received = counted + held + excluded + withdrawn codes."""
    bring_up_to_date()
    return counting.totals(selection)


def in_no_round() -> dict[int, int]:
    """Collection -> how many of its responses no round selects at present."""
    bring_up_to_date()
    return counting.in_no_round()


def counts_by_unit(collection_ids: frozenset[int]) -> dict[int, int]:
    """How many responses about each unit some collections have received."""
    bring_up_to_date()
    return counting.counts_by_unit(collection_ids)


def pieces(selection: Selection) -> list[Piece]:
    """The counted days of a selection with their serial numbers: what changed since somebody looked last."""
    bring_up_to_date()
    return reading.all_pieces(selection)


def recount(*, repair: bool = False) -> Iterator[tuple[date, int, bool]]:
    """Count every day from the answers and compare: day, collection, and whether the stored counts were right.

    Args:
        repair: have the wrong ones counted anew.
    """
    wrong = []
    for (day, number), right in projection.recounted():
        if not right:
            wrong.append((day, number))
        yield day, number, right
    if repair and wrong:
        projection.mark(wrong)
        commit()
        bring_up_to_date()


def remove_responses(collection_ids: frozenset[int]) -> int:
    """Remove all responses of some collections: only simulated ones, whose mark the caller has checked.

    Returns:
        How many there were.
    """
    work, numbers = session(), sorted(collection_ids)
    work.execute(delete(KeptAsideRow).where(KeptAsideRow.collection_id.in_(numbers)))
    gone = work.execute(delete(ResponseRow).where(ResponseRow.collection_id.in_(numbers)))
    projection.forget(numbers)
    commit()
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a cursor result: the statement is a DELETE
