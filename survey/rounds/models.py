"""What the room `rounds` stores: an office's own groups of raters, collections, and rounds that select from them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.base.store.database import Base


class GroupRow(Base):
    """A group of raters (评议主体) beside those that come with the product."""

    __tablename__ = "rater_group"
    __table_args__ = (CheckConstraint("code <> ''", "code_given"),)

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64), default="")


class CollectionRow(Base):
    """One way of collecting (征集): form × group of raters × channels × days × units. A response belongs to one."""

    __tablename__ = "collection"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('counter', 'poll', 'panel', 'online', 'open', 'import', 'complaint')", name="kind_known"
        ),
        CheckConstraint("closes_on IS NULL OR opens_on IS NULL OR opens_on <= closes_on", "opens_before_it_closes"),
        CheckConstraint("kind NOT IN ('poll', 'panel') OR closes_on IS NOT NULL", "drawn_has_an_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    #: counter, poll, panel, online, open, import or complaint
    kind: Mapped[str] = mapped_column(String(10))
    #: group of raters; empty = the answers themselves say it
    group_code: Mapped[str] = mapped_column(String(64), default="")
    #: code of the questionnaire
    form: Mapped[str] = mapped_column(String(16))
    #: channels that answers may come by; empty = any
    channels: Mapped[list[int]] = mapped_column(JSON, default=list)
    #: empty = has always been open
    opens_on: Mapped[date | None] = mapped_column(Date)
    #: the last day; empty = stays open
    closes_on: Mapped[date | None] = mapped_column(Date)
    #: units that it is about; empty = every active one
    unit_ids: Mapped[list[int]] = mapped_column(JSON, default=list)


class RoundRow(Base):
    """A period that is appraised as one (评议期): it owns no answers, it selects them."""

    __tablename__ = "round"
    __table_args__ = (
        CheckConstraint("closes_on >= opens_on", "closes_after_opening"),
        CheckConstraint("unit_choice IN ('all', 'classes', 'trees', 'units')", "unit_choice_known"),
        CheckConstraint("pooling IN ('apart', 'together', 'shares')", "pooling_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    opens_on: Mapped[date] = mapped_column(Date)
    #: the last day
    closes_on: Mapped[date] = mapped_column(Date)
    #: settled by the office: its days, units and collections do not change any more
    closed: Mapped[bool] = mapped_column(default=False)
    #: which units: all, of some classes, below some units, or those listed
    unit_choice: Mapped[str] = mapped_column(String(10), default="all")
    #: codes of the classes or of the units
    unit_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: collections selected by name; empty = all that fit
    collection_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    #: several waves of one group: apart, together (each by its own population), or by stated shares
    pooling: Mapped[str] = mapped_column(String(10), default="apart")
    #: code of a collection -> its share, in per cent
    shares: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
