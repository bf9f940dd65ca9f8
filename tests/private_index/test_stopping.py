"""A stopping index waits for its clients as long as it was told to, cuts those that hold it up, and ends by itself."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from tests.real_index import Index, Make, Serve

WHEEL = "acme_one-1.0-py3-none-any.whl"
STOP_SECONDS = 2

HALF_A_HEAD = b"GET /simple/ HTTP/1.1\r\nHo"
A_FILE = f"GET /packages/{WHEEL} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def stubborn(index: Index, words: bytes) -> socket.socket:
    """Return a connection whose client has asked something and does nothing any more."""
    connection = socket.socket()
    # What the client's own system would take for it would end the answer.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", urlsplit(index.url).port))
    connection.sendall(words)
    time.sleep(0.5)
    return connection


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(HALF_A_HEAD, id="a head that does not end"),
        pytest.param(A_FILE, id="a file that nobody takes"),
    ],
)
@pytest.mark.skipif(not hasattr(socket, "TCP_INFO"), reason="only Linux tells of its connections")
def test_a_client_that_does_nothing_holds_a_stopping_index_up_for_as_long_as_it_was_told_and_no_longer(
    serve: Serve, make_wheel: Make, words: bytes
) -> None:
    # More than any system takes from a server whose client takes nothing.
    wheel = make_wheel(members={"acme_one/noise": os.urandom(20_000_000)})
    index = serve("--stop-seconds", str(STOP_SECONDS), "--seed", str(wheel))

    with closing(stubborn(index, words)):
        started = time.monotonic()
        index.process.send_signal(signal.SIGTERM)
        code = index.process.wait(60)
        took = time.monotonic() - started

    assert code == 0
    assert took > STOP_SECONDS - 0.1
    assert "refused to gracefully stop" not in index.log.read_text()


def test_a_client_that_waits_for_nothing_holds_no_stopping_index_up(serve: Serve) -> None:
    index = serve("--stop-seconds", "200")

    with closing(stubborn(index, b"GET /simple/ HTTP/1.1\r\nHost: x\r\n\r\n")):
        index.process.send_signal(signal.SIGTERM)
        code = index.process.wait(100)

    assert code == 0
