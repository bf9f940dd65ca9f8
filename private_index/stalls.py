"""Connections whose clients do not take what is sent to them: the kernel knows them, whoever does the sending."""

from __future__ import annotations

import errno
import logging
import os
import socket
import stat
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

# The server sends files from outside of Python, so no limit around what we send ourselves would see them.
LOOK_SECONDS = 5
PATIENCE_SECONDS = 30
LEAST_RATE = 10_000

_DESCRIPTORS = Path("/proc/self/fd")
# Where tcpi_bytes_acked stands in Linux's struct tcp_info, and how far that must reach.
_TAKEN = struct.Struct("=120xQ")
# With nothing lingering, what was not taken is thrown away at once.
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Since when something waits for a client, and how many bytes it had taken by then."""

    since: float
    taken: int


def is_too_slow(wait: Wait, now: float, taken: int) -> bool:
    """Return whether a client took less than the slowest line would, in all the time that something waited for it."""
    return taken - wait.taken < LEAST_RATE * (now - wait.since)


class Stalls:
    """Cuts the connections to a port of this process whose clients take nothing, or far too little.

    Args:
        port: where the server listens.

    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._waits: dict[int, Wait] = {}

    def look(self, now: float) -> int:
        """Look at each connection once, and return how many were cut.

        Args:
            now: the moment, on any clock that only goes forward.

        """
        waits: dict[int, Wait] = {}
        cut = 0
        for connection in _connections(self._port):
            # It may end while it is looked at.
            with connection, suppress(OSError):
                taken, waiting = _progress(connection)
                if not waiting:
                    continue
                key = os.fstat(connection.fileno()).st_ino
                wait = self._waits.get(key) or Wait(since=now, taken=taken)
                if now - wait.since < PATIENCE_SECONDS:
                    waits[key] = wait
                elif is_too_slow(wait, now, taken):
                    _cut(connection)
                    cut += 1
                else:
                    waits[key] = Wait(since=now, taken=taken)
        self._waits = waits
        return cut

    def watch(self) -> None:
        """Look every few seconds, for ever."""
        while True:
            time.sleep(LOOK_SECONDS)
            cut = self.look(time.monotonic())
            if cut:
                log.info("cut %d connections whose clients took less than %d bytes a second", cut, LEAST_RATE)


def start_watching(port: int) -> None:
    """Watch from a thread, where the kernel tells."""
    if sys.platform == "linux":
        threading.Thread(target=Stalls(port).watch, daemon=True).start()


def cut_after(port: int, seconds: float) -> None:
    """Cut every connection that is still there then, where the kernel tells of them."""
    if sys.platform == "linux":
        timer = threading.Timer(seconds, _cut_all, (port,))
        timer.daemon = True
        timer.start()


def _cut_all(port: int) -> None:
    for connection in _connections(port):
        with connection, suppress(OSError):
            # Fails for the socket that listens.
            connection.getpeername()
            _cut(connection)


def _connections(port: int) -> Iterator[socket.socket]:
    # The server does not show its sockets; a duplicate of each descriptor leaves it the original.
    for descriptor in [int(entry.name) for entry in _DESCRIPTORS.iterdir()]:
        with suppress(OSError):
            found = _socket(descriptor)
            if _is_of(found, port):
                yield found
            else:
                found.close()


def _is_of(found: socket.socket, port: int) -> bool:
    return found.family in {socket.AF_INET, socket.AF_INET6} and found.getsockname()[1] == port


def _socket(descriptor: int) -> socket.socket:
    # To close a twin of a file would take away all locks that this process holds on that file (POSIX), the catalogue's
    # too: SQLite would go on without them, and other processes would no longer see what is committed here.
    if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        raise OSError(errno.ENOTSOCK, os.strerror(errno.ENOTSOCK))
    return socket.socket(fileno=os.dup(descriptor))


def _progress(connection: socket.socket) -> tuple[int, int]:
    import fcntl  # noqa: PLC0415 - Windows has neither
    import termios  # noqa: PLC0415

    # Fails for the socket that listens.
    connection.getpeername()
    taken: int = _TAKEN.unpack(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TAKEN.size))[0]
    # What was sent and is not acknowledged, be it on the way or not.
    waiting: int = struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)))[0]
    return taken, waiting


def _cut(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    connection.shutdown(socket.SHUT_RDWR)
