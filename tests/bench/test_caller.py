"""The load generator of our own counts what was answered, and takes no error for an answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.bench.caller import call


class Counting(BaseHTTPRequestHandler):
    """Answers, and counts how often."""

    protocol_version = "HTTP/1.1"
    count = 0

    def do_GET(self) -> None:
        type(self).count += 1
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Say nothing: a test has its own words."""


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of a small server."""
    Counting.count = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_every_answer_is_counted(url: str) -> None:
    rate = call(f"{url}/", 0.5)

    assert 0 < rate * 0.5 <= Counting.count


def test_an_error_is_no_answer(url: str) -> None:
    with pytest.raises(ConnectionError, match="404"):
        call(f"{url}/missing", 0.5)
