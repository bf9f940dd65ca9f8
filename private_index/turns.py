"""Turns of the event loop: what need be done only once in each, and what may be done only once in each."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable

from private_index.logs import READING_METHODS, App, Message, Receive, Scope, Send


class Once:
    """Tells whether something was done in this turn of the event loop already.

    To look once a turn is to look often enough: whoever is answered in this turn had asked before it began, or before
    we looked, and a change that came later was not theirs to know of.
    """

    def __init__(self) -> None:
        self._is_done = False

    def is_due(self) -> bool:
        """Return whether nobody has asked in this turn before."""
        if self._is_done:
            return False
        self._is_done = True
        asyncio.get_running_loop().call_soon(self._expire)
        return True

    def _expire(self) -> None:
        self._is_done = False


class Queue:
    """Lets one go on in each turn of the event loop, in the order in which they came."""

    def __init__(self) -> None:
        self._is_taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def turn(self) -> None:
        """Return at once where nobody has gone on in this turn, in a turn of its own otherwise."""
        loop = asyncio.get_running_loop()
        if self._is_taken:
            place = loop.create_future()
            self._waiting.append(place)
            await place
        else:
            self._is_taken = True
            loop.call_soon(self._next)

    def _next(self) -> None:
        while self._waiting:
            place = self._waiting.popleft()
            # Whoever was cancelled waits no more.
            if not place.done():
                place.set_result(None)
                asyncio.get_running_loop().call_soon(self._next)
                return
        self._is_taken = False


class OneByOne:
    """An application whose uploads take turns: hundreds that begin or break off at once would hold up every reader.

    Args:
        app: the application.

    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._queue = Queue()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one request; to a read nothing is added."""
        if scope["type"] == "http" and scope["method"] not in READING_METHODS:
            return self._in_turn(scope, receive, send)
        return self._app(scope, receive, send)

    async def _in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_in_turn() -> Message:
            message = await receive()
            await self._queue.turn()
            return message

        await self._queue.turn()
        await self._app(scope, receive_in_turn, send)
