"""Messages through a queue: events, which nobody answers, and requests, whose answers come by a queue too."""

import asyncio
import logging
import time
import uuid
from dataclasses import dataclass, replace
from typing import Any

from servicekit.errors import MalformedError, UnreachableError
from servicekit.mu.envelopes import Reply, Request, read_reply, read_request
from servicekit.mu.ports import Receive
from servicekit.queue import Broker, Delivery, Queue, QueueError, QueueUnreachableError, Rules

LOG = logging.getLogger(__name__)

# What a client that died waited for is of no use to anybody.
KEEP = 60.0
# How long to wait for a message before looking whether to stop, and for a queue that cannot be used.
PATIENCE, RECOVERY = 0.25, 1.0
# How many events are kept while their queue cannot be used, and for how many seconds at the end.
MOST, LAST_MOMENT = 10_000, 3.0
# The pauses between the tries of an event; the lease outlasts them all.
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)
# Trying again will not change these.
FINAL = {"refused", "no-route", "malformed", "too-many-hops"}


class EventClient:
    """The side that tells: the answer is nothing, and comes when the message is safe in the queue.

    While the queue cannot be used, messages are kept here, and put into it when it is back; whoever told them
    may have lost patience by then. One that is put twice, since no answer came, has the same id both times.
    """

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._putting: set[asyncio.Task[None]] = set()

    async def send(self, request: Request) -> Reply:
        """Put the message into the queue."""
        task = asyncio.create_task(self._put({**request.wire(), "id": uuid.uuid4().hex}))
        self._putting.add(task)
        task.add_done_callback(self._putting.discard)
        await asyncio.shield(task)
        return Reply()

    async def close(self) -> None:
        """Give the queue a last moment to come back; the queue itself is its broker's."""
        if self._putting:
            _, lost = await asyncio.wait(self._putting, timeout=LAST_MOMENT)
            for task in lost:
                task.cancel()
                LOG.error("an event is lost: the queue %s did not come back", self._queue.name)

    async def _put(self, body: dict[str, Any]) -> None:
        while True:
            try:
                return await put(self._queue, body)
            except UnreachableError as error:
                if len(self._putting) > MOST:
                    raise
                LOG.warning("kept until then: %s", error)
                await asyncio.sleep(RECOVERY)


