"""Sessions can be ended; wrong passwords are counted by where they come from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_sessions_end"
down_revision = "0010_used_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_brake",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_brake")),
    )
    op.add_column("user_account", sa.Column("sessions", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("user_account", "sessions")
    op.drop_table("sign_in_brake")
