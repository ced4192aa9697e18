"""The door of `collect`: what citizens, panels and files said."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

from flask import current_app
from sqlalchemy import delete

from survey.base import clock
from survey.base.people import audit
from survey.base.store import kept_files
from survey.base.store.database import commit, session
from survey.collect.answers.counting import Arrivals, Aside, arrivals, kept_aside
from survey.collect.answers.finding import (
    Chosen,
    ReceivedAnswer,
    ResponseLine,
    count,
    find_by_receipt,
    lines_of,
    overall_questions,
    responses,
    tags_of,
    texts_of,
)
from survey.collect.answers.low_ratings import LowRating, counts_by_unit, low_ratings, sealed_keys
from survey.collect.answers.tallying import TallyTable, tally
from survey.collect.intake import ratings
from survey.collect.intake.ratings import MAPPING_NAMES, ImportChoice, ImportPlan
from survey.collect.models import KeptAsideRow, ResponseRow
from survey.collect.questionnaire import (
    Choice,
    Question,
    Questionnaire,
    Tag,
    all_tags,
    editions,
    newest,
    questionnaire,
)
from survey.collect.store.receipts import is_well_formed as is_well_formed_receipt
from survey.collect.store.receipts import written as written_receipt
from survey.collect.store.recording import NewAnswer, NewResponse, store
from survey.units import service as units

__all__ = [
    "MAPPING_NAMES",
    "QUESTIONNAIRES",
    "Arrivals",
    "Aside",
    "Choice",
    "Chosen",
    "ImportChoice",
    "ImportPlan",
    "LowRating",
    "NewAnswer",
    "NewResponse",
    "Question",
    "Questionnaire",
    "ReceivedAnswer",
    "ResponseLine",
    "Tag",
    "TallyTable",
    "add_responses",
    "all_tags",
    "arrivals",
    "check_ratings",
    "count",
    "counts_by_unit",
    "editions",
    "find_by_receipt",
    "import_kept_ratings",
    "import_ratings",
    "is_well_formed_receipt",
    "keep_upload",
    "kept_aside",
    "lines_of",
    "low_ratings",
    "overall_questions",
    "questionnaire",
    "remove_responses",
    "responses",
    "sealed_keys",
    "tags_of",
    "tally",
    "texts_of",
    "written_receipt",
]

#: the newest version of every form, by code
QUESTIONNAIRES = newest()


def add_responses(rows: Iterable[NewResponse]) -> list[str]:
    """Store many responses at once: an import's, or the worked example's.

    Returns:
        Their random keys.
    """
    work = session()
    keys = store(work.connection(), rows, key=current_app.extensions["settings"].key())
    commit()
    return keys


def check_ratings(data: bytes, choice: ImportChoice) -> ImportPlan:
    """What a file of ratings would add; nothing is stored.

    Raises:
        ImportFaults: with every line that does not fit.
        Refused: the mapping is none.
    """
    return ratings.plan(data, choice, clock.today())


def keep_upload(data: bytes, choice: ImportChoice) -> str:
    """Keep a checked file until somebody confirms it; returns the name by which it is taken."""
    return kept_files.keep(data, **asdict(choice))


def import_kept_ratings(name: str, *, actor: str) -> ImportPlan:
    """Import a file kept after its dry run, once."""
    data, about = kept_files.take_once(name)
    day = date.fromisoformat(about["day"]) if about["day"] else None
    return import_ratings(data, ImportChoice(**{**about, "day": day}), actor=actor)


def import_ratings(data: bytes, choice: ImportChoice, *, actor: str = "") -> ImportPlan:
    """Store a file's ratings, all or none.

    Raises:
        ImportFaults: with every line that does not fit.
        Refused: the mapping is none.
    """
    plan = check_ratings(data, choice)
    work = session()
    store(work.connection(), plan.responses, key=current_app.extensions["settings"].key())
    audit.record(
        "ratings.imported",
        units.round_(choice.round_id).code,
        actor=actor,
        answers=len(plan.responses),
        mapping=choice.mapping,
        source=choice.source,
        sha256=hashlib.sha256(data).hexdigest(),
    )
    commit()
    return plan


def remove_responses(round_id: int) -> int:
    """Remove a round's responses: only for simulated ones, whose mark the caller has checked. Returns how many."""
    work = session()
    work.execute(delete(KeptAsideRow).where(KeptAsideRow.round_id == round_id))
    removed = work.execute(delete(ResponseRow).where(ResponseRow.round_id == round_id)).rowcount  # type: ignore[attr-defined]  # a cursor result: the statement is a DELETE
    commit()
    return int(removed)
