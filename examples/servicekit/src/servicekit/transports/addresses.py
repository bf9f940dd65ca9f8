"""Where a service listens: said once, or found anew each time."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple


class Address(NamedTuple):
    """A host and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


# What a client asks before it connects: a service may have moved since.
Find = Callable[[], Awaitable[Address]]


def at(host: str, port: int) -> Find:
    """Return what finds a service always at one address."""

    async def find() -> Address:
        return Address(host, port)

    return find
