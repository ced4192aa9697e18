"""A drawn wave read back: who was drawn, its record, its repetition, and who still waits in reserve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from sqlalchemy import func, select

from survey.base import clock
from survey.base.errors import Refused
from survey.base.store.database import session
from survey.sample import models
from survey.sample.design import record as records
from survey.sample.frame import frames
from survey.sample.values import Drawn
from survey.sample.wave.waves import stored, wave_value


def drawn_cases(wave_id: int) -> list[Drawn]:
    """Everybody drawn as the draw made them: reserve cases called up since count as reserve."""
    table, stratum = models.InvitationRow, models.WaveStratumRow
    rows = session().execute(
        select(stratum.label, table.position, table.case_key, table.position > stratum.sampled)
        .select_from(table)
        .join(stratum, table.stratum_id == stratum.id)
        .where(table.wave_id == wave_id)
    )
    return sorted(Drawn(label, position, key, bool(waits)) for label, position, key, waits in rows)


def record(wave_id: int) -> dict[str, Any]:
    """The draw record of a drawn wave."""
    wave = stored(wave_id)
    if wave.drawn_at is None:
        raise Refused(gettext("This wave is not drawn yet."))
    day = clock.local(wave.drawn_at).date().isoformat()
    return records.record(wave_value(wave), frames.frame(wave.frame_id), drawn_cases(wave_id), drawn_on=day)


def repeat(wave_id: int) -> records.Comparison:
    """Draw a wave again from its stored frame, and compare with the record."""
    found, wave = record(wave_id), stored(wave_id)
    keys, columns, values = frames.everything(wave.frame_id)
    return records.repeat(found, keys, columns, values)


def reserve_left(wave_id: int) -> Mapping[str, int]:
    """Stratum label -> reserve cases that still wait."""
    table, stratum = models.InvitationRow, models.WaveStratumRow
    query = (
        select(stratum.label, func.count())
        .select_from(table)
        .join(stratum, table.stratum_id == stratum.id)
        .where(table.wave_id == wave_id, table.active.is_(False))
        .group_by(stratum.label)
    )
    return dict(session().execute(query).all())
