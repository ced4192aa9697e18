"""What the room `estimate` stores: each computation with everything that it used, so that it can be repeated."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.base.store.database import Base


class RunRow(Base):
    """One computation of a round. It is written once and never changed: a later one is a new row."""

    __tablename__ = "estimate_run"
    __table_args__ = (
        CheckConstraint("length(tally_hash) = 64", "hash_is_sha256"),
        CheckConstraint("counted >= 0 AND held >= 0 AND excluded >= 0 AND cells >= 0", "counts_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    made_by: Mapped[str] = mapped_column(String(64))
    #: SHA-256 over the cells and the context in canonical form
    tally_hash: Mapped[str] = mapped_column(String(64))
    #: version and source digest of the code that reads the cells
    code_version: Mapped[str] = mapped_column(String(40))
    #: answers to questions (not people) in the main reading, and those left out of it
    counted: Mapped[int]
    held: Mapped[int]
    excluded: Mapped[int]
    cells: Mapped[int]
    #: answers by codes that had been withdrawn: kept beside, like held ones
    withdrawn: Mapped[int] = mapped_column(default=0, server_default="0")
    #: the tally as compressed NumPy columns
    tally: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: caseload and wave designs as they stood, canonical JSON
    context: Mapped[str] = mapped_column(Text, deferred=True)


class ReleaseRow(Base):
    """That the rated units may open a computation. There is no way back: what was seen cannot be unseen."""

    __tablename__ = "estimate_release"

    run_id: Mapped[int] = mapped_column(ForeignKey("estimate_run.id", ondelete="CASCADE"), primary_key=True)
    released_by: Mapped[str] = mapped_column(String(64))
    released_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
