"""The catalogue's tables. What stands here and what the migrations make must agree, and a test holds that."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

schema = MetaData()

# A project stays when its files go: a name that the index has ever held never falls back to the public index.
projects = Table(
    "projects",
    schema,
    Column("name", String, primary_key=True),
    # active, archived, deprecated or quarantined (PEP 792).
    Column("status", String, nullable=False, server_default="active"),
    Column("status_reason", String),
)

files = Table(
    "files",
    schema,
    # Order is the serial's, never a clock's.
    Column("serial", Integer, primary_key=True, autoincrement=True),
    Column("filename", String, nullable=False, unique=True),
    Column("project", ForeignKey("projects.name"), nullable=False),
    Column("version", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("blake2_256", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("requires_python", String),
    # The digest of the wheel's METADATA; no sidecar is offered where it is empty (PEP 714).
    Column("metadata_sha256", String),
    Column("uploaded_at", String, nullable=False),
    Column("uploaded_by", String),
    Column("yanked", Boolean, nullable=False, server_default="0"),
    Column("yanked_reason", String),
    # published: served. missing: its bytes are gone from the folder. deleted: taken back for ever. The last two are
    # not served, but their names stay bound to their bytes.
    Column("state", String, nullable=False),
    Index("files_of_a_project", "project", "state"),
    sqlite_autoincrement=True,
)

# The METADATA of wheels and the PKG-INFO of sdists, apart from the rows that every page reads.
core_metadata = Table(
    "core_metadata",
    schema,
    Column("filename", ForeignKey("files.filename"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# Every change, for people who ask what happened and for workers who ask what is stale.
changes = Table(
    "changes",
    schema,
    Column("serial", Integer, primary_key=True, autoincrement=True),
    Column("at", String, nullable=False),
    Column("who", String),
    Column("origin", String),
    Column("action", String, nullable=False),
    Column("project", String, nullable=False),
    Column("version", String),
    Column("filename", String),
    Column("detail", String),
    sqlite_autoincrement=True,
)

# Releases on their way, to be published together or not at all. A canceled session leaves no row.
sessions = Table(
    "sessions",
    schema,
    # Not to be guessed: whoever knows it sees what is staged.
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    # open or published.
    Column("status", String, nullable=False),
    Column("created_at", String, nullable=False),
    Column("expires_at", String, nullable=False),
)

session_releases = Table(
    "session_releases",
    schema,
    Column("session", ForeignKey("sessions.id"), primary_key=True),
    Column("project", String, primary_key=True),
    Column("version", String, primary_key=True),
)

# Apart from the published ones, since a staged name is not bound yet: several may stage it, and one publishes it.
staged_files = Table(
    "staged_files",
    schema,
    Column("serial", Integer, primary_key=True, autoincrement=True),
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("filename", String, nullable=False),
    Column("project", String, nullable=False),
    Column("version", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("blake2_256", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("requires_python", String),
    Column("metadata_sha256", String),
    Column("uploaded_at", String, nullable=False),
    Column("uploaded_by", String),
    Column("core_metadata", LargeBinary, nullable=False),
    UniqueConstraint("session", "filename", name="a_file_of_a_session"),
)
