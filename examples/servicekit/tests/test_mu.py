"""What Mu does with a message, whichever way it takes."""

import asyncio
import json
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from servicekit import MuError, RefusedError, RemoteError, UnreachableError
from servicekit.errors import AnswerLostError, MalformedError, NoRouteError, TimedOutError, TooManyHopsError
from servicekit.mu import Client, Mu, Reply, Request, Server
from servicekit.mu.envelopes import read_reply
from servicekit.queue import Queue, Rules, open_broker
from servicekit.serving import Listening, listening
from servicekit.transports.addresses import Address, at
from servicekit.transports.http import HttpClient, HttpServer
from servicekit.transports.local import LocalTransport
from servicekit.transports.queued import EventClient, QueueServer, RequestClient
from servicekit.transports.several import Balance, Tee
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


def say(name: str, _message: Any) -> str:  # noqa: ANN401
    return name


def broken(_message: Any) -> None:  # noqa: ANN401
    NUMBERS["password is hidden"]


@asynccontextmanager
async def local_way(receiver: Mu, _folder: Path) -> AsyncIterator[Client]:
    way = LocalTransport()
    await receiver.inbound("*", way)
    yield way


@asynccontextmanager
async def tcp_way(receiver: Mu, _folder: Path) -> AsyncIterator[Client]:
    server = TcpServer()
    await receiver.inbound("*", server)
    yield TcpClient(at(*server.address))


@asynccontextmanager
async def http_way(receiver: Mu, _folder: Path) -> AsyncIterator[Client]:
    server = HttpServer()
    await receiver.inbound("*", server)
    async with listening(Starlette(routes=[server.route]), Listening(port=0)) as where:
        yield HttpClient(at(*where))


@asynccontextmanager
async def queue_way(receiver: Mu, folder: Path) -> AsyncIterator[Client]:
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
async def pair(way: Way, receiver: Mu, folder: Path) -> AsyncIterator[Mu]:
    """Give a Mu whose messages all go to the receiver, in this way."""
    async with way(receiver, folder) as client:
        sender = Mu("sender")
        sender.outbound("*", client)
        yield sender
        await sender.teardown()
        await receiver.teardown()


async def empty(queue: Queue) -> None:
    """Wait until all is done that was put into the queue."""
    while await queue.size():  # noqa: ASYNC110 - a queue of another process has no event to wait for
        await asyncio.sleep(0.02)


async def test_a_message_is_answered_by_whoever_defined_its_pattern() -> None:
    async with Mu() as mu:
        mu.define(ADD, add)

        assert await mu.dispatch({**ADD, "first": 1, "second": 2}) == 3


async def test_a_handler_may_be_async() -> None:
    async def later(_message: Any) -> str:  # noqa: ANN401
        await asyncio.sleep(0)
        return "later"

    async with Mu() as mu:
        mu.define({"role": "slow"}, later)

        assert await mu.dispatch({"role": "slow"}) == "later"


async def test_the_default_answers_what_no_pattern_matches() -> None:
    async with Mu() as mu:
        mu.define("*", sorted)

        assert await mu.dispatch({"b": 1, "a": 2}) == ["a", "b"]


async def test_without_a_default_the_error_shows_what_was_looked_at_and_nothing_else() -> None:
    async with Mu() as mu:
        mu.define(ADD, add)

        with pytest.raises(NoRouteError, match="cmd: 'divide'") as caught:
            await mu.dispatch({"cmd": "divide", "password": "hidden"})

    assert "hidden" not in str(caught.value)


async def test_a_local_refusal_is_raised_as_it_is() -> None:
    async with Mu() as mu:
        mu.define(ADD, add)

        with pytest.raises(RefusedError, match="two numbers"):
            await mu.dispatch(ADD)


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


async def test_only_what_matches_is_let_in() -> None:
    way = LocalTransport()
    receiver, sender = Mu("math"), Mu("sender")
    receiver.define(ADD, add)
    receiver.define({"role": "admin"}, lambda _message: "done")
    await receiver.inbound({"role": "math"}, way)
    sender.outbound("*", way)

    with pytest.raises(RemoteError, match="no pattern matches"):
        await sender.dispatch({"role": "admin"})
    assert await sender.dispatch({**ADD, "first": 1, "second": 1}) == 2


