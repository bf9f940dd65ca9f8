"""What tests of the index share: running indexes, their commands, and who publishes to them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from private_index.accounts import Accounts
from tests import strike
from tests.hand_made import write_wheel
from tests.private_index.authors import Author
from tests.private_index.sending import send
from tests.real_index import Index, run_index
from tests.surroundings import clean_environment

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def strict_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A running index that a module's tests share, since none of them may change it."""
    env = clean_environment(tmp_path_factory.mktemp("home"))
    with run_index(tmp_path_factory.mktemp("strict") / "packages", (), env) as index:
        yield index


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A running index with four releases of acme-one, which a module's tests share: they only read."""
    folder = tmp_path_factory.mktemp("filled")
    wheels = [write_wheel(folder, "acme-one", version) for version in ("1.0", "1.1", "1.2", "1.3")]
    env = clean_environment(tmp_path_factory.mktemp("home"))
    with run_index(folder / "packages", tuple(f"--seed={wheel}" for wheel in wheels), env) as index:
        yield index


@pytest.fixture
def post() -> Callable[..., requests.Response]:
    """A function that uploads a file to an index as twine does, with any field or header changed."""
    return send


@pytest.fixture
def command(env: dict[str, str], tmp_path: Path) -> Command:
    """A function that runs a command of private-index on the folder that `serve` serves."""

    def run(*arguments: str | Path, root: Path | None = None, code: int = 0) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "private_index", *map(str, arguments), f"--root={root or tmp_path / 'packages'}"]
        done = subprocess.run(line, env=env, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def resting(command: Command, make_wheel: Callable[..., Path], make_sdist: Callable[..., Path], tmp_path: Path) -> Path:
    """The folder of an index that nobody serves, with a wheel and an sdist of acme-one 1.0."""
    command("import", make_wheel(), make_sdist())
    return tmp_path / "packages"


@pytest.fixture
def struck(env: dict[str, str], tmp_path: Path) -> Command:
    """A function that runs a command as `command` does, but kills it just before it touches the folder the nth time."""

    def run(point: int, *arguments: str | Path, touching: Path | None = None) -> subprocess.CompletedProcess[str]:
        root = tmp_path / "packages"
        touched = str(touching or root)
        line = [sys.executable, strike.__file__, str(point), touched, *map(str, arguments), f"--root={root}"]
        return subprocess.run(line, env=env, capture_output=True, text=True, check=False, timeout=60)

    return run


@pytest.fixture
def author(index: Index) -> Author:
    """The user of a running index."""
    return Author(index)


@pytest.fixture
def other(index: Index) -> Author:
    """Another user of the same index."""
    Accounts(index.users).add("other", "other-word")
    return Author(index, "other", "other-word")
