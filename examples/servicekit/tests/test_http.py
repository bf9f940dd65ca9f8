"""Messages over HTTP: strangers on either side."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
import pytest
from starlette.applications import Starlette

from servicekit import MuError
from servicekit.errors import TimedOutError
from servicekit.mu import Mu, Request
from servicekit.serving import Listening, listening
from servicekit.transports.addresses import Address, at
from servicekit.transports.http import HttpClient, HttpServer

pytestmark = pytest.mark.anyio

ADD = {"role": "math", "cmd": "add"}


# To a client of HTTP, the beginning of an answer that never goes on.
SILENCE = b"HTTP/1.1 "


@asynccontextmanager
async def speaker(words: bytes) -> AsyncGenerator[Address]:
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