async def test_a_message_that_goes_in_a_circle_is_stopped() -> None:
    one, other = LocalTransport(), LocalTransport()
    first, second = Mu("first", ttl=3), Mu("second")
    await first.inbound("*", one)
    await second.inbound("*", other)
    first.outbound("*", other)
    second.outbound("*", one)

    with pytest.raises(RemoteError, match="first > second > first > second; two services route it") as caught:
        await first.dispatch(ADD)

    assert caught.value.kind == "too-many-hops"


async def test_a_message_that_may_go_nowhere_goes_nowhere() -> None:
    mu = Mu(ttl=0)
    mu.outbound("*", LocalTransport())

    with pytest.raises(TooManyHopsError):
        await mu.dispatch(ADD)


async def test_what_a_handler_asks_in_its_turn_keeps_trace_time_and_hops() -> None:
    class Last:
        seen: Request

        async def send(self, request: Request) -> Reply:
            self.seen = request
            return Reply("here")

        async def close(self) -> None:
            pass

    way, last = LocalTransport(), Last()
    first, second = Mu("first"), Mu("second")
    first.outbound("*", way)
    await second.inbound("*", way)
    second.define(ADD, lambda _message: second.dispatch({"role": "last"}))
    second.outbound({"role": "last"}, last)

    await first.dispatch(ADD, within=0.5)

    assert last.seen.path == ("first", "second")
    assert last.seen.ttl == 8
    assert last.seen.seconds <= 0.5


async def test_a_time_out_of_a_handler_s_own_is_a_failure_of_the_handler() -> None:
    async def own(_message: Any) -> None:  # noqa: ANN401
        raise TimeoutError

    async with Mu() as mu:
        mu.define(ADD, own)

        with pytest.raises(TimeoutError):
            await mu.dispatch(ADD)


@pytest.mark.parametrize("client", [TcpClient(at("127.0.0.1", 1)), HttpClient(at("127.0.0.1", 1))])
async def test_where_nobody_listens_nobody_can_be_reached(client: Client) -> None:
    async with Mu() as mu:
        mu.outbound("*", client)

        with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:1"):
            await mu.dispatch(ADD)


async def test_after_teardown_nobody_listens() -> None:
    way = LocalTransport()
    receiver, sender = Mu(), Mu()
    await receiver.inbound("*", way)
    sender.outbound("*", way)

    await receiver.teardown()

    with pytest.raises(UnreachableError, match="nobody listens"):
        await sender.dispatch(ADD)


class Named:
    """A service that says its name, or cannot be reached."""

    def __init__(self, name: str, *, is_up: bool = True) -> None:
        self.name = name
        self.is_up = is_up
        self.heard: list[Any] = []
        self.is_closed = False

    async def send(self, request: Request) -> Reply:
        """Say the name."""
        if not self.is_up:
            raise UnreachableError(where=self.name, reason="it is down")
        self.heard.append(request.message)
        return Reply(self.name)

    async def close(self) -> None:
        """Keep in mind that it was closed."""
        self.is_closed = True


async def test_balance_asks_each_in_turn_and_passes_over_who_is_down() -> None:
    services = [Named("a"), Named("b", is_up=False), Named("c")]
    async with Mu() as mu:
        mu.outbound("*", Balance(*services))
        answers = [await mu.dispatch(ADD) for _ in range(6)]

    assert answers == ["a", "c", "c", "a", "c", "c"]
    assert all(service.is_closed for service in services)


async def test_balance_over_none_that_is_up_reaches_nobody() -> None:
    async with Mu() as mu:
        mu.outbound("*", Balance(Named("a", is_up=False), Named("b", is_up=False)))

        with pytest.raises(UnreachableError, match="all 2 were tried"):
            await mu.dispatch(ADD)


