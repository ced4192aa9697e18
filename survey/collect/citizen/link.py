"""A personal link: which bodies it asks about, and what becomes of the filled-in sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from survey.base.store.database import engine, reading, session
from survey.collect.citizen.desk import room, secret
from survey.collect.models import SubmissionRow
from survey.collect.questionnaire import Questionnaire, questionnaire
from survey.collect.rules import SMS, calibration_text, selected_units, selection_factor
from survey.collect.store.once import Content, Outcome, Sending
from survey.collect.store.recording import NewAnswer, NewResponse
from survey.collect.store.tokens import FormToken, of_link
from survey.sample import service as sample
from survey.units import service as units

#: background questions that say which kind of respondent somebody is
GROUP = "group"


@dataclass(frozen=True)
class Sheet:
    """What a personal link opens."""

    invitation: sample.Invitation
    form: Questionnaire
    #: the bodies the person may be asked about, by number
    bodies: Mapping[int, units.Unit]
    token: FormToken
    link: str

    @property
    def needs_screening(self) -> bool:
        """Whether to ask first which bodies the person dealt with."""
        return bool(self.form.most_units) and len(self.bodies) > 1

    def asked(self, contacted: Sequence[int]) -> tuple[int, ...]:
        """The bodies asked about: all of them, or some of those dealt with."""
        if not self.needs_screening:
            return tuple(sorted(self.bodies))
        return selected_units(self.link, contacted, self.form.most_units)


def open_sheet(link: str, today: date) -> Sheet:
    """What is behind a personal link.

    Raises:
        NotFound: no such link, or its survey has not begun.
        Gone: its survey has ended.
    """
    with reading() as connection:
        invitation = sample.find_invitation(connection, link, today)
    bodies = {unit.id: unit for unit in units.units()}
    session().rollback()  # gives SQLite's write lock back before the answer asks for it
    if invitation.unit_ids:
        bodies = {number: unit for number, unit in bodies.items() if number in invitation.unit_ids}
    form = questionnaire(invitation.wave.questionnaire)
    return Sheet(invitation, form, bodies, of_link(secret(), link), link)


def receipt_of(sheet: Sheet) -> str:
    """The receipt of the answer that came through a used link; empty if it came another way."""
    with engine().connect() as connection:
        known = connection.scalar(select(SubmissionRow.key).where(SubmissionRow.key == sheet.token.key))
    return sheet.token.receipt(secret()) if known else ""


def is_partial(sheet: Sheet, content: Content) -> bool:
    """Whether a body that was asked about lacks its overall answer (AAPOR: partial)."""
    if sheet.invitation.wave.kind == "panel":
        return False
    overall = sheet.form.overall.code
    return any((unit_id, overall) not in content.levels for unit_id in sheet.asked(content.contacted))


def write(sheet: Sheet, content: Content, day: date) -> Outcome:
    """Store a sheet and mark its link as used, in one transaction."""
    statement = sample.complete_statement(sheet.invitation.id, partial=is_partial(sheet, content))

    def claim(connection: Connection) -> bool:
        return connection.execute(statement).rowcount == 1

    sending = Sending(sheet.token, content, _response(sheet, content, day), secret(), secret().decode(), claim)
    outcome: Outcome = room().writer().write(sending.store)
    return outcome


def _response(sheet: Sheet, content: Content, day: date) -> NewResponse:
    wave = sheet.invitation.wave
    asked = sheet.asked(content.contacted)
    background = {name: value for name, value in content.background.items() if name != GROUP}
    factor = selection_factor(len(content.contacted), len(asked)) if sheet.needs_screening else 1.0
    return NewResponse(
        round_id=wave.round_id,
        source=wave.kind,
        wave_id=wave.id,
        day=day,
        questionnaire=sheet.form.code,
        version=sheet.form.version,
        channel=SMS,
        group_code=sheet.invitation.group or content.background.get(GROUP, ""),
        stratum=sheet.invitation.stratum,
        calibration=calibration_text(background),
        selection_factor=factor,
        answers=[
            *(NewAnswer(question, level, unit_id=unit_id) for (unit_id, question), level in content.levels.items()),
            *(
                NewAnswer(question, score=score, unit_id=unit_id)
                for (unit_id, question), score in content.scores.items()
            ),
        ],
        tags=content.tags,
        choices=content.choices,
        texts={"text": content.text},
        receipt=sheet.token.receipt(secret()),
    )
