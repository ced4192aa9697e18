"""A scan at a counter: which form it opens, and what becomes of it when it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app
from sqlalchemy import select

from survey.base.store.database import engine, reading, session
from survey.base.web.demo import DemoMarkRow
from survey.collect.citizen.memory import Shelf
from survey.collect.questionnaire import Questionnaire, editions, questionnaire
from survey.collect.rules import QR
from survey.collect.store import tokens
from survey.collect.store.once import Content, Outcome, Sending
from survey.collect.store.recording import NewAnswer, NewResponse
from survey.collect.store.tokens import FormToken
from survey.collect.store.writer import Writer
from survey.units import service as units


@dataclass(frozen=True)
class Desk:
    """A counter on a day, as its form needs to know it."""

    place: units.Place
    form: Questionnaire
    round_id: int | None
    day: date
    #: simulated answers are stored here: the page must say so
    is_demo: bool


class Room:
    """What the room keeps in memory for one application."""

    def __init__(self) -> None:
        self.desks: Shelf[Desk | None] = Shelf()
        self.pages: Shelf[tuple[str, ...]] = Shelf()
        self._writer: Writer | None = None

    def writer(self) -> Writer:
        if self._writer is None:
            self._writer = Writer(engine())
        return self._writer


def room() -> Room:
    """This application's memory."""
    found: Room = current_app.extensions.setdefault("collect", Room())
    return found


def secret() -> bytes:
    """The installation's key."""
    key: str = current_app.extensions["settings"].key()
    return key.encode()


def look_up_desk(code: str, today: date) -> Desk | None:
    """The counter behind a code; None = no such code was ever issued."""
    with reading() as connection:
        place = units.find_place_on(connection, code, today)
        is_demo = connection.scalar(select(DemoMarkRow.id).limit(1)) is not None
    if place is None:
        return None
    found = units.round_on(today)
    session().rollback()  # gives SQLite's write lock back before the answer asks for it
    return Desk(place, questionnaire(place.questionnaire), found.id if found else None, today, is_demo)


def edition(token: FormToken) -> Questionnaire:
    """The form that the citizen had open, which may no longer be the counter's newest."""
    code, _dot, version = token.edition.rpartition(".")
    return editions()[code, int(version)]


def sending(desk: Desk, form: Questionnaire, token: FormToken, content: Content) -> Sending:
    """A filled-in counter form, ready to be stored."""
    response = NewResponse(
        round_id=desk.round_id,
        source="counter",
        day=desk.day,
        questionnaire=form.code,
        version=form.version,
        channel=QR,
        window_id=desk.place.window_id,
        unit_id=desk.place.unit_id,
        answers=[NewAnswer(question, level) for (_unit, question), level in content.levels.items()],
        tags=content.tags,
        texts={"text": content.text},
        withdrawn_code=desk.place.withdrawn,
        receipt=token.receipt(secret()),
    )
    return Sending(token, content, response, secret(), secret().decode())


def new_token(desk: Desk, form: Questionnaire, now: datetime) -> str:
    """A fresh token for a form at a counter."""
    return tokens.make(secret(), desk.place.code, form.edition, now)


def write(sent: Sending) -> Outcome:
    """Store a filled-in form, durably."""
    outcome: Outcome = room().writer().write(sent.store)
    return outcome
