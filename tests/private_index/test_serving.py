"""The command private-index: what it says, what it refuses, how it stops."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
import requests

from private_index.accounts import Accounts
from tests.real_index import Make, Serve

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(env: dict[str, str], tmp_path: Path) -> Run:
    """A function that runs private-index to its end in an empty folder."""

    def run_command(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "private_index", *arguments],
            env=env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            input=options.get("input"),
        )

    return run_command


def test_it_says_where_it_serves_and_what_to_type(serve: Serve) -> None:
    index = serve()

    assert index.said == [
        f"Serving {index.root} at {index.url}",
        f"Install:  pip install --index-url {index.url}simple/ NAME",
        f"Publish:  twine upload --repository-url {index.url} dist/*",
    ]
    assert requests.get(f"{index.url}health", timeout=60).text == "ok\n"


def test_whoever_reads_that_it_serves_may_ask_at_once(serve: Serve) -> None:
    for _ in range(3):
        index = serve("--workers", "3")

        ready = requests.get(f"{index.url}ready", timeout=60)

        assert ready.status_code == 200
        index.stop()


def test_workers_that_are_still_loading_hear_that_they_are_to_stop(serve: Serve) -> None:
    # The first worker that answers has it announced, and the others come later.
    for _ in range(3):
        index = serve("--workers", "4")

        assert index.stop() == 0
        assert "Killing" not in index.log.read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_asked(serve: Serve, number: signal.Signals) -> None:
    index = serve()

    assert index.stop(number) == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(index.url, timeout=2)


def test_a_port_in_use_is_told(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        ended = run("serve", "--port", str(port))

    assert ended.returncode == 1
    assert f"Error: port {port} on 127.0.0.1 is in use; choose another with --port" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_two_indexes_do_not_share_a_port(serve: Serve, run: Run) -> None:
    index = serve()

    ended = run("serve", "--port", index.url.rsplit(":", 1)[1].strip("/"))

    assert ended.returncode == 1
    assert "is in use" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param(["serve", "--port", "0", "--reserved", "ac me"], 1, "can't match a project's name", id="pattern"),
        pytest.param(["serve", "--host", "203.0.113.7"], 1, "can't listen on 203.0.113.7", id="not our address"),
        pytest.param(["serve", "--host", "nowhere.invalid"], 1, "can't listen on nowhere.invalid", id="no address"),
        pytest.param(["serve", "--port", "70000"], 2, "--port", id="no port"),
        pytest.param(["serve", "--read", "some"], 2, "--read", id="no choice"),
        pytest.param(["serve", "--seed", "nowhere"], 2, "nowhere", id="no seed"),
        pytest.param(
            ["serve", "--port", "0", "--fallback-url", "ftp://x/"], 1, "is no URL of a simple API", id="no fallback"
        ),
        pytest.param(["serve", "--port", "0", "--root", "a-file/packages"], 1, "can't be used", id="no folder"),
        pytest.param(["serve", "--root", "a-file"], 2, "a-file", id="a file"),
        pytest.param(["serve", "--port", "0", "--users", "a-file"], 1, "a line is NAME:HASH", id="no users file"),
        pytest.param(
            ["serve", "--port", "0", "--users", "latin-1"], 1, "latin-1, line 1: a line is NAME:HASH", id="Latin-1"
        ),
        pytest.param(["user", "add", "a:b"], 1, "can't be a user name", id="user name"),
        pytest.param(["frobnicate"], 2, "No such command", id="no command"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(
    run: Run, tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    (tmp_path / "a-file").write_text("text\n")
    (tmp_path / "latin-1").write_bytes(b"me:$argon2id$\xe9\n")

    ended = run(*arguments, input="secret\n")

    assert ended.returncode == code
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


def test_help_shows_the_way(run: Run) -> None:
    ended = run("--help")

    assert ended.returncode == 0
    assert "user add" in ended.stdout
    assert "serve" in ended.stdout


def test_a_user_is_added_from_standard_input_and_the_password_is_nowhere(run: Run, tmp_path: Path) -> None:
    ended = run("user", "add", "me", input="correct horse\n")

    users = tmp_path / "packages" / ".private-index" / "users"
    assert ended.returncode == 0
    assert "horse" not in ended.stdout + ended.stderr + users.read_text()
    assert users.read_text().startswith("me:$argon2id$")
    assert users.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("password", ["", "\n", "a\tb\n"])
def test_a_password_that_no_client_can_send_is_refused(run: Run, tmp_path: Path, password: str) -> None:
    ended = run("user", "add", "me", input=password)

    assert ended.returncode == 1
    assert "this password can't be used" in ended.stderr
    assert not (tmp_path / "packages" / ".private-index" / "users").exists()


def test_who_is_added_while_it_serves_may_publish_at_once(
    serve: Serve, run: Run, make_wheel: Make, post: Callable[..., requests.Response]
) -> None:
    index = serve()
    run("user", "add", "new", "--users", str(index.users), input="fresh\n")

    assert post(index, make_wheel(), auth=("new", "fresh")).status_code == 200


def test_a_new_password_ends_the_old_one(
    serve: Serve, run: Run, make_wheel: Make, post: Callable[..., requests.Response]
) -> None:
    index = serve()
    wheel = make_wheel()
    post(index, wheel)
    run("user", "add", index.user, "--users", str(index.users), input="fresh\n")

    assert post(index, wheel).status_code == 401
    assert post(index, wheel, auth=(index.user, "fresh")).status_code == 200


def test_it_is_seeded_from_a_folder(serve: Serve, make_wheel: Make, make_sdist: Make) -> None:
    make_wheel()
    seed = make_sdist().parent
    (seed / "notes.txt").write_text("no distribution")

    index = serve("--seed", str(seed))

    page = requests.get(f"{index.simple_url}acme-one/", timeout=60).text
    assert page.count("<a ") == 2
    assert "notes.txt" in index.log.read_text()


def test_of_a_seed_that_differs_from_what_is_published_it_is_told_that_the_latter_is_kept(
    serve: Serve, make_wheel: Make
) -> None:
    wheel = make_wheel()
    published = wheel.read_bytes()
    serve("--seed", str(wheel)).stop()

    index = serve("--seed", str(make_wheel(code="x = 1")))

    assert f"Not served: {wheel}: another file was published under this name, and is kept" in index.log.read_text()
    assert requests.get(f"{index.url}packages/{wheel.name}", timeout=60).content == published


def test_reading_is_closed_by_default_where_others_can_reach_it(serve: Serve) -> None:
    index = serve("--host", "0.0.0.0")  # noqa: S104 - that is what is tested

    assert requests.get(index.simple_url, timeout=60).status_code == 401


def test_the_password_and_the_token_are_in_no_log(
    serve: Serve, post: Callable[..., requests.Response], make_wheel: Make
) -> None:
    index = serve()
    post(index, make_wheel())
    post(index, make_wheel(), auth=(index.user, "wrong-secret"))
    index.stop()

    log = index.log.read_text()
    assert "is published" in log
    assert "wrong-secret" not in log
    assert index.password not in log


def test_the_first_user_is_asked_for_on_a_terminal(env: dict[str, str], tmp_path: Path) -> None:
    command = ["-m", "private_index", "serve", "--port", "0"]
    terminal = pexpect.spawn(sys.executable, command, env=env, cwd=tmp_path, encoding="utf-8", timeout=60)

    terminal.expect("User name")
    terminal.sendline("me")
    terminal.expect("Password")
    terminal.sendline("secret")
    terminal.expect("The same again")
    terminal.sendline("secret")
    terminal.expect("Publish:")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)

    assert terminal.wait() == 0
    assert Accounts(tmp_path / "packages" / ".private-index" / "users").check("me", "secret")


def test_a_port_that_another_took_while_a_user_was_asked_for_is_told(env: dict[str, str], tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["-m", "private_index", "serve", "--port", str(port)]
    terminal = pexpect.spawn(sys.executable, command, env=env, cwd=tmp_path, encoding="utf-8", timeout=60)
    terminal.expect("User name")

    with socket.create_server(("127.0.0.1", port)):
        terminal.sendline("me")
        terminal.expect("Password")
        terminal.sendline("secret")
        terminal.expect("The same again")
        terminal.sendline("secret")
        terminal.expect(f"Error: port {port} on 127.0.0.1 is in use")
        terminal.expect(pexpect.EOF)

    assert terminal.wait() == 1


def test_a_password_typed_differently_twice_is_asked_for_again(env: dict[str, str], tmp_path: Path) -> None:
    command = ["-m", "private_index", "user", "add", "me"]
    terminal = pexpect.spawn(sys.executable, command, env=env, cwd=tmp_path, encoding="utf-8", timeout=60)

    for word in ("secret", "secrte", "secret", "secret"):
        terminal.expect("(Password|The same again): ")
        terminal.sendline(word)
    terminal.expect(pexpect.EOF)

    assert terminal.wait() == 0
    assert Accounts(tmp_path / "packages" / ".private-index" / "users").check("me", "secret")
