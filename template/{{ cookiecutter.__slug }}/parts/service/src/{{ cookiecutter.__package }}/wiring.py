"""The service on HTTP: which address calls what, and how the server starts and stops."""

import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from {{ cookiecutter.__package }} import settings
from {{ cookiecutter.__package }}.service import name_of
from {{ cookiecutter.__package }}.slugs import NothingLeftError
from {{ cookiecutter.__package }}.telemetry import traced


def create_app() -> Starlette:
    """Return the application."""
    routes = [Route("/livez", livez), Route("/readyz", readyz), Route("/names", names)]
    return Starlette(routes=routes, lifespan=lifespan)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncGenerator[None]:
    """Open what the service needs before the first request, and close it after the last."""
    app.state.is_ready = True
    yield
    app.state.is_ready = False


async def livez(_request: Request) -> PlainTextResponse:
    """Answer that the process lives; an orchestrator restarts what does not answer."""
    return PlainTextResponse("ok")


async def readyz(request: Request) -> PlainTextResponse:
    """Answer whether requests are welcome; an orchestrator sends none while they are not."""
    if getattr(request.app.state, "is_ready", False):
        return PlainTextResponse("ok")
    return PlainTextResponse("not ready", status_code=503)


async def names(request: Request) -> JSONResponse:
    """Answer with the name of the text."""
    try:
        return JSONResponse(name_of(request.query_params.get("text", "")))
    except NothingLeftError as error:
        return JSONResponse({"error": f"{error}"}, status_code=422)


def end(_signal: int, _frame: FrameType | None) -> None:
    """End in order, with all traces told: stopped in peace, the server raises the signal once more."""
    raise SystemExit(0)


def main() -> None:
    """Serve until a signal says stop; requests that have begun are answered."""
    try:
        told = settings.read(os.environ)
    except settings.BadSettingError as error:
        sys.exit(f"{{ cookiecutter.__slug }}: {error}")
    signal.signal(signal.SIGTERM, end)
    app = traced(create_app(), os.environ)
    uvicorn.run(app, host=told.host, port=told.port, timeout_graceful_shutdown=told.grace_seconds)
