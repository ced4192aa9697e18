"""Sessions are rows; a second factor; a password that somebody else gave has to be replaced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018_who_gets_in"
down_revision = "0017_value_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_session",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("browser", sa.String(40), nullable=False),
        _of_account("staff_session"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_staff_session")),
    )
    op.create_index(op.f("ix_staff_session_user_id"), "staff_session", ["user_id"])
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_step >= 0", name=op.f("ck_second_factor_step_counted")),
        _of_account("second_factor"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        _of_account("recovery_code"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"])
    with op.batch_alter_table("user_account") as table:
        table.drop_column("sessions")
        table.add_column(sa.Column("password_is", sa.String(8), nullable=False, server_default="own"))
        table.create_check_constraint(
            op.f("ck_user_account_password_is_somebodys"), "password_is IN ('own', 'given', 'used')"
        )


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_user_id")
    return sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    with op.batch_alter_table("user_account") as table:
        table.drop_constraint(op.f("ck_user_account_password_is_somebodys"), type_="check")
        table.drop_column("password_is")
        table.add_column(sa.Column("sessions", sa.Integer(), nullable=False, server_default="0"))
    for name in ("recovery_code", "second_factor", "staff_session"):
        op.drop_table(name)
