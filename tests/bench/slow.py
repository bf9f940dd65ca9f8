"""Slow clients: uploads that are begun, and then go on by a byte at a time."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from tests.bench.site import Site
from tests.bench.uploads import BOUNDARY, form
from tests.bench.wheels import Release

CLIENTS = 200
LENGTH = 1_000_000
# Between two bytes of one client.
BYTE_SECONDS = 0.5
# What a server does when two hundred clients break off is not to slow down the one that is asked next.
TIDYING_SECONDS = 0.5


class SlowClients:
    """Two hundred connections that are kept busy by a thread.

    Args:
        site: where each posts.

    """

    def __init__(self, site: Site) -> None:
        parts = urlsplit(site.slow_url)
        self._head = _head(parts.netloc, parts.path, site.authorization)
        self._done = threading.Event()
        self._address = (parts.hostname or "", parts.port or 80)
        self._sockets: list[socket.socket] = []
        self._thread = threading.Thread(target=self._trickle)

    def attach(self) -> None:
        """Begin all uploads."""
        for number in range(CLIENTS):
            one = socket.create_connection(self._address, timeout=10)
            self._sockets.append(one)
            head, _ = form(Release(f"slow-{number}", "1.0"), "0" * 64)
            one.sendall(self._head + head)
        self._thread.start()

    def detach(self) -> None:
        """Hang up."""
        self._done.set()
        if self._thread.ident is not None:
            self._thread.join()
        for one in self._sockets:
            one.close()

    def attached(self) -> int:
        """Return how many the server has neither answered nor dropped."""
        poll = select.poll()
        for one in self._sockets:
            poll.register(one, select.POLLIN)
        return len(self._sockets) - len(poll.poll(0))

    def _trickle(self) -> None:
        pause = BYTE_SECONDS / CLIENTS
        while True:
            for one in self._sockets:
                if self._done.wait(pause):
                    return
                with suppress(OSError):
                    one.send(b"s")


def _head(host: str, path: str, authorization: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {host}",
        f"Authorization: {authorization}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {LENGTH}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


@contextmanager
def slow_clients(site: Site) -> Iterator[SlowClients]:
    """Attach slow clients to a site for as long as the block runs."""
    clients = SlowClients(site)
    try:
        clients.attach()
        yield clients
    finally:
        clients.detach()
        time.sleep(TIDYING_SECONDS)
