"""A disk that can lose its power: a file system in a file, of which a cut keeps only what was really flushed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The least size at which each can be made.
MEGABYTES = {"ext4": 64, "ext2": 64, "btrfs": 120, "xfs": 320}
# A journal that flushes by itself within a round would hide what the index forgot to flush.
_OPTIONS = {"ext4": "loop,commit=300", "btrfs": "loop,commit=300"}
_FORCE = {"ext4": ["-F"], "ext2": ["-F"], "btrfs": ["-f"], "xfs": ["-f"]}


class Disk:
    """A file system of its own in a file.

    Args:
        image: the file.
        folder: where it is mounted.
        kind: which file system.

    """

    def __init__(self, image: Path, folder: Path, kind: str) -> None:
        self._image = image
        self._folder = folder
        self._kind = kind

    @contextmanager
    def mounted(self) -> Iterator[None]:
        """Make it and mount it for as long as the block runs.

        Raises:
            CalledProcessError: that is not possible here.

        """
        with self._image.open("wb") as stream:
            stream.truncate(MEGABYTES[self._kind] * 1024 * 1024)
        _run(f"mkfs.{self._kind}", "-q", *_FORCE[self._kind], str(self._image))
        self._folder.mkdir(parents=True)
        self._mount()
        try:
            _run("sync", "-f", str(self._folder))
            yield
        finally:
            _run("umount", str(self._folder))

    def cut(self) -> None:
        """Lose whatever did not reach the disk yet: a copy of it as it is now takes its place."""
        copy = self._image.with_suffix(".cut")
        _run("cp", "--sparse=always", str(self._image), str(copy))
        _run("umount", str(self._folder))
        copy.replace(self._image)
        if self._kind == "ext2":
            # It mends what it can, as at any start after a power cut, and says so by its exit code.
            subprocess.run(["e2fsck", "-fy", str(self._image)], capture_output=True, check=False)
        self._mount()

    def _mount(self) -> None:
        _run("mount", "-o", _OPTIONS.get(self._kind, "loop"), str(self._image), str(self._folder))


def missing(kind: str) -> str | None:
    """Return what is missing here to make a file system of a kind, or None."""
    absent = [tool for tool in (f"mkfs.{kind}", "mount", "umount", "sync") if shutil.which(tool) is None]
    return f"{', '.join(absent)}: not installed" if absent else None


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
