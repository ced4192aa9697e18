"""Taking simulated waves and lists away; real ones are only ever closed."""

from __future__ import annotations

from sqlalchemy import delete, select

from survey.base.errors import Refused
from survey.base.store.database import session
from survey.base.web import demo
from survey.sample import models


def remove_simulated(round_id: int) -> None:
    """Remove a round's waves and the lists that no other wave uses; only while the demonstration mark stands."""
    if not demo.present():
        raise Refused("Only simulated waves can be removed.")
    work, wave, frame = session(), models.WaveRow, models.FrameRow
    used = set(work.scalars(select(wave.frame_id).where(wave.round_id == round_id)))
    of_round = select(wave.id).where(wave.round_id == round_id)
    work.execute(delete(models.InvitationRow).where(models.InvitationRow.wave_id.in_(of_round)))
    work.execute(delete(models.WaveStratumRow).where(models.WaveStratumRow.wave_id.in_(of_round)))
    work.execute(delete(wave).where(wave.round_id == round_id))
    unused = used - set(work.scalars(select(wave.frame_id)))
    work.execute(delete(models.FrameCaseRow).where(models.FrameCaseRow.frame_id.in_(unused)))
    work.execute(delete(frame).where(frame.id.in_(unused)))
