"""Delivering: all modules at once, from whichever point it is gone on with; or one by one, and that is said."""

from __future__ import annotations

import itertools
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import requests

from tests.hand_made import write_sdist, write_wheel
from tests.modpress import delivery
from tests.modpress.conftest import Stock
from tests.real_index import Index, Serve

Deliver = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def deliver(tmp_path: Path) -> Deliver:
    """A function that delivers a set of releases; killed at a piece of an upload, if it is told so."""

    def run(index: Index | Stock, names: Sequence[str], *, piece: int = 0) -> subprocess.CompletedProcess[str]:
        folder = tmp_path / "-".join(names)
        for name, before in zip(names, [None, *names], strict=False):
            # Each needs the one before it, so that none can be installed without all that come earlier.
            needs = f"Requires-Dist: {before}>=1.0\n" if before else ""
            write_wheel(folder, name, "1.0", extra=needs)
            write_sdist(folder, name, "1.0")
        command = [sys.executable, delivery.__file__, str(folder), index.url, str(piece)]
        return subprocess.run(command, env=index.env, capture_output=True, text=True, check=False, timeout=120)

    return run


@pytest.fixture
def closed(serve: Serve) -> Index:
    """An index that knows of nothing else."""
    return serve("--no-fallback")


def seen(url: str, names: Sequence[str]) -> set[bool]:
    """Return whether projects are there, each of them as installers see it."""
    return {requests.get(f"{url}simple/{name}/", timeout=60).status_code == 200 for name in names}


def walk(deliver: Deliver, index: Index, size: int, pieces: range | itertools.count[int]) -> int:
    """Kill one delivery after the other, each at its next piece, and complete each; return how many were killed."""
    for piece in pieces:
        names = [f"acme-{piece}-{number}" for number in range(size)]
        struck = deliver(index, names, piece=piece)
        assert len(seen(index.url, names)) == 1, f"killed at piece {piece}, it left a part of the set"
        again = deliver(index, names)
        assert (again.returncode, seen(index.url, names)) == (0, {True}), again.stdout + again.stderr
        if struck.returncode != -signal.SIGKILL:
            return piece - 1
    return len(pieces) if isinstance(pieces, range) else 0


def test_a_publisher_that_is_killed_leaves_all_or_none_and_goes_on_when_it_is_run_again(
    deliver: Deliver, closed: Index
) -> None:
    # While the session is opened, while the second module is sent, and when the flip is done.
    killed = walk(deliver, closed, 2, range(2, 15, 6))

    assert killed == 3


@pytest.mark.slow
def test_a_publisher_of_twelve_modules_that_is_killed_at_any_piece_leaves_all_or_none(
    deliver: Deliver, closed: Index
) -> None:
    killed = walk(deliver, closed, 12, itertools.count(1))

    # A session, twice twelve files, each a head and a body, and the flip.
    assert killed > 2 * 25


def test_what_was_staged_is_not_sent_again(deliver: Deliver, closed: Index) -> None:
    names = ["acme-one", "acme-two"]
    # A session is a head and a body, and so is each file.
    deliver(closed, names, piece=8)

    again = deliver(closed, names)

    sent = re.findall(r"(\S+) is staged", closed.log.read_text())
    assert again.returncode == 0
    assert sorted(sent) == sorted(set(sent))
    assert len(sent) == 4


def test_other_bytes_than_were_staged_take_their_place(deliver: Deliver, closed: Index, tmp_path: Path) -> None:
    names = ["acme-one"]
    deliver(closed, names, piece=6)
    folder = tmp_path / "changed"
    write_wheel(folder, "acme-one", "1.0", code="changed = True")
    write_sdist(folder, "acme-one", "1.0")

    command = [sys.executable, delivery.__file__, str(folder), closed.url, "0"]
    done = subprocess.run(command, env=closed.env, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    published = requests.get(f"{closed.url}packages/acme_one-1.0-py3-none-any.whl", timeout=60).content
    assert published == (folder / "acme_one-1.0-py3-none-any.whl").read_bytes()


def test_what_does_not_work_on_the_stage_is_not_published(closed: Index, tmp_path: Path) -> None:
    write_wheel(tmp_path / "bad", "acme-one", "1.0", code="1 / 0")
    write_sdist(tmp_path / "bad", "acme-one", "1.0")
    command = [sys.executable, delivery.__file__, str(tmp_path / "bad"), closed.url, "0"]

    done = subprocess.run(command, env=closed.env, capture_output=True, text=True, check=False)

    assert re.search(
        rf"importing acme-one 1.0 from the stage {closed.url}stage/\w+/simple/ failed, "
        r"and nothing was published; .* the same command again goes on from there:\n"
        r"(.*\n)*.*ZeroDivisionError",
        done.stderr,
    )
    assert seen(closed.url, ["acme-one"]) == {False}


def test_an_index_without_sessions_is_told_of_in_one_line_and_served_in_order(deliver: Deliver, stock: Stock) -> None:
    done = deliver(stock, ["acme-one", "acme-two"])

    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert lines[0] == (
        f"{stock.url}simple/ has no stage: files become visible one by one, each after what it needs; "
        "if it breaks off, the same command goes on from there"
    )
    assert [line.partition("  upload")[0] for line in lines[1:]] == ["acme-one 1.0", "acme-two 1.0"]


def test_an_index_without_sessions_is_gone_on_with_where_it_broke_off(deliver: Deliver, stock: Stock) -> None:
    names = ["acme-one", "acme-two"]
    deliver(stock, names, piece=6)
    before = sorted(path.name for path in stock.root.iterdir())

    again = deliver(stock, names)

    assert before == ["acme_one-1.0-py3-none-any.whl", "acme_one-1.0.tar.gz"]
    assert again.returncode == 0, again.stderr
    assert seen(stock.url, names) == {True}
