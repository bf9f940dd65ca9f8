"""Asking the service that counts; its store is its own."""

from servicekit.mu import Mu
from servicekit.queue import open_broker
from servicekit.transports.queued import RequestClient


async def summary(queue_url: str, seconds: float) -> dict[str, int]:
    """Return how often each page was read, the most read first."""
    broker = open_broker(queue_url)
    try:
        async with Mu("report") as mu:
            mu.outbound({"role": "report"}, RequestClient(broker, "report"))
            counts = await mu.dispatch({"role": "report", "cmd": "summary"}, within=seconds)
            return {str(url): int(count) for url, count in counts.items()}
    finally:
        await broker.close()
