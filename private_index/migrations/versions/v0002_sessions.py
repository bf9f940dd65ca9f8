"""Sessions: releases on their way, to be published together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of sessions."""
    op.create_table(
        "sessions",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("expires_at", sa.String, nullable=False),
    )
    op.create_table(
        "session_releases",
        sa.Column("session", sa.String, sa.ForeignKey("sessions.id"), primary_key=True),
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("version", sa.String, primary_key=True),
    )
    op.create_table(
        "staged_files",
        sa.Column("serial", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("session", sa.String, sa.ForeignKey("sessions.id"), nullable=False),
        sa.Column("filename", sa.String, nullable=False),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("blake2_256", sa.String, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("requires_python", sa.String),
        sa.Column("metadata_sha256", sa.String),
        sa.Column("uploaded_at", sa.String, nullable=False),
        sa.Column("uploaded_by", sa.String),
        sa.Column("core_metadata", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("session", "filename", name="a_file_of_a_session"),
    )
