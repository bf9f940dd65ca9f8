"""The service on HTTP, in the process and as a process of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from socket import create_server

import pytest
from starlette.testclient import TestClient

from {{ cookiecutter.__package }}.wiring import create_app

COMMAND = (sys.executable, "-m", "{{ cookiecutter.__package }}")


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Start the application and return a client of it."""
    with TestClient(create_app()) as started:
        yield started


@pytest.fixture
def port() -> int:
    """Return a port that is free."""
    with create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def process(port: int) -> Iterator[subprocess.Popen[str]]:
    """Run the service, and end it whatever a test has found."""
    env = {**os.environ, "PORT": str(port)}
    with subprocess.Popen(COMMAND, env=env, stderr=subprocess.PIPE, encoding="utf-8") as running:
        yield running
        running.kill()


def test_a_name_is_answered(client: TestClient) -> None:
    answer = client.get("/names", params={"text": "Crème Brûlée"})

    assert answer.json() == {"text": "Crème Brûlée", "name": "creme-brulee"}


def test_a_text_without_a_name_is_refused(client: TestClient) -> None:
    answer = client.get("/names", params={"text": "!?"})

    assert answer.status_code == 422
    assert "no letter or digit" in answer.json()["error"]


def test_it_lives_and_is_ready_once_started(client: TestClient) -> None:
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_it_is_not_ready_before_its_start() -> None:
    client = TestClient(create_app())

    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_a_signal_stops_it_in_peace(port: int, process: subprocess.Popen[str]) -> None:
    assert is_ready(port)

    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=60)

    assert "Finished server process" in log
    assert process.returncode == 0


def test_a_bad_setting_is_told_in_a_sentence() -> None:
    env = {**os.environ, "PORT": "http"}

    result = subprocess.run(COMMAND, env=env, capture_output=True, check=False, encoding="utf-8")

    assert result.stderr == "{{ cookiecutter.__slug }}: PORT is 'http'; it must be a whole number from 1 on\n"
    assert result.returncode == 1


def is_ready(port: int, seconds: float = 60) -> bool:
    """Ask until the service is ready; tell whether it was in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        connection = HTTPConnection("127.0.0.1", port, timeout=seconds)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except ConnectionError:
            time.sleep(0.05)
        finally:
            connection.close()
    return False
