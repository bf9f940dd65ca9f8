"""Whether a backup that is taken under load holds what was acknowledged, and an index can be made of it again."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests

from private_index.settings import STATE_FOLDER
from tests.real_index import Index, Make, Post, Serve

Command = Callable[..., subprocess.CompletedProcess[str]]

WHEEL = "acme_one-1.0-py3-none-any.whl"
SDIST = "acme_one-1.0.tar.gz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where backups go."""
    return tmp_path / "backup"


def packages(root: Path) -> dict[str, bytes]:
    """Return filename -> bytes of the files of an index."""
    return {path.name: path.read_bytes() for path in root.iterdir() if path.is_file()}


def published(root: Path) -> dict[str, int]:
    """Return filename -> serial of the rows that an index serves."""
    with closing(sqlite3.connect(root / STATE_FOLDER / "catalogue.sqlite")) as connection:
        return dict(connection.execute("SELECT filename, serial FROM files WHERE state = 'published'").fetchall())


@contextmanager
def load(index: Index, post: Post, make_wheel: Make) -> Iterator[list[str]]:
    """Upload one release after the other; the list is what was acknowledged, in order."""
    acknowledged: list[str] = []
    stop = threading.Event()

    def upload() -> None:
        for number in itertools.count():
            wheel = make_wheel("acme-load", f"1.{number}", members={"acme_load/noise": os.urandom(20_000)})
            if post(index, wheel).status_code == 200:
                acknowledged.append(wheel.name)
            if stop.is_set():
                return

    thread = threading.Thread(target=upload)
    thread.start()
    try:
        yield acknowledged
    finally:
        stop.set()
        thread.join()


def test_a_backup_under_load_holds_all_that_was_acknowledged_and_no_row_without_its_file(
    index: Index, command: Command, post: Post, make_wheel: Make, folder: Path
) -> None:
    restored = folder.with_name("restored")

    with load(index, post, make_wheel) as acknowledged:
        before = 0
        for _ in range(2):
            before = len(acknowledged)
            command("backup", folder)
    command("restore", folder, root=restored)

    rows = published(restored)
    assert set(rows) == set(packages(restored))
    assert before > 0
    assert set(acknowledged[:before]) <= set(rows)
    # Whatever came later came in order: nothing is left out in between.
    assert set(rows) == set(acknowledged[: len(rows)])
    command("check", root=restored)
    command("check", root=folder)


def test_a_restored_index_is_served_as_it_was(serve: Serve, command: Command, resting: Path, folder: Path) -> None:
    command("yank", "acme-one", "1.0", "--reason", "broken")
    before = command("log", "--json").stdout
    command("backup", folder)
    shutil.rmtree(resting)

    command("restore", folder)

    index = serve()
    page = requests.get(f"{index.simple_url}acme-one/", headers={"accept": "application/json"}, timeout=60).text
    assert WHEEL in page
    assert "broken" in page
    assert requests.get(f"{index.url}packages/{WHEEL}", timeout=60).content == (folder / WHEEL).read_bytes()
    assert command("log", "--json").stdout == before


def test_users_that_lie_in_the_root_come_along_for_their_owner_only(
    command: Command, resting: Path, folder: Path, tmp_path: Path
) -> None:
    users = resting / STATE_FOLDER / "users"
    users.write_text("# nobody yet\n")
    users.chmod(0o600)

    command("backup", folder)
    command("restore", folder, root=tmp_path / "restored")

    copy = tmp_path / "restored" / STATE_FOLDER / "users"
    assert copy.read_text() == "# nobody yet\n"
    assert copy.stat().st_mode & 0o777 == 0o600


def test_in_one_file_system_a_backup_takes_no_room_and_a_restored_file_is_one_of_its_own(
    command: Command, resting: Path, folder: Path, tmp_path: Path
) -> None:
    command("backup", folder)
    command("restore", folder, root=tmp_path / "restored")

    assert (folder / WHEEL).samefile(resting / WHEEL)
    assert not (tmp_path / "restored" / WHEEL).samefile(folder / WHEEL)


@pytest.mark.usefixtures("resting")
def test_a_second_backup_keeps_what_is_there_and_follows_what_was_deleted(
    command: Command, folder: Path, make_wheel: Make
) -> None:
    command("backup", folder)
    kept = folder / WHEEL
    changed = kept.stat().st_ctime_ns
    command("import", make_wheel(version="1.1"))
    command("delete", "acme-one", "1.0", SDIST, "--yes")

    done = command("backup", folder)

    assert done.stdout.startswith(f"{folder} holds 2 files, ")
    assert set(packages(folder)) == {WHEEL, "acme_one-1.1-py3-none-any.whl"}
    assert kept.stat().st_ctime_ns == changed
    command("check", root=folder)


def test_a_published_file_that_is_damaged_is_told_and_kept_from_the_earlier_backup_or_marked(
    command: Command, resting: Path, folder: Path
) -> None:
    (resting / WHEEL).unlink()
    (resting / SDIST).write_bytes(b"rotten")

    done = command("backup", folder, code=1)

    assert f"Not copied: {WHEEL}: it can't be read ([Errno 2] No such file or directory" in done.stderr
    assert f"Not copied: {SDIST}: it has other bytes than were published" in done.stderr
    assert published(folder) == {}
    command("check", root=folder)


