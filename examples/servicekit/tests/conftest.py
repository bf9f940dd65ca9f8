"""What the tests share: real queues of both kinds, and patience on busy machines."""

import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from servicekit.queue import Broker, open_broker

# A busy machine pauses a test for longer than hypothesis allows by default; that says nothing about the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture
def anyio_backend() -> str:
    """Name the loop that the async tests run on: the one that the services run on."""
    return "asyncio"


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the URL of a real Redis that keeps what it is told."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (Debian: apt install redis-server)")
    folder, port = tmp_path_factory.mktemp("redis"), unused()
    options = ["--port", str(port), "--dir", str(folder), "--appendonly", "yes", "--save", ""]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as process:
        wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()


@pytest.fixture(params=["sqlite", "redis"])
def queue_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a URL of each kind of queue, with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path}/var/queue.db"
    url = str(request.getfixturevalue("redis_url"))
    subprocess.run(["redis-cli", "-u", url, "flushall"], check=True, capture_output=True)  # noqa: S607
    return url


@pytest.fixture
def free_port() -> int:
    """Give a port that nobody listens on."""
    return unused()


@pytest.fixture
async def broker(queue_url: str) -> AsyncIterator[Broker]:
    """Give a broker of each kind."""
    broker = open_broker(queue_url)
    yield broker
    await broker.close()


def unused() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, seconds: float = 20) -> None:
    """Wait until somebody listens on the port."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail(f"nobody listens on port {port}")
