"""Tables of `collect`: responses and their answers, sent forms, what was kept aside."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0004_collect"
down_revision = "0003_sample"
branch_labels = None
depends_on = None

#: tables not called as the columns that point to them
TABLES = {"wave": "sample_wave"}


def upgrade() -> None:
    _create_response()
    _create_parts()
    op.create_table(
        "submission",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_submission")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_aside",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kept_aside")),
        *_foreign_keys("kept_aside", ("round", "window", "unit")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_kept_aside_round_id"), "kept_aside", ["round_id"])


def _create_response() -> None:
    op.create_table(
        "response",
        sa.Column("key", sa.String(22), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=True),
        sa.Column("window_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("group_code", sa.String(64), nullable=False),
        sa.Column("stratum", sa.String(200), nullable=False),
        sa.Column("calibration", sa.String(100), nullable=False),
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("questionnaire", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("selection_factor", sa.Double(), nullable=False),
        sa.Column("receipt_hash", sa.String(64), nullable=False),
        sa.Column("withdrawn_code", sa.Boolean(), nullable=False),
        sa.CheckConstraint("source IN ('counter', 'poll', 'panel', 'import')", name=op.f("ck_response_source_known")),
        sa.CheckConstraint("channel BETWEEN 1 AND 14", name=op.f("ck_response_channel_known")),
        sa.CheckConstraint("selection_factor >= 1", name=op.f("ck_response_factor_expands")),
        sa.CheckConstraint(
            "source <> 'counter' OR window_id IS NOT NULL", name=op.f("ck_response_counter_rating_has_counter")
        ),
        sa.CheckConstraint(
            "source NOT IN ('poll', 'panel') OR wave_id IS NOT NULL", name=op.f("ck_response_invited_has_wave")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_response")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_response_receipt_hash")),
        *_foreign_keys("response", ("round", "wave", "window", "unit")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_response_round_id_source", "response", ["round_id", "source"])
    for column in ("wave_id", "window_id", "unit_id"):
        op.create_index(op.f(f"ix_response_{column}"), "response", [column])


def _create_parts() -> None:
    op.create_table(
        "answer",
        sa.Column("response_key", sa.String(22), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.CheckConstraint("level BETWEEN 0 AND 5", name=op.f("ck_answer_level_in_scale")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_answer_score_in_scale")),
        sa.CheckConstraint("(level IS NULL) <> (score IS NULL)", name=op.f("ck_answer_one_value")),
        sa.PrimaryKeyConstraint("response_key", "unit_id", "question", name=op.f("pk_answer")),
        _of_response("answer"),
        *_foreign_keys("answer", ("unit",)),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_answer_unit_id", "answer", ["unit_id"])
    _create_part("response_tag", sa.Column("tag", sa.String(32), nullable=False))
    _create_part("response_choice", _question(), sa.Column("choice", sa.String(32), nullable=False))
    text = sa.Column("text", sa.Text(), nullable=False)
    fits = sa.CheckConstraint("length(text) BETWEEN 1 AND 2000", name=op.f("ck_response_text_text_fits"))
    _create_part("response_text", _question(), text, fits)


def _question() -> sa.Column[str]:
    return sa.Column("question", sa.String(32), nullable=False)


def _create_part(table: str, named: sa.Column[str], *more: sa.Column[str] | sa.CheckConstraint) -> None:
    op.create_table(
        table,
        sa.Column("response_key", sa.String(22), nullable=False),
        named,
        *more,
        sa.PrimaryKeyConstraint("response_key", named.name, name=op.f(f"pk_{table}")),
        _of_response(table),
        sqlite_with_rowid=False,
    )


def _of_response(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_response_key")
    return sa.ForeignKeyConstraint(["response_key"], ["response.key"], name=name, ondelete="CASCADE")


def _foreign_keys(table: str, others: Sequence[str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [f"{other}_id"], [f"{TABLES.get(other, other)}.id"], name=op.f(f"fk_{table}_{other}_id")
        )
        for other in others
    ]


def downgrade() -> None:
    for table in (
        "kept_aside",
        "submission",
        "response_text",
        "response_choice",
        "response_tag",
        "answer",
        "response",
    ):
        op.drop_table(table)
