"""The catalogue's SQLite file: opened, brought up to date, copied while it is written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Inspector,
    create_engine,
    event,
    inspect,
    text,
)

from private_index.errors import CatalogueFailed, DiskFailed, DiskFull, NewerCatalogue

BUSY_SECONDS = 30
NEWEST_REVISION = "0002"
MIGRATIONS = "private_index:migrations"
# The part of SQLite's codes that tells the kind of fault.
_PRIMARY = 0xFF


def copy_catalogue(source: Path, target: Path) -> None:
    """Copy a catalogue, as it is at one moment while others go on writing, into one file that needs no other.

    Raises:
        DiskFull: there is no room for it.
        DiskFailed: it can't be read or written for another reason.

    """
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as there,
            closing(sqlite3.connect(target)) as here,
        ):
            there.backup(here)
            # In its other mode SQLite wants to make files beside it, and a backup may lie where nothing can be made.
            here.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as fault:
        raise (DiskFull() if "full" in str(fault) else DiskFailed(str(fault))) from fault


def ask(path: Path) -> None:
    """Ask the catalogue at `path` a real question; a connection of its own remembers no answer of better days.

    Raises:
        CatalogueFailed: there is no answer.

    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("SELECT name FROM projects LIMIT 1").fetchall()
    except sqlite3.Error as fault:
        raise CatalogueFailed(str(fault)) from fault


def is_in_use(path: Path) -> bool:
    """Return whether another process has the catalogue at `path` open.

    Raises:
        CatalogueFailed: that can't be found out, as where it may not be written.

    """
    try:
        with closing(sqlite3.connect(path, timeout=0)) as connection:
            # SQLite leaves the mode with a log only when nobody else has the file open.
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as fault:
        code = fault.sqlite_errorcode & _PRIMARY
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return True
        # With what is no catalogue any more, no index can work.
        if code not in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            raise CatalogueFailed(str(fault)) from fault
    return False


def open_engine(path: Path) -> Engine:
    """Return the way to the file: WAL, every commit flushed, writers known from the start."""
    # No limit but that of the threads: a reader must not wait until those have finished who wait for the write lock.
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS}, max_overflow=-1)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
        # The driver must not begin transactions by itself: a writer takes its lock at once, or two could deadlock.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        # NORMAL, the usual advice for WAL, loses an acknowledged upload on a power cut.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def upgrade(connection: Connection) -> None:
    """Make the tables, or bring them up to date.

    Raises:
        NewerCatalogue: a newer version of this program wrote them.

    """
    there = _revision(inspect(connection), connection)
    if there == NEWEST_REVISION:
        return
    # Imported only when there is something to do: it costs a tenth of a second of every start.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise NewerCatalogue(str(there)) from None


def _revision(inspector: Inspector, connection: Connection) -> str | None:
    if not inspector.has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
