"""Messages over one kept TCP connection: a line of JSON each way, numbered, so that answers may overtake."""

import asyncio
import itertools
import json
from contextlib import suppress
from functools import partial
from typing import Any

from servicekit.errors import AnswerLostError, MalformedError, UnreachableError
from servicekit.mu.envelopes import Reply, Request, read_reply, read_request
from servicekit.mu.ports import Receive
from servicekit.transports.addresses import Address, Find

# Longer lines are no messages but an attack on our memory.
LONGEST = 1024 * 1024


class TcpServer:
    """The side that answers."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._wanted = Address(host, port)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> Address:
        """Where it listens; port 0 has become a real one."""
        if self._server is None:
            return self._wanted
        host, port = self._server.sockets[0].getsockname()[:2]
        return Address(host, port)

    async def listen(self, receive: Receive) -> None:
        """Bind the port and take messages from now on."""
        accept = partial(self._accept, receive)
        self._server = await asyncio.start_server(accept, *self._wanted, limit=LONGEST)

    async def close(self) -> None:
        """Close the port and all connections."""
        if self._server is not None:
            self._server.close()
            await ended(self._tasks)
            await self._server.wait_closed()
            self._server = None

    def _accept(self, receive: Receive, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(receive, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Connection:
    """A connection of a client: requests out, replies in, each reply to whoever waits for its number."""

    def __init__(self, where: Address, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._where = where
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._task = asyncio.create_task(self._read())

    @property
    def is_open(self) -> bool:
        """Whether replies can still come."""
        return not self._task.done()

    async def ask(self, request: Request) -> Reply:
        """Send a message and wait for its reply."""
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            # A connection that breaks is heard of by its reader, and everybody who waits by him.
            with suppress(ConnectionError):
                await write_line(self._writer, {"number": number, **request.wire()})
            return await self._waiting[number]
        finally:
            del self._waiting[number]

    async def close(self) -> None:
        """Close the connection; whoever still waits is told."""
        await ended({self._task})

    async def _read(self) -> None:
        reason = "it closed the connection"
        try:
            while line := await self._reader.readline():
                self._hand(json.loads(line))
        except (ValueError, MalformedError, ConnectionError) as error:
            reason = f"the connection broke: {type(error).__name__}"
        finally:
            self._writer.close()
            for future in self._waiting.values():
                # Who waited may have lost patience in this very moment.
                with suppress(asyncio.InvalidStateError):
                    future.set_exception(AnswerLostError(str(self._where), reason))

    def _hand(self, wire: dict[str, Any]) -> None:
        future = self._waiting.get(wire.get("number", -1))
        # Who waited may have lost patience.
        if future is not None and not future.done():
            future.set_result(read_reply(wire))


class TcpClient:
    """The side that asks: connects when first asked, and again when the connection is gone."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._connection: Connection | None = None
        self._connecting = asyncio.Lock()

    async def send(self, request: Request) -> Reply:
        """Send the message and return the reply."""
        connection = await self._connected()
        return await connection.ask(request)

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _connected(self) -> Connection:
        async with self._connecting:
            if self._connection is None or not self._connection.is_open:
                self._connection = await connected(await self._find())
            return self._connection


async def serve(receive: Receive, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take lines until the other side has no more, or sends what is none."""
    answers: set[asyncio.Task[None]] = set()
    try:
        while line := await reader.readline():
            number, request = read_line(line)
            task = asyncio.create_task(answer(receive, number, request, writer))
            answers.add(task)
            task.add_done_callback(answers.discard)
    except (ValueError, MalformedError, ConnectionError, asyncio.CancelledError):
        # Who speaks another language cannot be told so in it: the connection ends.
        pass
    finally:
        await ended(answers)
        writer.close()


async def answer(receive: Receive, number: int, request: Request, writer: asyncio.StreamWriter) -> None:
    """Answer one message; the other side may be gone by then."""
    reply = await receive(request)
    with suppress(ConnectionError):
        await write_line(writer, {"number": number, **reply.wire()})


async def connected(where: Address) -> Connection:
    """Return a new connection."""
    try:
        reader, writer = await asyncio.open_connection(*where, limit=LONGEST)
    except OSError as error:
        raise UnreachableError(where=str(where), reason=error.strerror or "nobody answers there") from error
    return Connection(where, reader, writer)


def read_line(line: bytes) -> tuple[int, Request]:
    """Return the number and the request in a line."""
    wire = json.loads(line)
    request = read_request(wire)
    number = wire.get("number")
    if not isinstance(number, int):
        raise MalformedError(lacks="the number")
    return number, request


async def write_line(writer: asyncio.StreamWriter, wire: dict[str, Any]) -> None:
    """Write a JSON object as one line."""
    writer.write(json.dumps(wire, separators=(",", ":")).encode() + b"\n")
    await writer.drain()


async def ended(tasks: "set[asyncio.Task[None]]") -> None:
    """Cancel tasks and wait until they have ended."""
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
