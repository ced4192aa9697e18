"""Tables of `score`, and the triggers that keep a frozen sheet as it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_score"
down_revision = "0007_estimate"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

#: a frozen sheet may go only with the worked example that it was made from, while the mark of the example stands
SQLITE = (
    """CREATE TRIGGER score_sheet_keep_frozen BEFORE UPDATE ON score_sheet WHEN OLD.frozen_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a frozen sheet cannot be changed'); END""",
    """CREATE TRIGGER score_sheet_no_removal BEFORE DELETE ON score_sheet
    WHEN OLD.frozen_at IS NOT NULL AND NOT (OLD.demo AND EXISTS (SELECT 1 FROM demo_mark))
    BEGIN SELECT RAISE(ABORT, 'a frozen sheet cannot be removed'); END""",
    """CREATE TRIGGER score_scheme_keep_used BEFORE UPDATE ON score_scheme
    WHEN EXISTS (SELECT 1 FROM score_sheet WHERE scheme_id = OLD.id)
    BEGIN SELECT RAISE(ABORT, 'a scheme that a sheet uses cannot be changed'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION score_sheet_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'TRUNCATE' THEN
        IF EXISTS (SELECT 1 FROM score_sheet WHERE frozen_at IS NOT NULL) THEN
          RAISE EXCEPTION 'a frozen sheet cannot be removed' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
      ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.frozen_at IS NOT NULL THEN
          RAISE EXCEPTION 'a frozen sheet cannot be changed' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
      END IF;
      IF OLD.frozen_at IS NOT NULL AND NOT (OLD.demo AND EXISTS (SELECT 1 FROM demo_mark)) THEN
        RAISE EXCEPTION 'a frozen sheet cannot be removed' USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN OLD;
    END $$""",
    """CREATE TRIGGER score_sheet_keep BEFORE UPDATE OR DELETE ON score_sheet
    FOR EACH ROW EXECUTE FUNCTION score_sheet_keep()""",
    """CREATE TRIGGER score_sheet_keep_all BEFORE TRUNCATE ON score_sheet
    FOR EACH STATEMENT EXECUTE FUNCTION score_sheet_keep()""",
    """CREATE FUNCTION score_scheme_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT 1 FROM score_sheet WHERE scheme_id = OLD.id) THEN
        RAISE EXCEPTION 'a scheme that a sheet uses cannot be changed' USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER score_scheme_keep BEFORE UPDATE ON score_scheme
    FOR EACH ROW EXECUTE FUNCTION score_scheme_keep()""",
)


def upgrade() -> None:
    _create_inputs()
    _create_sheet()
    op.create_table(
        "feed_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("prefix", sa.String(12), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_key")),
        sa.UniqueConstraint("sha256", name=op.f("uq_feed_key_sha256")),
    )
    dialect = op.get_bind().dialect.name
    for statement in SQLITE if dialect == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _create_inputs() -> None:
    op.create_table(
        "score_scheme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.Column("stored_by", sa.String(64), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_score_scheme_version_counted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_scheme")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_score_scheme_code_version")),
    )
    op.create_table(
        "score_external_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("scheme_code", sa.String(40), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_score_external_value_value_not_negative")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_score_external_value_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_score_external_value_unit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_external_value")),
        sa.UniqueConstraint(
            "round_id", "scheme_code", "code", "unit_id",
            name=op.f("uq_score_external_value_round_id_scheme_code_code_unit_id"),
        ),
    )  # fmt: skip
    op.create_table(
        "score_extra",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("scheme_code", sa.String(40), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_score_extra_points_positive")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_score_extra_reason_given")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_score_extra_round_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_score_extra_unit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_extra")),
    )
    op.create_index(op.f("ix_score_extra_round_id_scheme_code"), "score_extra", ["round_id", "scheme_code"])


def _create_sheet() -> None:
    op.create_table(
        "score_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("frozen_at", MOMENT, nullable=True),
        sa.Column("frozen_by", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("signature", sa.String(88), nullable=True),
        sa.Column("public_key", sa.String(44), nullable=True),
        sa.CheckConstraint("(frozen_at IS NULL) = (sha256 IS NULL)", name=op.f("ck_score_sheet_frozen_has_hash")),
        sa.CheckConstraint(
            "(frozen_at IS NULL) = (signature IS NULL)", name=op.f("ck_score_sheet_frozen_has_signature")
        ),
        sa.CheckConstraint("replaces_id IS NULL OR reason <> ''", name=op.f("ck_score_sheet_correction_has_reason")),
        sa.CheckConstraint("replaces_id <> id", name=op.f("ck_score_sheet_replaces_another")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_score_sheet_round_id")),
        sa.ForeignKeyConstraint(["scheme_id"], ["score_scheme.id"], name=op.f("fk_score_sheet_scheme_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["score_sheet.id"], name=op.f("fk_score_sheet_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sheet")),
    )
    op.create_index(op.f("ix_score_sheet_round_id"), "score_sheet", ["round_id"])


def downgrade() -> None:
    for table in ("feed_key", "score_sheet", "score_extra", "score_external_value", "score_scheme"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION score_sheet_keep()")
        op.execute("DROP FUNCTION score_scheme_keep()")
