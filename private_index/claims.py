"""Whose a file on its way in is: whoever writes it holds a lock, which ends with its process, however that ends."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

# A name that says that its file is claimed while somebody writes it.
CLAIMED = "part-"
# No honest upload takes a day. It decides where no lock can tell: of others' files, and on systems without such locks.
STALE_SECONDS = 24 * 3600


def claim(descriptor: int) -> bool:
    """Say that an open file is this process's until it is closed; False when it was removed as nobody's just before."""
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:
            # A file system without locks; there age decides, and a part that is removed wrongly is a refused upload.
            return True
    return os.fstat(descriptor).st_nlink > 0


@contextmanager
def abandoned(path: Path) -> Iterator[bool]:
    """Tell whether nobody writes a file any more, and let nobody claim it inside the block."""
    with ExitStack() as held:
        try:
            verdict = _take(path, held) if path.name.startswith(CLAIMED) else None
            old = path.stat().st_mtime < time.time() - STALE_SECONDS
        except FileNotFoundError:
            # The upload has ended in the meantime.
            verdict = old = False
        yield old if verdict is None else verdict


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep every other process and thread that asks so out of a folder for as long as the block runs."""
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Without locks, whoever reads, changes and writes at the very same moment as another may undo what that did.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _take(path: Path, held: ExitStack) -> bool | None:
    """Take the lock of a file and return whether it was to be had; None where there are no locks."""
    if sys.platform == "win32":
        return None
    stream = held.enter_context(path.open("rb"))
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        return False if fault.errno in {errno.EWOULDBLOCK, errno.EACCES} else None
    return True
