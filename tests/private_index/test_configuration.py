"""What a person may configure, where, and how a mistake there is told."""

from __future__ import annotations

import pickle
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from private_index.configuration import KEYS, parse_owners, resolve, settings_of
from private_index.errors import BadOwner
from private_index.kinds import parse_size
from private_index.settings import Settings

Run = Callable[..., subprocess.CompletedProcess[str]]

FILE = """\
# Ours.
port = 8081
read = "users"
reserved = ["acme-*=alice,bob", "open-*"]
fallback-url = ""
largest-file = "500MB"
root = "srv"
"""


@pytest.fixture
def run(env: dict[str, str], tmp_path: Path) -> Run:
    """A function that runs private-index to its end in an empty folder, with further variables."""

    def run_command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "private_index", *arguments],
            env=env | variables,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run_command


def test_a_reserved_pattern_names_its_owners() -> None:
    owners = parse_owners(["acme-*=alice, bob", "open-*", "acme-*=carol"])

    assert owners == {"acme-*": {"alice", "bob", "carol"}, "open-*": frozenset()}


@pytest.mark.parametrize("text", ["acme-*=", "acme-*=alice,", "acme-*=al:ice", "acme-*=a=b"])
def test_a_pattern_that_belongs_to_nobody_real_is_refused(text: str) -> None:
    with pytest.raises(BadOwner, match=r"write user names, as in acme-\*=alice,bob"):
        parse_owners([text])


def test_settings_reach_a_worker_as_they_are() -> None:
    settings = Settings(root=Path("packages"), users=Path("users"), owners=parse_owners(["acme-*=alice", "open-*"]))

    arrived = pickle.loads(pickle.dumps(settings))  # noqa: S301 - our own bytes

    assert arrived == settings
    assert arrived.reserved == {"acme-*", "open-*"}


@pytest.mark.parametrize(
    ("text", "size"),
    [("2GB", 2_000_000_000), ("1 GiB", 2**30), ("500mb", 500_000_000), ("1.5k", 1500), ("7", 7), ("7B", 7)],
)
def test_a_size_has_a_unit(text: str, size: int) -> None:
    assert parse_size(text) == size


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "private-index.toml").write_text(FILE)

    said = run("settings", "--read", "open", PRIVATE_INDEX_PORT="8082", PRIVATE_INDEX_READ="users").stdout

    lines = said.splitlines()
    file = tmp_path / "private-index.toml"
    assert 'host = "127.0.0.1"  # default' in lines
    assert 'read = "open"  # command line' in lines
    assert "port = 8082  # PRIVATE_INDEX_PORT" in lines
    assert f"largest-file = 500000000  # {file}, line 6" in lines
    assert f'fallback-url = ""  # {file}, line 5' in lines
    assert f'root = "{tmp_path}/srv"  # {file}, line 7' in lines
    assert f'users = "{tmp_path}/srv/.private-index/users"  # default, from root' in lines


def test_what_the_settings_are_printed_as_makes_the_same_settings(run: Run, tmp_path: Path) -> None:
    (tmp_path / "private-index.toml").write_text(FILE)
    (tmp_path / "other").mkdir()
    printed = run("settings", "--access-log").stdout
    (tmp_path / "other" / "printed.toml").write_text(printed)

    again = run("settings", "--config", "other/printed.toml").stdout

    assert tomllib.loads(again) == tomllib.loads(printed)


def test_a_path_in_the_file_starts_where_the_file_lies(run: Run, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "index.toml").write_text('root = "../srv"\n')

    said = run("settings", PRIVATE_INDEX_CONFIG="etc/index.toml", PRIVATE_INDEX_USERS="users").stdout

    assert Path(tomllib.loads(said)["root"]).resolve() == tmp_path / "srv"
    assert tomllib.loads(said)["users"] == str(tmp_path / "users")


