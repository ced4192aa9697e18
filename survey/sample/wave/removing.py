"""Taking simulated waves and lists away; real ones are only ever closed."""

from __future__ import annotations

from sqlalchemy import delete, select

from survey.base.errors import Refused
from survey.base.store import demo
from survey.base.store.database import session
from survey.rounds import service as rounds
from survey.sample import models


def remove_simulated() -> None:
    """Remove all waves, their collections and their lists; only while the demonstration mark stands."""
    if not demo.present():
        raise Refused("Only simulated waves can be removed.")
    numbers = list(session().scalars(select(models.WaveRow.collection_id)))
    for table in (
        models.InvitationRow,
        models.WaveStratumRow,
        models.WaveRow,
        models.FrameCaseRow,
        models.FrameRow,
    ):
        session().execute(delete(table))
    rounds.remove_collections(numbers)
