"""What is measured of uploads is what an index took; what it refused is told beside the number."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.bench.uploads import Uploader, UploadRefused, uploads_per_second


class Choosy(BaseHTTPRequestHandler):
    """Takes uploads, but none of some projects."""

    protocol_version = "HTTP/1.1"
    refused: tuple[bytes, ...] = ()
    taken = 0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_refused = any(name in body for name in type(self).refused)
        type(self).taken += not is_refused
        self.send_response(409 if is_refused else 200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"&#39;")

    def log_message(self, *_: object) -> None:
        """Say nothing: a test has its own words."""


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of an index that takes everything, until it is told otherwise."""
    Choosy.taken, Choosy.refused = 0, ()
    with ThreadingHTTPServer(("127.0.0.1", 0), Choosy) as server:
        # What an idle connection's thread waits for never comes.
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_an_upload_that_is_refused_is_told_and_the_others_are_counted(url: str) -> None:
    Choosy.refused = (b"uploaded-7-2",)

    rate, tally = uploads_per_second(lambda: Uploader(url, ""), 0.1, 7)

    assert rate > 0
    assert tally.taken == Choosy.taken
    assert tally.refused
    assert tally.remark is not None
    assert tally.remark.endswith("are not counted, for they were refused: status 409: '")


def test_an_index_that_takes_every_upload_needs_no_remark(url: str) -> None:
    _, tally = uploads_per_second(lambda: Uploader(url, ""), 0.1, 0)

    assert (tally.taken, tally.remark) == (Choosy.taken, None)


def test_an_index_that_takes_nothing_has_no_number(url: str) -> None:
    Choosy.refused = (b"uploaded-",)

    with pytest.raises(UploadRefused, match="409"):
        uploads_per_second(lambda: Uploader(url, ""), 0.1, 0)