async def test_tee_lets_others_hear_what_the_first_answers(caplog: pytest.LogCaptureFixture) -> None:
    first, listener, deaf = Named("first"), Named("listener"), Named("deaf", is_up=False)
    mu = Mu()
    mu.outbound("*", Tee(first, listener, deaf))

    answer = await mu.dispatch(ADD)
    await mu.teardown()

    assert answer == "first"
    assert listener.heard == [ADD]
    assert "deaf cannot be reached" in caplog.text
    assert all(service.is_closed for service in (first, listener, deaf))


async def test_a_tcp_client_connects_again_to_a_server_that_came_back() -> None:
    where = Address("127.0.0.1", 0)

    async def find() -> Address:
        return where

    sender = Mu("sender")
    sender.outbound("*", TcpClient(find))

    answers = []
    for name in ("before", "after"):
        receiver, server = Mu(name), TcpServer(port=where.port)
        receiver.define("*", partial(say, name))
        await receiver.inbound("*", server)
        where = server.address
        answers.append(await sender.dispatch(ADD))
        await receiver.teardown()
    await sender.teardown()

    assert answers == ["before", "after"]


async def test_a_server_that_ends_in_the_middle_leaves_no_caller_waiting() -> None:
    receiver, sender, server = Mu("math"), Mu("sender"), TcpServer()
    receiver.define(ADD, lambda _message: asyncio.sleep(60))
    await receiver.inbound("*", server)
    sender.outbound("*", TcpClient(at(*server.address)))
    asking = asyncio.create_task(sender.dispatch(ADD))
    await asyncio.sleep(0.1)

    await receiver.teardown()

    with pytest.raises(AnswerLostError, match="took the message and gave no answer"):
        await asking
    await sender.teardown()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"\n", id="nothing"),
        pytest.param(b"no json\n", id="no JSON"),
        pytest.param(b'{"number": 1}\n', id="no envelope"),
        pytest.param(b'{"number": 1, "protocol": {}, "pattern": {}}\n', id="no trace"),
        pytest.param(b'{"protocol": {"trace": "t", "path": [], "seconds": true}}\n', id="no seconds"),
        pytest.param(
            b'{"pattern": {}, "protocol": {"trace": "t", "path": [], "seconds": 1, "ttl": 1}}\n',
            id="no number",
        ),
        pytest.param(b"x" * 2_000_000, id="no end"),
    ],
)
async def test_who_speaks_another_language_to_a_tcp_server_is_cut_off(line: bytes) -> None:
    server = TcpServer()
    async with Mu() as mu:
        await mu.inbound("*", server)
        reader, writer = await asyncio.open_connection(*server.address)

        writer.write(line)
        try:
            answer = await reader.read()
        except ConnectionResetError:
            # The system says it so when something was still on its way.
            answer = b""

        assert answer == b""
        writer.close()


async def test_who_answers_a_tcp_client_in_another_language_is_not_understood() -> None:
    async def babble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\n")
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with Mu() as mu, server:
        mu.outbound("*", TcpClient(at(*server.sockets[0].getsockname())))

        with pytest.raises(AnswerLostError, match="the connection broke"):
            await mu.dispatch(ADD)


# To a client of HTTP, the beginning of an answer that never goes on.
SILENCE = b"HTTP/1.1 "


