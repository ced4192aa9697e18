"""A personal link: which bodies it asks about, and what becomes of the filled-in personal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from survey.base.store.database import engine, give_back, reading
from survey.collect.citizen.memory import memory, secret
from survey.collect.models import SubmissionRow
from survey.collect.rules import calibration_text, selected_units, selection_factor
from survey.collect.store.content import FilledForm
from survey.collect.store.once import NewSubmission, Outcome
from survey.collect.store.recording import NewAnswer, NewResponse
from survey.collect.store.tokens import FormToken, of_link
from survey.questions import service as questions
from survey.questions.service import Questionnaire
from survey.sample import service as sample
from survey.units import service as units

#: background questions that say which kind of respondent somebody is
GROUP = "group"


@dataclass(frozen=True)
class PersonalForm:
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


def open_form(link: str, today: date) -> PersonalForm:
    """What is behind a personal link.

    Raises:
        NotFound: no such link, or its survey has not begun.
        Gone: its survey has ended.
    """
    with reading() as connection:
        invitation = sample.find_invitation(connection, link, today)
    bodies = {unit.id: unit for unit in units.units()}
    give_back()
    if invitation.unit_ids:
        bodies = {number: unit for number, unit in bodies.items() if number in invitation.unit_ids}
    form = questions.questionnaire(invitation.wave.questionnaire)
    return PersonalForm(invitation, form, bodies, of_link(secret(), link), link)


def receipt_of(personal: PersonalForm) -> str:
    """The receipt of the answer that came through a used link; empty if it came another way."""
    with engine().connect() as connection:
        known = connection.scalar(select(SubmissionRow.key).where(SubmissionRow.key == personal.token.key))
    return personal.token.receipt(secret()) if known else ""


def is_partial(personal: PersonalForm, content: FilledForm) -> bool:
    """Whether a body that was asked about lacks its overall answer (AAPOR: partial)."""
    if personal.form.scale is None:
        return False
    overall = personal.form.overall.code
    return any((unit_id, overall) not in content.levels for unit_id in personal.asked(content.contacted))


def is_empty(content: FilledForm) -> bool:
    """Whether nothing at all was filled in."""
    return content == FilledForm(contacted=content.contacted)


def write(personal: PersonalForm, content: FilledForm) -> Outcome:
    """Store a filled-in personal form and mark its link as used, in one transaction."""
    number, partial = personal.invitation.id, is_partial(personal, content)

    def claim(connection: Connection) -> bool:
        return sample.use_link(connection, number, personal.link, partial=partial)

    sending = NewSubmission(personal.token, content, _response(personal, content), secret(), claim, marks_day=True)
    outcome: Outcome = memory().writer().write(sending.store)
    memory().cleaner().ask()
    return outcome


def _response(personal: PersonalForm, content: FilledForm) -> NewResponse:
    """The response, on the first day of its wave: a drawn person's answer must not stand alone on its own day."""
    wave = personal.invitation.wave
    asked = personal.asked(content.contacted)
    background = {name: value for name, value in content.background.items() if name != GROUP}
    factor = selection_factor(len(content.contacted), len(asked)) if personal.needs_screening else 1.0
    return NewResponse(
        collection_id=wave.collection_id,
        day=wave.opens_on,
        questionnaire=personal.form.code,
        version=personal.form.version,
        channel=questions.SMS,
        group_code=personal.invitation.group or content.background.get(GROUP, ""),
        stratum=personal.invitation.stratum,
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
        receipt=personal.token.receipt(secret()),
    )
