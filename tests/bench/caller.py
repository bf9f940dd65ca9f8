"""A load generator for machines without wrk: many connections that stay open, each with one request at a time."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

CONNECTIONS = 16


def call(url: str, seconds: float) -> float:
    """Ask for a URL for so long, and return the answers a second."""
    return asyncio.run(_call(url, seconds))


async def _call(url: str, seconds: float) -> float:
    began = time.monotonic()
    # All are waited for, so that each has closed its connection before one's error is told.
    counts = await asyncio.gather(*(_ask(url, began + seconds) for _ in range(CONNECTIONS)), return_exceptions=True)
    for count in counts:
        if isinstance(count, BaseException):
            raise count
    return sum(count for count in counts if isinstance(count, int)) / (time.monotonic() - began)


async def _ask(url: str, ends: float) -> int:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    count = 0
    try:
        while time.monotonic() < ends:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            count += 1
    finally:
        writer.close()
        await writer.wait_closed()
    return count


def _length(head: bytes) -> int:
    """Return how long the body is; an answer that is no success means nothing here."""
    status, *fields = head.decode().split("\r\n")
    if " 200 " not in status:
        raise ConnectionError(status)
    lengths = [line.partition(":")[2] for line in fields if line.lower().startswith("content-length:")]
    return int(lengths[0])
