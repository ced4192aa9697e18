"""What the room `collect` stores, and what it can never store: who said it, and when on that day.

A response is only ever added. Its key is random and its tables are kept in the order of that key, so neither the
order of storing nor the time of day can join an answer with a person or with the form it came from.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.base.store.database import Base

#: rows lie in the order of the primary key, not of their arrival
BY_KEY = {"sqlite_with_rowid": False}


class ResponseRow(Base):
    """One filled-in form. It belongs to one collection, and to no round: rounds select."""

    __tablename__ = "response"
    __table_args__ = (
        CheckConstraint("channel BETWEEN 1 AND 14", "channel_known"),
        CheckConstraint("selection_factor >= 1", "factor_expands"),
        # what is counted anew when a day changed
        Index("ix_response_day_collection_id", "day", "collection_id"),
        # bad ratings, which somebody has to answer
        Index("ix_response_low", "day", sqlite_where=text("low"), postgresql_where=text("low")),
        BY_KEY,
    )

    #: 128 random bits
    key: Mapped[str] = mapped_column(String(22), primary_key=True)
    collection_id: Mapped[int] = mapped_column(ForeignKey("collection.id"))
    window_id: Mapped[int | None] = mapped_column(ForeignKey("window.id"))
    #: the body the whole form is about; empty = a form about several bodies
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    #: kind of respondent (评议主体): the collection's, or what the person said
    group_code: Mapped[str] = mapped_column(String(64), default="")
    #: stratum of the sampled case
    stratum: Mapped[str] = mapped_column(String(200), default="")
    #: coarse categories known of the population, e.g. `age=30-44;area=urban`
    calibration: Mapped[str] = mapped_column(String(100), default="")
    #: how it came: see `survey/questions/channels.py`
    channel: Mapped[int] = mapped_column()
    questionnaire: Mapped[str] = mapped_column(String(16))
    version: Mapped[int] = mapped_column()
    day: Mapped[date] = mapped_column(Date)
    #: bodies the person dealt with / bodies asked about
    selection_factor: Mapped[float] = mapped_column(default=1.0)
    #: keyed hash of the receipt; the receipt itself is not stored
    receipt_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: the code scanned had been withdrawn
    withdrawn_code: Mapped[bool] = mapped_column(default=False)
    #: the overall answer is a bad one on its scale
    low: Mapped[bool] = mapped_column(default=False)


class AnswerRow(Base):
    """What was said to one question about one body: a level or a score."""

    __tablename__ = "answer"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 10", "level_in_scale"),
        CheckConstraint("score BETWEEN 0 AND 100", "score_in_scale"),
        CheckConstraint("(level IS NULL) <> (score IS NULL)", "one_value"),
        Index("ix_answer_unit_id", "unit_id"),
        BY_KEY,
    )

    response_key: Mapped[str] = mapped_column(ForeignKey("response.key", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, autoincrement=False)
    question: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: on the scale of the form, more is better; 0 = not met or cannot say
    level: Mapped[int | None] = mapped_column()
    score: Mapped[float | None] = mapped_column()


class ResponseTagRow(Base):
    """A reason that was ticked."""

    __tablename__ = "response_tag"
    __table_args__ = (BY_KEY,)

    response_key: Mapped[str] = mapped_column(ForeignKey("response.key", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(32), primary_key=True)


class ResponseChoiceRow(Base):
    """What was chosen in a question that is never scored, such as the one about interference."""

    __tablename__ = "response_choice"
    __table_args__ = (BY_KEY,)

    response_key: Mapped[str] = mapped_column(ForeignKey("response.key", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(String(32), primary_key=True)
    choice: Mapped[str] = mapped_column(String(32))


class ResponseTextRow(Base):
    """Words in the citizen's own wording."""

    __tablename__ = "response_text"
    __table_args__ = (CheckConstraint("length(text) BETWEEN 1 AND 2000", "text_fits"), BY_KEY)

    response_key: Mapped[str] = mapped_column(ForeignKey("response.key", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(String(32), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class SubmissionRow(Base):
    """A form that has been sent: makes sending it again harmless. Nothing in it leads to the response."""

    __tablename__ = "submission"
    __table_args__ = (BY_KEY,)

    #: the UUIDv7 of the form token, or a digest of the personal link
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: MAC over what was sent; tells the same content from other content
    mac: Mapped[str] = mapped_column(String(64))
    day: Mapped[date] = mapped_column(Date)


class KeptAsideRow(Base):
    """Other content sent with a form that had been sent before: never counted, never thrown away."""

    __tablename__ = "kept_aside"
    __table_args__ = (BY_KEY,)

    #: digest of form and content, so that repeating it adds nothing
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    collection_id: Mapped[int] = mapped_column(ForeignKey("collection.id"), index=True)
    window_id: Mapped[int | None] = mapped_column(ForeignKey("window.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    day: Mapped[date] = mapped_column(Date)
    #: what was sent, as canonical JSON
    content: Mapped[str] = mapped_column(Text)


class ApartRow(Base):
    """A response that does not count now; no row means that it counts. Why is known to the room that decided it."""

    __tablename__ = "response_apart"
    __table_args__ = (CheckConstraint("state IN ('held', 'excluded')", "state_known"), BY_KEY)

    response_key: Mapped[str] = mapped_column(ForeignKey("response.key", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(8))


class TallyDayRow(Base):
    """The counts of one day and collection: a projection of the answers, which a recount must equal."""

    __tablename__ = "tally_day"
    __table_args__ = (CheckConstraint("responses >= 0", "responses_counted"),)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    collection_id: Mapped[int] = mapped_column(
        ForeignKey("collection.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: raised each time it is counted anew
    serial: Mapped[int] = mapped_column(BigInteger)
    #: responses of any state
    responses: Mapped[int]
    #: responses by unit, counter, channel, group and stratum, packed
    heads: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: answers by the same, question and level or score, packed
    cells: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class TallyMonthRow(Base):
    """The counts of a month's days put together, so that a year is read in twelve pieces."""

    __tablename__ = "tally_month"

    #: such as 2026-03
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    collection_id: Mapped[int] = mapped_column(
        ForeignKey("collection.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: of which days and serials it was made
    stamp: Mapped[str] = mapped_column(String(64))
    cells: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class TallyMarkRow(Base):
    """A day and collection whose stored counts are old: an import, a decision, a removal."""

    __tablename__ = "tally_mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    collection_id: Mapped[int] = mapped_column(ForeignKey("collection.id", ondelete="CASCADE"))
