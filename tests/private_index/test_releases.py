"""What happens to a release once it is published: yanked, taken back, its project given a status; and the log of it."""

from __future__ import annotations

import getpass
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.real_index import Index, Make, Post, Serve

Command = Callable[..., subprocess.CompletedProcess[str]]

JSON = {"accept": "application/vnd.pypi.simple.v1+json"}


@pytest.fixture
def two_releases(index: Index, post: Post, make_wheel: Make) -> Index:
    """A running index with acme-one 1.0 and 1.1."""
    for version in ("1.0", "1.1"):
        assert post(index, make_wheel(version=version)).status_code == 200
    return index


def listed(index: Index, project: str = "acme-one") -> dict[str, dict[str, Any]]:
    """Return filename -> facts of a project's page."""
    page = requests.get(f"{index.simple_url}{project}/", headers=JSON, timeout=60).json()
    return {file["filename"]: file for file in page["files"]}


def pip_download(index: Index, what: str, target: Path) -> tuple[list[str], str]:
    """Return the names of what pip fetches, and what it says."""
    line = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--dest", str(target)]
    run = subprocess.run(
        [*line, "--index-url", index.simple_url, what], env=index.env, capture_output=True, text=True, check=True
    )
    return [path.name for path in target.iterdir()], run.stdout + run.stderr


def uv_install(index: Index, what: str, target: Path) -> tuple[list[str], str]:
    """Return the releases that uv installs, and what it says."""
    line = ["uv", "pip", "install", "--no-cache", "--target", str(target), "--index-url", index.simple_url]
    run = subprocess.run(
        [*line, "--python", sys.executable, what], env=index.env, capture_output=True, text=True, check=True
    )
    return [path.name for path in target.glob("*.dist-info")], run.stdout + run.stderr


def test_pip_passes_a_yanked_release_over_and_installs_it_with_a_warning_when_it_is_named(
    two_releases: Index, command: Command, tmp_path: Path
) -> None:
    command("yank", "acme-one", "1.1", "--reason", 'it says "bye"')

    chosen, _ = pip_download(two_releases, "acme-one", tmp_path / "chosen")
    named, said = pip_download(two_releases, "acme-one==1.1", tmp_path / "named")

    assert chosen == ["acme_one-1.0-py3-none-any.whl"]
    assert named == ["acme_one-1.1-py3-none-any.whl"]
    assert 'it says "bye"' in said


def test_uv_passes_a_yanked_release_over_and_installs_it_with_a_warning_when_it_is_named(
    two_releases: Index, command: Command, tmp_path: Path
) -> None:
    command("yank", "acme-one", "1.1", "--reason", 'it says "bye"')

    chosen, _ = uv_install(two_releases, "acme-one", tmp_path / "chosen")
    named, said = uv_install(two_releases, "acme-one==1.1", tmp_path / "named")

    assert chosen == ["acme_one-1.0.dist-info"]
    assert named == ["acme_one-1.1.dist-info"]
    assert 'it says "bye"' in said


def test_an_unyanked_release_is_as_it_was(two_releases: Index, command: Command) -> None:
    before = listed(two_releases)
    command("yank", "acme-one", "1.1", "--reason", "a mistake")

    command("unyank", "acme-one", "1.1")

    assert listed(two_releases) == before


@pytest.mark.parametrize(
    ("version", "yanked"),
    [
        pytest.param("1.1", "broken", id="as it is"),
        pytest.param("1.1.0", "broken", id="spelled otherwise"),
        pytest.param("1.1.0.1", False, id="another release"),
    ],
)
def test_a_file_that_joins_a_yanked_release_is_yanked_too(  # noqa: PLR0913 - one for each part
    two_releases: Index, command: Command, post: Post, make_sdist: Make, version: str, *, yanked: str | bool
) -> None:
    command("yank", "acme-one", "1.1", "--reason", "broken")

    post(two_releases, make_sdist(version=version))

    assert listed(two_releases)[f"acme_one-{version}.tar.gz"]["yanked"] == yanked


