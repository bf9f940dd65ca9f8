"""Answering on a port until told to stop, and then ending what has begun."""

import asyncio
import gc
import signal
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from servicekit.transports.addresses import Address

STOPPING = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, kw_only=True)
class Listening:
    """Where a service listens."""

    # Nobody but this machine reaches a service unless somebody says so; in a container: HOST=0.0.0.0.
    host: str = "127.0.0.1"
    port: int = 8080
    # How many seconds running answers get when the service is told to stop.
    grace: int = 10


class GracefulServer(uvicorn.Server):
    """A server that ends in peace: told to stop it ends what has begun, and the process ends with code 0."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop at a signal. The server's own way raises it again at the end, as if the service had failed."""
        loop = asyncio.get_running_loop()
        for number in STOPPING:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in STOPPING:
                loop.remove_signal_handler(number)


def serve(app: ASGIApp, where: Listening) -> None:
    """Answer until SIGTERM or SIGINT; a service that cannot start ends the process with code 3."""
    # What was imported stays: looking through it again and again would cost each answer a little.
    gc.collect()
    gc.freeze()
    GracefulServer(configuration(app, where)).run()


@asynccontextmanager
async def listening(app: ASGIApp, where: Listening) -> AsyncGenerator[Address]:
    """Answer as long as the block lasts; give the address, for port 0 becomes a real one."""
    server = GracefulServer(configuration(app, where))
    task = asyncio.create_task(server.serve())
    while not server.started and not task.done():  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0.01)
    try:
        yield Address(*server.servers[0].sockets[0].getsockname()[:2])
    finally:
        server.should_exit = True
        await task


def configuration(app: ASGIApp, where: Listening) -> uvicorn.Config:
    """Return how the server runs. The logs are ours, and one line for each answer costs a tenth of them."""
    return uvicorn.Config(
        app,
        host=where.host,
        port=where.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=where.grace,
    )