@pytest.mark.usefixtures("resting")
def test_a_damaged_backup_gives_back_all_that_is_good_and_tells_the_rest(
    command: Command, folder: Path, tmp_path: Path
) -> None:
    command("backup", folder)
    (folder / WHEEL).unlink()
    (folder / WHEEL).write_bytes(b"rotten")

    done = command("restore", folder, root=tmp_path / "restored", code=1)

    assert f"Not copied: {WHEEL}: it has other bytes than were published" in done.stderr
    assert set(packages(tmp_path / "restored")) == {SDIST}
    assert "1 file published, 1 missing" in command("check", root=tmp_path / "restored").stdout


@pytest.mark.usefixtures("resting")
def test_a_restore_only_reads_the_backup(command: Command, folder: Path, tmp_path: Path) -> None:
    command("backup", folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    command("restore", folder, root=tmp_path / "restored")

    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_nothing_is_restored_over_an_index_unless_forced_and_then_it_is_moved_aside(
    command: Command, resting: Path, folder: Path, make_wheel: Make
) -> None:
    command("backup", folder)
    command("import", make_wheel(version="1.1"))
    now = packages(resting)

    refused = command("restore", folder, code=1).stderr
    untouched = packages(resting)
    command("restore", folder, "--force")

    assert "is not empty; restore elsewhere, or say --force to move what is there aside" in refused
    assert untouched == now
    assert set(packages(resting)) == {WHEEL, SDIST}
    aside = list(resting.parent.glob("packages.before-*"))
    assert [packages(path) for path in aside] == [now]


def test_an_index_that_is_served_is_not_replaced(index: Index, command: Command, folder: Path) -> None:
    command("backup", folder)
    # Its port is open a moment before its worker has opened the catalogue.
    requests.get(index.simple_url, timeout=60)

    said = command("restore", folder, "--force", code=1).stderr

    assert f"an index is serving {index.root}; stop it first" in said
    assert requests.get(index.simple_url, timeout=60).status_code == 200


def test_a_damaged_catalogue_is_told_and_a_backup_can_be_put_in_its_place(
    command: Command, resting: Path, folder: Path
) -> None:
    command("backup", folder)
    (resting / STATE_FOLDER / "catalogue.sqlite").write_bytes(b"noise" * 10_000)

    said = {command(*words, code=1).stderr for words in (["check"], ["status", "a"], ["serve", "--port=0"], ["log"])}
    command("restore", folder, "--force")

    assert said == {
        "Error: the catalogue can't be read (file is not a database); look at the disk, or restore a backup\n"
    }
    assert command("check").stdout.startswith("2 files published, 0 missing")


def test_of_a_catalogue_that_can_not_be_asked_it_is_not_said_that_an_index_serves_it(
    command: Command, resting: Path, folder: Path
) -> None:
    command("backup", folder)
    catalogue = resting / STATE_FOLDER / "catalogue.sqlite"
    catalogue.unlink()
    catalogue.mkdir()

    said = command("restore", folder, "--force", code=1).stderr

    assert (
        said
        == "Error: the catalogue can't be read (unable to open database file); look at the disk, or restore a backup\n"
    )


@pytest.mark.usefixtures("resting")
@pytest.mark.parametrize("what", ["something else", "another index's backup", "an index"])
def test_a_backup_goes_nowhere_where_it_would_mix(
    command: Command, folder: Path, tmp_path: Path, make_wheel: Make, what: str
) -> None:
    if what == "something else":
        folder.mkdir()
        (folder / "notes.txt").write_text("mine")
    else:
        other = folder if what == "an index" else tmp_path / "other"
        command("import", make_wheel("acme-two"), root=other)
    if what == "another index's backup":
        command("backup", folder, root=tmp_path / "other")
    before = packages(folder)

    said = command("backup", folder, code=1).stderr

    assert "is neither empty nor a backup of this index; choose another folder" in said
    assert packages(folder) == before


def test_what_is_no_backup_is_not_restored(command: Command, resting: Path, tmp_path: Path) -> None:
    said = command("restore", resting, root=tmp_path / "restored", code=1).stderr

    assert "holds no whole backup of an index" in said
    assert not (tmp_path / "restored").exists()


@pytest.mark.usefixtures("resting")
def test_a_backup_that_is_killed_at_any_point_leaves_the_one_before_it_and_goes_on_when_it_is_run_again(
    command: Command, struck: Command, folder: Path, make_wheel: Make
) -> None:
    command("backup", folder)
    earlier = set(published(folder))
    command("import", make_wheel(version="1.1"))

    # Each kill costs a start, so that every third point must do.
    killed = 0
    for point in range(1, 200, 3):
        run = struck(point, "backup", folder, touching=folder)
        assert set(published(folder)) >= earlier
        assert set(published(folder)) <= set(packages(folder))
        if run.returncode != -signal.SIGKILL:
            break
        killed += 1

    assert killed > 5
    command("backup", folder)
    assert set(published(folder)) == set(packages(folder)) == {*earlier, "acme_one-1.1-py3-none-any.whl"}
    command("check", root=folder)
