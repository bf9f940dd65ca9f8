"""Traces arrive where the environment says, at a real receiver; without a place nothing is traced."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from socket import create_server
from threading import Thread, Timer

import pytest

from {{ cookiecutter.__package }}.telemetry import traced
from {{ cookiecutter.__package }}.wiring import create_app


class Collector(HTTPServer):
    """Takes what OpenTelemetry sends."""

    def __init__(self) -> None:
        self.taken = b""
        super().__init__(("127.0.0.1", 0), Taking)
        self.place = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.server_port}", "NO_PROXY": "*"}


class Taking(BaseHTTPRequestHandler):
    """One delivery."""

    def do_POST(self) -> None:
        """Keep it."""
        assert isinstance(self.server, Collector)
        self.server.taken += self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Take deliveries during the test."""
    with Collector() as taking:
        thread = Thread(target=taking.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield taking
        taking.shutdown()
        thread.join()


@pytest.fixture
def port() -> int:
    """Return a port that is free."""
    with create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def process(collector: Collector, port: int) -> Iterator[subprocess.Popen[str]]:
    """Run the service, and end it whatever a test has found; what nobody hears of is ended after a minute."""
    command = (sys.executable, "-m", "{{ cookiecutter.__package }}")
    env = {**os.environ, **collector.place, "PORT": str(port)}
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, encoding="utf-8") as running:
        end = Timer(60, running.kill)
        end.start()
        yield running
        end.cancel()
        running.kill()


def test_a_request_is_traced_and_told_before_the_end(
    collector: Collector, port: int, process: subprocess.Popen[str]
) -> None:
    assert process.stderr
    assert any("running on" in line for line in process.stderr)
    for path in ("/names?text=One", "/readyz"):
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path)
        assert connection.getresponse().status == 200
        connection.close()

    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)

    assert b"GET /names" in collector.taken
    assert b"{{ cookiecutter.__slug }}" in collector.taken
    assert b"/readyz" not in collector.taken


def test_without_a_place_nothing_is_traced() -> None:
    app = create_app()

    assert traced(app, {}) is app


def test_without_the_extra_a_sentence_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # As Python marks what is not there.
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    app = create_app()

    assert traced(app, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}) is app
    assert "pip install '{{ cookiecutter.__slug }}[opentelemetry]'" in caplog.text
