"""The command line: its help, its version, and how it ends when it is stopped."""

import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.modpress.conftest import Modules
from tests.real_index import Index

SLOW_HOOK = """
import pathlib, time
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class Slow(BuildHookInterface):
    def initialize(self, version, data):
        pathlib.Path({marker!r}).touch()
        time.sleep(60)
"""


def modpress(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "modpress", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_help_shows_examples(env: dict[str, str]) -> None:
    done = modpress("publish", "--help", env=env)

    assert done.returncode == 0
    assert "modpress publish examples" in done.stdout
    assert "TWINE_REPOSITORY_URL" in done.stdout


def test_the_version_is_the_distributions(env: dict[str, str]) -> None:
    assert modpress("--version", env=env).stdout == f"modpress {version('modpress')}\n"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, id="Ctrl-C"),
        pytest.param(signal.SIGTERM, 143, id="SIGTERM"),
    ],
)
def test_who_stops_it_finds_nothing_left_behind(  # noqa: PLR0913, PLR0917 - fixtures
    number: signal.Signals, code: int, modules: Modules, team: Index, temporary: Path, tmp_path: Path
) -> None:
    folder = modules.make("acme-slow", extra="[tool.hatch.build.hooks.custom]\n")
    marker = tmp_path / "building"
    (folder / "hatch_build.py").write_text(SLOW_HOOK.format(marker=str(marker)))
    command = [sys.executable, "-m", "modpress", "publish", str(folder)]
    env = team.env | {"TMPDIR": str(temporary)}

    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not marker.exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)

    assert process.returncode == code, err
    # It is being built before the index has said what it has.
    assert out in {"", "acme-slow 1.0  first version\n\n"}
    assert "Traceback" not in err
    assert list(temporary.iterdir()) == []
