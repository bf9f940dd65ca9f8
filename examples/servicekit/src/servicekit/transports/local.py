"""Messages within one process, as JSON all the same: a system in one process behaves as one in many."""

import json

from servicekit.errors import UnreachableError
from servicekit.mu.envelopes import Reply, Request, read_reply, read_request
from servicekit.mu.ports import Receive


class LocalTransport:
    """Both sides of the way: give it to one Mu as inbound and to others as outbound."""

    def __init__(self) -> None:
        self._receive: Receive | None = None

    async def listen(self, receive: Receive) -> None:
        """Take messages from now on."""
        self._receive = receive

    async def send(self, request: Request) -> Reply:
        """Hand a copy over and return a copy of the reply."""
        if self._receive is None:
            raise UnreachableError(where="the local transport", reason="nobody listens")
        reply = await self._receive(read_request(json.loads(json.dumps(request.wire()))))
        return read_reply(json.loads(json.dumps(reply.wire())))

    async def close(self) -> None:
        """Take no more messages."""
        self._receive = None
