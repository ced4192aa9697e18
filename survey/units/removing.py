"""Taking simulated caseload and rounds away; the names of units and counters stay."""

from __future__ import annotations

from sqlalchemy import delete

from survey.base.errors import Refused
from survey.base.store.database import session
from survey.base.web import demo
from survey.units import models


def remove_simulated(round_id: int) -> None:
    """Remove a round and all caseload; only while the demonstration mark stands."""
    if not demo.present():
        raise Refused("Only simulated rounds can be removed.")
    session().execute(delete(models.CaseloadRow))
    session().execute(delete(models.RoundRow).where(models.RoundRow.id == round_id))
