"""Tables of `estimate`."""

from __future__ import annotations

revision = "0007_estimate"
down_revision = "0006_screen"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
