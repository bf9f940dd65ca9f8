"""A queue in a file, for the processes of one machine: no server, nothing to set up."""

import asyncio
import json
import sqlite3
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from servicekit.queue.errors import QueueUnreachableError
from servicekit.queue.holders import Holder, is_alive
from servicekit.queue.port import Delivery, Rules

Result = TypeVar("Result")

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    body TEXT NOT NULL,
    put REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    holder TEXT,
    until REAL NOT NULL DEFAULT 0,
    is_dead INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS in_order ON messages (queue, is_dead, number);
CREATE INDEX IF NOT EXISTS held ON messages (queue, holder) WHERE holder IS NOT NULL;
"""
PUT = "INSERT INTO messages (queue, body, put) VALUES (?, ?, ?)"
TAKE = """
UPDATE messages SET tries = tries + 1, holder = :holder, until = :now + :lease WHERE number = (
    SELECT number FROM messages WHERE queue = :queue AND NOT is_dead AND until <= :now ORDER BY number LIMIT 1
) RETURNING number, body, tries
"""
BURY = "UPDATE messages SET is_dead = 1, holder = NULL WHERE number = ?"
EXTEND = "UPDATE messages SET until = ? WHERE number = ? AND holder = ?"
ACK = "DELETE FROM messages WHERE number = ?"
# Only the holder's own: after a lease that ran out, another may be at work on it.
RELEASE = "UPDATE messages SET until = 0, holder = NULL WHERE number = ? AND holder = ?"
HOLDERS = "SELECT DISTINCT holder FROM messages WHERE queue = ? AND holder IS NOT NULL AND holder != ?"
FREE = "UPDATE messages SET until = 0, holder = NULL WHERE holder = ?"
EXPIRE = "DELETE FROM messages WHERE queue = ? AND put < ?"
SIZE = "SELECT count(*) FROM messages WHERE queue = ? AND NOT is_dead"
DEAD = "SELECT body FROM messages WHERE queue = ? AND is_dead ORDER BY number"
REVIVE = """
INSERT INTO messages (queue, body, put) SELECT queue, body, ? FROM messages WHERE queue = ? AND is_dead
ORDER BY number
"""
UNBURY = "DELETE FROM messages WHERE queue = ? AND is_dead AND number <= ?"
LAST = "SELECT coalesce(max(number), 0) FROM messages"
DROP = "DELETE FROM messages WHERE queue = ?"

# How long a waiting taker sleeps between two looks: shorter is quicker, longer is cheaper.
BRISK, CALM, BRISK_FOR = 0.004, 0.02, 1.0
# How often the living look for what the dead have left.
ROUNDS = 0.25


class SqliteBroker:
    """The queues of one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.holder = uuid.uuid4().hex
        self.holders = path.with_name(f"{path.name}-holders")
        # One thread, so that no wait for the file's lock stops the service.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="queue")
        self._opened: tuple[sqlite3.Connection, Holder] | None = None

    def queue(self, name: str, rules: Rules | None = None) -> "SqliteQueue":
        """Return the queue of this name."""
        return SqliteQueue(self, name, rules or Rules())

    async def ping(self) -> None:
        """Raise QueueUnreachableError if the file cannot be read."""
        await self.run(lambda connection: connection.execute(LAST).fetchone())

    async def run(self, what: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do something in one transaction, in the broker's thread."""
        return await self.look(lambda connection: in_transaction(connection, what))

    async def look(self, what: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do something that needs no transaction, in the broker's thread."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, lambda: what(self._connection()))
        except (sqlite3.Error, OSError) as error:
            raise QueueUnreachableError(str(self.path), str(error)) from error

    async def close(self) -> None:
        """Close the file; what was taken and not acknowledged is another's at once."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            # SQLite waits for each lock but that of a file which just gets its WAL: so one after the other.
            with closing(sqlite3.connect(f"{self.path}-opening", timeout=30, isolation_level=None)) as door:
                door.execute("BEGIN EXCLUSIVE")
                # NORMAL in WAL: a killed process loses nothing, a power cut at most the last moments.
                connection.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {SCHEMA}")
            self._opened = connection, Holder(self.holders, self.holder)
        return self._opened[0]

    def _close(self) -> None:
        if self._opened is not None:
            connection, holder = self._opened
            connection.close()
            # Without this sign of life what was taken and not acknowledged is another's.
            holder.close()
            self._opened = None


class SqliteQueue:
    """One queue of the file."""

    def __init__(self, broker: SqliteBroker, name: str, rules: Rules) -> None:
        self.name = name
        self.rules = rules
        self._broker = broker
        self._next_round = 0.0

    async def put(self, body: Any) -> None:  # noqa: ANN401 - any value of JSON
        """Add a message."""
        row = (self.name, json.dumps(body, separators=(",", ":")), time.time())
        await self._broker.run(lambda connection: connection.execute(PUT, row))

    async def take(self, seconds: float) -> Delivery | None:
        """Return the first message that nobody has, waiting so long for one."""
        began = time.monotonic()
        found, seen = await self._broker.run(self._take_or_see)
        while found is None and (waited := time.monotonic() - began) < seconds:
            await asyncio.sleep(min(BRISK if waited < BRISK_FOR else CALM, seconds - waited))
            if await self._broker.look(version) != seen or time.monotonic() >= self._next_round:
                found, seen = await self._broker.run(self._take_or_see)
        return found

    async def extend(self, delivery: Delivery) -> None:
        """Begin the lease anew."""
        row = (time.time() + self.rules.lease, int(delivery.number), self._broker.holder)
        await self._broker.run(lambda connection: connection.execute(EXTEND, row))

    async def ack(self, delivery: Delivery) -> None:
        """Say that the message is done."""
        await self._broker.run(lambda connection: connection.execute(ACK, (int(delivery.number),)))

    async def release(self, delivery: Delivery) -> None:
        """Say that the try failed."""
        row = (int(delivery.number), self._broker.holder)
        sentence, values = (BURY, row[:1]) if delivery.tries >= self.rules.tries else (RELEASE, row)
        await self._broker.run(lambda connection: connection.execute(sentence, values))

    async def size(self) -> int:
        """Return how many messages are not done yet."""
        found = await self._broker.run(lambda connection: connection.execute(SIZE, (self.name,)).fetchone())
        return int(found[0])

    async def dead(self) -> list[Any]:
        """Return the dead letters, the oldest first."""
        rows = await self._broker.run(lambda connection: connection.execute(DEAD, (self.name,)).fetchall())
        return [json.loads(body) for (body,) in rows]

    async def revive(self) -> int:
        """Put the dead letters back at the end."""
        return await self._broker.run(self._revive)

    async def drop(self) -> None:
        """Remove the queue."""
        await self._broker.run(lambda connection: connection.execute(DROP, (self.name,)))

    def _take_or_see(self, connection: sqlite3.Connection) -> tuple[Delivery | None, tuple[int, int]]:
        """Return a message, and which version of the file had it or none: what is put next makes another."""
        return self._take(connection), version(connection)

    def _take(self, connection: sqlite3.Connection) -> Delivery | None:
        self._go_round(connection)
        mine = {"queue": self.name, "holder": self._broker.holder}
        values = {**mine, "now": time.time(), "lease": self.rules.lease}
        while row := connection.execute(TAKE, values).fetchone():
            number, body, tries = row
            if tries <= self.rules.tries:
                return Delivery(str(number), json.loads(body), tries)
            connection.execute(BURY, (number,))
        return None

    def _go_round(self, connection: sqlite3.Connection) -> None:
        """Free what the dead hold, and forget what is too old."""
        if time.monotonic() < self._next_round:
            return
        self._next_round = time.monotonic() + ROUNDS
        for (holder,) in connection.execute(HOLDERS, (self.name, self._broker.holder)).fetchall():
            if not is_alive(self._broker.holders, holder):
                connection.execute(FREE, (holder,))
        if self.rules.keep is not None:
            connection.execute(EXPIRE, (self.name, time.time() - self.rules.keep))

    def _revive(self, connection: sqlite3.Connection) -> int:
        (last,) = connection.execute(LAST).fetchone()
        connection.execute(REVIVE, (time.time(), self.name))
        return connection.execute(UNBURY, (self.name, last)).rowcount


def in_transaction(connection: sqlite3.Connection, what: Callable[[sqlite3.Connection], Result]) -> Result:
    """Do something whole or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    # Commits, or rolls back when something is raised.
    with connection:
        return what(connection)


def version(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return what changes whenever the file does, by others or by us; it takes no lock to ask."""
    (others,) = connection.execute("PRAGMA data_version").fetchone()
    return others, connection.total_changes