@pytest.mark.usefixtures("resting")
@pytest.mark.parametrize(
    ("name", "version"),
    [
        pytest.param("Acme.One", "1.0", id="name"),
        pytest.param("acme_one", "v1.0.0", id="version"),
    ],
)
def test_a_release_is_known_by_any_spelling(command: Command, name: str, version: str) -> None:
    said = command("yank", name, version, "--reason", "x").stdout

    assert said == "Yanked acme-one 1.0, 2 files:\n  acme_one-1.0-py3-none-any.whl\n  acme_one-1.0.tar.gz\n"


@pytest.mark.usefixtures("resting")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(
            ["yank", "acme-noe", "1.0", "--reason", "x"],
            "the index has never held a project 'acme-noe'; the nearest is acme-one",
            id="project",
        ),
        pytest.param(
            ["unyank", "acme-one", "1.0.1"], "acme-one has no release '1.0.1'; the nearest is 1.0", id="version"
        ),
        pytest.param(["delete", "acme-one", "newest", "--yes"], "acme-one has no release 'newest'", id="no version"),
        pytest.param(
            ["unyank", "acme-one", "9" * 5000], "acme-one has no release '999", id="more digits than a number"
        ),
        pytest.param(
            ["delete", "acme-one", "1.0", "acme_one-1.0.tgz", "--yes"],
            "the release has no file 'acme_one-1.0.tgz'; the nearest is acme_one-1.0.tar.gz",
            id="file",
        ),
        pytest.param(["status", "zzz"], "the index has never held a project 'zzz'", id="nothing near"),
        pytest.param(["log", "acme-on"], "'acme-on'; the nearest is acme-one", id="log"),
    ],
)
def test_what_is_unknown_is_told_with_the_nearest_known(command: Command, arguments: list[str], sentence: str) -> None:
    said = command(*arguments, code=1).stderr

    assert said.startswith("Error: ")
    assert sentence in said


@pytest.mark.parametrize(
    "arguments",
    [["yank", "a", "1", "--reason", "x"], ["delete", "a", "1", "--yes"], ["status", "a"], ["log"], ["check"]],
    ids=lambda arguments: arguments[0],
)
def test_a_folder_that_was_never_served_is_told_and_left_as_it_is(
    command: Command, arguments: list[str], tmp_path: Path
) -> None:
    said = command(*arguments, code=1).stderr

    assert "is no folder of an index; name it with --root, or serve it once" in said
    assert not (tmp_path / "packages").exists()


def test_nothing_is_deleted_without_yes(two_releases: Index, command: Command) -> None:
    said = command("delete", "acme-one", "1.1", code=2).stderr

    assert "this would take back for ever: acme_one-1.1-py3-none-any.whl; say --yes to do it" in said
    assert len(listed(two_releases)) == 2


def test_a_deleted_release_is_gone_at_once_and_its_names_are_never_free_again(
    two_releases: Index, command: Command, post: Post, make_wheel: Make
) -> None:
    wheel = make_wheel(version="1.1")

    command("delete", "acme-one", "1.1", "--yes")

    assert list(listed(two_releases)) == ["acme_one-1.0-py3-none-any.whl"]
    assert requests.get(f"{two_releases.url}packages/{wheel.name}", timeout=60).status_code == 404
    assert not (two_releases.root / wheel.name).exists()
    assert post(two_releases, wheel).status_code == 409
    assert post(two_releases, make_wheel(version="1.1", code="x = 1")).status_code == 409
    assert "acme-one 1.1 was deleted, for ever" in command("delete", "acme-one", "1.1", "--yes", code=1).stderr


@pytest.mark.usefixtures("resting")
def test_one_file_of_a_release_can_be_deleted(command: Command, tmp_path: Path) -> None:
    command("delete", "acme-one", "1.0", "acme_one-1.0.tar.gz", "--yes")

    assert [path.name for path in (tmp_path / "packages").glob("*.*") if path.is_file()] == [
        "acme_one-1.0-py3-none-any.whl"
    ]
    assert command("check").returncode == 0


