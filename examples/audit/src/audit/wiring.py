"""The history on HTTP: which address and which message calls what, and how it starts and stops."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from servicekit import RefusedError
from servicekit.health import health_routes
from servicekit.mu import Mu
from servicekit.running import ServiceSettings, run
from servicekit.transports.http import HttpServer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from audit import ui
from audit.service import History


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What the audit can be told."""

    audit_store: Path = Path("var/audit.db")


class IncompleteError(RefusedError):
    """A sum that lacks a part."""

    def __init__(self) -> None:
        super().__init__('a sum looks like {"calc": "1+2", "calcResult": "3"}')


def create_app(told: Settings) -> Starlette:
    """Return the application."""
    door, messages = Door(History(told.audit_store)), HttpServer()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with Mu("audit") as mu:
            mu.define({"role": "audit", "cmd": "append"}, door.appended)
            mu.define({"role": "audit", "cmd": "list"}, door.listed)
            mu.define({"role": "audit", "cmd": "component"}, door.component)
            await mu.inbound({"role": "audit"}, messages)
            yield

    own = [Route("/append", door.append, methods=["POST"]), Route("/list", door.list)]
    return Starlette(routes=[*own, messages.route, *health_routes({"store": door.check})], lifespan=lifespan)


@dataclass(frozen=True)
class Door:
    """Requests and messages in, calls of the history; in threads, for a file may keep one waiting."""

    history: History

    async def append(self, request: Request) -> JSONResponse:
        """Add the sum in the body."""
        try:
            await self.appended(read_body(await request.body()))
        except RefusedError as error:
            return JSONResponse({"error": str(error)}, status_code=422)
        return JSONResponse({"status": "ok"}, status_code=201)

    async def list(self, _request: Request) -> JSONResponse:
        """Answer with the last sums."""
        return JSONResponse(await self.listed({}))

    async def appended(self, message: dict[str, Any]) -> None:
        """Add the sum in a message."""
        calc, result = (message.get(name) for name in ("calc", "calcResult"))
        if not isinstance(calc, str) or not isinstance(result, str):
            raise IncompleteError
        await asyncio.to_thread(self.history.append, calc, result)

    async def listed(self, _message: dict[str, Any]) -> dict[str, Any]:
        """Return the last sums."""
        return {"list": await asyncio.to_thread(self.history.list)}

    async def component(self, _message: dict[str, Any]) -> dict[str, str]:
        """Return what the last sums look like."""
        return ui.component(await asyncio.to_thread(self.history.list))

    async def check(self) -> None:
        """Raise what stands in the way of the file."""
        await asyncio.to_thread(self.history.list)


def read_body(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a body."""
    try:
        message: object = json.loads(body)
    except ValueError as error:
        raise IncompleteError from error
    if not isinstance(message, dict):
        raise IncompleteError
    # The keys of a JSON object are texts.
    return cast("dict[str, Any]", message)


def main() -> None:
    """Serve until told to stop."""
    run("audit", Settings, create_app)
