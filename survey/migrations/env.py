"""Alembic's door: migrations run on the connection that `survey.migrations.upgrade` opened."""

from __future__ import annotations

from alembic import context

from survey.base.store.database import Base
from survey.rooms import load_models

load_models()
connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_as_batch=connection.dialect.name == "sqlite"
)
with context.begin_transaction():
    context.run_migrations()
