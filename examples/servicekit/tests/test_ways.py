"""What is the same whichever way a message takes: in one process, over TCP, over HTTP, through a queue."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from servicekit import MuError, RefusedError, RemoteError, UnreachableError
from servicekit.mu import Client, Mu, Server
from servicekit.queue import open_broker
from servicekit.serving import Listening, listening
from servicekit.transports.addresses import at
from servicekit.transports.http import HttpClient, HttpServer
from servicekit.transports.local import LocalTransport
from servicekit.transports.queued import QueueServer, RequestClient
from servicekit.transports.tcp import TcpClient, TcpServer

pytestmark = pytest.mark.anyio

NUMBERS: dict[str, int] = {}

ADD = {"role": "math", "cmd": "add"}

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


class NeedsTwoError(RefusedError):
    """A sum of one number."""

    def __init__(self) -> None:
        super().__init__("two numbers, please")


def add(message: dict[str, Any]) -> int:
    if "second" not in message:
        raise NeedsTwoError
    return int(message["first"]) + int(message["second"])


def broken(_message: Any) -> None:  # noqa: ANN401
    NUMBERS["password is hidden"]


@asynccontextmanager
async def local_way(receiver: Mu, _folder: Path) -> AsyncGenerator[Client]:
    way = LocalTransport()
    await receiver.inbound("*", way)
    yield way


@asynccontextmanager
async def tcp_way(receiver: Mu, _folder: Path) -> AsyncGenerator[Client]:
    server = TcpServer()
    await receiver.inbound("*", server)
    yield TcpClient(at(*server.address))


@asynccontextmanager
async def http_way(receiver: Mu, _folder: Path) -> AsyncGenerator[Client]:
    server = HttpServer()
    await receiver.inbound("*", server)
    async with listening(Starlette(routes=[server.route]), Listening(port=0)) as where:
        yield HttpClient(at(*where))


@asynccontextmanager
async def queue_way(receiver: Mu, folder: Path) -> AsyncGenerator[Client]:
    broker, worker = open_broker(f"sqlite:{folder}/queue.db"), open_broker(f"sqlite:{folder}/queue.db")
    await receiver.inbound("*", QueueServer(worker, "requests"))
    yield RequestClient(broker, "requests")
    await receiver.teardown()
    await broker.close()
    await worker.close()


Way = Callable[[Mu, Path], Any]

WAYS = [
    pytest.param(local_way, id="local"),
    pytest.param(tcp_way, id="tcp"),
    pytest.param(http_way, id="http"),
    pytest.param(queue_way, id="queue"),
]


@asynccontextmanager
async def pair(way: Way, receiver: Mu, folder: Path) -> AsyncGenerator[Mu]:
    """Give a Mu whose messages all go to the receiver, in this way."""
    async with way(receiver, folder) as client:
        sender = Mu("sender")
        sender.outbound("*", client)
        yield sender
        await sender.teardown()
        await receiver.teardown()


@pytest.mark.parametrize("way", WAYS)
async def test_another_service_answers_as_if_it_were_here(way: Way, tmp_path: Path) -> None:
    receiver = Mu("math")
    receiver.define(ADD, add)
    async with pair(way, receiver, tmp_path) as sender:
        answer = await sender.dispatch({**ADD, "first": 1, "second": 2})

    assert answer == 3


@pytest.mark.parametrize("way", WAYS)
async def test_what_is_refused_there_is_refused_here_with_its_sentence(way: Way, tmp_path: Path) -> None:
    receiver = Mu("math")
    receiver.define(ADD, add)
    async with pair(way, receiver, tmp_path) as sender:
        with pytest.raises(RemoteError, match="two numbers, please") as caught:
            await sender.dispatch(ADD)

    assert caught.value.is_refusal


@pytest.mark.parametrize("way", WAYS)
async def test_what_breaks_there_stays_there_but_for_a_trace(
    way: Way, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    receiver = Mu("math")
    receiver.define(ADD, broken)
    async with pair(way, receiver, tmp_path) as sender:
        with pytest.raises(RemoteError, match="math failed; its log says more under trace") as caught:
            await sender.dispatch(ADD)

    trace = str(caught.value).rpartition(" ")[2]
    assert "hidden" not in str(caught.value)
    assert [vars(record)["trace"] for record in caplog.records if record.exc_info] == [trace]


@pytest.mark.parametrize("way", WAYS)
async def test_what_nobody_there_knows_is_no_route(way: Way, tmp_path: Path) -> None:
    async with pair(way, Mu("empty"), tmp_path) as sender:
        with pytest.raises(RemoteError, match="no pattern matches") as caught:
            await sender.dispatch(ADD)

    assert caught.value.kind == "no-route"


@pytest.mark.parametrize("way", WAYS)
async def test_an_answer_that_takes_too_long_is_not_waited_for(way: Way, tmp_path: Path) -> None:
    receiver = Mu("math")
    receiver.define(ADD, lambda _message: asyncio.sleep(1))
    async with pair(way, receiver, tmp_path) as sender:
        with pytest.raises(MuError, match=r"no answer within 0\.2 s") as caught:
            await sender.dispatch(ADD, within=0.2)
        # What the other side says now is nobody's any more.
        await asyncio.sleep(0.3)

    assert caught.value.kind == "timed-out"


@pytest.mark.parametrize("way", WAYS)
async def test_many_messages_at_once_get_each_their_own_answer(way: Way, tmp_path: Path) -> None:
    receiver = Mu("math")
    receiver.define(ADD, add)
    async with pair(way, receiver, tmp_path) as sender:
        messages = [{**ADD, "first": number, "second": number} for number in range(30)]
        answers = await asyncio.gather(*map(sender.dispatch, messages))

    assert answers == [2 * number for number in range(30)]


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(JSON, min_size=1, max_size=5))
def test_whatever_json_holds_arrives_as_it_was(way: Way, tmp_path: Path, values: list[Any]) -> None:
    async def round_trip() -> list[Any]:
        receiver = Mu("echo")
        receiver.define({"role": "echo"}, lambda message: message["value"])
        async with pair(way, receiver, tmp_path) as sender:
            return [await sender.dispatch({"role": "echo", "value": value}) for value in values]

    assert json.dumps(asyncio.run(round_trip())) == json.dumps(values)


@pytest.mark.parametrize("way", WAYS)
async def test_an_answer_that_json_cannot_hold_is_a_failure_at_once(way: Way, tmp_path: Path) -> None:
    receiver = Mu("math")
    receiver.define(ADD, lambda _message: {1, 2})
    async with pair(way, receiver, tmp_path) as sender:
        with pytest.raises(RemoteError, match="math failed"):
            await sender.dispatch(ADD)


@pytest.mark.parametrize("client", [TcpClient(at("127.0.0.1", 1)), HttpClient(at("127.0.0.1", 1))])
async def test_where_nobody_listens_nobody_can_be_reached(client: Client) -> None:
    async with Mu() as mu:
        mu.outbound("*", client)

        with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:1"):
            await mu.dispatch(ADD)


async def test_what_was_never_used_is_closed_in_peace(tmp_path: Path) -> None:
    broker = open_broker(f"sqlite:{tmp_path}/queue.db")
    find = at("127.0.0.1", 1)
    servers: list[Server] = [LocalTransport(), TcpServer(port=1), HttpServer(), QueueServer(broker, "events")]
    clients: list[Client] = [TcpClient(find), HttpClient(find), RequestClient(broker, "requests")]

    for server in servers:
        await server.close()
    for client in clients:
        await client.close()
    await broker.close()

    assert TcpServer(port=1).address == await find()
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - a path of asyncio's own would be one too many
