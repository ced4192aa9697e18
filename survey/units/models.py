"""What the room `units` stores: who is appraised, where, under which code, with how many cases."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.base.store.database import Base


class UnitClassRow(Base):
    """A class of comparable units (单位类别): ranks are only made inside one."""

    __tablename__ = "unit_class"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))


class UnitRow(Base):
    """A body that is appraised (被评议单位), or a part of one."""

    __tablename__ = "unit"
    __table_args__ = (CheckConstraint("parent_id <> id", "not_its_own_parent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    #: empty = ranked nowhere, e.g. an office inside a department
    class_id: Mapped[int | None] = mapped_column(ForeignKey("unit_class.id"), index=True)
    #: the unit it belongs to
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)


class WindowRow(Base):
    """A service counter (窗口)."""

    __tablename__ = "window"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    #: which form a scan at this counter opens
    questionnaire: Mapped[str] = mapped_column(String(16), default="W1")
    active: Mapped[bool] = mapped_column(default=True)


class PlaceCodeRow(Base):
    """A code's stay at one counter: desks move, so the same code may have several, one after the other."""

    __tablename__ = "place_code"
    __table_args__ = (
        CheckConstraint("until_day >= from_day", "ends_after_start"),
        CheckConstraint("length(code) = 7", "code_complete"),
        # a code stands at no more than one counter at a time
        Index(
            "uq_place_code_standing",
            "code",
            unique=True,
            sqlite_where=text("until_day IS NULL"),
            postgresql_where=text("until_day IS NULL"),
        ),
        Index("ix_place_code_code_from_day", "code", "from_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(7))
    window_id: Mapped[int] = mapped_column(ForeignKey("window.id"), index=True)
    from_day: Mapped[date] = mapped_column(Date)
    #: the first day on which it no longer stands there; empty = it still does
    until_day: Mapped[date | None] = mapped_column(Date)


class CaseloadRow(Base):
    """Cases that a counter handled in a month (办件量): what counter ratings are weighted to."""

    __tablename__ = "caseload"
    __table_args__ = (
        CheckConstraint("cases >= 0", "cases_counted"),
        CheckConstraint("month BETWEEN 1 AND 12", "month_of_year"),
    )

    window_id: Mapped[int] = mapped_column(ForeignKey("window.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    cases: Mapped[int] = mapped_column()
