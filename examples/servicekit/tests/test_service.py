"""What every service has: settings, health, logs without secrets, and an end in peace."""

import json
import logging
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

import servicekit
from servicekit.health import health_routes
from servicekit.logs import JsonFormatter, secrets_of
from servicekit.serving import Listening, listening
from servicekit.settings import Secret, SettingsError, read

# As the server itself ends when it cannot start.
STARTUP_FAILURE = 3

SERVICE = """
import asyncio, os, sys
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from servicekit.running import ServiceSettings, discovery, run

async def slow(request):
    await asyncio.sleep(0.5)
    return PlainTextResponse("done")

os.environ["PORT"] = sys.argv[1]
discovery()
run("slow", ServiceSettings, lambda told: Starlette(routes=[Route("/slow", slow)]))
"""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the tests read."""

    store: Path
    port: int = 8080
    patience: float = 1.5
    debug: bool = False
    name: str = "service"
    queue_url: Secret = Secret("sqlite:queue.db")  # noqa: RUF009 - it never changes


def record(message: str, **extra: object) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": message, "levelname": "INFO", "name": "test", **extra})


def test_a_variable_is_a_field_in_capitals() -> None:
    environ = {"STORE": "/var/a", "PORT": "1", "PATIENCE": "2.5", "DEBUG": "yes", "QUEUE_URL": "redis://:x@h"}

    settings = read(Settings, environ)

    assert settings == Settings(
        store=Path("/var/a"), port=1, patience=2.5, debug=True, queue_url=Secret("redis://:x@h")
    )
    assert "x@h" not in repr(settings)
    assert len({settings.queue_url, Secret("redis://:x@h")}) == 1


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read(Settings, {"PORT": "http", "DEBUG": "perhaps"})

    assert str(caught.value).split("; ") == [
        "STORE is not set",
        "PORT must be a whole number",
        "it is 'http'",
        "DEBUG must be true or false",
        "it is 'perhaps'",
    ]


def test_a_log_line_is_json_and_holds_what_was_given() -> None:
    line = json.loads(JsonFormatter("adder").format(record("sum is %s", args=(3,), first=1)))

    assert {"level": "info", "service": "adder", "message": "sum is 3", "first": 1}.items() <= line.items()
    assert line["time"].endswith("+00:00")


def test_a_log_line_holds_no_secret() -> None:
    url = "redis://user:p%40ss%22word@host/0"
    formatter = JsonFormatter("adder", secrets_of(url))

    line = formatter.format(record('cannot reach %s with p@ss"word', args=(url,)))

    assert json.loads(line)["message"] == "cannot reach redis://user:***@host/0 with ***"
    assert secrets_of("sqlite:queue.db") == []


def test_a_log_line_tells_of_an_error_on_one_line() -> None:
    with pytest.raises(KeyError) as caught:
        dict[str, int]()["missing"]
    failed = record("failed", exc_info=(caught.type, caught.value, caught.tb))

    line = JsonFormatter("adder").format(failed)

    assert "\n" not in line
    assert "KeyError" in json.loads(line)["error"]


@pytest.mark.anyio
async def test_a_service_lives_though_it_cannot_work(caplog: pytest.LogCaptureFixture) -> None:
    async def well() -> None:
        pass

    async def broken() -> None:
        reason = "no disk at /secret/place"
        raise OSError(reason)

    app = Starlette(routes=health_routes({"queue": well, "store": broken}))
    async with listening(app, Listening(port=0)) as where, httpx2.AsyncClient(trust_env=False) as http:
        alive, ready = await http.get(f"http://{where}/livez"), await http.get(f"http://{where}/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert ready.status_code == 503
    assert ready.json() == {"status": "failed", "checks": {"queue": "ok", "store": "failed"}}
    assert "not ready: store: no disk" in caplog.text


@pytest.mark.anyio
async def test_a_service_that_has_what_it_needs_is_ready() -> None:
    app = Starlette(routes=health_routes({}))
    async with listening(app, Listening(port=0)) as where, httpx2.AsyncClient(trust_env=False) as http:
        ready = await http.get(f"http://{where}/readyz")

    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "checks": {}})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_a_service_ends_what_has_begun(number: signal.Signals, free_port: int) -> None:
    with subprocess.Popen([sys.executable, "-c", SERVICE, str(free_port)], stdout=subprocess.PIPE) as service:
        ask = f"import httpx2; print(httpx2.get('http://127.0.0.1:{free_port}/slow').text)"
        wait_until_it_answers(free_port)
        with subprocess.Popen([sys.executable, "-c", ask], stdout=subprocess.PIPE, text=True) as client:
            wait_until_it_is_asked(client)
            service.send_signal(number)
            answer, _ = client.communicate(timeout=20)
        log, _ = service.communicate(timeout=20)

    assert answer.strip() == "done"
    assert service.returncode == 0
    assert all(json.loads(line)["service"] == "slow" for line in log.splitlines())


def test_a_service_whose_port_is_another_s_says_so_and_fails(free_port: int) -> None:
    command = [sys.executable, "-c", SERVICE, str(free_port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as first:
        wait_until_it_answers(free_port)

        second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
        first.terminate()
        first.communicate()

    assert second.returncode == STARTUP_FAILURE
    assert "address already in use" in second.stdout


def wait_until_it_answers(port: int) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        try:
            httpx2.get(f"http://127.0.0.1:{port}/", trust_env=False)
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"nobody answers on port {port}")


def wait_until_it_is_asked(client: "subprocess.Popen[str]") -> None:
    """Wait for the client's imports: what it asks for then takes half a second."""
    assert client.poll() is None
    time.sleep(1.5)


def test_what_the_package_gives_is_what_it_says() -> None:
    assert sorted(servicekit.__all__) == ["MuError", "RefusedError", "RemoteError", "UnreachableError"]
    assert all(hasattr(servicekit, name) for name in servicekit.__all__)


def test_a_setting_that_cannot_be_ends_the_service_with_a_sentence() -> None:
    command = [sys.executable, "-c", SERVICE, "http"]

    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)

    assert result.stderr == "slow: PORT must be a whole number; it is 'http'\n"
    assert result.returncode == 1
