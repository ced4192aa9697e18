"""What the room `screen` stores: every decision about an answer. Its state is kept beside the answer, by `collect`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.base.store.database import Base


class DecisionRow(Base):
    """One decision: an answer held, or its release or exclusion proposed by one person and confirmed by another."""

    __tablename__ = "screen_decision"
    __table_args__ = (
        CheckConstraint("kind IN ('hold', 'release', 'exclude')", "kind_known"),
        CheckConstraint("length(reason) >= 5", "reason_says_something"),
        CheckConstraint("outcome IN ('done', 'pending', 'rejected')", "outcome_known"),
        CheckConstraint("second IS NULL OR second <> first", "two_people"),
        CheckConstraint("kind = 'hold' OR outcome = 'pending' OR second IS NOT NULL", "second_person_decides"),
        Index("ix_screen_decision_response_key", "response_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    response_key: Mapped[str] = mapped_column(String(22), ForeignKey("response.key", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(500))
    #: user name of who held or proposed
    first: Mapped[str] = mapped_column(String(64))
    first_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    #: user name of who confirmed or rejected the proposal
    second: Mapped[str | None] = mapped_column(String(64))
    second_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(String(8))
