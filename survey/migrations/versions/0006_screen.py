"""Tables of `screen`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_screen"
down_revision = "0005_followup"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "screen_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_key", sa.String(22), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("first", sa.String(64), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second", sa.String(64), nullable=True),
        sa.Column("second_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.CheckConstraint("kind IN ('hold', 'release', 'exclude')", name=op.f("ck_screen_decision_kind_known")),
        sa.CheckConstraint("length(reason) >= 5", name=op.f("ck_screen_decision_reason_says_something")),
        sa.CheckConstraint("outcome IN ('done', 'pending', 'rejected')", name=op.f("ck_screen_decision_outcome_known")),
        sa.CheckConstraint("second IS NULL OR second <> first", name=op.f("ck_screen_decision_two_people")),
        sa.CheckConstraint(
            "kind = 'hold' OR outcome = 'pending' OR second IS NOT NULL",
            name=op.f("ck_screen_decision_second_person_decides"),
        ),
        sa.ForeignKeyConstraint(
            ["response_key"], ["response.key"], name=op.f("fk_screen_decision_response_key"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_screen_decision_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screen_decision")),
    )
    op.create_index("ix_screen_decision_response_key", "screen_decision", ["response_key"])
    op.create_table(
        "screen_uncounted",
        sa.Column("response_key", sa.String(22), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.CheckConstraint("state IN ('held', 'excluded')", name=op.f("ck_screen_uncounted_state_known")),
        sa.ForeignKeyConstraint(
            ["response_key"], ["response.key"], name=op.f("fk_screen_uncounted_response_key"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_screen_uncounted_round_id")),
        sa.PrimaryKeyConstraint("response_key", name=op.f("pk_screen_uncounted")),
    )
    op.create_index("ix_screen_uncounted_round_id", "screen_uncounted", ["round_id"])


def downgrade() -> None:
    op.drop_table("screen_uncounted")
    op.drop_table("screen_decision")
