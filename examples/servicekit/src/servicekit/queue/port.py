"""What a queue is, whoever keeps it: first in, first out; a message is gone only when it was acknowledged."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How patient a queue is."""

    # Whoever takes a message has it for so long and can ask for more; then another gets it.
    lease: float = 30.0
    # After so many tries a message is put aside among the dead letters.
    tries: int = 5
    # A message that nobody has taken after so many seconds is of no use any more; None keeps it for ever.
    keep: float | None = None


@dataclass(frozen=True)
class Delivery:
    """A message that was taken, and has to be acknowledged."""

    number: str
    body: Any
    tries: int


class Queue(Protocol):
    """Messages in the order in which they were put."""

    name: str
    rules: Rules

    async def put(self, body: Any) -> None:  # noqa: ANN401 - any value of JSON
        """Add a message; when this returns, it outlives every process."""

    async def take(self, seconds: float) -> Delivery | None:
        """Return the first message that nobody has, waiting so long for one."""
        ...

    async def extend(self, delivery: Delivery) -> None:
        """Begin the lease anew."""

    async def ack(self, delivery: Delivery) -> None:
        """Say that the message is done; it is gone then."""

    async def release(self, delivery: Delivery) -> None:
        """Say that the try failed; the message is the first again, or a dead letter after its last try."""

    async def size(self) -> int:
        """Return how many messages are not done yet."""
        ...

    async def dead(self) -> list[Any]:
        """Return the dead letters, the oldest first."""
        ...

    async def revive(self) -> int:
        """Put the dead letters back at the end, with all their tries; return how many."""
        ...

    async def drop(self) -> None:
        """Remove the queue and all that is in it."""


class Broker(Protocol):
    """Whoever keeps queues."""

    def queue(self, name: str, rules: Rules | None = None) -> Queue:
        """Return the queue of this name; one that nobody has put anything into is empty."""
        ...

    async def ping(self) -> None:
        """Raise QueueUnreachableError if messages could not be put or taken now."""

    async def close(self) -> None:
        """Let go; what was taken and not acknowledged is at once another's."""
