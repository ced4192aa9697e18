"""A scan at a counter: which form it opens, and what becomes of it when it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from survey.base.store import demo
from survey.base.store.database import give_back, reading
from survey.collect.citizen.memory import memory, secret
from survey.collect.store import tokens
from survey.collect.store.content import FilledForm
from survey.collect.store.once import NewSubmission, Outcome
from survey.collect.store.recording import NewAnswer, NewResponse
from survey.collect.store.tokens import FormToken
from survey.questions import service as questions
from survey.questions.service import Questionnaire
from survey.rounds import service as rounds
from survey.units import service as units


@dataclass(frozen=True)
class OpenCounter:
    """A counter on a day, as its form needs to know it."""

    place: units.Place
    form: Questionnaire
    #: the standing collection of the form; a rating belongs to it whatever rounds there are
    collection_id: int
    day: date
    #: simulated answers are stored here: the page must say so
    is_demo: bool


def look_up_counter(code: str, today: date) -> OpenCounter | None:
    """The counter behind a code; None = no such code was ever issued."""
    with reading() as connection:
        place = units.find_place_on(connection, code, today)
        is_demo = demo.present_on(connection)
        number = None if place is None else rounds.find_standing_on(connection, place.questionnaire)
    if place is None:
        return None
    if number is None:
        number = _standing(place.questionnaire)
    return OpenCounter(place, questions.questionnaire(place.questionnaire), number, today, is_demo)


def _standing(form: str) -> int:
    """The standing collection of a form; the session holds no lock afterwards that the writer would wait for."""
    number = rounds.standing(form)
    give_back()
    return number


def edition(token: FormToken) -> Questionnaire:
    """The form that the citizen had open, which may no longer be the counter's newest."""
    code, _dot, version = token.edition.rpartition(".")
    return questions.editions()[code, int(version)]


def submission(counter: OpenCounter, form: Questionnaire, token: FormToken, content: FilledForm) -> NewSubmission:
    """A filled-in counter form, ready to be stored."""
    response = NewResponse(
        collection_id=counter.collection_id if form.code == counter.form.code else _standing(form.code),
        day=counter.day,
        questionnaire=form.code,
        version=form.version,
        channel=questions.QR,
        window_id=counter.place.window_id,
        unit_id=counter.place.unit_id,
        group_code="",
        answers=[NewAnswer(question, level) for (_unit, question), level in content.levels.items()],
        tags=content.tags,
        texts={"text": content.text},
        withdrawn_code=counter.place.withdrawn,
        receipt=token.receipt(secret()),
    )
    return NewSubmission(token, content, response, secret())


def new_token(counter: OpenCounter, form: Questionnaire, now: datetime) -> str:
    """A fresh token for a form at a counter."""
    return tokens.make(secret(), counter.place.code, form.edition, now)


def write(sent: NewSubmission) -> Outcome:
    """Store a filled-in form, durably."""
    outcome: Outcome = memory().writer().write(sent.store)
    return outcome
