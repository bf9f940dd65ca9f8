"""Who is alive among those that have taken messages: the system itself ends a lock when its process ends.

The lock is SQLite's own on a file of each holder's, so it is one on every system that SQLite knows.
"""

import sqlite3
from pathlib import Path


class Holder:
    """A sign of life of this process."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / name
        self._lock = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        self._lock.execute("BEGIN EXCLUSIVE")

    def close(self) -> None:
        """Give no sign of life any more."""
        self._lock.close()
        self._path.unlink(missing_ok=True)


def is_alive(folder: Path, name: str) -> bool:
    """Tell whether the holder's process is still there; what a dead one left is removed."""
    path = folder / name
    if not path.is_file():
        return False
    probe = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None)
    try:
        probe.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    else:
        path.unlink(missing_ok=True)
        return False
    finally:
        probe.close()
