"""What alembic runs: the migrations, on the connection that the catalogue has open already."""

from __future__ import annotations

from alembic import context

from private_index.schema import schema

context.configure(connection=context.config.attributes["connection"], target_metadata=schema, render_as_batch=True)
context.run_migrations()
