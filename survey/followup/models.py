"""What the room `followup` stores: the replies. A case is never stored: a bad rating is one, so none can be lost."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
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
