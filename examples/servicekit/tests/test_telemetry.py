"""Traces of real services arrive at a real receiver, a request and what it leads to elsewhere as one."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette

from servicekit.telemetry import headers, traced

# A service that hands a request on to itself, as it would to another.
SERVICE = """
import os
from contextlib import asynccontextmanager
from servicekit.discovery import Address
from servicekit.health import health_routes
from servicekit.mu import Mu
from servicekit.running import ServiceSettings, run
from servicekit.transports.http import HttpClient, HttpServer
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def me():
    return Address("127.0.0.1", int(os.environ["PORT"]))

inside, outside, door = Mu("inside"), Mu("outside"), HttpServer()
inside.define("*", lambda message: "done")
outside.outbound("*", HttpClient(me))

async def ask(request):
    return JSONResponse(await outside.dispatch({}))

@asynccontextmanager
async def lifespan(app):
    async with inside, outside:
        await inside.inbound("*", door)
        yield

routes = [Route("/ask", ask), door.route, *health_routes({})]
run("two", ServiceSettings, lambda told: Starlette(routes=routes, lifespan=lifespan))
"""


class Collector(HTTPServer):
    """Takes what OpenTelemetry sends."""

    def __init__(self) -> None:
        # Each span: its name, its trace, its service.
        self.spans: list[tuple[str, bytes, str]] = []
        super().__init__(("127.0.0.1", 0), Taking)
        self.place = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.server_port}", "NO_PROXY": "*"}

    def take(self, body: bytes) -> None:
        """Keep the spans of a delivery."""
        for of_service in ExportTraceServiceRequest.FromString(body).resource_spans:
            (whose,) = [
                each.value.string_value
                for each in of_service.resource.attributes
                if each.key == "service.name"
            ]
            for scope in of_service.scope_spans:
                self.spans += [(span.name, span.trace_id, whose) for span in scope.spans]


class Taking(BaseHTTPRequestHandler):
    """One delivery."""

    def do_POST(self) -> None:
        """Take it."""
        assert isinstance(self.server, Collector)
        self.server.take(self.rfile.read(int(self.headers["Content-Length"])))
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


def test_a_request_and_what_it_leads_to_elsewhere_are_one_trace(collector: Collector, free_port: int) -> None:
    env = {**os.environ, **collector.place, "PORT": str(free_port)}
    with subprocess.Popen([sys.executable, "-c", SERVICE], env=env, stdout=subprocess.DEVNULL) as service:
        with httpx2.Client(transport=httpx2.HTTPTransport(retries=8)) as http:
            answers = [http.get(f"http://127.0.0.1:{free_port}/{path}").json() for path in ("ask", "livez")]
        service.send_signal(signal.SIGTERM)
        service.wait(timeout=30)

    told = {
        name: (trace, whose) for name, trace, whose in collector.spans if name in {"GET /ask", "POST /mu/"}
    }
    assert answers == ["done", {"status": "ok"}]
    assert told["GET /ask"] == told["POST /mu/"]
    assert {whose for _, _, whose in collector.spans} == {"two"}
    assert not [name for name, _, _ in collector.spans if "livez" in name]


def test_without_a_place_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "opentelemetry.propagate", raising=False)
    app = Starlette()

    assert traced("one", app, {}) is app
    assert headers() == {}


def test_without_the_extra_a_sentence_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # As Python marks what is not there.
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    app = Starlette()

    assert traced("one", app, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}) is app
    assert "pip install 'one[opentelemetry]'" in caplog.text
