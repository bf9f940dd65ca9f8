"""Whether every disagreement of catalogue and folder is found, named and, if asked, mended."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import requests

from private_index.settings import STATE_FOLDER
from tests.real_index import Index, Make, Post

Command = Callable[..., subprocess.CompletedProcess[str]]

WHEEL = "acme_one-1.0-py3-none-any.whl"
SDIST = "acme_one-1.0.tar.gz"


def flip_a_byte(path: Path) -> None:
    """Change one byte in the middle of a file, as a dying disk does."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def change_catalogue(root: Path, statement: str, *values: str | bytes) -> None:
    """Do to the catalogue what no command would."""
    with closing(sqlite3.connect(root / STATE_FOLDER / "catalogue.sqlite")) as connection, connection:
        connection.execute(statement, values)


def test_an_index_in_order_is_told_so(command: Command, resting: Path) -> None:
    (resting / "README.txt").write_text("whatever else lies there is none of the index's business")

    done = command("check")

    assert done.stdout == "2 files published, 0 missing, 0 deleted: 0 problems found, 0 mended\n"


def lose(root: Path) -> None:
    """Remove a published file."""
    (root / WHEEL).unlink()


def rot(root: Path) -> None:
    """Flip a byte of a published file."""
    flip_a_byte(root / WHEEL)


def cut(root: Path) -> None:
    """Shorten a published file."""
    os.truncate(root / WHEEL, 100)


def stray(root: Path) -> None:
    """Make the catalogue forget a file."""
    change_catalogue(root, "DELETE FROM core_metadata WHERE filename = ?", WHEEL)
    change_catalogue(root, "DELETE FROM files WHERE filename = ?", WHEEL)


def leave_a_part(root: Path) -> None:
    """Leave what an upload leaves that was cut short two days ago."""
    part = root / STATE_FOLDER / "parts" / "tmpold"
    part.write_bytes(b"half")
    two_days_ago = part.stat().st_mtime - 2 * 24 * 3600
    os.utime(part, (two_days_ago, two_days_ago))


def leave_deleted_bytes(root: Path) -> None:
    """Delete a file, but not its bytes."""
    change_catalogue(root, "UPDATE files SET state = 'deleted' WHERE filename = ?", WHEEL)


def forget_metadata(root: Path) -> None:
    """Lose the core metadata of a file."""
    change_catalogue(root, "DELETE FROM core_metadata WHERE filename = ?", WHEEL)


def spoil_metadata(root: Path) -> None:
    """Change the core metadata of a wheel."""
    change_catalogue(root, "UPDATE core_metadata SET content = ? WHERE filename = ?", b"Metadata-Version: 2.4", WHEEL)


def spoil_sdist_metadata(root: Path) -> None:
    """Give an sdist the core metadata of another."""
    other = b"Metadata-Version: 2.4\nName: other\n"
    change_catalogue(root, "UPDATE core_metadata SET content = ? WHERE filename = ?", other, SDIST)


def bring_back(root: Path) -> None:
    """Bring a file back that was marked as missing."""
    change_catalogue(root, "UPDATE files SET state = 'missing' WHERE filename = ?", WHEEL)


FAULTS = [
    pytest.param(lose, f"{WHEEL} is published, but its bytes are gone", "marked as missing", id="lost"),
    pytest.param(rot, f"{WHEEL} has other bytes than were published: sha256", "damaged", id="bit rot"),
    pytest.param(cut, f"{WHEEL} has other bytes than were published: 100 bytes instead of", "damaged", id="cut"),
    pytest.param(stray, f"{WHEEL} lies in the folder, but was never published", "published", id="stray"),
    pytest.param(leave_a_part, "tmpold was left by an upload that was cut short", "removed", id="part"),
    pytest.param(leave_deleted_bytes, f"{WHEEL} was deleted, but its bytes are still there", "removed", id="leftover"),
    pytest.param(
        forget_metadata, f"{WHEEL} has wrong metadata in the catalogue: there is none", "read again", id="none"
    ),
    pytest.param(spoil_metadata, "it is not what its digest says", "read again", id="metadata"),
    pytest.param(spoil_sdist_metadata, "its name is 'other'", "read again", id="sdist"),
    pytest.param(bring_back, f"{WHEEL} was missing, but its bytes are back", "served again", id="returned"),
]


