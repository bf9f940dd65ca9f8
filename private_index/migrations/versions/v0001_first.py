"""The first catalogue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "projects",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("status", sa.String, nullable=False, server_default="active"),
        sa.Column("status_reason", sa.String),
    )
    op.create_table(
        "files",
        sa.Column("serial", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("filename", sa.String, nullable=False, unique=True),
        sa.Column("project", sa.String, sa.ForeignKey("projects.name"), nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("blake2_256", sa.String, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("requires_python", sa.String),
        sa.Column("metadata_sha256", sa.String),
        sa.Column("uploaded_at", sa.String, nullable=False),
        sa.Column("uploaded_by", sa.String),
        sa.Column("yanked", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("yanked_reason", sa.String),
        sa.Column("state", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("files_of_a_project", "files", ["project", "state"])
    op.create_table(
        "core_metadata",
        sa.Column("filename", sa.String, sa.ForeignKey("files.filename"), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("serial", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("who", sa.String),
        sa.Column("origin", sa.String),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("version", sa.String),
        sa.Column("filename", sa.String),
        sa.Column("detail", sa.String),
        sqlite_autoincrement=True,
    )
