"""A sheet is frozen by two people: one asks for it, another confirms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_frozen_by_two"
down_revision = "0012_counted_extras"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "score_freezing",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(64), nullable=True),
        sa.CheckConstraint("confirmed_by <> asked_by", name=op.f("ck_score_freezing_two_people")),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["score_sheet.id"],
            name=op.f("fk_score_freezing_sheet_id_score_sheet"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sheet_id", name=op.f("pk_score_freezing")),
    )


def downgrade() -> None:
    op.drop_table("score_freezing")
