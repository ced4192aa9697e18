"""Tables of `sample`: frames and their cases, waves and their strata, invitations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_sample"
down_revision = "0002_units"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_frames()
    _create_waves()
    _create_invitations()


def _create_frames() -> None:
    op.create_table(
        "sample_frame",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("supplied_by", sa.String(200), nullable=False),
        sa.Column("supplied_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("key_column", sa.String(100), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("frame_hash", sa.String(64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cases > 0", name=op.f("ck_sample_frame_has_cases")),
        sa.CheckConstraint("length(frame_hash) = 64", name=op.f("ck_sample_frame_hash_is_sha256")),
        sa.CheckConstraint("supplied_by <> ''", name=op.f("ck_sample_frame_supplier_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_frame")),
        sa.UniqueConstraint("name", name=op.f("uq_sample_frame_name")),
    )
    op.create_table(
        "sample_frame_case",
        sa.Column("frame_id", sa.Integer(), nullable=False),
        sa.Column("case_key", sa.String(64), nullable=False),
        sa.Column("strata", sa.Text(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["frame_id"], ["sample_frame.id"], name=op.f("fk_sample_frame_case_frame_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("frame_id", "case_key", name=op.f("pk_sample_frame_case")),
        sqlite_with_rowid=False,
    )


def _create_waves() -> None:
    op.create_table(
        "sample_wave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("frame_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("questionnaire", sa.String(20), nullable=False),
        sa.Column("group_code", sa.String(40), nullable=False),
        sa.Column("unit_ids", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("design", sa.JSON(), nullable=True),
        sa.Column("seed", sa.String(200), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sample_hash", sa.String(64), nullable=True),
        sa.CheckConstraint("kind IN ('poll', 'panel')", name=op.f("ck_sample_wave_kind_known")),
        sa.CheckConstraint("state IN ('draft', 'drawn', 'open', 'closed')", name=op.f("ck_sample_wave_state_known")),
        sa.CheckConstraint("opens_on <= closes_on", name=op.f("ck_sample_wave_opens_before_it_closes")),
        sa.CheckConstraint(
            "state = 'draft' OR sample_hash IS NOT NULL", name=op.f("ck_sample_wave_drawn_has_sample_hash")
        ),
        sa.CheckConstraint(
            "(seed IS NULL) = (sample_hash IS NULL)", name=op.f("ck_sample_wave_seed_and_sample_together")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_sample_wave_round_id")),
        sa.ForeignKeyConstraint(["frame_id"], ["sample_frame.id"], name=op.f("fk_sample_wave_frame_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_wave")),
        sa.UniqueConstraint("name", name=op.f("uq_sample_wave_name")),
    )
    op.create_index(op.f("ix_sample_wave_round_id"), "sample_wave", ["round_id"])
    op.create_index(op.f("ix_sample_wave_frame_id"), "sample_wave", ["frame_id"])
    op.create_table(
        "sample_wave_stratum",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("sampled", sa.Integer(), nullable=False),
        sa.Column("reserve", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "sampled BETWEEN 1 AND population", name=op.f("ck_sample_wave_stratum_sample_within_population")
        ),
        sa.CheckConstraint(
            "reserve >= 0 AND sampled + reserve <= population",
            name=op.f("ck_sample_wave_stratum_reserve_within_population"),
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["sample_wave.id"], name=op.f("fk_sample_wave_stratum_wave_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_wave_stratum")),
        sa.UniqueConstraint("wave_id", "label", name=op.f("uq_sample_wave_stratum_wave_id_label")),
    )


def _create_invitations() -> None:
    op.create_table(
        "sample_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("stratum_id", sa.Integer(), nullable=False),
        sa.Column("case_key", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("disposition", sa.String(2), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "disposition IN ('I', 'P', 'R', 'NC', 'O', 'UO', 'NE')",
            name=op.f("ck_sample_invitation_disposition_known"),
        ),
        sa.CheckConstraint("position > 0", name=op.f("ck_sample_invitation_position_counted")),
        sa.CheckConstraint("active OR disposition = 'UO'", name=op.f("ck_sample_invitation_reserve_has_no_outcome")),
        sa.CheckConstraint(
            "NOT answered OR disposition IN ('I', 'P')", name=op.f("ck_sample_invitation_answered_is_a_response")
        ),
        sa.CheckConstraint("active = (token_hash IS NOT NULL)", name=op.f("ck_sample_invitation_active_has_a_link")),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["sample_wave.id"], name=op.f("fk_sample_invitation_wave_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["stratum_id"],
            ["sample_wave_stratum.id"],
            name=op.f("fk_sample_invitation_stratum_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_invitation")),
        sa.UniqueConstraint("wave_id", "case_key", name=op.f("uq_sample_invitation_wave_id_case_key")),
        sa.UniqueConstraint("stratum_id", "position", name=op.f("uq_sample_invitation_stratum_id_position")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sample_invitation_token_hash")),
    )


def downgrade() -> None:
    for table in (
        "sample_invitation",
        "sample_wave_stratum",
        "sample_wave",
        "sample_frame_case",
        "sample_frame",
    ):
        op.drop_table(table)
