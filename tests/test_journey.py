"""The journey on real parts: the examples are published in the order of their needs and installed from the index."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real_index import Index

ROOT = Path(__file__).parent.parent
# The examples' own tests take minutes, and nox runs them elsewhere.
QUICKLY = ("--waive", "tests")
LEFTOVERS = shutil.ignore_patterns(".nox", "dist", ".*_cache", "__pycache__", ".coverage*", ".hypothesis")


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """A copy of the examples, so that nothing is built in the checkout."""
    return Path(shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=LEFTOVERS))


def run(*command: str, env: dict[str, str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command that must succeed."""
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_examples_are_published_in_order_and_installed_from_the_index(
    index: Index, examples: Path, tmp_path: Path
) -> None:
    published = run("modpress", "publish", *QUICKLY, str(examples), env=index.env).stdout

    home = tmp_path / "home"
    run(sys.executable, "-m", "venv", str(home), env=index.env)
    run(str(home / "bin" / "pip"), "install", "--index-url", index.simple_url, "palette", env=index.env)
    drawn = run(str(home / "bin" / "palette"), "--format", "json", env=index.env).stdout
    assert published.index("hsl-to-hex") < published.index("palette")
    assert json.loads(drawn)


@pytest.mark.slow
def test_publishing_again_changes_nothing(index: Index, examples: Path) -> None:
    run("modpress", "publish", *QUICKLY, str(examples), env=index.env)
    before = {path.name: path.stat().st_mtime_ns for path in index.root.glob("*.*")}

    again = run("modpress", "publish", *QUICKLY, str(examples), env=index.env).stdout

    assert "already there" in again
    assert {path.name: path.stat().st_mtime_ns for path in index.root.glob("*.*")} == before


def test_a_dependant_alone_installs_with_what_it_needs(index: Index, examples: Path) -> None:
    run("modpress", "publish", *QUICKLY, str(examples / "hsl-to-hex"), env=index.env)

    proved = run("modpress", "publish", *QUICKLY, str(examples / "palette"), env=index.env).stdout

    assert re.search(r"^palette .*\bpublished  http", proved, re.MULTILINE), proved


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hsl-to-hex", "palette"])
def test_an_example_passes_its_own_nox(index: Index, examples: Path, name: str) -> None:
    run("modpress", "publish", *QUICKLY, str(examples / "hsl-to-hex"), env=index.env)
    env = {variable: value for variable, value in index.env.items() if not variable.startswith("COV")}
    reach = {"UV_DEFAULT_INDEX": index.simple_url, "PIP_INDEX_URL": index.simple_url}

    checked = run("nox", env=env | reach, cwd=examples / name)

    assert "nox > * lint: success" in checked.stderr
    assert "nox > * build: success" in checked.stderr
