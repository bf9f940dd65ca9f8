"""The worker at its queues, in the process and killed in the middle of its work."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from servicekit.mu import Mu
from servicekit.queue import open_broker
from servicekit.settings import Secret
from servicekit.transports.queued import EventClient, RequestClient

from events.wiring import Settings, create_app

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Name the loop that the tests run on."""
    return "asyncio"


@asynccontextmanager
async def asker(folder: Path) -> AsyncGenerator[Mu]:
    """Give somebody who tells and asks the worker of this folder."""
    broker, mu = open_broker(f"sqlite:{folder}/queue.db"), Mu("asker")
    mu.outbound({"role": "events"}, EventClient(broker.queue("events")))
    mu.outbound({"role": "report"}, RequestClient(broker, "report"))
    async with mu:
        yield mu
    await broker.close()


@asynccontextmanager
async def worker(folder: Path) -> AsyncGenerator[None]:
    """Run a worker in this process."""
    told = Settings(queue_url=Secret(f"sqlite:{folder}/queue.db"), events_store=folder / "events.db")
    app = create_app(told)
    async with app.router.lifespan_context(app):
        yield


async def summary(mu: Mu, count: int) -> dict[str, int]:
    """Ask until so many events are counted."""
    counts: dict[str, int] = {}
    while sum(counts.values()) < count:
        counts = await mu.dispatch({"role": "report", "cmd": "summary"}, within=10)
        await asyncio.sleep(0.02)
    return counts


async def test_what_is_told_is_counted(tmp_path: Path) -> None:
    async with asker(tmp_path) as mu, worker(tmp_path):
        for url in ("/", "/", "/add"):
            await mu.dispatch({"role": "events", "cmd": "record", "type": "page", "url": url})

        assert await summary(mu, 3) == {"/": 2, "/add": 1}


async def test_what_is_unknown_or_no_event_is_passed_over_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with asker(tmp_path) as mu, worker(tmp_path):
        await mu.dispatch({"role": "events", "cmd": "delete"})
        await mu.dispatch({"role": "events", "cmd": "record", "url": 1})
        await mu.dispatch({"role": "events", "cmd": "record", "type": "page", "url": "/"})

        assert await summary(mu, 1) == {"/": 1}
    assert "unknown action 'delete'" in caplog.text
    assert "an event looks like" in caplog.text


async def test_the_fragment_draws_a_bar_for_each_page_and_no_markup_of_others(tmp_path: Path) -> None:
    async with asker(tmp_path) as mu, worker(tmp_path):
        before = await mu.dispatch({"role": "report", "cmd": "component"})
        await mu.dispatch({"role": "events", "cmd": "record", "type": "page", "url": "/<b>"})
        await summary(mu, 1)
        after = await mu.dispatch({"role": "report", "cmd": "component"})

    assert "No page was read yet" in before["html"]
    assert "<td>/&lt;b&gt;</td>" in after["html"]
    assert '<meter min="0" max="1" value="1"' in after["html"]


async def test_a_worker_that_is_killed_again_and_again_loses_nothing_and_counts_nothing_twice(
    tmp_path: Path, free_port: int
) -> None:
    events, kills = 150, 4
    env = {
        **os.environ,
        "PORT": str(free_port),
        "QUEUE_URL": f"sqlite:{tmp_path}/queue.db",
        "EVENTS_STORE": f"{tmp_path}/events.db",
    }
    async with asker(tmp_path) as mu:
        for number in range(events):
            url = f"/{number % 3}"
            await mu.dispatch({"role": "events", "cmd": "record", "type": "page", "url": url})
        for _ in range(kills):
            process = await started(env)
            await asyncio.sleep(0.1)
            process.kill()
            await process.wait()
        async with worker(tmp_path):
            counts = await summary(mu, events)

    assert counts == {"/0": 50, "/1": 50, "/2": 50}


async def started(env: dict[str, str]) -> asyncio.subprocess.Process:
    """Start a worker as a process of its own, and wait until it works."""
    command = (sys.executable, "-m", "events")
    process = await asyncio.create_subprocess_exec(*command, env=env, stdout=subprocess.PIPE)
    assert process.stdout is not None
    while "startup complete" not in json.loads(await process.stdout.readline())["message"]:
        pass
    return process
