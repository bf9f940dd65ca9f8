"""Messages over TCP: servers that come, go and end, and strangers on either side."""

import asyncio
from functools import partial
from typing import Any

import pytest

from servicekit.errors import AnswerLostError
from servicekit.mu import Mu
from servicekit.transports.addresses import Address, at
from servicekit.transports.tcp import TcpClient, TcpServer

pytestmark = pytest.mark.anyio

ADD = {"role": "math", "cmd": "add"}


def say(name: str, _message: Any) -> str:  # noqa: ANN401
    return name


async def test_a_tcp_client_connects_again_to_a_server_that_came_back() -> None:
    where = Address("127.0.0.1", 0)

    async def find() -> Address:
        return where

    sender = Mu("sender")
    sender.outbound("*", TcpClient(find))

    answers: list[str] = []
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


async def test_who_hangs_up_is_let_go() -> None:
    server = TcpServer()
    async with Mu() as mu:
        await mu.inbound("*", server)
        reader, writer = await asyncio.open_connection(*server.address)

        writer.write_eof()

        assert await reader.read() == b""
        writer.close()


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    assert str(Address("::1", 80)) == "[::1]:80"