def test_other_commands_mean_the_configured_folder(run: Run, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "private-index.toml").write_text('users = "people"\n')
    command = [sys.executable, "-m", "private_index", "user", "add", "me"]

    subprocess.run(command, env=env, cwd=tmp_path, input="secret\n", text=True, check=True, timeout=60)

    assert (tmp_path / "people").read_text().startswith("me:")
    assert run("settings").returncode == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("\nprot = 1\n", "line 2: there is no setting prot; did you mean port?", id="swapped letters"),
        pytest.param(
            'largest_file = "1GB"',
            "line 1: there is no setting largest_file; did you mean largest-file?",
            id="underscore",
        ),
        pytest.param("xyzzy = 1", "there is no setting xyzzy; `private-index settings` prints all", id="nothing near"),
        pytest.param("[tls]\ncert = 1", "line 1: there is no setting tls", id="table"),
        pytest.param('port = "8080"', "line 1: port: '8080' won't do; it takes a whole number from 0", id="text"),
        pytest.param("port = true", "port: True won't do", id="truth for a number"),
        pytest.param("access-log = 1", "access-log: 1 won't do; it takes true or false", id="number for a truth"),
        pytest.param('reserved = "acme-*"', "reserved: 'acme-*' won't do; it takes a list of texts", id="no list"),
        pytest.param("reserved = [1]", "reserved: [1] won't do", id="list of numbers"),
        pytest.param('largest-file = "big"', "largest-file: 'big' won't do; it takes a size such as 500MB", id="size"),
        pytest.param("stop-seconds = -1", "stop-seconds: -1 won't do; it takes a number of seconds", id="negative"),
        pytest.param("stop-seconds = nan", "stop-seconds: nan won't do", id="no number"),
        pytest.param('read = "some"', "read: 'some' won't do; it takes open or users", id="choice"),
        pytest.param('reserved = ["ac me"]', "can't match a project's name", id="pattern"),
        pytest.param('fallback-url = "https://me:secret@host/simple/"', "is no URL of a simple API", id="password"),
        pytest.param('url = "https://host/index"', "is no URL of an index", id="no slash"),
        pytest.param('tls-cert = "cert.pem"', "give both tls-cert and tls-key", id="half a pair"),
        pytest.param("port = ", "private-index.toml can't be read: Invalid value (at ", id="no TOML"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place(run: Run, tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "private-index.toml").write_text(text)

    ended = run("settings")

    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        pytest.param(
            {"PRIVATE_INDEX_PROT": "1"}, "no setting PRIVATE_INDEX_PROT; did you mean PRIVATE_INDEX_PORT?", id="unknown"
        ),
        pytest.param({"PRIVATE_INDEX_PORT": "tcp://10.0.0.1"}, "PRIVATE_INDEX_PORT: 'tcp://10.0.0.1' won't", id="port"),
        pytest.param({"PRIVATE_INDEX_ACCESS_LOG": "maybe"}, "it takes true or false", id="truth"),
        pytest.param({"PRIVATE_INDEX_CONFIG": "nowhere.toml"}, "nowhere.toml can't be read: No such file", id="file"),
    ],
)
def test_a_mistake_in_the_environment_is_told(run: Run, variables: dict[str, str], sentence: str) -> None:
    ended = run("settings", **variables)

    assert ended.returncode == 1
    assert sentence in ended.stderr


def test_the_environment_means_what_the_command_line_means(tmp_path: Path) -> None:
    environ = {
        "PRIVATE_INDEX_RESERVED": "acme-*=alice,bob open-*",
        "PRIVATE_INDEX_ACCESS_LOG": "yes",
        "PRIVATE_INDEX_STOP_SECONDS": "2.5",
        "PRIVATE_INDEX_TLS_CERT": "",
    }

    settings = settings_of(resolve({}, environ, None, tmp_path))

    assert settings.owners == {"acme-*": {"alice", "bob"}, "open-*": frozenset()}
    assert settings.access_log
    assert settings.stop_seconds == 2.5
    assert settings.tls_cert is None


def test_every_setting_has_a_key_and_its_default(tmp_path: Path) -> None:
    settings = settings_of(resolve({}, {}, None, tmp_path))

    assert {key.field for key in KEYS} == set(Settings.__dataclass_fields__)
    assert settings == Settings(root=tmp_path / "packages", users=tmp_path / "packages" / ".private-index" / "users")


def test_the_example_says_every_setting_and_changes_none(run: Run, tmp_path: Path) -> None:
    before = run("settings").stdout
    example = run("settings", "--example").stdout
    (tmp_path / "private-index.toml").write_text(example)

    after = run("settings").stdout

    assert tomllib.loads(after) == tomllib.loads(before)
    assert all(f"{key.name} = " in example and key.help in example for key in KEYS)


def test_the_page_on_operation_shows_the_example_as_it_is(run: Run) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operation.md").read_text(encoding="utf-8")

    assert f"```toml\n{run('settings', '--example').stdout}```\n" in page


@pytest.mark.parametrize(
    ("present", "most", "wanted"),
    [
        pytest.param(256, 1_000_000, 2304, id="what the connections need"),
        pytest.param(256, 1024, 1024, id="what can be had"),
        pytest.param(4096, 1_000_000, 4096, id="never fewer than now"),
    ],
)
def test_a_worker_may_have_as_many_descriptors_as_its_connections_need(present: int, most: int, wanted: int) -> None:
    settings = Settings(root=Path(), users=Path(), connections=1024)

    assert settings.descriptors(present, most) == wanted
