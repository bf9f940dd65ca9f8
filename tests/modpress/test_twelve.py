"""Twelve modules in a graph with diamonds: one command, all of them in one moment, and then only what changed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
import requests

from tests.bench.publish import GRAPH, Shop
from tests.modpress.guards.conftest import WHO
from tests.real_index import Index, Serve

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture
def index(serve: Serve) -> Index:
    """An index that knows of nothing else."""
    return serve("--no-fallback")


@pytest.fixture
def twelve(index: Index, tmp_path: Path) -> list[Path]:
    """Twelve modules in one repository, which says where they are."""
    folders = Shop(index, tmp_path, tmp_path / "made", index.env | WHO).modules(12, "hatchling", "1.0.0")
    root = folders[0].parent
    (root / "pyproject.toml").write_text('[tool.modpress]\nmodules = ["*"]\n')
    run("git add . && git commit --quiet --message Root", folders, index)
    return folders


def run(command: str, folders: Sequence[Path], index: Index) -> str:
    """Run a command at the root, and return what it said."""
    done = subprocess.run(
        ["bash", "-c", command], cwd=folders[0].parent, env=index.env | WHO, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def polled(folders: Sequence[Path], index: Index) -> Iterator[list[list[int]]]:
    """Look at all pages over and over, in one order, and note how many files each has."""
    sweeps: list[list[int]] = []
    is_over = Event()

    def look() -> None:
        with requests.Session() as session:
            while not is_over.is_set():
                pages = [session.get(f"{index.simple_url}{folder.name}/", timeout=60) for folder in folders]
                sweeps.append([page.text.count("#sha256=") for page in pages])

    thread = Thread(target=look)
    thread.start()
    try:
        yield sweeps
    finally:
        is_over.set()
        thread.join()


def numbers(pattern: str, said: str) -> list[int]:
    """Return the numbers of the modules whose lines a pattern finds."""
    return [int(number) for number in re.findall(rf"^bench-hatchling-12-(\d\d) {pattern}", said, re.MULTILINE)]


def test_twelve_modules_appear_in_one_moment_after_what_they_need(twelve: list[Path], index: Index) -> None:
    with polled(twelve, index) as sweeps:
        said = run(f"nox -f {ROOT}/noxfile.py -s publish -- $PWD", twelve, index)

    uploaded = numbers(r"1\.0\.0  upload", said)
    assert sorted(uploaded) == list(GRAPH)
    assert all(uploaded.index(need) < uploaded.index(number) for number, needs in GRAPH.items() for need in needs)
    # Of one sweep, what was asked before the moment is old and what was asked after it is new.
    assert [sweep for sweep in sweeps if sweep != sorted(sweep)] == []
    assert (sweeps[0], sweeps[-1]) == ([0] * 12, [2] * 12)


def test_a_second_run_publishes_nothing(twelve: list[Path], index: Index) -> None:
    run("modpress publish", twelve, index)

    said = run("modpress publish", twelve, index)

    assert numbers(r"1\.0\.0  unchanged$", said) == [0, 10, 1, 2, 4, 3, 5, 6, 7, 8, 9, 11]
    assert said.endswith("\n\nNothing to publish: the index holds all of it, as it is here.\n")


def test_a_change_in_one_publishes_it_and_its_followers_alone(twelve: list[Path], index: Index) -> None:
    run("modpress publish", twelve, index)

    with polled(twelve, index) as sweeps:
        said = run("modpress release minor bench-hatchling-12-03 -m News", twelve, index)

    # 6 needs 3, 7 and 8 need 6, 9 needs both, and 11 needs 9.
    assert numbers(r"1\.\d\.\d  upload", said) == [3, 6, 7, 8, 9, 11]
    assert numbers(r"1\.0\.1  follows", said) == [6, 7, 8, 9, 11]
    assert sweeps[-1] == [2, 2, 2, 4, 2, 2, 4, 4, 4, 4, 2, 4]
    going = [[sweep[number] for number in (3, 6, 7, 8, 9, 11)] for sweep in sweeps]
    assert [sweep for sweep in going if sweep != sorted(sweep)] == []
