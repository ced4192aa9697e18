"""What the room `followup` stores: the replies, and a list of the bad ratings, brought up to date from the answers.

A bad rating is a case by itself, so none can be lost: the list can be made anew from the answers at any time.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.base.store.database import Base


class ReplyRow(Base):
    """A public reply to one bad rating; the newest one is shown, the older ones stay."""

    __tablename__ = "followup_reply"
    __table_args__ = (
        CheckConstraint("length(text) >= 5", "text_says_something"),
        Index("ix_followup_reply_response_key", "response_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: the answer replied to; a random key that names no person
    response_key: Mapped[str] = mapped_column(String(22), ForeignKey("response.key", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    day: Mapped[date]
    #: user name of who wrote it
    author: Mapped[str] = mapped_column(String(64))
    #: the office took it back, with a reason
    withdrawn_because: Mapped[str] = mapped_column(String(500), default="")


class CaseRow(Base):
    """A bad rating, as lists page through them."""

    __tablename__ = "followup_case"
    __table_args__ = (
        # the order of lists: by month, and inside a month by the random key, so that the place does not tell the day
        Index("ix_followup_case_month", "month", "response_key"),
        Index("ix_followup_case_unit_id", "unit_id", "answered"),
        Index("ix_followup_case_day", "day", "collection_id"),
        {"sqlite_with_rowid": False},
    )

    response_key: Mapped[str] = mapped_column(
        String(22), ForeignKey("response.key", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(Date)
    collection_id: Mapped[int]
    unit_id: Mapped[int]
    window_id: Mapped[int | None]
    #: such as 2026-03
    month: Mapped[str] = mapped_column(String(7))
    #: speaks of fees, favours or pressed ratings
    is_sealed: Mapped[bool]
    #: has a reply that stands
    answered: Mapped[bool] = mapped_column(default=False)


class SeenRow(Base):
    """A day and collection whose bad ratings are on the list, with the serial of the counts that were looked at."""

    __tablename__ = "followup_seen"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    collection_id: Mapped[int] = mapped_column(
        ForeignKey("collection.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    serial: Mapped[int] = mapped_column(BigInteger)
