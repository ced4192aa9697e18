"""Tables of `units`, and which units a person of the staff sees."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_units"
down_revision = "0001_house"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_units()
    _create_windows()
    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_round_closes_after_opening")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("code", name=op.f("uq_round_code")),
    )


def _create_units() -> None:
    op.create_table(
        "unit_class",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_class")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_class_code")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_unit_not_its_own_parent")),
        sa.ForeignKeyConstraint(["class_id"], ["unit_class.id"], name=op.f("fk_unit_class_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_index(op.f("ix_unit_class_id"), "unit", ["class_id"])
    op.create_index(op.f("ix_unit_parent_id"), "unit", ["parent_id"])
    op.create_table(
        "user_unit",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_unit_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_user_unit_unit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "unit_id", name=op.f("pk_user_unit")),
    )


def _create_windows() -> None:
    op.create_table(
        "window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("questionnaire", sa.String(16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_window_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window")),
        sa.UniqueConstraint("code", name=op.f("uq_window_code")),
    )
    op.create_index(op.f("ix_window_unit_id"), "window", ["unit_id"])
    op.create_table(
        "place_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(7), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.CheckConstraint("until_day >= from_day", name=op.f("ck_place_code_ends_after_start")),
        sa.CheckConstraint("length(code) = 7", name=op.f("ck_place_code_code_complete")),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name=op.f("fk_place_code_window_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_code")),
    )
    standing = sa.text("until_day IS NULL")
    op.create_index(
        "uq_place_code_standing", "place_code", ["code"],
        unique=True, sqlite_where=standing, postgresql_where=standing,
    )  # fmt: skip
    op.create_index("ix_place_code_code_from_day", "place_code", ["code", "from_day"])
    op.create_index(op.f("ix_place_code_window_id"), "place_code", ["window_id"])
    op.create_table(
        "caseload",
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.CheckConstraint("cases >= 0", name=op.f("ck_caseload_cases_counted")),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name=op.f("ck_caseload_month_of_year")),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name=op.f("fk_caseload_window_id")),
        sa.PrimaryKeyConstraint("window_id", "year", "month", name=op.f("pk_caseload")),
    )


def downgrade() -> None:
    for table in ("caseload", "place_code", "window", "user_unit", "unit", "unit_class", "round"):
        op.drop_table(table)
