"""Rounds select evidence instead of owning it: collections, states beside the answers, tallies by day.

What the first version stored keeps its answers, receipts, decisions, runs and sheets. Every response gets the
collection that its source, form and wave tell; a round whose waves did not follow its days names its collections.
SQLite cannot change a table's rules, so the tables concerned are written anew there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009_rounds_select"
down_revision = "0008_score"
branch_labels = None
depends_on = None

#: groups of raters as the first version's texts called them
GROUPS = {
    "居民": "residents", "resident": "residents", "企业": "enterprises", "enterprise": "enterprises",
    "人大代表": "deputies", "deputy": "deputies", "领导": "leaders", "基层干部": "grassroots", "cadre": "grassroots",
}  # fmt: skip

#: table -> its definition on SQLite, without its name; what stands in the new columns comes from `COPIES`
SQLITE = {
    "response": """(
        key VARCHAR(22) NOT NULL, collection_id INTEGER NOT NULL, window_id INTEGER, unit_id INTEGER,
        group_code VARCHAR(64) NOT NULL, stratum VARCHAR(200) NOT NULL, calibration VARCHAR(100) NOT NULL,
        channel INTEGER NOT NULL, questionnaire VARCHAR(16) NOT NULL, version INTEGER NOT NULL, day DATE NOT NULL,
        selection_factor DOUBLE NOT NULL, receipt_hash VARCHAR(64) NOT NULL, withdrawn_code BOOLEAN NOT NULL,
        low BOOLEAN NOT NULL,
        CONSTRAINT pk_response PRIMARY KEY (key),
        CONSTRAINT ck_response_channel_known CHECK (channel BETWEEN 1 AND 14),
        CONSTRAINT ck_response_factor_expands CHECK (selection_factor >= 1),
        CONSTRAINT uq_response_receipt_hash UNIQUE (receipt_hash),
        CONSTRAINT fk_response_collection_id FOREIGN KEY(collection_id) REFERENCES collection (id),
        CONSTRAINT fk_response_window_id FOREIGN KEY(window_id) REFERENCES "window" (id),
        CONSTRAINT fk_response_unit_id FOREIGN KEY(unit_id) REFERENCES unit (id)
        ) WITHOUT ROWID""",
    "answer": """(
        response_key VARCHAR(22) NOT NULL, unit_id INTEGER NOT NULL, question VARCHAR(32) NOT NULL,
        level INTEGER, score DOUBLE,
        CONSTRAINT pk_answer PRIMARY KEY (response_key, unit_id, question),
        CONSTRAINT ck_answer_level_in_scale CHECK (level BETWEEN 0 AND 10),
        CONSTRAINT ck_answer_score_in_scale CHECK (score BETWEEN 0 AND 100),
        CONSTRAINT ck_answer_one_value CHECK ((level IS NULL) <> (score IS NULL)),
        CONSTRAINT fk_answer_response_key FOREIGN KEY(response_key) REFERENCES response (key) ON DELETE CASCADE,
        CONSTRAINT fk_answer_unit_id FOREIGN KEY(unit_id) REFERENCES unit (id)
        ) WITHOUT ROWID""",
    "kept_aside": """(
        key VARCHAR(64) NOT NULL, collection_id INTEGER NOT NULL, window_id INTEGER, unit_id INTEGER,
        day DATE NOT NULL, content TEXT NOT NULL,
        CONSTRAINT pk_kept_aside PRIMARY KEY (key),
        CONSTRAINT fk_kept_aside_collection_id FOREIGN KEY(collection_id) REFERENCES collection (id),
        CONSTRAINT fk_kept_aside_window_id FOREIGN KEY(window_id) REFERENCES "window" (id),
        CONSTRAINT fk_kept_aside_unit_id FOREIGN KEY(unit_id) REFERENCES unit (id)
        ) WITHOUT ROWID""",
    "sample_wave": """(
        id INTEGER NOT NULL, collection_id INTEGER NOT NULL, frame_id INTEGER NOT NULL, name VARCHAR(100) NOT NULL,
        kind VARCHAR(10) NOT NULL, questionnaire VARCHAR(20) NOT NULL, group_code VARCHAR(40) NOT NULL,
        unit_ids JSON NOT NULL, state VARCHAR(10) NOT NULL, opens_on DATE NOT NULL, closes_on DATE NOT NULL,
        design JSON, seed VARCHAR(200), drawn_at DATETIME, sample_hash VARCHAR(64),
        CONSTRAINT pk_sample_wave PRIMARY KEY (id),
        CONSTRAINT ck_sample_wave_kind_known CHECK (kind IN ('poll', 'panel')),
        CONSTRAINT ck_sample_wave_state_known CHECK (state IN ('draft', 'drawn', 'open', 'closed')),
        CONSTRAINT ck_sample_wave_opens_before_it_closes CHECK (opens_on <= closes_on),
        CONSTRAINT ck_sample_wave_drawn_has_sample_hash CHECK (state = 'draft' OR sample_hash IS NOT NULL),
        CONSTRAINT ck_sample_wave_seed_and_sample_together CHECK ((seed IS NULL) = (sample_hash IS NULL)),
        CONSTRAINT uq_sample_wave_name UNIQUE (name),
        CONSTRAINT uq_sample_wave_collection_id UNIQUE (collection_id),
        CONSTRAINT fk_sample_wave_collection_id FOREIGN KEY(collection_id) REFERENCES collection (id),
        CONSTRAINT fk_sample_wave_frame_id FOREIGN KEY(frame_id) REFERENCES sample_frame (id)
        )""",
    "screen_decision": """(
        id INTEGER NOT NULL, response_key VARCHAR(22) NOT NULL, kind VARCHAR(8) NOT NULL, reason VARCHAR(500) NOT NULL,
        first VARCHAR(64) NOT NULL, first_at DATETIME NOT NULL, second VARCHAR(64), second_at DATETIME,
        outcome VARCHAR(8) NOT NULL,
        CONSTRAINT pk_screen_decision PRIMARY KEY (id),
        CONSTRAINT ck_screen_decision_kind_known CHECK (kind IN ('hold', 'release', 'exclude')),
        CONSTRAINT ck_screen_decision_reason_says_something CHECK (length(reason) >= 5),
        CONSTRAINT ck_screen_decision_outcome_known CHECK (outcome IN ('done', 'pending', 'rejected')),
        CONSTRAINT ck_screen_decision_two_people CHECK (second IS NULL OR second <> first),
        CONSTRAINT ck_screen_decision_second_person_decides
            CHECK (kind = 'hold' OR outcome = 'pending' OR second IS NOT NULL),
        CONSTRAINT fk_screen_decision_response_key
            FOREIGN KEY(response_key) REFERENCES response (key) ON DELETE CASCADE
        )""",
    "round": """(
        id INTEGER NOT NULL, code VARCHAR(32) NOT NULL, name VARCHAR(100) NOT NULL, opens_on DATE NOT NULL,
        closes_on DATE NOT NULL, closed BOOLEAN NOT NULL, unit_choice VARCHAR(10) NOT NULL, unit_codes JSON NOT NULL,
        collection_ids JSON NOT NULL, pooling VARCHAR(10) NOT NULL, shares JSON NOT NULL,
        CONSTRAINT pk_round PRIMARY KEY (id),
        CONSTRAINT ck_round_closes_after_opening CHECK (closes_on >= opens_on),
        CONSTRAINT ck_round_unit_choice_known CHECK (unit_choice IN ('all', 'classes', 'trees', 'units')),
        CONSTRAINT ck_round_pooling_known CHECK (pooling IN ('apart', 'together', 'shares')),
        CONSTRAINT uq_round_code UNIQUE (code)
        )""",
    "score_sheet": """(
        id INTEGER NOT NULL, round_id INTEGER NOT NULL, scheme_id INTEGER NOT NULL, run_id INTEGER,
        made_at DATETIME NOT NULL, made_by VARCHAR(64) NOT NULL, replaces_id INTEGER, reason VARCHAR(400) NOT NULL,
        demo BOOLEAN NOT NULL, content TEXT NOT NULL, frozen_at DATETIME, frozen_by VARCHAR(64) NOT NULL,
        sha256 VARCHAR(64), signature VARCHAR(88), public_key VARCHAR(44),
        CONSTRAINT pk_score_sheet PRIMARY KEY (id),
        CONSTRAINT ck_score_sheet_frozen_has_hash CHECK ((frozen_at IS NULL) = (sha256 IS NULL)),
        CONSTRAINT ck_score_sheet_frozen_has_signature CHECK ((frozen_at IS NULL) = (signature IS NULL)),
        CONSTRAINT ck_score_sheet_correction_has_reason CHECK (replaces_id IS NULL OR reason <> ''),
        CONSTRAINT ck_score_sheet_replaces_another CHECK (replaces_id <> id),
        CONSTRAINT fk_score_sheet_replaces_id FOREIGN KEY(replaces_id) REFERENCES score_sheet (id),
        CONSTRAINT fk_score_sheet_round_id FOREIGN KEY(round_id) REFERENCES round (id),
        CONSTRAINT fk_score_sheet_scheme_id FOREIGN KEY(scheme_id) REFERENCES score_scheme (id)
        )""",
}
#: indexes of the tables that SQLite writes anew: name -> table, columns
INDEXES = {
    "ix_response_day_collection_id": ("response", ["day", "collection_id"]),
    "ix_response_unit_id": ("response", ["unit_id"]),
    "ix_answer_unit_id": ("answer", ["unit_id"]),
    "ix_kept_aside_collection_id": ("kept_aside", ["collection_id"]),
    "ix_sample_wave_frame_id": ("sample_wave", ["frame_id"]),
    "ix_screen_decision_response_key": ("screen_decision", ["response_key"]),
    "ix_score_sheet_round_id": ("score_sheet", ["round_id"]),
}
_SAME = {
    "response": (
        "key, window_id, unit_id, group_code, stratum, calibration, channel, questionnaire, version, day, "
        "selection_factor, receipt_hash, withdrawn_code"
    ),
    "answer": "response_key, unit_id, question, level, score",
    "kept_aside": "key, window_id, unit_id, day, content",
    "sample_wave": (
        "id, frame_id, name, kind, questionnaire, group_code, unit_ids, state, opens_on, closes_on, design, seed, "
        "drawn_at, sample_hash"
    ),
    "screen_decision": "id, response_key, kind, reason, first, first_at, second, second_at, outcome",
    "round": "id, code, name, opens_on, closes_on, closed",
    "score_sheet": (
        "id, round_id, scheme_id, run_id, made_at, made_by, replaces_id, reason, demo, content, frozen_at, frozen_by, "
        "sha256, signature, public_key"
    ),
}
#: table -> what its new columns are filled with; `old` is the table as it was
NEW = {
    "response": {
        "collection_id": """CASE WHEN old.wave_id IS NOT NULL
            THEN (SELECT c.id FROM collection c JOIN sample_wave w ON w.name = c.code WHERE w.id = old.wave_id)
            ELSE (SELECT c.id FROM collection c WHERE c.code = old.source || '-' || old.questionnaire) END""",
        # the overall questions of the first version, and the bad levels of its scale
        "low": """EXISTS (SELECT 1 FROM answer a WHERE a.response_key = old.key AND a.unit_id = old.unit_id
            AND a.question IN ('W-E1', 'G-1') AND a.level IN (1, 2))""",
    },
    "kept_aside": {
        "collection_id": """COALESCE(
            (SELECT c.id FROM collection c JOIN "window" w ON c.code = 'counter-' || w.questionnaire
             WHERE w.id = old.window_id AND old.source = 'counter'),
            (SELECT min(c.id) FROM collection c JOIN sample_wave w ON w.name = c.code
             WHERE w.kind = old.source AND w.round_id = old.round_id),
            (SELECT min(c.id) FROM collection c WHERE c.kind = old.source),
            (SELECT min(c.id) FROM collection c))""",
    },
    "sample_wave": {"collection_id": "(SELECT c.id FROM collection c WHERE c.code = old.name)"},
    "round": {
        "unit_choice": "'all'",
        "unit_codes": "'[]'",
        "collection_ids": "'[]'",
        "pooling": "'apart'",
        "shares": "'{}'",
    },
}


def upgrade() -> None:
    connection = op.get_bind()
    _create_tables()
    _fill_collections(connection)
    named = _rounds_that_name(connection)
    ends = _ends_of_closed_rounds(connection)
    _move_states(connection)
    if connection.dialect.name == "sqlite":
        _write_anew(connection)
    else:
        _alter(connection)
    for round_id, (collection_ids, pooling) in named.items():
        connection.execute(
            sa.text('UPDATE "round" SET collection_ids = :numbers, pooling = :pooling WHERE id = :id').bindparams(
                sa.bindparam("numbers", json.dumps(collection_ids))
                if connection.dialect.name == "sqlite"
                else sa.bindparam("numbers", collection_ids, sa.JSON),
                pooling=pooling,
                id=round_id,
            )
        )
    for round_id, last in ends.items():
        moved = sa.text('UPDATE "round" SET closes_on = :last WHERE id = :id')
        connection.execute(moved, {"last": last, "id": round_id})


def _create_tables() -> None:
    op.create_table(
        "rater_group",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.String(64), nullable=False),
        sa.Column("name_en", sa.String(64), nullable=False),
        sa.CheckConstraint("code <> ''", name=op.f("ck_rater_group_code_given")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_rater_group")),
    )
    op.create_table(
        "collection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(100), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("group_code", sa.String(64), nullable=False),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("unit_ids", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('counter', 'poll', 'panel', 'online', 'open', 'import', 'complaint')",
            name=op.f("ck_collection_kind_known"),
        ),
        sa.CheckConstraint(
            "closes_on IS NULL OR opens_on IS NULL OR opens_on <= closes_on",
            name=op.f("ck_collection_opens_before_it_closes"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('poll', 'panel') OR closes_on IS NOT NULL", name=op.f("ck_collection_drawn_has_an_end")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection")),
        sa.UniqueConstraint("code", name=op.f("uq_collection_code")),
    )
    _create_tallies()
    op.create_table(
        "response_apart",
        sa.Column("response_key", sa.String(22), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.CheckConstraint("state IN ('held', 'excluded')", name=op.f("ck_response_apart_state_known")),
        sa.ForeignKeyConstraint(
            ["response_key"], ["response.key"], name=op.f("fk_response_apart_response_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("response_key", name=op.f("pk_response_apart")),
        sqlite_with_rowid=False,
    )
    _create_cases()


def _collection_id(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_collection_id")
    return sa.ForeignKeyConstraint(["collection_id"], ["collection.id"], name=name, ondelete="CASCADE")


def _create_tallies() -> None:
    op.create_table(
        "tally_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("heads", sa.LargeBinary(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("responses >= 0", name=op.f("ck_tally_day_responses_counted")),
        sa.PrimaryKeyConstraint("day", "collection_id", name=op.f("pk_tally_day")),
        _collection_id("tally_day"),
    )
    op.create_table(
        "tally_month",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("stamp", sa.String(64), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("month", "collection_id", name=op.f("pk_tally_month")),
        _collection_id("tally_month"),
    )
    op.create_table(
        "tally_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_mark")),
        _collection_id("tally_mark"),
    )


def _create_cases() -> None:
    """Bad ratings as the room that has them answered pages through them; filled by it, from the answers."""
    op.create_table(
        "followup_case",
        sa.Column("response_key", sa.String(22), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=True),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("is_sealed", sa.Boolean(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_key"], ["response.key"], name=op.f("fk_followup_case_response_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("response_key", name=op.f("pk_followup_case")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_followup_case_month", "followup_case", ["month", "response_key"])
    op.create_index("ix_followup_case_unit_id", "followup_case", ["unit_id", "answered"])
    op.create_index("ix_followup_case_day", "followup_case", ["day", "collection_id"])
    op.create_table(
        "followup_seen",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collection.id"], name=op.f("fk_followup_seen_collection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("day", "collection_id", name=op.f("pk_followup_seen")),
    )


def _fill_collections(connection: sa.Connection) -> None:
    """A standing collection for each form at counters, one for each form of imports, one for each wave."""
    table = sa.table(
        "collection",
        *(sa.column(name) for name in ("code", "title", "kind", "group_code", "form")),
        sa.column("channels", sa.JSON),
        sa.column("opens_on", sa.Date),
        sa.column("closes_on", sa.Date),
        sa.column("unit_ids", sa.JSON),
    )
    rows: list[dict[str, Any]] = []
    forms = connection.execute(
        sa.text(
            "SELECT DISTINCT source, questionnaire FROM response WHERE source IN ('counter', 'import') "
            """UNION SELECT 'counter', questionnaire FROM "window" ORDER BY 1, 2"""
        )
    )
    for source, form in forms:
        title, group = ("窗口评价", "clients") if source == "counter" else ("导入", "")
        rows.append(_collection(f"{source}-{form}", f"{title} · {form}", source, group, form))
    wave = sa.table(
        "sample_wave",
        *(sa.column(name) for name in ("name", "kind", "group_code", "questionnaire")),
        sa.column("opens_on", sa.Date),
        sa.column("closes_on", sa.Date),
        sa.column("unit_ids", sa.JSON),
        sa.column("id"),
    )
    for one in connection.execute(sa.select(wave).order_by(wave.c.id)):
        group = GROUPS.get(one.group_code, one.group_code)
        row = _collection(one.name, one.name, one.kind, group, one.questionnaire)
        rows.append({**row, "opens_on": one.opens_on, "closes_on": one.closes_on, "unit_ids": one.unit_ids})
    if rows:
        connection.execute(sa.insert(table), rows)
    known = {*GROUPS.values(), "clients", ""}
    own = {row["group_code"] for row in rows} - known
    for code in sorted(own):
        connection.execute(
            sa.text("INSERT INTO rater_group (code, name_zh, name_en) VALUES (:code, :code, '')"), {"code": code}
        )


def _collection(code: str, title: str, kind: str, group: str, form: str) -> dict[str, Any]:
    return {
        "code": code,
        "title": title,
        "kind": kind,
        "group_code": group,
        "form": form,
        "channels": [],
        "opens_on": None,
        "closes_on": None,
        "unit_ids": [],
    }


def _rounds_that_name(connection: sa.Connection) -> dict[int, tuple[list[int], str]]:
    """Rounds whose waves do not follow their days, or are several: what they select by name, and how it is pooled."""
    waves: dict[int, list[tuple[int, bool, str]]] = {}
    fitting: dict[int, set[int]] = {}
    rows = connection.execute(
        sa.text(
            'SELECT r.id, c.id, w.round_id, c.kind, w.closes_on BETWEEN r.opens_on AND r.closes_on FROM "round" r, '
            "collection c JOIN sample_wave w ON w.name = c.code"
        )
    )
    for round_id, number, owner, kind, fits in rows:
        if owner == round_id:
            waves.setdefault(round_id, []).append((number, bool(fits), kind))
        if fits:
            fitting.setdefault(round_id, set()).add(number)
    always = list(
        connection.scalars(sa.text("SELECT id FROM collection WHERE kind NOT IN ('poll', 'panel') ORDER BY id"))
    )
    found: dict[int, tuple[list[int], str]] = {}
    for round_id in {*waves, *fitting}:
        own = [number for number, _fits, _kind in waves.get(round_id, [])]
        kinds = [kind for _number, _fits, kind in waves.get(round_id, [])]
        together = len(set(kinds)) < len(kinds)
        named = [*always, *own] if set(own) != fitting.get(round_id, set()) else []
        if named or together:
            found[round_id] = (named, "together" if together else "apart")
    return found


def _ends_of_closed_rounds(connection: sa.Connection) -> dict[int, Any]:
    """Closed rounds end where they ended: on the day of their last answer, if later ones were not theirs."""
    rows = connection.execute(
        sa.text(
            'SELECT r.id, (SELECT max(day) FROM response WHERE round_id = r.id) FROM "round" r '
            "WHERE r.closed AND EXISTS "
            "(SELECT 1 FROM response s WHERE s.round_id IS NULL AND s.day BETWEEN r.opens_on AND r.closes_on)"
        )
    )
    return {round_id: last for round_id, last in rows if last is not None}


def _move_states(connection: sa.Connection) -> None:
    connection.execute(
        sa.text("INSERT INTO response_apart (response_key, state) SELECT response_key, state FROM screen_uncounted")
    )
    op.drop_table("screen_uncounted")


def _write_anew(connection: sa.Connection) -> None:
    """SQLite: make each table anew beside the old one, copy, and put it in its place; triggers are made again."""
    triggers = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    for name, _sql in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    for table, definition in SQLITE.items():
        new = NEW.get(table, {})
        columns = ", ".join([_SAME[table], *new])
        values = ", ".join([_SAME[table], *new.values()])
        connection.exec_driver_sql(f'CREATE TABLE "{table}_new" {definition}')
        connection.exec_driver_sql(f'INSERT INTO "{table}_new" ({columns}) SELECT {values} FROM "{table}" AS old')  # noqa: S608  # our own names
    for table in SQLITE:
        connection.exec_driver_sql(f'DROP TABLE "{table}"')
        connection.exec_driver_sql(f'ALTER TABLE "{table}_new" RENAME TO "{table}"')
    for name, (table, columns_of) in INDEXES.items():
        op.create_index(name, table, columns_of)
    op.create_index("ix_response_low", "response", ["day"], sqlite_where=sa.text("low"))
    for _name, sql in triggers:
        connection.exec_driver_sql(sql)


def _alter(connection: sa.Connection) -> None:
    """PostgreSQL: change each table where it stands."""
    for table in ("response", "kept_aside", "sample_wave"):
        op.add_column(table, sa.Column("collection_id", sa.Integer(), nullable=True))
    op.add_column("response", sa.Column("low", sa.Boolean(), nullable=True))
    for table in ("kept_aside", "response", "sample_wave"):
        assigned = ", ".join(f"{name} = {value}" for name, value in NEW[table].items())
        connection.exec_driver_sql(f"UPDATE {table} AS old SET {assigned}")  # noqa: S608  # our own names
    for table in ("response", "kept_aside", "sample_wave"):
        op.alter_column(table, "collection_id", nullable=False)
        op.create_foreign_key(op.f(f"fk_{table}_collection_id"), table, "collection", ["collection_id"], ["id"])
    op.alter_column("response", "low", nullable=False)
    op.create_unique_constraint(op.f("uq_sample_wave_collection_id"), "sample_wave", ["collection_id"])
    _drop_columns("response", ("round_id", "source", "wave_id"))
    _drop_columns("kept_aside", ("round_id", "source"))
    _drop_columns("sample_wave", ("round_id",))
    _drop_columns("screen_decision", ("round_id",))
    op.drop_index("ix_response_window_id", "response")
    op.create_index("ix_response_day_collection_id", "response", ["day", "collection_id"])
    op.create_index("ix_response_low", "response", ["day"], postgresql_where=sa.text("low"))
    op.create_index("ix_kept_aside_collection_id", "kept_aside", ["collection_id"])
    op.drop_constraint(op.f("ck_answer_level_in_scale"), "answer", type_="check")
    op.create_check_constraint(op.f("ck_answer_level_in_scale"), "answer", "level BETWEEN 0 AND 10")
    op.alter_column("score_sheet", "run_id", nullable=True)
    columns: tuple[tuple[str, sa.types.TypeEngine[Any], str], ...] = (
        ("unit_choice", sa.String(10), "all"),
        ("unit_codes", sa.JSON(), "[]"),
        ("collection_ids", sa.JSON(), "[]"),
        ("pooling", sa.String(10), "apart"),
        ("shares", sa.JSON(), "{}"),
    )
    for name, kind, value in columns:
        op.add_column("round", sa.Column(name, kind, nullable=False, server_default=value))
        op.alter_column("round", name, server_default=None)
    for name, rule in (
        ("unit_choice_known", "unit_choice IN ('all', 'classes', 'trees', 'units')"),
        ("pooling_known", "pooling IN ('apart', 'together', 'shares')"),
    ):
        op.create_check_constraint(op.f(f"ck_round_{name}"), "round", rule)


def _drop_columns(table: str, columns: Sequence[str]) -> None:
    """PostgreSQL drops what rests on a column with it: its indexes, and rules that name it."""
    for column in columns:
        op.drop_column(table, column)


def downgrade() -> None:
    raise NotImplementedError("Answers belong to no round any more; restore a backup of the first version instead.")
