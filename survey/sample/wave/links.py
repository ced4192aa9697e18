"""Personal links: how the room that takes the answers finds an invitation and marks it as used."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext
from sqlalchemy import Connection, select, update

from survey.base import settings
from survey.base.errors import Gone, NotFound, Refused
from survey.base.store import encryption
from survey.base.store.database import reading, session
from survey.sample import models, rules
from survey.sample.values import Invitation, Link, Wave
from survey.sample.wave.used import used_key

TOKEN_LENGTH = 22


def find_invitation(connection: Connection, token: str, today: date) -> Invitation:
    """The invitation behind a personal link, by one look into the database.

    Args:
        connection: any connection; no session is needed.
        token: the 22 characters after /p/.
        today: a link works until the wave's last day.

    Raises:
        NotFound: no such link, or the wave is not open yet.
        Gone: the wave has ended.
    """
    found = _find(connection, token) if len(token) == TOKEN_LENGTH else None
    if found is None:
        raise NotFound(gettext("This personal link is not valid."))
    if found.state == "closed" or today > found.closes_on:
        raise Gone(gettext("This survey has ended."))
    if found.state != "open":
        raise NotFound(gettext("This survey has not begun yet."))
    return Invitation(
        id=found.id,
        wave=_wave(found),
        stratum=found.label,
        group=found.group_code,
        completed=found.used or found.disposition in rules.RESPONDED,
        unit_ids=tuple(found.unit_ids),
    )


def _find(connection: Connection, token: str) -> Any:
    invitation, stratum, wave, used = (
        table.__table__ for table in (models.InvitationRow, models.WaveStratumRow, models.WaveRow, models.UsedLinkRow)
    )
    return connection.execute(
        select(
            invitation.c.id,
            invitation.c.disposition,
            select(used.c.key).where(used.c.key == used_key(token)).exists().label("used"),
            stratum.c.label,
            *(column for column in wave.c if column.name not in ("id", "design")),
            wave.c.id.label("wave_id"),
        )
        .join_from(invitation, stratum, invitation.c.stratum_id == stratum.c.id)
        .join(wave, invitation.c.wave_id == wave.c.id)
        .where(invitation.c.token_hash == rules.token_hash(token))
    ).one_or_none()


def _wave(row: Any) -> Wave:
    return Wave(
        id=row.wave_id,
        collection_id=row.collection_id,
        name=row.name,
        kind=row.kind,
        questionnaire=row.questionnaire,
        state=row.state,
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        group=row.group_code,
        frame_id=row.frame_id,
        unit_ids=tuple(row.unit_ids),
    )


def url_of(token: str) -> str:
    return f"{settings.present().public_url}/p/{token}"


def links(wave_id: int) -> list[Link]:
    """Every active case's personal link, by stratum and order of the draw.

    Raises:
        Refused: the wave is closed; its links were destroyed.
    """
    invitation, stratum = models.InvitationRow, models.WaveStratumRow
    with reading() as connection:
        rows = connection.execute(
            select(invitation.case_key, stratum.label, invitation.token_sealed)
            .join(stratum, invitation.stratum_id == stratum.id)
            .where(invitation.wave_id == wave_id, invitation.active)
            .order_by(stratum.label, invitation.position)
        ).all()
    if any(row.token_sealed is None for row in rows):
        raise Refused(
            gettext("The wave is closed; its personal links were destroyed."),
            remedy=gettext("Nothing can bring them back. That is what keeps answers and persons apart."),
        )
    return [Link(row.case_key, row.label, url_of(encryption.unseal(row.token_sealed))) for row in rows]


def fresh_link() -> dict[str, bytes]:
    """Columns of an invitation that give it a new link."""
    token = rules.new_token()
    return {"token_hash": rules.token_hash(token), "token_sealed": encryption.seal(token)}


def purge_links(wave_id: int) -> None:
    """Destroy the encrypted copies; the hashes stay, so that an old link still says that the survey has ended."""
    table = models.InvitationRow
    session().execute(update(table).where(table.wave_id == wave_id).values(token_sealed=None))
