"""The worker as a process: messages in, answers out, and a peaceful end."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from threading import Timer

import pytest

from {{ cookiecutter.__package }}.wiring import Worker

COMMAND = (sys.executable, "-X", "utf8", "-m", "{{ cookiecutter.__package }}")


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    """Run the worker, and end it whatever a test has found; if it never answers, after a minute."""
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, encoding="utf-8") as running:
        end = Timer(60, running.kill)
        end.start()
        yield running
        end.cancel()
        running.kill()


def run(*messages: str) -> subprocess.CompletedProcess[str]:
    """Let the worker handle some messages."""
    lines = "".join(f"{message}\n" for message in messages)
    return subprocess.run(COMMAND, input=lines, capture_output=True, check=False, encoding="utf-8")


def test_every_message_is_answered() -> None:
    result = run('{"text": "One"}', '{"text": "Crème Brûlée"}')

    assert [json.loads(line)["name"] for line in result.stdout.splitlines()] == ["one", "creme-brulee"]
    assert result.returncode == 0


def test_a_bad_message_is_told_and_the_next_is_handled() -> None:
    result = run("no JSON", "{}", '{"text": "Good"}')

    assert json.loads(result.stdout)["name"] == "good"
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["message 1", "message 2"]
    assert result.returncode == 1


def test_a_worker_that_waits_stops_at_once(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    assert process.stdout
    process.stdin.write('{"text": "One"}\n')
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["name"] == "one"

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=60) == 0


def test_a_worker_without_a_message_has_nothing_to_finish() -> None:
    worker = Worker(answer=print, refuse=print)

    with pytest.raises(SystemExit) as end:
        worker.stop(signal.SIGTERM, None)

    assert end.value.code == 0


def test_a_worker_that_is_busy_finishes_its_message_first() -> None:
    answers: list[str] = []

    def answer(text: str) -> None:
        worker.stop(signal.SIGTERM, None)
        answers.append(text)

    worker = Worker(answer=answer, refuse=answers.append)

    assert worker.run(['{"text": "One"}', '{"text": "Two"}']) == 0
    assert [json.loads(text)["name"] for text in answers] == ["one"]
