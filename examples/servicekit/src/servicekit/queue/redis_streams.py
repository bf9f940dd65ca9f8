"""A queue in Redis Streams, for processes on several machines.

Redis itself keeps who has taken what. Each broker gives its connections a name; a holder whose name Redis
does not know any more is dead, and what it held is at once another's.
"""

import json
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from servicekit.queue.errors import QueueUnreachableError
from servicekit.queue.port import Delivery, Rules

GROUP = "workers"
BODY = b"body"
# How often the living look for what the dead have left, and the longest that Redis lets one wait at a time.
ROUNDS = 0.25
# Below this Redis would wait for ever: to it no time means no limit.
SHORTEST = 0.001


class RedisBroker:
    """The queues of one Redis."""

    def __init__(self, url: str) -> None:
        self.holder = uuid.uuid4().hex
        parts = urlsplit(url)
        self._where = f"{parts.hostname}:{parts.port or 6379}"
        # redis has no useful types.
        self._redis: Any = Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
            url, client_name=self.holder, socket_connect_timeout=2, protocol=2
        )

    def queue(self, name: str, rules: Rules | None = None) -> "RedisQueue":
        """Return the queue of this name."""
        return RedisQueue(self, name, rules or Rules())

    async def ping(self) -> None:
        """Raise QueueUnreachableError if Redis does not answer."""
        async with self.redis() as redis:
            await redis.ping()

    @asynccontextmanager
    async def redis(self) -> AsyncGenerator[Any]:
        """Give the client; what it says goes wrong becomes our own sentence, which holds no password."""
        try:
            yield self._redis
        except (RedisError, OSError) as error:
            raise QueueUnreachableError(self._where, type(error).__name__) from error

    async def living(self) -> set[str]:
        """Return the names of the brokers that Redis knows."""
        async with self.redis() as redis:
            return {client["name"] for client in await redis.client_list()}

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


class RedisQueue:
    """One stream, with one group of consumers."""

    def __init__(self, broker: RedisBroker, name: str, rules: Rules) -> None:
        self.name = name
        self.rules = rules
        self._broker = broker
        self._graves = f"{name}.dead"
        self._next_round = 0.0
        self._has_group = False

    async def put(self, body: Any) -> None:  # noqa: ANN401 - any value of JSON
        """Add a message."""
        async with self._broker.redis() as redis:
            await redis.xadd(self.name, {BODY: json.dumps(body, separators=(",", ":"))})
            if self.rules.keep is not None:
                await redis.pexpire(self.name, int(self.rules.keep * 1000))

    async def take(self, seconds: float) -> Delivery | None:
        """Return the first message that nobody has, waiting so long for one."""
        ends = time.monotonic() + seconds
        while True:
            left = ends - time.monotonic()
            found = await self._freed() or await self._fresh(max(SHORTEST, min(left, ROUNDS)))
            if found is not None or left <= 0:
                return found

    async def extend(self, delivery: Delivery) -> None:
        """Begin the lease anew."""
        async with self._broker.redis() as redis:
            await redis.xclaim(self.name, GROUP, self._broker.holder, 0, [delivery.number], justid=True)

    async def ack(self, delivery: Delivery) -> None:
        """Say that the message is done."""
        async with self._broker.redis() as redis, redis.pipeline() as all_or_none:
            all_or_none.xack(self.name, GROUP, delivery.number)
            all_or_none.xdel(self.name, delivery.number)
            await all_or_none.execute()

    async def release(self, delivery: Delivery) -> None:
        """Say that the try failed."""
        if delivery.tries >= self.rules.tries:
            await self._bury(delivery)
            return
        lease = int(self.rules.lease * 1000)
        async with self._broker.redis() as redis:
            ours = self._broker.holder
            await redis.xclaim(self.name, GROUP, ours, 0, [delivery.number], idle=lease, justid=True)
        self._next_round = 0

    async def size(self) -> int:
        """Return how many messages are not done yet."""
        async with self._broker.redis() as redis:
            return int(await redis.xlen(self.name))

    async def dead(self) -> list[Any]:
        """Return the dead letters, the oldest first."""
        async with self._broker.redis() as redis:
            return [json.loads(fields[BODY]) for _, fields in await redis.xrange(self._graves)]

    async def revive(self) -> int:
        """Put the dead letters back at the end."""
        async with self._broker.redis() as redis:
            letters = await redis.xrange(self._graves)
            for number, fields in letters:
                async with redis.pipeline() as all_or_none:
                    all_or_none.xadd(self.name, fields)
                    all_or_none.xdel(self._graves, number)
                    await all_or_none.execute()
            return len(letters)

    async def drop(self) -> None:
        """Remove the queue."""
        async with self._broker.redis() as redis:
            await redis.delete(self.name, self._graves)

    async def _fresh(self, seconds: float) -> Delivery | None:
        """Return the next message that nobody has had yet."""
        async with self._group() as redis:
            streams = {self.name: ">"}
            wait = max(1, int(seconds * 1000))
            found = await redis.xreadgroup(GROUP, self._broker.holder, streams, count=1, block=wait)
        if not found:
            return None
        [(_, [(number, fields)])] = found
        return Delivery(number.decode(), json.loads(fields[BODY]), 1)

    async def _freed(self) -> Delivery | None:
        """Return the first message whose lease ran out or whose holder is dead."""
        if time.monotonic() < self._next_round:
            return None
        async with self._group() as redis:
            while number := await self._first_free(redis):
                claimed = await redis.xclaim(self.name, GROUP, self._broker.holder, 0, [number])
                [*pending] = await redis.xpending_range(self.name, GROUP, number, number, 1)
                if not claimed or not pending:
                    continue
                delivery = Delivery(number, json.loads(claimed[0][1][BODY]), pending[0]["times_delivered"])
                if delivery.tries <= self.rules.tries:
                    return delivery
                await self._bury(delivery)
        self._next_round = time.monotonic() + ROUNDS
        return None

    async def _first_free(self, redis: Any) -> str | None:  # noqa: ANN401 - redis has no useful types
        """Return the number of the first such message."""
        pending = await redis.xpending_range(self.name, GROUP, "-", "+", 100)
        if not pending:
            return None
        living, lease = await self._broker.living(), self.rules.lease * 1000
        for entry in pending:
            if entry["time_since_delivered"] >= lease or entry["consumer"].decode() not in living:
                return str(entry["message_id"].decode())
        return None

    async def _bury(self, delivery: Delivery) -> None:
        async with self._broker.redis() as redis, redis.pipeline() as all_or_none:
            all_or_none.xadd(self._graves, {BODY: json.dumps(delivery.body)})
            all_or_none.xack(self.name, GROUP, delivery.number)
            all_or_none.xdel(self.name, delivery.number)
            await all_or_none.execute()

    @asynccontextmanager
    async def _group(self) -> AsyncGenerator[Any]:
        """Give the client, with the group made; a Redis that lost its memory gets a new one next time."""
        async with self._broker.redis() as redis:
            if not self._has_group:
                await made(redis, self.name)
                self._has_group = True
            try:
                yield redis
            except RedisError:
                self._has_group = False
                raise


async def made(redis: Any, name: str) -> None:  # noqa: ANN401 - redis has no useful types
    """Make the group of a stream, unless it is there."""
    try:
        await redis.xgroup_create(name, GROUP, id="0", mkstream=True)
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise
