"""Users are added and removed whole: none is lost to another, and nothing is left of what could not be written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from private_index.accounts import Accounts

# Begins to add a user, and goes on when it is told to.
ADD = """
import sys
from pathlib import Path
from private_index.accounts import Accounts

accounts = Accounts(Path(sys.argv[1]))
sys.stdin.read()
accounts.add(sys.argv[2], "word")
"""
Add = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def add(env: dict[str, str]) -> Add:
    """A function that begins to add a user by the command, within a limit of the shell if need be."""

    def begin(name: str, users: Path, limit: str = ":") -> subprocess.Popen[str]:
        line = [sys.executable, "-m", "private_index", "user", "add", name, "--users", str(users)]
        shell = ["sh", "-c", f'{limit}; exec "$@"', "sh", *line]
        pipe = subprocess.PIPE
        process = subprocess.Popen(shell, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        assert process.stdin is not None
        process.stdin.write("a password\n")
        process.stdin.close()
        process.stdin = None
        return process

    return begin


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_of_users_that_are_added_at_once_none_is_lost(tmp_path: Path) -> None:
    users = tmp_path / "users"
    names = [f"user-{number}" for number in range(12)]
    pipe = subprocess.PIPE
    adding = [subprocess.Popen([sys.executable, "-c", ADD, str(users), name], stdin=pipe) for name in names]

    # All have begun before the first may go on.
    for process in adding:
        assert process.stdin is not None
        process.stdin.close()
    codes = [process.wait(60) for process in adding]

    assert codes == [0] * len(names)
    assert Accounts(users).names() == sorted(names)


@pytest.mark.skipif(sys.platform == "win32", reason="only a POSIX shell limits what it starts")
@pytest.mark.parametrize("before", ["me", None], ids=["one is there", "the first"])
def test_a_user_who_is_added_on_a_full_disk_leaves_the_others_and_nothing_else(
    add: Add, tmp_path: Path, before: str | None
) -> None:
    users = tmp_path / "kept" / "users"
    if before is not None:
        Accounts(users).add(before, "word")

    process = add("other", users, "ulimit -f 0")
    _, told = process.communicate(timeout=60)

    assert (process.returncode, told) == (
        1,
        f"Error: the users file {users} can't be written (File too large), so nothing is changed\n",
    )
    assert [path.name for path in users.parent.iterdir()] == (["users"] if before else [])
    assert Accounts(users).names() == ([before] if before else [])


def test_a_users_file_that_can_be_nowhere_is_told(add: Add, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    process = add("other", tmp_path / "file" / "folder" / "users")
    _, told = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "can't be written (Not a directory)" in told
    assert "Traceback" not in told


@pytest.mark.skipif(sys.platform == "win32", reason="a link needs a right there")
def test_a_user_is_added_to_the_file_that_a_link_leads_to(tmp_path: Path) -> None:
    kept, users = tmp_path / "kept", tmp_path / "users"
    Accounts(kept).add("me", "word")
    users.symlink_to(kept)

    Accounts(users).add("other", "word")

    assert users.is_symlink()
    assert Accounts(kept).names() == ["me", "other"]


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such owners there")
def test_whoever_adds_a_user_as_root_leaves_the_users_file_to_its_owner(tmp_path: Path) -> None:
    users = tmp_path / "users"
    Accounts(users).add("me", "word")
    # Only root can give a file away; for others the owner stays the same anyway.
    owner = 12345 if os.geteuid() == 0 else os.geteuid()
    os.chown(users, owner, -1)

    Accounts(users).add("other", "other-word")

    assert (users.stat().st_uid, users.stat().st_mode & 0o777) == (owner, 0o600)
