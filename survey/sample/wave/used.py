"""Used links: an answer's transaction touches no case, so that not even the database's log joins answer and person.

What is stored with the answer is a digest of the link under the installation's key. Cases are marked later, in a
transaction of their own, by whoever looks at them; only then, and only with the key, is the digest joined to a case.
"""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from survey.base import settings
from survey.base.store import encryption
from survey.base.store.database import reading, writing
from survey.sample import models, rules

PURPOSE = b"used link:"
#: cases that change together on the list of cases, so that no look at it tells one answer
STEP = 5


def used_key(token: str) -> str:
    """What stands for a link that was used; without the installation's key it leads to no case."""
    return hmac.new(settings.present().key().encode(), PURPOSE + token.encode(), hashlib.sha256).hexdigest()


def use_link(connection: Connection, invitation_id: int, token: str, *, partial: bool) -> bool:
    """Use a link up, in the transaction that stores its answer: a link is worth one response, also when two arrive.

    Returns:
        Whether this was the first use of a link whose wave is open; otherwise nothing must be stored.
    """
    case, wave = models.InvitationRow, models.WaveRow
    found = connection.execute(
        select(case.wave_id)
        .join(wave, case.wave_id == wave.id)
        .where(case.id == invitation_id, case.disposition.not_in(rules.RESPONDED), wave.state == "open")
    ).scalar()
    if found is None:
        return False
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    row = {"key": used_key(token), "wave_id": found, "letter": "P" if partial else "I"}
    statement = insert(models.UsedLinkRow).values(row).on_conflict_do_nothing(index_elements=["key"])
    return connection.scalar(statement.returning(models.UsedLinkRow.key)) is not None


def settle(wave_id: int) -> None:
    """Mark the cases of a wave whose links were used; nothing happens where there is none."""
    with reading() as connection:
        found = _matches(connection, wave_id)
    if found:
        with writing() as connection:
            _mark(connection, found)


def settle_on(connection: Connection, wave_id: int) -> None:
    """The same inside a transaction, for the moment in which the wave closes."""
    _mark(connection, _matches(connection, wave_id))


def _matches(connection: Connection, wave_id: int) -> list[tuple[int, str, str]]:
    """Case, digest and letter of each used link, in the order of the cases."""
    used, case = models.UsedLinkRow, models.InvitationRow
    waiting = dict(connection.execute(select(used.key, used.letter).where(used.wave_id == wave_id)).all())
    if not waiting:
        return []
    cases = connection.execute(
        select(case.id, case.token_sealed)
        .where(case.wave_id == wave_id, case.disposition.not_in(rules.RESPONDED), case.token_sealed.is_not(None))
        .order_by(case.id)
    )
    keyed = ((number, used_key(encryption.unseal(sealed))) for number, sealed in cases if sealed)
    return [(number, key, waiting[key]) for number, key in keyed if key in waiting]


def _mark(connection: Connection, found: list[tuple[int, str, str]]) -> None:
    case, used = models.InvitationRow, models.UsedLinkRow
    for number, key, letter in found:
        connection.execute(update(case).where(case.id == number).values(disposition=letter, answered=True))
        connection.execute(delete(used).where(used.key == key))


def show_in_steps(wave_id: int, *, everything: bool) -> None:
    """Let the list of cases show what was answered, once enough cases wait to be shown together.

    Args:
        wave_id: whose cases.
        everything: however few there are, since the wave is closed.
    """
    case = models.InvitationRow
    hidden = (case.wave_id == wave_id, case.answered, case.shown.is_(False))
    with reading() as connection:
        waiting = len(connection.execute(select(case.id).where(*hidden).limit(STEP)).all())
    if waiting and (everything or waiting == STEP):
        with writing() as connection:
            connection.execute(update(case).where(*hidden).values(shown=True))
