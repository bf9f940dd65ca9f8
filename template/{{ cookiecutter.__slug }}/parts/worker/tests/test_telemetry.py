"""Traces arrive where the environment says, at a real receiver; without a place nothing is traced."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from {{ cookiecutter.__package }}.telemetry import spans


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


def test_a_message_is_traced_and_told_before_the_end(collector: Collector) -> None:
    command = [sys.executable, "-m", "{{ cookiecutter.__package }}"]
    env = {**os.environ, **collector.place}

    subprocess.run(command, env=env, input='{"text": "One"}\n', check=True, encoding="utf-8")

    assert b"message" in collector.taken
    assert b"{{ cookiecutter.__slug }}" in collector.taken


def test_without_a_place_nothing_is_traced() -> None:
    assert spans({}) is nullcontext


def test_without_the_extra_a_sentence_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # As Python marks what is not there.
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)

    assert spans({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}) is nullcontext
    assert "pip install '{{ cookiecutter.__slug }}[opentelemetry]'" in caplog.text
