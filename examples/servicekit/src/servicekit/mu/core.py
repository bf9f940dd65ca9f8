"""Mu: messages go to whoever defined the best pattern, here or in another service; the sender never knows."""

import asyncio
import inspect
import json
import logging
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from contextvars import ContextVar
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from servicekit.errors import MuError, NoRouteError, RefusedError, TimedOutError, TooManyHopsError
from servicekit.mu.envelopes import HOPS, Reply, Request
from servicekit.mu.patterns import Message, Pattern, Router
from servicekit.mu.ports import Client, Server

LOG = logging.getLogger(__name__)
# What a handler dispatches in its turn keeps the trace, the time that is left and the hops that are left.
CURRENT: ContextVar[Request] = ContextVar("CURRENT")

Handler = Callable[[Message], Any]


@dataclass(frozen=True)
class Local:
    """A route to a function of this process."""

    handler: Handler

    async def answer(self, request: Request) -> Any:  # noqa: ANN401 - any value of JSON
        """Let the function answer, with a limit to its time."""
        token = CURRENT.set(request)
        try:
            result = self.handler(request.message)
            return await within(result, request.seconds) if inspect.isawaitable(result) else result
        finally:
            CURRENT.reset(token)


@dataclass(frozen=True)
class Remote:
    """A route to another service."""

    client: Client
    name: str

    async def answer(self, request: Request) -> Any:  # noqa: ANN401 - any value of JSON
        """Let the other service answer."""
        hop = request.hop(self.name)
        if hop.ttl < 0:
            raise TooManyHopsError(hop.path)
        reply = await within(self.client.send(hop), request.seconds)
        return reply.result()


class Mu:
    """The messages of one service: what it answers itself, whom it lets in, whom it asks."""

    def __init__(self, name: str = "mu", *, seconds: float = 5.0, ttl: int = HOPS) -> None:
        self._name = name
        self._seconds = seconds
        self._ttl = ttl
        self._routes: Router[Local | Remote] = Router()
        self._open = AsyncExitStack()

    def define(self, pattern: Pattern | str, handler: Handler) -> None:
        """Let a function, plain or async, answer the messages that match."""
        self._routes.add(pattern, Local(handler))

    def outbound(self, pattern: Pattern | str, client: Client) -> None:
        """Let another service answer the messages that match."""
        self._routes.add(pattern, Remote(client, self._name))
        self._open.push_async_callback(client.close)

    async def inbound(self, pattern: Pattern | str, server: Server) -> None:
        """Answer the messages that match and come over this transport; no other is let in."""
        door: Router[bool] = Router()
        door.add(pattern, kept=True)

        async def receive(request: Request) -> Reply:
            return await self._receive(request, door)

        await server.listen(receive)
        self._open.push_async_callback(server.close)

    async def dispatch(self, message: Message, *, within: float | None = None) -> Any:  # noqa: ANN401
        """Return the answer to a message, or raise the MuError or RefusedError that came instead."""
        return await self._answer(self._request(message, within))

    async def teardown(self) -> None:
        """Close every transport, the last one first."""
        await self._open.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.teardown()

    def _request(self, message: Message, seconds: float | None) -> Request:
        current = CURRENT.get(None)
        wished = self._seconds if seconds is None else seconds
        if current is None:
            return Request(message=message, trace=uuid.uuid4().hex, seconds=wished, ttl=self._ttl)
        return replace(current, message=message, seconds=min(wished, current.seconds))

    async def _answer(self, request: Request) -> Any:  # noqa: ANN401 - any value of JSON
        route = self._routes.lookup(request.message)
        if route is None:
            raise NoRouteError(self._routes.shown(request.message))
        return await route.answer(request)

    async def _receive(self, request: Request, door: Router[bool]) -> Reply:
        """Answer a message from outside; whatever goes wrong, the answer is a sentence."""
        try:
            if not door.lookup(request.message):
                raise NoRouteError(self._routes.shown(request.message))  # noqa: TRY301 - one place answers
            return Reply(checked(await self._answer(request)))
        except RefusedError as error:
            LOG.info("refused: %s", error, extra={"trace": request.trace})
            return Reply(None, "refused", str(error))
        except MuError as error:
            LOG.warning("%s", error, extra={"trace": request.trace})
            return Reply(None, error.kind, str(error))
        except Exception:
            # Its text may hold anything; the caller gets the trace, under which our log has the rest.
            LOG.exception("a handler failed", extra={"trace": request.trace})
            return Reply(
                None, "failed", f"{self._name} failed; its log says more under trace {request.trace}"
            )


def checked(answer: Any) -> Any:  # noqa: ANN401 - any value of JSON
    """Return an answer that JSON can hold; of another the sender must hear, not only our log."""
    json.dumps(answer, allow_nan=False)
    return answer


async def within(answer: Any, seconds: float) -> Any:  # noqa: ANN401 - any value of JSON
    """Wait for an answer so long and no longer."""
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await answer
    except TimeoutError as error:
        # A handler may have time-outs of its own, which are no business of ours.
        if limit.expired():
            raise TimedOutError(seconds) from error
        raise
