"""Servers in processes of their own: started in a group, watched, and always stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 15
SAMPLE_SECONDS = 0.02


@dataclass(frozen=True)
class Memory:
    """What a server and its children take, in bytes.

    Args:
        rss: all pages, those that processes share counted in each.
        pss: all pages, shared ones counted once.

    """

    rss: int
    pss: int


class Server:
    """A process with its children.

    Args:
        command: what to run.
        env: its environment.
        log: where what it says goes.

    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as stream:
            # A group of its own: Ctrl-C reaches only us, and we stop it with all its children.
            self._process = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True
            )

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it and its children, with force where a request does not do."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def memory(self) -> Memory:
        """Return what it takes now."""
        sums = [_memory_of(pid) for pid in _family(self._process.pid)]
        return Memory(rss=sum(one.rss for one in sums), pss=sum(one.pss for one in sums))

    @contextmanager
    def growth(self, before: int) -> Iterator[list[int]]:
        """Watch its PSS; the list that it yields holds the most that was seen above `before`."""
        seen, done = [0], threading.Event()

        def watch() -> None:
            while not done.wait(SAMPLE_SECONDS):
                seen[0] = max(seen[0], self.memory().pss - before)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield seen
        finally:
            done.set()
            thread.join()


def _family(pid: int) -> list[int]:
    found = [pid]
    for known in found:
        with suppress(OSError):
            for task in Path(f"/proc/{known}/task").iterdir():
                found.extend(map(int, (task / "children").read_text().split()))
    return found


def _memory_of(pid: int) -> Memory:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        # It has ended in the meantime.
        return Memory(0, 0)
    kilobytes = {name: int(value.split()[0]) for name, value in (line.split(":") for line in lines)}
    return Memory(rss=kilobytes["Rss"] * 1024, pss=kilobytes["Pss"] * 1024)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    return found


def wait_until(condition: Callable[[], bool], seconds: float, server: Server) -> float:
    """Return the seconds until `condition()` holds.

    Raises:
        TimeoutError: it did not in time.
        ChildProcessError: the server has ended.

    """
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        if condition():
            return time.perf_counter() - started
        if not server.runs:
            raise ChildProcessError(f"it ended: {server.log.read_text(errors='replace')[-400:]}")
        time.sleep(SAMPLE_SECONDS)
    raise TimeoutError(f"it did not answer within {seconds:.0f} s")


def answers(port: int) -> bool:
    """Return whether somebody listens."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
