"""Tables of `score`."""

from __future__ import annotations

revision = "0008_score"
down_revision = "0007_estimate"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
