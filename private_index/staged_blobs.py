"""The bytes of staged files: hidden beside the published ones, in one file system with them, a folder a session."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from private_index.blobs import Part, disk_faults, flush_folder


class StagedBlobs:
    """The folder of staged files.

    A name in the folder of packages that shares its bytes with a staged file, and has no row, is what a publication
    left that was cut short. So it is told apart from what somebody put there by hand.

    Args:
        root: the folder of packages.
        folder: where the staged files lie.

    """

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder

    def path(self, session: str, filename: str) -> Path:
        """Return where a staged file lies, or would."""
        return self._folder / session / filename

    def place(self, part: Part, session: str, filename: str) -> None:
        """Give a sealed part its name among the staged files, durably.

        Raises:
            DiskFull, DiskFailed: the disk would not keep the name.

        """
        path = self.path(session, filename)
        with disk_faults():
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True, exist_ok=True)
                flush_folder(self._folder)
            # Whoever calls has no row for it: a kill left it before its row was there.
            path.unlink(missing_ok=True)
            os.link(part.path, path)
            flush_folder(path.parent)

    def holds(self, session: str, filename: str, sha256: str) -> bool:
        """Return whether a staged file lies there with these very bytes, all of which are read.

        Raises:
            DiskFailed: the disk would not give them.

        """
        with disk_faults():
            try:
                with self.path(session, filename).open("rb") as stream:
                    return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
            except FileNotFoundError:
                return False

    def publish(self, session: str, filename: str) -> bool:
        """Give a staged file its name among the packages; False when the name is taken by other bytes.

        It is durable once the folder of packages is flushed.

        Raises:
            DiskFull, DiskFailed: the disk would not keep the name.

        """
        with disk_faults():
            try:
                os.link(self.path(session, filename), self._root / filename)
            except FileExistsError:
                return self.is_linked(session, filename)
        return True

    def is_linked(self, session: str, filename: str) -> bool:
        """Return whether the name among the packages leads to the bytes of the staged file."""
        try:
            return (self._root / filename).samefile(self.path(session, filename))
        except OSError:
            return False

    def sessions(self) -> list[str]:
        """Return the sessions that have a folder."""
        return sorted(entry.name for entry in os.scandir(self._folder)) if self._folder.is_dir() else []

    def linked(self) -> Iterator[str]:
        """Yield every name among the packages that shares its bytes with a staged file."""
        for session in self.sessions():
            yield from self.linked_of(session)

    def linked_of(self, session: str) -> list[str]:
        """Return the names among the packages that share their bytes with a session's files."""
        return [filename for filename in self.filenames(session) if self.is_linked(session, filename)]

    def filenames(self, session: str) -> list[str]:
        """Return the names of a session's files."""
        # Another process may have removed it just now.
        with suppress(OSError):
            return sorted(entry.name for entry in os.scandir(self._folder / session))
        return []

    def is_leftover(self, filename: str) -> bool:
        """Return whether a name among the packages shares its bytes with any staged file."""
        return any(self.is_linked(session, filename) for session in self.sessions())

    def withdraw(self, filenames: Iterable[str]) -> None:
        """Take back names among the packages.

        Raises:
            DiskFailed: the disk would not let them go.

        """
        with disk_faults():
            paths = [self._root / filename for filename in filenames]
            for path in paths:
                path.unlink(missing_ok=True)
            if paths:
                flush_folder(self._root)

    def remove(self, session: str) -> None:
        """Remove a session's files; what a failing disk keeps is removed by the next sweep."""
        shutil.rmtree(self._folder / session, ignore_errors=True)
