"""Redis itself is killed under load, and comes back with what it had written: nothing told is lost."""

import asyncio
import shutil
import subprocess
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from servicekit import MuError
from servicekit.mu import Mu
from servicekit.queue import Rules, open_broker
from servicekit.transports.queued import EventClient, QueueServer

pytestmark = pytest.mark.anyio

EVENTS, KILLS = 400, 2


@contextmanager
def redis(folder: Path, port: int) -> Generator[None]:
    """Run a real Redis that keeps what it is told, and kill it at the end."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (Debian: apt install redis-server)")
    options = ["--port", str(port), "--dir", str(folder), "--appendonly", "yes", "--save", ""]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


async def test_no_event_is_lost_and_none_is_counted_twice_though_redis_is_killed(
    tmp_path: Path, free_port: int
) -> None:
    # Each event once, by its id, as the worker of the example keeps them in its file.
    counted: dict[str, str] = {}
    telling, working = (open_broker(f"redis://127.0.0.1:{free_port}/0") for _ in range(2))
    async with Mu("worker") as worker, Mu("teller", seconds=0.1) as teller:
        worker.define("*", lambda message: counted.setdefault(message["id"], message["url"]))
        teller.outbound("*", EventClient(telling.queue("events")))
        with redis(tmp_path, free_port):
            await worker.inbound("*", QueueServer(working, "events", Rules(lease=1.0)))
            load = asyncio.create_task(told(teller))
            await asyncio.sleep(0.5)
        for _ in range(KILLS - 1):
            with redis(tmp_path, free_port):
                await asyncio.sleep(1.5)
        with redis(tmp_path, free_port):
            wanted = await load
            async with asyncio.timeout(40):
                # The handler has no event to wait for.
                while len(counted) < EVENTS:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            # Whatever might still come a second time has come by then: the lease is over.
            await asyncio.sleep(2)
    for broker in (telling, working):
        await broker.close()

    assert Counter(counted.values()) == wanted


@pytest.mark.parametrize(
    ("most", "says"),
    [pytest.param(10, "an event is lost", id="the end"), pytest.param(0, "cannot be reached", id="too many")],
)
async def test_what_cannot_be_kept_any_longer_is_said(
    most: int, says: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("servicekit.transports.queued.MOST", most)
    monkeypatch.setattr("servicekit.transports.queued.LAST_MOMENT", 0.1)
    broker = open_broker("redis://127.0.0.1:1/0")
    async with Mu("teller", seconds=0.2 if most else 30) as teller:
        teller.outbound("*", EventClient(broker.queue("events")))
        with pytest.raises(MuError) as failure:
            await teller.dispatch({"url": "/"})
    await broker.close()

    assert says in f"{caplog.text}{failure.value}"


async def told(teller: Mu) -> Counter[Any]:
    """Tell of many pages; one that is not safe at once is told all the same."""
    urls = [f"/{number % 3}" for number in range(EVENTS)]
    for url in urls:
        try:
            await teller.dispatch({"url": url})
        except MuError:
            continue
        await asyncio.sleep(0.01)
    return Counter(urls)
