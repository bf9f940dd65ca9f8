"""One route to several services: each in turn, or all at once."""

import asyncio
import itertools
import logging
from collections.abc import Iterator

from servicekit.errors import UnreachableError
from servicekit.mu.envelopes import Reply, Request
from servicekit.mu.ports import Client

LOG = logging.getLogger(__name__)


class Balance:
    """Each client in turn; one that nobody answers behind is passed over."""

    def __init__(self, *clients: Client) -> None:
        self._clients = clients
        self._starts = itertools.cycle(range(len(clients)))

    async def send(self, request: Request) -> Reply:
        """Ask the next client, or the first after it that can be reached."""
        for client in self._in_turn():
            try:
                return await client.send(request)
            except UnreachableError as error:
                LOG.warning("passed over: %s", error, extra={"trace": request.trace})
        raise UnreachableError(where="the service", reason=f"all {len(self._clients)} were tried")

    async def close(self) -> None:
        """Close every client."""
        await asyncio.gather(*(client.close() for client in self._clients))

    def _in_turn(self) -> Iterator[Client]:
        start = next(self._starts)
        return iter((*self._clients[start:], *self._clients[:start]))


class Tee:
    """The first client answers; the others hear the message too, and what they say is not heard."""

    def __init__(self, first: Client, *others: Client) -> None:
        self._first = first
        self._others = others
        self._listening: set[asyncio.Task[None]] = set()

    async def send(self, request: Request) -> Reply:
        """Ask all, and return the first's reply; a failure of another is logged and holds up nobody."""
        for other in self._others:
            task = asyncio.create_task(tell(other, request))
            self._listening.add(task)
            task.add_done_callback(self._listening.discard)
        return await self._first.send(request)

    async def close(self) -> None:
        """Let the others hear what was said, then close every client."""
        await asyncio.gather(*self._listening)
        await asyncio.gather(*(client.close() for client in (self._first, *self._others)))


async def tell(client: Client, request: Request) -> None:
    """Send a message to one whose answer nobody waits for."""
    try:
        async with asyncio.timeout(request.seconds):
            await client.send(request)
    except Exception as error:  # noqa: BLE001 - a listener may fail in any way, and only its own
        LOG.warning("a listener failed: %s", error, extra={"trace": request.trace})