class RequestClient:
    """The side that asks, and has a queue of its own for the answers."""

    def __init__(self, broker: Broker, name: str) -> None:
        self._queue = broker.queue(name, Rules(keep=KEEP))
        self._replies = broker.queue(f"{name}.replies.{uuid.uuid4().hex}", Rules(keep=KEEP))
        self._waiting: dict[str, asyncio.Future[Reply]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def send(self, request: Request) -> Reply:
        """Put the message into the queue and wait for the reply."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        number = uuid.uuid4().hex
        self._waiting[number] = asyncio.get_running_loop().create_future()
        envelope = {"replies": self._replies.name, "number": number, "until": time.time() + request.seconds}
        try:
            await put(self._queue, {**request.wire(), **envelope})
            return await self._waiting[number]
        finally:
            del self._waiting[number]

    async def close(self) -> None:
        """Wait for no more replies."""
        if self._reading is not None:
            await ended(self._reading)
            try:
                await self._replies.drop()
            except QueueUnreachableError as error:
                LOG.warning("a queue of replies stays behind: %s", error)

    async def _read(self) -> None:
        while True:
            delivery = await taken(self._replies)
            if delivery is not None:
                self._hand(delivery.body)
                await self._replies.ack(delivery)

    def _hand(self, body: dict[str, Any]) -> None:
        future = self._waiting.get(body["number"])
        # Who waited may have lost patience.
        if future is not None and not future.done():
            future.set_result(read_reply(body))


class QueueServer:
    """The side that works: one message after the other, in their order, each until it is done."""

    def __init__(self, broker: Broker, name: str, rules: Rules | None = None) -> None:
        self._broker = broker
        self._queue = broker.queue(name, rules)
        self._stopping = asyncio.Event()
        self._working: asyncio.Task[None] | None = None

    async def listen(self, receive: Receive) -> None:
        """Work from now on."""
        self._working = asyncio.create_task(self._work(receive))

    async def close(self) -> None:
        """Finish the message at hand, and take no other."""
        self._stopping.set()
        if self._working is not None:
            await self._working

    async def _work(self, receive: Receive) -> None:
        while not self._stopping.is_set():
            delivery = await taken(self._queue)
            if delivery is not None:
                await self._handle(delivery, receive)

    async def _handle(self, delivery: Delivery, receive: Receive) -> None:
        """Do what one message asks for; whatever happens, the work goes on with the next."""
        renewing = asyncio.create_task(self._renew(delivery))
        try:
            if await self._is_done(delivery, receive):
                await self._queue.ack(delivery)
            else:
                await asyncio.sleep(PAUSES[min(delivery.tries, len(PAUSES)) - 1])
                await self._queue.release(delivery)
        except QueueError as error:
            # Not acknowledged, so it comes again.
            LOG.warning("%s", error)
        finally:
            await ended(renewing)

    async def _is_done(self, delivery: Delivery, receive: Receive) -> bool:
        """Tell whether the message needs no other try."""
        try:
            request, waiting = read_request(delivery.body), read_waiting(delivery.body)
        except MalformedError as error:
            LOG.warning("ignored: %s", error)
            return True
        if waiting is None:
            return is_final(await receive(with_identity(request, delivery.body)))
        if time.time() < waiting.until:
            reply = await receive(request)
            replies = self._broker.queue(waiting.replies, Rules(keep=KEEP))
            await replies.put({"number": waiting.number, **reply.wire()})
        return True

    async def _renew(self, delivery: Delivery) -> None:
        while True:
            await asyncio.sleep(self._queue.rules.lease / 3)
            try:
                await self._queue.extend(delivery)
            except QueueError as error:
                # Before the lease ends there are further times to ask, and the queue may be back by then.
                LOG.warning("%s", error)


@dataclass(frozen=True)
class Waiting:
    """Who waits for a reply: in which queue, under which number, until when."""

    replies: str
    number: str
    until: float


def read_waiting(body: dict[str, Any]) -> Waiting | None:
    """Return who waits for the reply to a message; an event has nobody."""
    replies, number, until = (body.get(key) for key in ("replies", "number", "until"))
    if replies is None:
        return None
    if not isinstance(number, str) or not isinstance(until, int | float):
        raise MalformedError(lacks="number and until")
    return Waiting(str(replies), number, until)


def with_identity(request: Request, body: dict[str, Any]) -> Request:
    """Return the request with the event's own id in its message: a handler takes each id once."""
    return replace(request, message={"id": body.get("id", request.trace), **request.message})


def is_final(reply: Reply) -> bool:
    """Tell whether trying again would change nothing."""
    return reply.kind is None or reply.kind in FINAL


async def ended(task: asyncio.Task[None]) -> None:
    """End a task; before Python 3.12 `wait_for`, which redis is full of, may swallow a cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=PATIENCE)
    await asyncio.gather(task, return_exceptions=True)


async def put(queue: Queue, body: dict[str, Any]) -> None:
    """Put a message into a queue; one that cannot be used is a service that cannot be reached."""
    try:
        await queue.put(body)
    except QueueUnreachableError as error:
        raise UnreachableError(where=f"the queue {queue.name}", reason=str(error)) from error


async def taken(queue: Queue) -> Delivery | None:
    """Take a message; when the queue cannot be used, wait a little and take none."""
    try:
        return await queue.take(PATIENCE)
    except QueueUnreachableError as error:
        LOG.warning("%s", error)
        await asyncio.sleep(RECOVERY)
        return None
