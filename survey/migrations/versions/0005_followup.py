"""Tables of `followup`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_followup"
down_revision = "0004_collect"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "followup_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_key", sa.String(22), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("withdrawn_because", sa.String(500), nullable=False),
        sa.CheckConstraint("length(text) >= 5", name=op.f("ck_followup_reply_text_says_something")),
        sa.ForeignKeyConstraint(
            ["response_key"], ["response.key"], name=op.f("fk_followup_reply_response_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup_reply")),
    )
    op.create_index("ix_followup_reply_response_key", "followup_reply", ["response_key"])


def downgrade() -> None:
    op.drop_table("followup_reply")
