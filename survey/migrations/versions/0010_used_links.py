"""Used links stand apart from cases: an answer's transaction touches no case; the list of cases moves in steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_used_links"
down_revision = "0009_rounds_select"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sample_used_link",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(1), nullable=False),
        sa.CheckConstraint("letter IN ('I', 'P')", name=op.f("ck_sample_used_link_letter_is_a_response")),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["sample_wave.id"], name=op.f("fk_sample_used_link_wave_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sample_used_link")),
        sqlite_with_rowid=False,
    )
    op.add_column("sample_invitation", sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE sample_invitation SET shown = answered")


def downgrade() -> None:
    op.drop_column("sample_invitation", "shown")
    op.drop_table("sample_used_link")
