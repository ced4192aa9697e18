"""Tables of `estimate`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_estimate"
down_revision = "0006_screen"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "estimate_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("tally_hash", sa.String(64), nullable=False),
        sa.Column("code_version", sa.String(40), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("tally", sa.LargeBinary(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.CheckConstraint("length(tally_hash) = 64", name=op.f("ck_estimate_run_hash_is_sha256")),
        sa.CheckConstraint(
            "counted >= 0 AND held >= 0 AND excluded >= 0 AND cells >= 0",
            name=op.f("ck_estimate_run_counts_not_negative"),
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_estimate_run_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimate_run")),
    )
    op.create_index(op.f("ix_estimate_run_round_id"), "estimate_run", ["round_id"])


def downgrade() -> None:
    op.drop_table("estimate_run")
