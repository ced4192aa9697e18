"""Computations that the office has released: the rated units open no others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015_released_runs"
down_revision = "0014_withdrawn_apart"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "estimate_release",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("released_by", sa.String(64), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["estimate_run.id"],
            name=op.f("fk_estimate_release_run_id_estimate_run"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_estimate_release")),
    )


def downgrade() -> None:
    op.drop_table("estimate_release")
