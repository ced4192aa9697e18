"""Tables of `screen`."""

from __future__ import annotations

revision = "0006_screen"
down_revision = "0005_followup"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
