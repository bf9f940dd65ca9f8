"""Who changed the catalogue since we last asked, in this process or in another: SQLite tells in microseconds."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class News:
    """A project that has changed.

    Args:
        project: its normalised name; None when anything may be different.
        action: what was done, in the words of the catalogue's log.

    """

    project: str | None
    action: str


_NOTHING: Sequence[News] = ()


class Watch:
    """A connection that does nothing but watch.

    Args:
        path: the catalogue's SQLite file.

    """

    def __init__(self, path: Path) -> None:
        # A connection sees every commit but its own, so this one never writes.
        url = f"{path.absolute().as_uri()}?mode=ro"
        self._connection = sqlite3.connect(url, uri=True, isolation_level=None, check_same_thread=False)
        self._version = self._data_version()
        self._serial = self._newest_serial()

    def close(self) -> None:
        """Stop watching."""
        self._connection.close()

    def news(self) -> Sequence[News]:
        """Return what was changed since the last call; that nothing was is found out in microseconds."""
        version = self._data_version()
        if version == self._version:
            return _NOTHING
        # First the version, then the log: a change between the two is told twice rather than never.
        query = "SELECT serial, project, action FROM changes WHERE serial > ? ORDER BY serial"
        rows = self._connection.execute(query, (self._serial,)).fetchall()
        # Only now: a log that could not be read is to be asked for again.
        self._version = version
        if rows:
            self._serial = rows[-1][0]
            return [News(project, action) for _, project, action in rows]
        return self._rewound()

    def _rewound(self) -> Sequence[News]:
        # A log that ends earlier than before is a backup's.
        newest = self._newest_serial()
        if newest >= self._serial:
            return _NOTHING
        self._serial = newest
        return [News(None, "rewind")]

    def _data_version(self) -> int:
        row: tuple[int] = self._connection.execute("PRAGMA data_version").fetchone()
        return row[0]

    def _newest_serial(self) -> int:
        return int(self._connection.execute("SELECT coalesce(max(serial), 0) FROM changes").fetchone()[0])
