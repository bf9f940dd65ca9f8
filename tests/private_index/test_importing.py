"""Taking in what other indexes left: what is taken, what is refused and told, and what a kill leaves."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
import requests

from tests.real_index import Index, Make

Command = Callable[..., subprocess.CompletedProcess[str]]

JSON = {"accept": "application/vnd.pypi.simple.v1+json"}


@pytest.fixture
def tree(tmp_path: Path, make_wheel: Make, make_sdist: Make) -> Path:
    """A folder as pypiserver has them: deep, with signatures, with what no index of today takes."""
    tree = tmp_path / "tree"
    (tree / "team" / "old").mkdir(parents=True)
    (tree / ".cache").mkdir()
    shutil.copy(make_wheel(), tree / "team")
    shutil.copy(make_sdist(), tree / "team" / "old")
    shutil.copy(make_wheel("acme-hidden"), tree / ".cache")
    (tree / "team" / "acme_one-1.0.tar.gz.asc").write_text("a signature")
    (tree / "team" / "README.txt").write_text("notes")
    (tree / "team" / "acme_one-0.1-py2.7.egg").write_text("an egg")
    (tree / "team" / "acme_bad-1.0.tar.gz").write_text("no archive")
    (tree / "back").symlink_to(tree)
    return tree


def test_a_tree_is_taken_in_and_what_is_refused_is_told_with_the_reason(
    index: Index, command: Command, tree: Path
) -> None:
    done = command("import", tree, code=1)

    assert done.stdout == "4 files found: 2 taken, 0 already there, 2 refused\n"
    assert sorted(line.split(": ")[1] for line in done.stderr.splitlines()) == [
        str(tree / "team" / "acme_bad-1.0.tar.gz"),
        str(tree / "team" / "acme_one-0.1-py2.7.egg"),
    ]
    page = requests.get(f"{index.simple_url}acme-one/", headers=JSON, timeout=60).json()
    assert {file["filename"] for file in page["files"]} == {"acme_one-1.0-py3-none-any.whl", "acme_one-1.0.tar.gz"}


def test_a_file_keeps_the_time_at_which_it_was_written_but_none_to_come(
    index: Index, command: Command, make_wheel: Make, make_sdist: Make
) -> None:
    old, future = make_wheel(), make_sdist()
    os.utime(old, (1_000_000_000, 1_000_000_000))
    os.utime(future, (4_000_000_000, 4_000_000_000))

    command("import", old, future)

    page = requests.get(f"{index.simple_url}acme-one/", headers=JSON, timeout=60).json()
    times = {file["filename"]: file["upload-time"] for file in page["files"]}
    assert times[old.name] == "2001-09-09T01:46:40.000000Z"
    assert times[future.name] < "2090"
    assert (index.root / old.name).stat().st_mtime == 1_000_000_000


def test_what_is_there_already_is_not_taken_twice(command: Command, tree: Path) -> None:
    command("import", tree, code=1)

    again = command("import", tree / "team" / "old", tree / "team" / "acme_one-1.0-py3-none-any.whl")

    assert again.stdout == "2 files found: 0 taken, 2 already there, 0 refused\n"


def test_the_source_is_left_as_it_was(command: Command, tree: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in tree.rglob("*")}

    command("import", tree, code=1)

    assert {path: path.stat().st_mtime_ns for path in tree.rglob("*")} == before


def test_other_bytes_under_a_published_name_are_refused(command: Command, make_wheel: Make) -> None:
    command("import", make_wheel())

    done = command("import", make_wheel(code="x = 1"), code=1)

    assert "is already published; bump the version" in done.stderr
    assert "1 refused" in done.stdout


def test_a_link_to_nothing_is_told_and_the_rest_is_taken(command: Command, tmp_path: Path, make_wheel: Make) -> None:
    wheel = make_wheel()
    (wheel.parent / "acme_two-1.0-py3-none-any.whl").symlink_to(tmp_path / "nowhere")

    done = command("import", wheel.parent, code=1)

    assert done.stdout == "2 files found: 1 taken, 0 already there, 1 refused\n"
    assert "can't be read: No such file or directory" in done.stderr


def test_a_path_that_is_not_there_is_wrong_usage(command: Command, tmp_path: Path) -> None:
    command("import", tmp_path / "nowhere", code=2)


def test_an_import_that_is_killed_at_any_point_leaves_nothing_half_and_goes_on_when_it_is_run_again(
    index: Index, command: Command, struck: Command, make_wheel: Make
) -> None:
    point = 0
    seen = set()

    while True:
        point += 1
        wheel = make_wheel(version=f"1.{point}")
        if struck(point, "import", wheel).returncode != -signal.SIGKILL:
            break
        answer = requests.get(f"{index.url}packages/{wheel.name}", timeout=60)
        page = requests.get(f"{index.simple_url}acme-one/", headers=JSON, timeout=60)
        is_listed = page.status_code == 200 and wheel.name in page.text
        assert (answer.status_code, answer.content == wheel.read_bytes()) == (
            (200, True) if is_listed else (404, False)
        )
        seen.add((is_listed, (index.root / wheel.name).exists()))

    # It was killed before the bytes, between the bytes and the row, and after both.
    assert seen == {(False, False), (False, True), (True, True)}
    again = command("import", wheel.parent)
    assert again.stdout.startswith(f"{point} files found: ")
    assert again.stdout.endswith("0 refused\n")
    page = requests.get(f"{index.simple_url}acme-one/", headers=JSON, timeout=60).json()
    assert len(page["files"]) == point


def test_a_person_at_a_terminal_sees_a_bar(env: dict[str, str], tree: Path, tmp_path: Path) -> None:
    line = ["-m", "private_index", "import", str(tree), "--root", str(tmp_path / "packages")]

    said, code = pexpect.run(  # type: ignore[str-unpack]  # withexitstatus makes it a pair
        f"{shutil.which('python', path=env['PATH'])} {' '.join(line)}", env=env, withexitstatus=True, encoding="utf-8"
    )

    assert "Importing  [####" in said
    assert "100%" in said
    assert code == 1
