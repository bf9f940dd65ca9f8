"""The adder on HTTP: which address and which message calls what, and how it starts and stops."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from servicekit import RefusedError
from servicekit.health import health_routes
from servicekit.mu import Mu
from servicekit.running import ServiceSettings, run
from servicekit.transports.http import HttpServer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from adder import ui
from adder.service import add


def create_app(_told: ServiceSettings) -> Starlette:
    """Return the application."""
    messages = HttpServer()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with Mu("adder") as mu:
            mu.define({"role": "adder", "cmd": "add"}, added)
            mu.define({"role": "adder", "cmd": "component"}, ui.component)
            await mu.inbound({"role": "adder"}, messages)
            yield

    routes = [Route("/add/{first}/{second}", get_sum), messages.route, *health_routes({})]
    return Starlette(routes=routes, lifespan=lifespan)


async def get_sum(request: Request) -> JSONResponse:
    """Answer with the sum of both numbers in the path."""
    try:
        return JSONResponse({"result": add(**request.path_params)})
    except RefusedError as error:
        return JSONResponse({"error": str(error)}, status_code=422)


def added(message: dict[str, Any]) -> str:
    """Answer a message with the sum of its numbers."""
    return add(str(message.get("first", "")), str(message.get("second", "")))


def main() -> None:
    """Serve until told to stop."""
    run("adder", ServiceSettings, create_app)
