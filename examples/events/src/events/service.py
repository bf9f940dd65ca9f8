"""Which pages were read, kept in a file; each event is taken once, however often it comes."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, ts TEXT NOT NULL, type TEXT NOT NULL, url TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages (url TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 1;
"""
RECORD = "INSERT INTO events (id, ts, type, url) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
COUNT = "INSERT INTO pages (url, count) VALUES (?, 1) ON CONFLICT (url) DO UPDATE SET count = count + 1"
SUMMARY = "SELECT url, count FROM pages ORDER BY count DESC, url"


@dataclass(frozen=True)
class Pages:
    """The events in one file."""

    path: Path

    def record(self, identity: str, kind: str, url: str) -> bool:
        """Take an event; tell whether it was a new one. Taken and counted is one: both or neither happen."""
        row = (identity, datetime.now(UTC).isoformat(timespec="milliseconds"), kind, url)
        with self._open() as connection:
            is_new = connection.execute(RECORD, row).rowcount == 1
            if is_new:
                connection.execute(COUNT, (url,))
            return is_new

    def summary(self) -> dict[str, int]:
        """Return how often each page was read, the most read first."""
        with self._open() as connection:
            return dict(connection.execute(SUMMARY).fetchall())

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        """Give the open file, and commit at the end unless something is raised."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=5)) as connection:
            # NORMAL in WAL: a killed process loses nothing, a power cut at most the last moments.
            connection.execute("PRAGMA synchronous = NORMAL")
            if connection.execute("PRAGMA user_version").fetchone() == (0,):
                connection.executescript(SCHEMA)
            with connection:
                yield connection
