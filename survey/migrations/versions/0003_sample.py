"""Tables of `sample`."""

from __future__ import annotations

revision = "0003_sample"
down_revision = "0002_units"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
