"""Requests that are no HTTP: each is refused or cut off, and the next client is served."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
import requests

from tests.real_index import Index, run_index
from tests.surroundings import clean_environment

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

HOST = b"Host: localhost\r\n"
POST = b"POST / HTTP/1.1\r\n" + HOST
REQUESTS = {
    "not-http": b"hello\r\n\r\n",
    "no-host": b"GET /simple/ HTTP/1.1\r\n\r\n",
    "length-negative": POST + b"Content-Length: -1\r\n\r\n",
    "length-exponent": POST + b"Content-Length: 1e3\r\n\r\n",
    "length-twice": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    "length-and-chunked": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunk-bad": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n",
    "header-1-mb": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 1_000_000 + b"\r\n\r\n",
    "headers-5000": b"GET / HTTP/1.1\r\n" + HOST + b"X: x\r\n" * 5000 + b"\r\n",
    "header-nul": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n",
    "header-bare-cr": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\rb\r\n\r\n",
    "url-100-kb": b"GET /simple/" + b"x" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "url-nul": b"GET /simple/\0 HTTP/1.1\r\n" + HOST + b"\r\n",
    "url-path-trick": b"GET /packages/..%2f..%2fetc/passwd HTTP/1.1\r\n" + HOST + b"\r\n",
    "url-line-ends": b"GET /simple/a%0d%0aX:%20y/ HTTP/1.1\r\n" + HOST + b"\r\n",
}
WAIT_SECONDS = 5


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A running index that all malformed requests meet."""
    env = clean_environment(tmp_path_factory.mktemp("home"))
    with run_index(tmp_path_factory.mktemp("victim") / "packages", ("--no-fallback",), env) as index:
        yield index


@pytest.mark.parametrize("name", REQUESTS)
def test_a_malformed_request_is_refused_and_harms_nobody(
    victim: Index, record_fault: Callable[..., None], name: str
) -> None:
    said = ask(victim, REQUESTS[name])

    status = int(said.split()[1]) if said.startswith(b"HTTP/1.1 ") else None
    record_fault(26, where="raw requests", points=1, answered=int(status is not None), cut=int(status is None))
    assert status is None or status in range(200, 500)
    assert status != 200 or name == "no-host"
    assert b"X: y" not in said.partition(b"\r\n\r\n")[0]
    assert requests.get(victim.simple_url, timeout=WAIT_SECONDS).status_code == 200


def ask(index: Index, request: bytes) -> bytes:
    """Send bytes and return what comes back until the connection ends, or nothing more comes."""
    address = urlsplit(index.url)
    with socket.create_connection((str(address.hostname), address.port or 80), WAIT_SECONDS) as connection:
        said = b""
        with suppress(OSError):
            connection.sendall(request)
        with suppress(OSError):
            while content := connection.recv(65536):
                said += content
                connection.settimeout(0.5)
    return said
