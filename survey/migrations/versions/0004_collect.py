"""Tables of `collect`."""

from __future__ import annotations

revision = "0004_collect"
down_revision = "0003_sample"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
