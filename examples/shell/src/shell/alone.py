"""One shell for a system: a second would find each port taken, and write into the first one's logs."""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

# So long a warden may need to end what a killed shell has left.
PATIENCE = 10.0


class AnotherError(Exception):
    """A system that runs already."""

    def __init__(self, pid: str) -> None:
        super().__init__(f"this system already runs in another shell, process {pid}; type there, or end that")


@contextmanager
def alone(path: Path) -> Generator[int]:
    """Hold the lock of a system, and give its descriptor: who inherits it holds it too.

    Raises:
        AnotherError: another shell has it.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        wait_for(file)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield file.fileno()


def wait_for(file: TextIO) -> None:
    """Take the lock; of a shell that is gone, its warden gives it free in a moment."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            pid = file.read().strip()
            if is_alive(pid) or time.monotonic() > ends:
                raise AnotherError(pid) from error
            time.sleep(0.05)
        else:
            return


def is_alive(pid: str) -> bool:
    """Tell whether a process is there; one that has not yet written its number will be asked again."""
    with suppress(ValueError, ProcessLookupError):
        os.kill(int(pid), 0)
        return True
    return False
