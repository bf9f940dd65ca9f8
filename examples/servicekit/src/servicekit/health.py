"""Whether a service lives, and whether it can work: /livez and /readyz, as Kubernetes asks them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

LOG = logging.getLogger(__name__)
# Shorter than the patience of whoever asks: an answer that says "not ready" beats none.
PATIENCE = 0.8

Check = Callable[[], Awaitable[None]]


def health_routes(checks: Mapping[str, Check]) -> list[Route]:
    """Return both routes; a check is of something the service needs, and raises when it cannot be had."""

    async def livez(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> JSONResponse:
        found = await asyncio.gather(*(passes(name, check) for name, check in checks.items()))
        # Why is for the log: whoever can ask is not always one of us.
        states = {name: "ok" if is_well else "failed" for name, is_well in zip(checks, found, strict=True)}
        body = {"status": "ok" if all(found) else "failed", "checks": states}
        return JSONResponse(body, status_code=200 if all(found) else 503)

    return [Route("/livez", livez), Route("/readyz", readyz)]


async def passes(name: str, check: Check) -> bool:
    """Tell whether a check passes in time."""
    try:
        async with asyncio.timeout(PATIENCE):
            await check()
    except Exception as error:  # noqa: BLE001 - whatever it is, the service cannot work
        LOG.warning("not ready: %s: %s", name, str(error) or type(error).__name__)
        return False
    return True
