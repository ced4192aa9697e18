"""What the room `score` stores: schemes, values from elsewhere, sheets, keys of the feed.

A frozen sheet cannot be changed: the database itself refuses (`survey/migrations/versions/0008_score.py`), so that
neither a fault of the program nor a hand in the database can alter what was published without a trace.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.base.store.database import Base


class SchemeRow(Base):
    """One version of a scheme, as it was written."""

    __tablename__ = "score_scheme"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("version >= 1", "version_counted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    #: in Chinese, for lists
    title: Mapped[str] = mapped_column(String(200))
    #: the YAML itself; what a score is built on is read from here and nowhere else
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    stored_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    stored_by: Mapped[str] = mapped_column(String(64))


class ExternalValueRow(Base):
    """A component's value that was decided elsewhere."""

    __tablename__ = "score_external_value"
    __table_args__ = (
        UniqueConstraint("round_id", "scheme_code", "code", "unit_id"),
        CheckConstraint("value >= 0", "value_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    scheme_code: Mapped[str] = mapped_column(String(40))
    #: what follows `external:` in the scheme
    code: Mapped[str] = mapped_column(String(64))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    value: Mapped[float]
    stored_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ExtraRow(Base):
    """Points added or taken outside the components, with the reason that can be read."""

    __tablename__ = "score_extra"
    __table_args__ = (
        CheckConstraint("points >= 0", "points_not_negative"),
        CheckConstraint("quantity > 0", "quantity_positive"),
        CheckConstraint("reason <> ''", "reason_given"),
        Index(None, "round_id", "scheme_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    scheme_code: Mapped[str] = mapped_column(String(40))
    #: id of the bonus or deduction in the scheme
    code: Mapped[str] = mapped_column(String(64))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    #: before the cap, without a sign: the scheme says whether they add or take; 0 for a veto
    points: Mapped[float]
    reason: Mapped[str] = mapped_column(String(400))
    #: events or an amount, where the scheme says what each is worth
    quantity: Mapped[float | None]
    #: which of the scheme's levels
    level: Mapped[str] = mapped_column(String(40), default="", server_default="")
    #: how and when it was corrected, so that it does not count any more
    cleared: Mapped[str] = mapped_column(String(400), default="", server_default="")
    stored_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ValueChangeRow(Base):
    """One change of a value, bonus, deduction or veto: it stays when the value changes again."""

    __tablename__ = "score_value_change"
    __table_args__ = (Index(None, "round_id", "scheme_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    scheme_code: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(64))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    #: in words; empty = nothing stood there
    old: Mapped[str] = mapped_column(String(500))
    new: Mapped[str] = mapped_column(String(500))
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str] = mapped_column(String(64))


class SheetRow(Base):
    """A score sheet: a draft until it is frozen, then never changed."""

    __tablename__ = "score_sheet"
    __table_args__ = (
        CheckConstraint("(frozen_at IS NULL) = (sha256 IS NULL)", "frozen_has_hash"),
        CheckConstraint("(frozen_at IS NULL) = (signature IS NULL)", "frozen_has_signature"),
        CheckConstraint("replaces_id IS NULL OR reason <> ''", "correction_has_reason"),
        CheckConstraint("replaces_id <> id", "replaces_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("score_scheme.id"))
    #: the run of `estimate`, empty where the scheme asks nobody; its hash stands in the content, so it may go
    run_id: Mapped[int | None]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    made_by: Mapped[str] = mapped_column(String(64))
    #: the sheet that this one corrects
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("score_sheet.id"))
    #: why it was corrected
    reason: Mapped[str] = mapped_column(String(400), default="")
    #: simulated answers went into it
    demo: Mapped[bool]
    #: canonical JSON; once frozen, exactly the bytes that were hashed and signed
    content: Mapped[str] = mapped_column(Text)
    frozen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: the second person, who confirmed it
    frozen_by: Mapped[str] = mapped_column(String(64), default="")
    sha256: Mapped[str | None] = mapped_column(String(64))
    #: Ed25519 over the content, base64
    signature: Mapped[str | None] = mapped_column(String(88))
    #: base64 of the 32 bytes that verify it
    public_key: Mapped[str | None] = mapped_column(String(44))


class FreezingRow(Base):
    """That a sheet is to be frozen: one person asked, another confirms. Sheets of the first versions have none."""

    __tablename__ = "score_freezing"
    __table_args__ = (CheckConstraint("confirmed_by <> asked_by", "two_people"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id", ondelete="CASCADE"), primary_key=True)
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    #: empty until somebody did
    confirmed_by: Mapped[str | None] = mapped_column(String(64))


class FeedKeyRow(Base):
    """Who may fetch the feed; the key itself is shown once and never stored."""

    __tablename__ = "feed_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: which system it was made for
    name: Mapped[str] = mapped_column(String(100))
    #: first characters, so that people can tell keys apart
    prefix: Mapped[str] = mapped_column(String(12))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    made_by: Mapped[str] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: a day, not a moment: enough to see that a key is unused
    last_used_on: Mapped[date | None]