def test_a_deletion_that_is_killed_at_any_point_is_whole_or_not_begun(
    index: Index, command: Command, struck: Command, make_wheel: Make
) -> None:
    versions = [f"1.{number}" for number in range(1, 30)]
    command("import", *(make_wheel(version=version) for version in versions))
    outcomes = {}

    for point, version in enumerate(versions, start=1):
        if struck(point, "delete", "acme-one", version, "--yes").returncode != -signal.SIGKILL:
            break
        name = f"acme_one-{version}-py3-none-any.whl"
        is_listed = name in listed(index)
        assert (requests.get(f"{index.url}packages/{name}", timeout=60).status_code == 200) == is_listed
        outcomes[is_listed, (index.root / name).exists()] = version

    # It was killed before the row, between the row and the bytes, and after both.
    assert set(outcomes) == {(True, True), (False, True), (False, False)}
    # Whoever deletes again ends it.
    command("delete", "acme-one", outcomes[False, True], "--yes")
    assert set(listed(index)) == {path.name for path in index.root.glob("*.whl")}


def test_the_next_start_ends_a_deletion_that_was_cut_short(serve: Serve, command: Command, make_wheel: Make) -> None:
    wheel = make_wheel()
    command("import", wheel)
    command("delete", "acme-one", "1.0", "--yes")
    shutil.copy(wheel, wheel.parents[1] / "packages")

    index = serve()

    assert not (index.root / wheel.name).exists()
    assert requests.get(f"{index.url}packages/{wheel.name}", timeout=60).status_code == 404


def test_an_archived_project_takes_no_files_and_shows_what_it_has(
    two_releases: Index, command: Command, post: Post, make_wheel: Make
) -> None:
    said = command("status", "Acme_One", "archived", "--reason", "use acme-two").stdout

    assert said == "acme-one is archived (was active): use acme-two\n"
    assert post(two_releases, make_wheel(version="1.2")).status_code == 403
    assert len(listed(two_releases)) == 2


def test_a_quarantined_project_shows_no_files_until_it_is_active_again(two_releases: Index, command: Command) -> None:
    command("status", "acme-one", "quarantined")
    hidden = listed(two_releases)

    command("status", "acme-one", "active")

    assert hidden == {}
    assert len(listed(two_releases)) == 2
    assert command("status", "acme-one").stdout == "acme-one is active\n"


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["status", "acme-one", "resting"], id="status"),
        pytest.param(["status", "acme-one", "--reason", "x"], id="a reason for nothing"),
        pytest.param(["yank", "acme-one", "1.0"], id="a yank without a reason"),
        pytest.param(["log", "--since", "yesterday"], id="moment"),
    ],
)
@pytest.mark.usefixtures("resting")
def test_wrong_usage_is_exit_code_2(command: Command, arguments: list[str]) -> None:
    command(*arguments, code=2)


def test_the_log_tells_who_did_what_and_from_where_the_newest_last(two_releases: Index, command: Command) -> None:
    command("yank", "acme-one", "1.0", "--reason", "two\nlines")
    command("status", "acme-one", "deprecated", "--reason", "use acme-two")

    lines = command("log").stdout.splitlines()

    assert [line.split()[2] for line in lines] == ["publish", "publish", "yank", "status"]
    assert f"{two_releases.user} from 127.0.0.1" in lines[0]
    assert f"private-index yank by {getpass.getuser()}" in lines[2]
    assert lines[2].endswith("two lines")
    assert lines[3].endswith("deprecated: use acme-two")
    assert len({line.index(by) for line in lines for by in ("me from", "private-index") if by in line}) == 1


@pytest.mark.usefixtures("resting")
def test_the_log_is_to_be_had_as_json_since_a_moment_and_of_a_project(command: Command, make_wheel: Make) -> None:
    command("import", make_wheel("acme-two"))

    of_one = [json.loads(line) for line in command("log", "ACME_two", "--json").stdout.splitlines()]

    assert [change["filename"] for change in of_one] == ["acme_two-1.0-py3-none-any.whl"]
    assert of_one[0]["who"] is None
    assert of_one[0]["serial"] == 3
    assert command("log", "--since", of_one[0]["at"]).stdout.count("\n") == 1
    assert command("log", "--since", "2100-01-01").stdout == ""


def test_a_removed_user_can_publish_nothing_more(index: Index, command: Command, post: Post, make_wheel: Make) -> None:
    users = f"--users={index.users}"

    listed_users = command("user", "list", users).stdout
    nearest = command("user", "remove", "mee", users, code=1).stderr
    command("user", "remove", "me", users)

    assert listed_users == "me\n"
    assert "there is no user 'mee'; the nearest is me" in nearest
    assert post(index, make_wheel()).status_code == 401
