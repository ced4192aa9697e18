"""Tables of `followup`."""

from __future__ import annotations

revision = "0005_followup"
down_revision = "0004_collect"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
