"""What the room `sample` stores: frames and their cases, waves, the strata of a wave, invitations.

An invitation knows what became of a person, never what the person said, and never when: a moment beside a
disposition would let somebody match it with an answer.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.base.store.database import Base


class FrameRow(Base):
    """A list of cases from which samples are drawn, with where it came from."""

    __tablename__ = "sample_frame"
    __table_args__ = (
        CheckConstraint("cases > 0", "has_cases"),
        CheckConstraint("length(frame_hash) = 64", "hash_is_sha256"),
        CheckConstraint("supplied_by <> ''", "supplier_named"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    #: who handed the list over, and how it came about; a list supplied by the rated unit is the first doubt
    supplied_by: Mapped[str] = mapped_column(String(200))
    supplied_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")
    #: heading of the key column
    key_column: Mapped[str] = mapped_column(String(100))
    #: headings of the stratum columns, in alphabetical order
    columns: Mapped[list[str]] = mapped_column(JSON)
    cases: Mapped[int]
    #: SHA-256 over keys and stratum columns, independent of the order of rows and columns
    frame_hash: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class FrameCaseRow(Base):
    """One person, household or enterprise of a frame."""

    __tablename__ = "sample_frame_case"
    __table_args__ = ({"sqlite_with_rowid": False},)

    frame_id: Mapped[int] = mapped_column(ForeignKey("sample_frame.id", ondelete="CASCADE"), primary_key=True)
    case_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: JSON list: the values of the frame's stratum columns, in their order
    strata: Mapped[str] = mapped_column(Text)
    #: name, telephone and address, encrypted; empty when none were given or when they were forgotten
    contact: Mapped[bytes | None] = mapped_column(LargeBinary)


class WaveRow(Base):
    """One survey among drawn people, or among all members of a panel."""

    __tablename__ = "sample_wave"
    __table_args__ = (
        CheckConstraint("kind IN ('poll', 'panel')", "kind_known"),
        CheckConstraint("state IN ('draft', 'drawn', 'open', 'closed')", "state_known"),
        CheckConstraint("opens_on <= closes_on", "opens_before_it_closes"),
        CheckConstraint("state = 'draft' OR sample_hash IS NOT NULL", "drawn_has_sample_hash"),
        CheckConstraint("(seed IS NULL) = (sample_hash IS NULL)", "seed_and_sample_together"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: what its answers belong to
    collection_id: Mapped[int] = mapped_column(ForeignKey("collection.id"), unique=True)
    frame_id: Mapped[int] = mapped_column(ForeignKey("sample_frame.id"), index=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    #: code of the questionnaire
    questionnaire: Mapped[str] = mapped_column(String(20))
    #: respondent group (评议主体)
    group_code: Mapped[str] = mapped_column(String(40), default="")
    #: bodies that may be asked about; empty = every active one
    unit_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    opens_on: Mapped[date] = mapped_column(Date)
    closes_on: Mapped[date] = mapped_column(Date)
    #: the locked design as canonical JSON; from then on it does not change
    design: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    #: what chance was announced to be, e.g. a lottery's numbers of a day after the lock
    seed: Mapped[str | None] = mapped_column(String(200))
    drawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sample_hash: Mapped[str | None] = mapped_column(String(64))


class WaveStratumRow(Base):
    """A stratum of a wave's locked design."""

    __tablename__ = "sample_wave_stratum"
    __table_args__ = (
        UniqueConstraint("wave_id", "label"),
        CheckConstraint("sampled BETWEEN 1 AND population", "sample_within_population"),
        CheckConstraint("reserve >= 0 AND sampled + reserve <= population", "reserve_within_population"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("sample_wave.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(String(200))
    population: Mapped[int]
    #: cases to be drawn at first
    sampled: Mapped[int]
    #: further cases drawn to wait in order
    reserve: Mapped[int]


class InvitationRow(Base):
    """A drawn case: in the sample, or waiting in reserve."""

    __tablename__ = "sample_invitation"
    __table_args__ = (
        UniqueConstraint("wave_id", "case_key"),
        UniqueConstraint("stratum_id", "position"),
        CheckConstraint("disposition IN ('I', 'P', 'R', 'NC', 'O', 'UO', 'NE')", "disposition_known"),
        CheckConstraint("position > 0", "position_counted"),
        CheckConstraint("active OR disposition = 'UO'", "reserve_has_no_outcome"),
        CheckConstraint("NOT answered OR disposition IN ('I', 'P')", "answered_is_a_response"),
        CheckConstraint("active = (token_hash IS NOT NULL)", "active_has_a_link"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("sample_wave.id", ondelete="CASCADE"))
    stratum_id: Mapped[int] = mapped_column(ForeignKey("sample_wave_stratum.id", ondelete="CASCADE"))
    case_key: Mapped[str] = mapped_column(String(64))
    #: place in the order of the draw inside the stratum, from 1; the reserve continues where the sample ends
    position: Mapped[int]
    #: in the sample; a reserve case becomes active when it is called up
    active: Mapped[bool]
    #: AAPOR letter: complete, partial, refusal, non-contact, other, unknown, not eligible
    disposition: Mapped[str] = mapped_column(String(2), default="UO")
    #: the personal link has been used
    answered: Mapped[bool] = mapped_column(default=False)
    #: the list of cases says so: it moves in steps
    shown: Mapped[bool] = mapped_column(default=False)
    #: SHA-256 of the link's token
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    #: the token, encrypted, so that links can be downloaded again; purged when the wave closes
    token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class UsedLinkRow(Base):
    """A link that was used, until its case is marked: a digest that leads to no case without the installation's key."""

    __tablename__ = "sample_used_link"
    __table_args__ = (
        CheckConstraint("letter IN ('I', 'P')", "letter_is_a_response"),
        {"sqlite_with_rowid": False},
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("sample_wave.id", ondelete="CASCADE"))
    #: complete or partial
    letter: Mapped[str] = mapped_column(String(1))
