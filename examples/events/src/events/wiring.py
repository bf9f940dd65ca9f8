"""The worker at its queues: events on the one, questions on the other, so that no backlog keeps an answer."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servicekit import RefusedError
from servicekit.health import health_routes
from servicekit.mu import Mu
from servicekit.queue import open_broker
from servicekit.running import ServiceSettings, run
from servicekit.settings import Secret
from servicekit.transports.queued import QueueServer
from starlette.applications import Starlette

from events import ui
from events.service import Pages

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What the worker can be told."""

    queue_url: Secret = Secret("sqlite:var/queue.db")  # noqa: RUF009 - it never changes
    events_store: Path = Path("var/events.db")


class IncompleteError(RefusedError):
    """An event that lacks a part."""

    def __init__(self) -> None:
        super().__init__('an event looks like {"type": "page", "url": "/"}')


def create_app(told: Settings) -> Starlette:
    """Return the application: nothing but its health is on HTTP."""
    desk, broker = Desk(Pages(told.events_store)), open_broker(told.queue_url.reveal())

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with Mu("events") as mu:
            mu.define({"role": "events", "cmd": "record"}, desk.record)
            mu.define({"role": "events"}, ignore)
            mu.define({"role": "report", "cmd": "summary"}, desk.summary)
            mu.define({"role": "report", "cmd": "component"}, desk.component)
            await mu.inbound({"role": "events"}, QueueServer(broker, "events"))
            await mu.inbound({"role": "report"}, QueueServer(broker, "report"))
            yield
        await broker.close()

    return Starlette(routes=health_routes({"queue": broker.ping, "store": desk.check}), lifespan=lifespan)


@dataclass(frozen=True)
class Desk:
    """Messages in, calls of the store; in threads, for a file may keep one waiting."""

    pages: Pages

    async def record(self, message: dict[str, Any]) -> None:
        """Take an event."""
        identity, kind, url = (message.get(name) for name in ("id", "type", "url"))
        if not isinstance(identity, str) or not isinstance(kind, str) or not isinstance(url, str):
            raise IncompleteError
        await asyncio.to_thread(self.pages.record, identity, kind, url)

    async def summary(self, _message: dict[str, Any]) -> dict[str, int]:
        """Return how often each page was read."""
        return await asyncio.to_thread(self.pages.summary)

    async def component(self, _message: dict[str, Any]) -> dict[str, str]:
        """Return what the most read pages look like."""
        return ui.component(await asyncio.to_thread(self.pages.summary))

    async def check(self) -> None:
        """Raise what stands in the way of the file."""
        await asyncio.to_thread(self.pages.summary)


def ignore(message: dict[str, Any]) -> None:
    """Pass over an action of another version than ours."""
    LOG.warning("ignored: unknown action %r", message.get("cmd"))


def main() -> None:
    """Work until told to stop; the message at hand is finished."""
    run("events", Settings, create_app)
