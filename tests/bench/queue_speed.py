"""How many messages a second the queue and the bare store take; run by a Python that has servicekit."""

from __future__ import annotations

import asyncio
import importlib
import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

BODY = {"role": "events", "cmd": "record", "type": "page", "url": "/"}
WAIT = 5.0


async def queue(path: Path, count: int) -> dict[str, float]:
    """Put and take through the queue."""
    # Only that other Python has it.
    broker = importlib.import_module("servicekit.queue.sqlite").SqliteBroker(path)
    found: dict[str, float] = {}
    events = broker.queue("events")
    await events.put(BODY)
    await events.ack(await events.take(WAIT))
    with rate(found, "queue put", count):
        for _ in range(count):
            await events.put(BODY)
    with rate(found, "queue take and done", count):
        for _ in range(count):
            await events.ack(await events.take(WAIT))
    await broker.close()
    return found


def bare(path: Path, count: int) -> dict[str, float]:
    """Put and take in a table that nobody else uses, as safely as the queue's file is written."""
    found: dict[str, float] = {}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
        connection.execute("CREATE TABLE messages (number INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        with rate(found, "bare put", count):
            for _ in range(count):
                connection.execute("INSERT INTO messages (body) VALUES (?)", (json.dumps(BODY),))
        with rate(found, "bare take and done", count):
            for _ in range(count):
                number, body = connection.execute("SELECT number, body FROM messages ORDER BY number").fetchone()
                json.loads(body)
                connection.execute("DELETE FROM messages WHERE number = ?", (number,))
    return found


@contextmanager
def rate(found: dict[str, float], what: str, count: int) -> Iterator[None]:
    """Keep how many of what is done in the block were done each second."""
    began = time.perf_counter()
    yield
    found[what] = count / (time.perf_counter() - began)


def main() -> None:
    """Measure both, in files that begin with this path, and say what was found as JSON."""
    path, count = Path(sys.argv[1]), int(sys.argv[2])
    ours = asyncio.run(queue(path.with_suffix(".ours"), count))
    sys.stdout.write(json.dumps(ours | bare(path.with_suffix(".bare"), count)))


if __name__ == "__main__":
    main()
