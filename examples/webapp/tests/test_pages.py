"""The pages, with services behind them: there, wrong, and gone."""

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from servicekit import RefusedError
from servicekit.mu import Mu
from servicekit.queue import open_broker
from servicekit.serving import Listening, listening
from servicekit.settings import Secret
from servicekit.transports.http import HttpServer
from servicekit.transports.queued import QueueServer
from starlette.applications import Starlette

from webapp.wiring import Settings, create_app

pytestmark = pytest.mark.anyio

Answer = Callable[[dict[str, Any]], Any]


@pytest.fixture
def anyio_backend() -> str:
    """Name the loop that the tests run on."""
    return "asyncio"


class NoNumberError(RefusedError):
    """What the stand-in for the adder refuses."""

    def __init__(self) -> None:
        super().__init__("“two” is not a number")


def add(message: dict[str, Any]) -> str:
    if not message["second"].isdecimal():
        raise NoNumberError
    return str(int(message["first"]) + int(message["second"]))


def fragment(message: dict[str, Any]) -> dict[str, str]:
    shown = " ".join(f"{key}: {value}" for key, value in message.items())
    return {"title": message["role"], "html": f"<p>{shown}</p>", "style": ".card { color: red }"}


def fail(_message: dict[str, Any]) -> None:
    raise OSError


@asynccontextmanager
async def service(name: str, monkeypatch: pytest.MonkeyPatch, **answers: Answer) -> AsyncGenerator[None]:
    """Run a service on a port of its own, where discovery finds it."""
    door = HttpServer()
    async with Mu(name) as mu, listening(Starlette(routes=[door.route]), Listening(port=0)) as where:
        for cmd, answer in answers.items():
            mu.define({"role": name, "cmd": cmd}, answer)
        await mu.inbound("*", door)
        monkeypatch.setenv(f"{name.upper()}_SERVICE_HOST", where.host)
        monkeypatch.setenv(f"{name.upper()}_SERVICE_PORT", str(where.port))
        yield


@asynccontextmanager
async def counter(folder: Path) -> AsyncGenerator[list[str]]:
    """Run a worker at the queues, and give the pages that it hears of."""
    heard: list[str] = []
    told = anyio.Event()

    def hear(message: dict[str, Any]) -> None:
        heard.append(message["url"])
        told.set()

    broker = open_broker(f"sqlite:{folder}/queue.db")
    async with Mu("events") as mu:
        mu.define({"role": "events", "cmd": "record"}, hear)
        mu.define({"role": "report", "cmd": "component"}, fragment)
        for name in ("events", "report"):
            await mu.inbound("*", QueueServer(broker, name))
        yield heard
        await told.wait()
    await broker.close()


@asynccontextmanager
async def browser(queue_url: str) -> AsyncGenerator[httpx2.AsyncClient]:
    """Start the site as the environment is now, and give a browser."""
    app = create_app(Settings(queue_url=Secret(queue_url)))
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://site") as client,
    ):
        yield client


@pytest.fixture
def queue_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the URL of an empty queue, in an environment where no service is up."""
    for name in ("ADDER", "AUDIT"):
        monkeypatch.setenv(f"{name}_SERVICE_HOST", "127.0.0.1")
        monkeypatch.setenv(f"{name}_SERVICE_PORT", "1")
    return f"sqlite:{tmp_path}/queue.db"


async def test_home_is_made_of_what_every_service_shows(
    queue_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        service("adder", monkeypatch, component=fragment),
        service("audit", monkeypatch, component=fragment),
        counter(tmp_path) as heard,
        browser(queue_url) as client,
    ):
        answer = await client.get("/")

    assert answer.status_code == 200
    assert re.findall(r"<h2>(.+)</h2>", answer.text) == ["adder", "audit", "report"]
    assert answer.text.count(".card { color: red }") == 1
    assert heard == ["/"]


async def test_a_sum_is_shown_and_kept(queue_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[dict[str, Any]] = []
    async with (
        service("adder", monkeypatch, add=add, component=fragment),
        service("audit", monkeypatch, append=kept.append, component=fragment),
        browser(queue_url) as client,
    ):
        form = await client.get("/add")
        answer = await client.post("/add/calculate", data={"first": " 1 ", "second": "2"})
        history = await client.get("/audit")

    assert [page.status_code for page in (form, answer, history)] == [200, 200, 200]
    assert "result: 3" in answer.text
    assert [(row["calc"], row["calcResult"]) for row in kept] == [("1+2", "3")]


async def test_what_is_no_number_is_said_where_it_was_typed(
    queue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        service("adder", monkeypatch, add=add, component=fragment),
        browser(queue_url) as client,
    ):
        answer = await client.post("/add/calculate", data={"first": "1", "second": "two"})

    assert answer.status_code == 422
    assert "problem: “two” is not a number" in answer.text


@pytest.mark.parametrize(("method", "path"), [("GET", "/add"), ("GET", "/audit"), ("POST", "/add/calculate")])
async def test_a_page_whose_service_is_down_says_so(queue_url: str, method: str, path: str) -> None:
    async with browser(queue_url) as client:
        answer = await client.request(method, path)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert re.search(r"<h2>The (adder|audit) service is down</h2>", answer.text)


async def test_home_shows_what_is_up_and_says_what_is_down(
    queue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with service("audit", monkeypatch, component=fragment), browser(queue_url) as client:
        answer = await client.get("/")

    assert answer.status_code == 200
    assert re.findall(r"<h2>(.+)</h2>", answer.text) == [
        "The adder service is down",
        "audit",
        "The report service is down",
    ]


async def test_a_service_that_breaks_is_a_service_that_is_down(
    queue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with service("adder", monkeypatch, add=fail), browser(queue_url) as client:
        answer = await client.post("/add/calculate", data={"first": "1", "second": "2"})

    assert answer.status_code == 503
    assert "Traceback" not in answer.text


async def test_neither_the_audit_nor_the_form_can_fail_a_sum(
    queue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with service("adder", monkeypatch, add=add, component=fail), browser(queue_url) as client:
        answer = await client.post("/add/calculate", data={"first": "1", "second": "2"})

    assert answer.status_code == 200
    assert "result = 3" in answer.text


async def test_without_its_queue_the_site_shows_pages_but_is_not_ready(
    queue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert queue_url
    async with service("adder", monkeypatch, component=fragment), browser("redis://127.0.0.1:1/0") as client:
        answer, ready = await client.get("/add"), await client.get("/readyz")

    assert answer.status_code == 200
    assert (ready.status_code, ready.json()["checks"]) == (503, {"queue": "failed"})


async def test_nothing_in_a_page_runs_and_its_looks_are_its_own(queue_url: str) -> None:
    async with browser(queue_url) as client:
        page = await client.get("/")
        style = await client.get("/static/style.css")

    nonces = re.findall(r'<style nonce="(.+?)">', page.text)
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert [f"'nonce-{nonce}'" in policy for nonce in nonces] == [True]
    assert "light dark" in style.text
    # A number of hundreds of digits stays in its card.
    assert "output, .problem { overflow-wrap: anywhere; }" in style.text
