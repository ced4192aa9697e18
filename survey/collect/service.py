"""The door of `collect`: what citizens, panels and files said."""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app
from sqlalchemy import delete

from survey.collect.finding import (
    BadRating,
    Chosen,
    ReceivedAnswer,
    ResponseLine,
    bad_answers,
    count,
    find_by_receipt,
    lines_of,
    overall_questions,
    responses,
    tags_of,
    texts_of,
)
from survey.collect.low_ratings import LowRating, counts_by_unit, low_ratings, sealed_keys
from survey.collect.models import KeptAside, Response
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
from survey.collect.receipts import is_well_formed as is_well_formed_receipt
from survey.collect.receipts import written as written_receipt
from survey.collect.recording import NewAnswer, NewResponse, store
from survey.collect.tallying import TallyTable, tally
from survey.database import commit, session

__all__ = [
    "QUESTIONNAIRES",
    "BadRating",
    "Choice",
    "Chosen",
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
    "bad_answers",
    "count",
    "counts_by_unit",
    "editions",
    "find_by_receipt",
    "is_well_formed_receipt",
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


def remove_responses(round_id: int) -> int:
    """Remove a round's responses: only for simulated ones, whose mark the caller has checked. Returns how many."""
    work = session()
    work.execute(delete(KeptAside).where(KeptAside.round_id == round_id))
    removed = work.execute(delete(Response).where(Response.round_id == round_id)).rowcount  # type: ignore[attr-defined]  # a cursor result: the statement is a DELETE
    commit()
    return int(removed)
