"""What was built stays until it is published: whoever resumes sends what was built, and does not build again."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from modpress.builds import build
from modpress.keeping import find_kept, forget, keep
from modpress.module import Module
from modpress.release import Release
from tests.modpress.conftest import Publish
from tests.modpress.guards.conftest import WHO, Made, commit
from tests.real_index import Index

# The command, killed when the first file is to go up.
KILLED = """
import os, signal, sys
def strike(event, arguments):
    if event == "http.client.send" and isinstance(arguments[1], bytes) and b"multipart/form-data" in arguments[1]:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(strike)
from modpress.cli import main
main()
"""


@pytest.fixture
def kept(module: Path, tmp_path: Path) -> Release:
    """A release that is kept."""
    release = build(Module.read(module), tmp_path / "built")
    keep(release)
    return release


def test_what_is_kept_is_found_with_the_same_bytes(kept: Release) -> None:
    found = find_kept(Module.read(kept.module.folder))

    assert found is not None
    assert [each.sha256 for each in found.files] == [each.sha256 for each in kept.files]
    assert found.module.version == "1.0"


def test_what_is_forgotten_is_not_found(kept: Release) -> None:
    forget(kept.module)

    assert find_kept(kept.module) is None


def edit(folder: Path) -> None:
    (folder / "README.md").write_text("# Other\n")


def edit_and_commit(folder: Path) -> None:
    edit(folder)
    commit(folder)


def spoil(folder: Path) -> None:
    (wheel,) = (folder / ".git").rglob("*.whl")
    wheel.write_bytes(b"half a whe")


@pytest.mark.parametrize("change", [edit, edit_and_commit, spoil], ids=lambda change: change.__name__)
def test_what_is_not_as_it_was_is_built_again(kept: Release, change: Callable[[Path], None]) -> None:
    change(kept.module.folder)

    assert find_kept(kept.module) is None


def test_who_resumes_does_not_build_again(publish: Publish, module: Path, model: Made, team: Index) -> None:
    env = team.env | WHO
    command = [sys.executable, "-c", KILLED, "publish", str(module)]
    killed = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)

    again = publish(module, env=env)

    assert killed.returncode == -signal.SIGKILL
    assert (again.code, again.err) == (0, ""), again.err
    assert f"\n{model.release.module}  built before it broke off\n" in again.out
    assert re.search(r"reproducible +skipped .*it was built twice, and compared, before it broke off", again.out)
    assert find_kept(model.release.module) is None
