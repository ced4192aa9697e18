"""Bonuses and deductions may say how often, how much or which level; a veto has no points."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_counted_extras"
down_revision = "0011_sessions_end"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("score_extra") as table:
        table.add_column(sa.Column("quantity", sa.Double(), nullable=True))
        table.add_column(sa.Column("level", sa.String(40), nullable=False, server_default=""))
        table.add_column(sa.Column("cleared", sa.String(400), nullable=False, server_default=""))
        table.drop_constraint(op.f("ck_score_extra_points_positive"), type_="check")
        table.create_check_constraint(op.f("ck_score_extra_points_not_negative"), "points >= 0")
        table.create_check_constraint(op.f("ck_score_extra_quantity_positive"), "quantity > 0")


def downgrade() -> None:
    op.execute("DELETE FROM score_extra WHERE points = 0")
    with op.batch_alter_table("score_extra") as table:
        table.drop_constraint(op.f("ck_score_extra_quantity_positive"), type_="check")
        table.drop_constraint(op.f("ck_score_extra_points_not_negative"), type_="check")
        table.create_check_constraint(op.f("ck_score_extra_points_positive"), "points > 0")
        table.drop_column("cleared")
        table.drop_column("level")
        table.drop_column("quantity")