@pytest.mark.parametrize(("fault", "sentence", "mended"), FAULTS)
def test_each_fault_is_named_then_mended_and_then_gone(
    command: Command, resting: Path, fault: Callable[[Path], None], sentence: str, mended: str
) -> None:
    fault(resting)

    found = command("check", code=1).stdout
    repaired = command("check", "--repair", code=1).stdout
    after = command("check").stdout

    assert sentence in found
    assert found.endswith("1 problem found, 0 mended\n")
    assert mended in repaired.split(sentence, 1)[1]
    assert repaired.endswith("1 problem found, 1 mended\n")
    assert after.endswith("0 problems found, 0 mended\n")


@pytest.mark.parametrize("fault", [lose, rot, cut], ids=lambda fault: fault.__name__)
def test_the_same_bytes_may_be_uploaded_again_after_a_repair_and_no_others(
    index: Index, command: Command, post: Post, make_wheel: Make, fault: Callable[[Path], None]
) -> None:
    wheel = make_wheel()
    content = wheel.read_bytes()
    post(index, wheel)
    fault(index.root)
    command("check", "--repair", code=1)

    lost = requests.get(f"{index.url}packages/{WHEEL}", timeout=60).status_code
    others = post(index, make_wheel(code="x = 1")).status_code
    wheel.write_bytes(content)
    again = post(index, wheel).status_code

    assert (lost, others, again) == (404, 409, 200)
    assert requests.get(f"{index.url}packages/{WHEEL}", timeout=60).content == content
    command("check")


def test_wrong_bytes_are_kept_aside_each_time(command: Command, resting: Path) -> None:
    for spoiled in (b"first", b"second"):
        (resting / WHEEL).write_bytes(spoiled)
        command("check", "--repair", code=1)

    damaged = resting / STATE_FOLDER / "damaged"
    assert {path.name: path.read_bytes() for path in damaged.iterdir()} == {WHEEL: b"first", f"{WHEEL}.2": b"second"}


def test_other_bytes_under_a_deleted_name_are_moved_and_never_removed(command: Command, resting: Path) -> None:
    command("delete", "acme-one", "1.0", WHEEL, "--yes")
    (resting / WHEEL).write_bytes(b"what somebody put there")

    command("check", "--repair", code=1)

    assert (resting / STATE_FOLDER / "damaged" / WHEEL).read_bytes() == b"what somebody put there"


def test_a_file_that_can_not_be_published_is_told_and_left(command: Command, resting: Path) -> None:
    odd = resting / "acme_odd-1.0.tar.gz"
    odd.write_bytes(b"no archive")

    first = command("check", "--repair", code=1).stdout
    second = command("check", "--repair", code=1).stdout

    assert "acme_odd-1.0.tar.gz was never published, and can't be: " in first
    assert first == second
    assert odd.read_bytes() == b"no archive"


def test_what_is_known_to_be_missing_is_noted_and_no_fault(command: Command, resting: Path) -> None:
    (resting / WHEEL).unlink()
    command("check", "--repair", code=1)

    done = command("check")

    assert f"{WHEEL} is missing; upload the same file again, or delete it" in done.stdout
    assert "1 file published, 1 missing" in done.stdout


def test_every_repair_is_in_the_log(command: Command, resting: Path) -> None:
    (resting / WHEEL).unlink()
    command("check", "--repair", code=1)

    last = command("log").stdout.splitlines()[-1]

    assert last.split()[2:4] == ["missing", WHEEL]
    assert "private-index check by" in last


def test_uploads_that_run_meanwhile_are_no_findings(
    index: Index, command: Command, post: Post, make_wheel: Make
) -> None:
    wheels = [make_wheel(version=f"1.{number}") for number in range(60)]
    line = [sys.executable, "-m", "private_index", "check", f"--root={index.root}"]
    post(index, wheels[0])
    checks = [
        subprocess.Popen(line, env=index.env, stdout=subprocess.PIPE, text=True, stderr=subprocess.STDOUT)
        for _ in range(3)
    ]

    for wheel in wheels[1:]:
        assert post(index, wheel).status_code == 200

    for check in checks:
        said, _ = check.communicate(timeout=60)
        assert check.returncode == 0, said
    assert "60 files published" in command("check").stdout


def test_a_rotten_file_of_another_index_does_not_come_in(command: Command, resting: Path, tmp_path: Path) -> None:
    bad = tmp_path / "acme_two-1.0-py3-none-any.whl"
    shutil.copy(resting / WHEEL, bad)

    said = command("import", bad, code=1).stderr

    assert "disagree" in said
