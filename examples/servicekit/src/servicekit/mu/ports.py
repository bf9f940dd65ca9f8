"""What a transport must be: the one side sends, the other listens."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from servicekit.mu.envelopes import Reply, Request

Receive = Callable[[Request], Awaitable[Reply]]


class Client(Protocol):
    """The side that asks."""

    async def send(self, request: Request) -> Reply:
        """Bring a message over and return the reply; raise UnreachableError only if nobody took it."""
        ...

    async def close(self) -> None:
        """Let go of what is open."""


class Server(Protocol):
    """The side that answers."""

    async def listen(self, receive: Receive) -> None:
        """Begin to take messages; return as soon as they can come."""

    async def close(self) -> None:
        """Take no more messages, and end those that are being answered."""
