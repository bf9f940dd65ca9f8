"""A process that outlives the shell by a moment: when the shell is gone, it ends what that had started.

The shell writes "+PID" and "-PID" to it. The pipe ends with the shell, even if it is killed.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import IO, TextIO, cast

PATIENCE = 3.0


class Warden:
    """The shell's side of it."""

    def __init__(self, lock: int) -> None:
        self._known: set[int] = set()
        self._lock = lock
        self._process = began(lock)

    def watch(self, pid: int) -> None:
        """End this process and its children when the shell is gone."""
        self._known.add(pid)
        self._tell(f"+{pid}\n")

    def forget(self, pid: int) -> None:
        """Think of this process no more."""
        self._known.discard(pid)
        self._tell(f"-{pid}\n")

    def close(self) -> None:
        """Let it end; what it still knows of, ends with it."""
        with suppress(OSError):
            pipe_of(self._process).close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        try:
            write(self._process, line)
        except OSError:
            # Somebody killed it: another takes its place and is told all.
            self._process.wait()
            self._process = began(self._lock)
            write(self._process, "".join(f"+{pid}\n" for pid in self._known))


def began(lock: int) -> "subprocess.Popen[bytes]":
    """Start a warden; in a session of its own, no Ctrl-C reaches it; it holds the shell's lock to the end."""
    command = [sys.executable, "-m", "shell.warden"]
    return subprocess.Popen(  # noqa: S603 - our own
        command, stdin=subprocess.PIPE, start_new_session=True, pass_fds=[lock]
    )


def write(process: "subprocess.Popen[bytes]", text: str) -> None:
    """Write to a warden at once."""
    pipe = pipe_of(process)
    pipe.write(text.encode())
    pipe.flush()


def pipe_of(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    """Return what leads to a warden: it was begun with a pipe."""
    return cast("IO[bytes]", process.stdin)


def watched(lines: TextIO) -> set[int]:
    """Read until the shell is gone, and return what it left."""
    known: set[int] = set()
    for line in lines:
        pid = int(line[1:])
        (known.add if line.startswith("+") else known.discard)(pid)
    return known


def end(groups: set[int]) -> None:
    """End groups of processes: first by asking, then by force."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        ends = time.monotonic() + PATIENCE
        for group in groups:
            tell(group, number)
        while any(is_there(group) for group in groups) and time.monotonic() < ends:
            time.sleep(0.05)


def tell(group: int, number: signal.Signals) -> None:
    """Send a signal to a group, if there is still anybody in it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def is_there(group: int) -> bool:
    """Tell whether there is anybody in a group."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def main() -> None:
    """Wait for the shell to go, and clean up after it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end(watched(sys.stdin))


if __name__ == "__main__":
    main()
