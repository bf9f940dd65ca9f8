"""The way of `nox -s e2e`, gone once; and what it leaves behind when it is stopped: nothing."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.browser import find_browser
from tests.e2e.topology import service_names, with_ports
from tests.waiting import wait_for

ROOT = Path(__file__).parent.parent.parent
COMPOSE = ROOT / "examples" / "compose.yaml"


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files that is the test's own, so that what is left can be seen.

    Its path is short: in one of pytest's a browser could not make its socket.
    """
    with tempfile.TemporaryDirectory(prefix="e2e-") as folder:
        yield Path(folder)


@pytest.fixture
def here(env: dict[str, str], temporary: Path) -> dict[str, str]:
    """An environment whose temporary files lie there."""
    return {**env, "TMPDIR": str(temporary)}


@pytest.fixture
def started(here: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The command at work, with what it says in a file; ended at the end."""
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e", "--no-browser"], cwd=ROOT, env=here, stdout=said, stderr=said
        )
    yield process
    process.terminate()
    process.wait(60)


@pytest.mark.slow
def test_the_examples_are_published_installed_run_killed_and_looked_at(
    here: dict[str, str], temporary: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tests.e2e", "--pictures", str(tmp_path / "pictures")]

    done = subprocess.run(command, cwd=ROOT, env=here, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    storms = re.findall(r"\d+ sums, none wrong; \d+ pages answered, \d+ counted", done.stdout)
    assert len(storms) == (2 if shutil.which("redis-server") else 1), done.stdout
    pictures = sorted(path.name for path in (tmp_path / "pictures").glob("*.png"))
    assert ("home-dark-wide.png" in pictures) == bool(find_browser()), done.stdout
    assert list(temporary.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("step", ["Publish all", "kill -9"])
def test_nothing_is_left_after_ctrl_c(
    step: str, started: subprocess.Popen[bytes], temporary: Path, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    wait_for(lambda: step in said.read_text(), 240)

    started.send_signal(signal.SIGINT)

    assert started.wait(60) == 128 + signal.SIGINT
    assert "nothing is left running" in said.read_text()
    assert list(temporary.iterdir()) == []
    assert left_in(temporary) == []


def test_every_service_gets_the_port_that_it_is_given() -> None:
    compose = COMPOSE.read_text(encoding="utf-8")
    ports = {name: 4000 + number for number, name in enumerate(service_names(compose))}

    moved = with_ports(compose, ports)

    assert set(re.findall(r"^ +- '?(?:\d+:)?(\d{4})'?$", moved, re.MULTILINE)) == {str(port) for port in ports.values()}
    assert service_names(moved) == list(ports)


def left_in(folder: Path) -> list[str]:
    """Return the commands of all processes that work in a folder or below it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, where = (process / "cmdline").read_text(), str((process / "cwd").readlink())
        except OSError:
            continue
        if str(folder) in command or where.startswith(str(folder)):
            found.append(command)
    return found
