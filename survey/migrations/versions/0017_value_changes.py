"""Changes of values from elsewhere stay on record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017_value_changes"
down_revision = "0016_own_key"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "score_value_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("scheme_code", sa.String(40), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("old", sa.String(500), nullable=False),
        sa.Column("new", sa.String(500), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_score_value_change_round_id_round"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_score_value_change_unit_id_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_value_change")),
    )
    op.create_index(
        op.f("ix_score_value_change_round_id_scheme_code"), "score_value_change", ["round_id", "scheme_code"]
    )


def downgrade() -> None:
    op.drop_table("score_value_change")
