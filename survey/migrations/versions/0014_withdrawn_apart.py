"""Answers by withdrawn codes are a state of their own: days that have some are counted anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_withdrawn_apart"
down_revision = "0013_frozen_by_two"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("estimate_run", sa.Column("withdrawn", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "INSERT INTO tally_mark (day, collection_id) "
        "SELECT DISTINCT day, collection_id FROM response WHERE withdrawn_code"
    )


def downgrade() -> None:
    op.drop_column("estimate_run", "withdrawn")