@asynccontextmanager
async def speaker(words: bytes) -> AsyncIterator[Address]:
    """Listen as a stranger who says always the same, and hangs up; or nothing, and keeps silent."""

    async def say_it(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(words)
        if words == SILENCE:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(say_it, "127.0.0.1", 0)
    async with server:
        yield Address(*server.sockets[0].getsockname())


@pytest.mark.parametrize(
    ("words", "kind", "sentence"),
    [
        pytest.param(
            b"HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno", "lost", "answered 404", id="a stranger"
        ),
        pytest.param(
            b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", "unreachable", "not ready", id="not ready"
        ),
        pytest.param(b"", "lost", "gave no answer", id="hangs up"),
        pytest.param(SILENCE, "timed-out", "no answer within", id="silent"),
    ],
)
async def test_an_http_client_tells_what_became_of_the_message(
    words: bytes, kind: str, sentence: str
) -> None:
    async with speaker(words) as where, Mu() as mu:
        mu.outbound("*", HttpClient(at(*where)))

        with pytest.raises(MuError, match=sentence) as caught:
            await mu.dispatch(ADD, within=0.3)

    assert caught.value.kind == kind


async def test_an_http_client_that_is_used_alone_keeps_the_time_itself() -> None:
    async with speaker(SILENCE) as where:
        client = HttpClient(at(*where))
        with pytest.raises(TimedOutError):
            await client.send(Request(message=ADD, trace="t", seconds=0.05))
        await client.close()


async def test_an_http_server_refuses_what_is_no_message_and_is_not_ready_before_it_listens() -> None:
    server = HttpServer()
    app = Starlette(routes=[server.route])
    async with listening(app, Listening(port=0)) as where, httpx2.AsyncClient() as http, Mu() as mu:
        early = await http.post(f"http://{where}/mu/", json={})
        await mu.inbound("*", server)
        bodies = ("no json", "[]", '{"protocol": {}}')
        wrong = [await http.post(f"http://{where}/mu/", content=body) for body in bodies]

    assert early.status_code == 503
    assert [response.status_code for response in wrong] == [400, 400, 400]


@pytest.mark.parametrize("wire", [[], {"response": 1}, {"err": 1}])
def test_what_is_no_reply_is_not_taken_for_one(wire: object) -> None:
    with pytest.raises(MalformedError, match="it lacks"):
        read_reply(wire)


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    assert str(Address("::1", 80)) == "[::1]:80"


async def test_an_event_is_safe_when_nobody_works_yet(tmp_path: Path) -> None:
    heard: asyncio.Queue[Any] = asyncio.Queue()
    broker = open_broker(f"sqlite:{tmp_path}/queue.db")
    sender, worker = Mu("sender"), Mu("worker")
    sender.outbound("*", EventClient(broker.queue("events")))
    worker.define({"cmd": "record"}, heard.put_nowait)

    said = await sender.dispatch({"cmd": "record", "url": "/"})
    await worker.inbound("*", QueueServer(broker, "events"))
    message = await asyncio.wait_for(heard.get(), 5)
    await worker.teardown()
    await broker.close()

    assert said is None
    assert message == {"cmd": "record", "url": "/", "id": message["id"]}


async def test_an_event_that_fails_is_tried_again_with_the_same_id_and_then_put_aside(tmp_path: Path) -> None:
    ids: list[str] = []
    broker = open_broker(f"sqlite:{tmp_path}/queue.db")
    sender, worker = Mu("sender"), Mu("worker")
    sender.outbound("*", EventClient(broker.queue("events")))

    def fail(message: dict[str, Any]) -> None:
        ids.append(message["id"])
        raise OSError

    worker.define({"cmd": "record"}, fail)
    await sender.dispatch({"cmd": "record"})
    await sender.dispatch({"cmd": "unknown"})
    await worker.inbound("*", QueueServer(broker, "events"))
    await empty(broker.queue("events"))
    await worker.teardown()
    letters = await broker.queue("events").dead()
    await broker.close()

    assert len(ids) == 5
    assert len(set(ids)) == 1
    assert [letter["pattern"] for letter in letters] == [{"cmd": "record"}]


async def test_a_request_that_nobody_waits_for_any_more_is_not_worked_on(tmp_path: Path) -> None:
    heard: list[Any] = []
    broker = open_broker(f"sqlite:{tmp_path}/queue.db")
    sender, worker = Mu("sender"), Mu("worker")
    sender.outbound("*", RequestClient(broker, "requests"))
    worker.define("*", heard.append)
    with pytest.raises(TimedOutError):
        await sender.dispatch(ADD, within=0.1)

    await worker.inbound("*", QueueServer(broker, "requests"))
    await sender.dispatch({"role": "later"})
    await worker.teardown()
    await sender.teardown()
    await broker.close()

    assert heard == [{"role": "later"}]


async def test_what_is_no_envelope_is_ignored_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker = open_broker(f"sqlite:{tmp_path}/queue.db")
    worker = Mu("worker")
    await broker.queue("events").put({"action": "record"})

    await worker.inbound("*", QueueServer(broker, "events"))
    await empty(broker.queue("events"))
    await worker.teardown()
    await broker.close()

    assert "ignored: this is no message of mu" in caplog.text


async def test_a_worker_outlives_a_queue_that_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    broker = open_broker("redis://127.0.0.1:1/0")
    worker, sender = Mu("worker"), Mu("sender")
    sender.outbound("*", RequestClient(broker, "requests"))
    caplog.set_level(logging.WARNING)

    await worker.inbound("*", QueueServer(broker, "events"))
    with pytest.raises(UnreachableError, match=r"the queue at 127\.0\.0\.1:1 cannot be used"):
        await sender.dispatch({"cmd": "ask"})
    await worker.teardown()
    await sender.teardown()
    await broker.close()

    assert "cannot be used" in caplog.text


async def test_a_message_that_takes_long_is_not_given_to_another(tmp_path: Path) -> None:
    heard: list[Any] = []
    broker, other = (open_broker(f"sqlite:{tmp_path}/queue.db") for _ in range(2))
    rules = Rules(lease=0.3)
    workers = [Mu("one"), Mu("other")]

    async def slow(message: Any) -> None:  # noqa: ANN401
        heard.append(message)
        await asyncio.sleep(1)

    await broker.queue("events").put({**Request(message=ADD, trace="t", seconds=5).wire(), "id": "one"})
    for worker, keeper in zip(workers, (broker, other), strict=True):
        worker.define("*", slow)
        await worker.inbound("*", QueueServer(keeper, "events", rules))
    await empty(broker.queue("events"))
    for ending in (*(worker.teardown() for worker in workers), broker.close(), other.close()):
        await ending

    assert len(heard) == 1


async def test_who_hangs_up_is_let_go() -> None:
    server = TcpServer()
    async with Mu() as mu:
        await mu.inbound("*", server)
        reader, writer = await asyncio.open_connection(*server.address)

        writer.write_eof()

        assert await reader.read() == b""
        writer.close()


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


async def test_a_queue_that_breaks_at_work_is_logged_and_the_work_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file, heard = tmp_path / "queue.db", asyncio.Event()
    broker, worker = open_broker(f"sqlite:{file}"), Mu("worker")

    def break_it(_message: Any) -> None:  # noqa: ANN401
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("ALTER TABLE messages RENAME TO lost")
        heard.set()

    worker.define("*", break_it)
    await broker.queue("events").put(Request(message=ADD, trace="t", seconds=5).wire())
    await worker.inbound("*", QueueServer(broker, "events"))
    await asyncio.wait_for(heard.wait(), 5)
    await worker.teardown()
    await broker.close()

    assert "no such table: messages" in caplog.text


async def test_a_request_that_does_not_say_who_waits_is_ignored(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker, worker = open_broker(f"sqlite:{tmp_path}/queue.db"), Mu("worker")
    request = Request(message=ADD, trace="t", seconds=5).wire()
    await broker.queue("requests").put({**request, "replies": "somewhere"})

    await worker.inbound("*", QueueServer(broker, "requests"))
    await empty(broker.queue("requests"))
    await worker.teardown()
    await broker.close()

    assert "it lacks number and until" in caplog.text


async def test_a_reply_that_nobody_asked_for_is_passed_over(tmp_path: Path) -> None:
    broker = open_broker(f"sqlite:{tmp_path}/queue.db")
    sender = Mu("sender")
    sender.outbound("*", RequestClient(broker, "requests"))

    asking = asyncio.create_task(sender.dispatch(ADD))
    request = await broker.queue("requests").take(5)
    assert request is not None
    for number in ("unknown", request.body["number"]):
        await broker.queue(request.body["replies"]).put({"number": number, **Reply(number).wire()})
    answer = await asking
    await sender.teardown()
    await broker.close()

    assert answer == request.body["number"]
