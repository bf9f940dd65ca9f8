"""The end of a worker: what has begun ends well, nothing new begins, and balancers are told to leave."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable

from private_index.errors import Stopping
from private_index.logs import READING_METHODS, App, Receive, Scope, Send

# Where a request's scope says that the worker is stopping.
STOPPING = "private_index.stopping"


def check_running(scope: Scope) -> None:
    """Make sure that what this request asks for may begin.

    Raises:
        Stopping: the worker is about to end.

    """
    if STOPPING in scope:
        raise Stopping


class Stoppable:
    """An application that, once SIGTERM came, reads on but is told to begin nothing.

    It stops when the uploads that run have ended; a limit bounds how long that may take. A worker that only makes room
    for its successor does everything to the last: nobody need go elsewhere.

    Args:
        app: the application.
        leave_seconds: how long to go on in any case, so that balancers notice.
        limit: called when the end begins; it bounds how long clients may hold it up.
        closing: tells whether the whole index ends, and not this worker alone.
        stop: called to end the server.

    """

    def __init__(
        self,
        app: App,
        *,
        leave_seconds: float,
        limit: Callable[[], None],
        closing: Callable[[], bool],
        stop: Callable[[], None],
    ) -> None:
        self._app = app
        self._leave_seconds = leave_seconds
        self._limit = limit
        self._closing = closing
        self._stop = stop
        self._uploading = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._ending: asyncio.Task[None] | None = None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one request; to a read nothing is added."""
        if scope["type"] == "lifespan":
            self._listen()
        elif self._ending and self._closing():
            scope[STOPPING] = True
        elif scope["method"] not in READING_METHODS:
            return self._count(scope, receive, send)
        return self._app(scope, receive, send)

    def _listen(self) -> None:
        # Windows has no signals to wait for in a loop: there the server stops at once, by itself.
        if sys.platform != "win32":
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._begin_to_end)
            # A signal that came while this worker was being loaded was heard by nobody.
            if self._closing():
                self._begin_to_end()

    def _begin_to_end(self) -> None:
        if self._ending is None:
            self._limit()
            self._ending = asyncio.get_running_loop().create_task(self._end())

    async def _end(self) -> None:
        await asyncio.sleep(self._leave_seconds)
        await self._idle.wait()
        self._stop()

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._uploading += 1
        self._idle.clear()
        try:
            await self._app(scope, receive, send)
        finally:
            self._uploading -= 1
            if not self._uploading:
                self._idle.set()
