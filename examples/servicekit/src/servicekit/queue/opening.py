"""Which keeper of queues a URL means."""

from pathlib import Path
from urllib.parse import unquote

from servicekit.queue.errors import UnknownQueueError
from servicekit.queue.port import Broker
from servicekit.queue.sqlite import SqliteBroker


def open_broker(url: str) -> Broker:
    """Return the broker that keeps its queues where the URL says."""
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite" and rest.strip("/"):
        # As others write it too: sqlite:///relative, sqlite:////absolute.
        return SqliteBroker(Path(unquote(rest.removeprefix("///"))))
    if scheme in {"redis", "rediss"}:
        # Whoever keeps queues in a file has no use for the client of Redis, and need not wait for it.
        from servicekit.queue.redis_streams import RedisBroker  # noqa: PLC0415

        return RedisBroker(url)
    raise UnknownQueueError(url)
