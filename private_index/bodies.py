"""The body of a request as it comes: as slow as a slow line, and no slower; or all of it, as JSON."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
from starlette.requests import ClientDisconnect, Request

from private_index.errors import CutShort, IndexFault, TooSlow

# A client gets this many seconds to send anything at all, and the whole body may take a minute and then as long as
# a slow line of 10 kB/s needs; a byte a second is no line but an attack.
SILENCE_SECONDS = 30
GRACE_SECONDS = 60
LEAST_RATE = 10_000


async def patient_body(request: Request) -> AsyncIterator[bytes]:
    """Yield a body's chunks as long as they keep coming.

    Raises:
        TooSlow: nothing came for long, or far too little.
        CutShort: the client went away.

    """
    started = anyio.current_time()
    received = 0
    chunks = request.stream().__aiter__()
    while True:
        try:
            with anyio.fail_after(SILENCE_SECONDS):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise TooSlow from None
        except ClientDisconnect:
            raise CutShort from None
        received += len(chunk)
        if anyio.current_time() - started > GRACE_SECONDS + received / LEAST_RATE:
            raise TooSlow
        yield chunk


async def json_body(request: Request, most: int, refusal: Callable[[str], IndexFault]) -> dict[str, Any]:
    """Return the JSON object that is a short body.

    Args:
        request: whose body.
        most: how many bytes it may have.
        refusal: makes a fault of what is wrong with it.

    Raises:
        IndexFault: it is longer, or is no JSON object.
        TooSlow: nothing came for long, or far too little.
        CutShort: the client went away.

    """
    body = bytearray()
    async for chunk in patient_body(request):
        body += chunk
        if len(body) > most:
            raise refusal(f"the request has more than {most:,} bytes")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise refusal("the request is no JSON object")
    return content
