"""The history of sums, kept in a file. It knows no HTTP."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

MOST = 10
SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS sums (
    number INTEGER PRIMARY KEY AUTOINCREMENT, ts TEXT NOT NULL, calc TEXT NOT NULL, result TEXT NOT NULL
);
PRAGMA user_version = 1;
"""
APPEND = "INSERT INTO sums (ts, calc, result) VALUES (?, ?, ?)"
LIST = "SELECT ts, calc, result FROM sums ORDER BY number DESC LIMIT ?"


@dataclass(frozen=True)
class History:
    """The sums in one file; each call is whole or nothing."""

    path: Path

    def append(self, calc: str, result: str) -> None:
        """Add a sum, with the time."""
        row = (datetime.now(UTC).isoformat(timespec="seconds"), calc, result)
        with self._open() as connection:
            connection.execute(APPEND, row)

    def list(self) -> list[dict[str, str]]:
        """Return the last sums, the newest first."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT ts, calc, result FROM sums ORDER BY number DESC LIMIT ?", (MOST,)
            )
            return [dict(zip(("ts", "calc", "result"), row, strict=True)) for row in rows]

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
