"""events as a process: from the environment to an answer, and an end in peace."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx2

COMMAND = [sys.executable, "-m", "events"]


def test_it_answers_on_its_port_and_ends_in_peace(free_port: int, tmp_path: Path) -> None:
    env = {**os.environ, "PORT": str(free_port)}
    with subprocess.Popen(COMMAND, env=env, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as service:
        status = answered(f"http://127.0.0.1:{free_port}/readyz")
        service.send_signal(signal.SIGTERM)
        log, _ = service.communicate(timeout=20)

    assert status == 200
    assert service.returncode == 0
    assert '"service": "events"' in log


def test_a_setting_that_cannot_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    env = {**os.environ, "PORT": "http"}

    result = subprocess.run(COMMAND, env=env, cwd=tmp_path, capture_output=True, check=False, text=True)

    assert result.stderr == "events: PORT must be a whole number; it is 'http'\n"
    assert result.returncode == 1


def answered(url: str) -> int:
    """Ask again and again until somebody answers, and return the status."""
    with httpx2.Client(transport=httpx2.HTTPTransport(retries=8)) as http:
        return int(http.get(url).status_code)
