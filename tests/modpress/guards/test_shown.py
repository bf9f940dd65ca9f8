"""The lines of the page about guards, typed in a module of the template: each shows its guard refuse."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from modpress.guards.shown import FIELD, HOOK, LINES, UNDER
from tests.modpress.guards.conftest import WHO, commit, git
from tests.real_index import Index
from tests.surroundings import clean_environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A module of the template, committed."""
    folder = tmp_path_factory.mktemp("made")
    new = [sys.executable, "-m", "modpress", "new", "--no-input", "--output-dir", str(folder), "project_name=my-module"]
    subprocess.run(new, env=clean_environment(folder), check=True, capture_output=True)
    git(folder / "my-module", "init", "--quiet", "--initial-branch=main")
    commit(folder / "my-module")
    return folder / "my-module"


def test_a_fresh_module_is_not_refused(made: Path, index: Index) -> None:
    command = [sys.executable, "-m", "modpress", "publish", "--dry-run", str(made)]

    done = subprocess.run(command, env=index.env | WHO, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("guard", LINES)
def test_each_guard_is_shown_to_refuse(guard: str, made: Path, index: Index, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made, tmp_path / "work" / "my-module"))
    # The session of a module does nothing else, but would install modpress from the index first.
    line = LINES[guard].replace("nox -s publish", "modpress publish")
    folders = ". ../other" if "../other" in line else "."
    # The index is the one of MODPRESS_INDEX_URL, as it is for a person.
    env = {name: value for name, value in index.env.items() if name != "TWINE_REPOSITORY_URL"} | WHO
    typed = f"set -e\n{FIELD}\n{UNDER}\n{HOOK}\n{line}\nmodpress publish --dry-run {folders}"

    done = subprocess.run(["bash", "-c", typed], cwd=folder, env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 1, done.stdout
    assert f"[{guard}] " in done.stderr or (guard == "cycles" and "in a circle" in done.stderr)
