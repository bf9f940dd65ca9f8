"""A login stands in the files of pip, uv and twine, for its owner only, and can be taken back to the byte."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from private_index.logins import BadFile, Login, OtherLogin, Unwritable, editors, without
from tests.real_index import Index, Serve

TEAM = Login(url="https://team.example/", user="bob", password='p w"x\\y#ü%', section="team")
OTHER = Login(url="https://other.example/", user="eve", password="other-pass", section="other")
FILES = {
    "netrc": ["", "machine a.example login a password b", "machine a.example login a password b\n# mine\n"],
    "pypirc": [
        "",
        "[distutils]\nindex-servers = pypi",
        "[distutils]\nindex-servers =\n    pypi\n    mine\n\n[mine]\nrepository = https://mine.example/\n",
        "[pypi]\nusername = x",
    ],
    "pip": ["", "[global]", "[global]\ntimeout = 60\n", "[install]\nno-compile = true\n"],
    "uv": ["", "native-tls = true", "[pip]\nstrict = true\n"],
}
TEXTS = [pytest.param(name, text, id=f"{name}-{at}") for name, texts in FILES.items() for at, text in enumerate(texts)]


def added(name: str, text: str | None, login: Login) -> str:
    edit = dict(editors(login, is_default=True))[name]
    return edit(text, f"the {name}")


@pytest.mark.parametrize(("name", "before"), [*TEXTS, *(pytest.param(name, None, id=f"no {name}") for name in FILES)])
def test_a_login_is_taken_back_to_the_byte(name: str, before: str | None) -> None:
    after = added(name, before, TEAM)

    assert after != before
    assert without(after, TEAM.url) == before


@pytest.mark.parametrize("name", ["netrc", "pypirc"])
@pytest.mark.parametrize("first", [TEAM, OTHER], ids=["the first first", "the second first"])
def test_two_logins_are_taken_back_in_any_order(name: str, first: Login) -> None:
    second = OTHER if first is TEAM else TEAM
    both = added(name, added(name, None, TEAM), OTHER)

    one = without(both, first.url)

    assert one is not None
    assert first.user not in one
    assert without(one, second.url) is None


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        pytest.param("netrc", "machine team.example login a password b\n", "a login for team.example", id="netrc"),
        pytest.param("pypirc", "[distutils]\nindex-servers = team\n[team]\n", r"a section \[team\]", id="pypirc"),
        pytest.param("pip", "[global]\nindex-url = https://x.example/\n", "an index-url", id="pip"),
        pytest.param("uv", '[[index]]\nurl = "https://x.example/"\ndefault = true\n', "a default index", id="uv"),
    ],
)
def test_what_another_wrote_is_never_replaced(name: str, text: str, sentence: str) -> None:
    with pytest.raises(OtherLogin, match=f"^the {name} has {sentence} already"):
        added(name, text, TEAM)


@pytest.mark.parametrize(("name", "text"), [("pypirc", "password = hunter2\n"), ("uv", "hunter2 = \n")])
def test_a_malformed_file_is_told_without_a_word_of_it(name: str, text: str) -> None:
    with pytest.raises(BadFile) as caught:
        added(name, text, TEAM)

    assert "hunter2" not in str(caught.value)


def test_a_password_that_a_file_would_lose_is_refused() -> None:
    login = Login(url=TEAM.url, user="bob", password=" spaced ", section="team")

    with pytest.raises(Unwritable, match="--keyring"):
        added("pypirc", None, login)


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def closed(serve: Serve) -> Index:
    """An index that wants a user for reading too."""
    return serve("--read", "users", "--no-fallback")


@pytest.fixture
def run(env: dict[str, str], tmp_path: Path) -> Run:
    """A function that runs a command with an empty home, and sees that it never betrays the password."""
    bare = {key: value for key, value in env.items() if key != "PIP_CONFIG_FILE"}

    def start(*words: str | Path, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*map(str, words)], env=bare | more, cwd=tmp_path, input=stdin, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert Index.password not in done.stdout + done.stderr
        return done

    return start


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "private_index", *words]


def test_after_a_login_pip_uv_and_twine_get_in(
    closed: Index, run: Run, env: dict[str, str], make_wheel: Callable[..., Path], tmp_path: Path
) -> None:
    login = command("login", closed.simple_url, "--user", closed.user, "--name", "team", "--default")

    logged_in = run(*login, stdin=f"{closed.password}\n")
    sent = run("twine", "upload", "--non-interactive", "-r", "team", make_wheel("acme-one"))
    with_pip = run("pip", "download", "--no-input", "--no-deps", "--dest", tmp_path / "pip", "acme-one")
    with_uv = run("uv", "pip", "install", "--target", tmp_path / "uv", "acme-one")

    assert logged_in.returncode == 0, logged_in.stderr
    assert [done.returncode for done in (sent, with_pip, with_uv)] == [0, 0, 0], with_pip.stderr + with_uv.stderr
    assert f"Logged in to {closed.url} as me" in logged_in.stdout
    home = Path(env["HOME"])
    assert {path.stat().st_mode & 0o777 for path in (home / ".netrc", home / ".pypirc")} == {0o600}


def test_a_logout_leaves_nothing_behind(index: Index, run: Run, env: dict[str, str]) -> None:
    pypirc = Path(env["HOME"]) / ".pypirc"
    pypirc.write_text("[distutils]\nindex-servers = mine\n[mine]\nusername = x")
    run(*command("login", index.url, "--user", index.user), stdin=f"{index.password}\n")

    done = run(*command("logout"))

    assert done.returncode == 0
    assert pypirc.read_text() == "[distutils]\nindex-servers = mine\n[mine]\nusername = x"
    assert not (Path(env["HOME"]) / ".netrc").exists()


def test_a_second_login_takes_the_place_of_the_first(index: Index, run: Run, env: dict[str, str]) -> None:
    login = command("login", index.url, "--user", index.user)
    run(*login, stdin=f"{index.password}\n")
    before = (Path(env["HOME"]) / ".netrc").read_bytes()

    again = run(*login, stdin=f"{index.password}\n")

    assert again.returncode == 0
    assert (Path(env["HOME"]) / ".netrc").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["{url}", "--user", "me"], r"refuses the user 'me' with this password \(401\)", id="wrong"),
        pytest.param(["{url}"], "no terminal to ask for the user at: say --user NAME", id="no user"),
        pytest.param(["http://127.0.0.1:9/", "--user", "me"], "nothing answers there", id="no index"),
        pytest.param(["ftp://x/", "--user", "me"], "begins with https://", id="no index's URL"),
        pytest.param(["https://me:hunter2@x/", "--user", "me"], "leave user and password out", id="in the URL"),
        pytest.param(["{url}packages/", "--user", "me"], "is it the address of an index", id="no such page"),
    ],
)
def test_a_login_that_fails_writes_nothing(
    words: list[str], sentence: str, index: Index, run: Run, env: dict[str, str]
) -> None:
    done = run(*command("login", *(word.format(url=index.url) for word in words)), stdin="wrong\n")

    assert done.returncode == 1
    assert re.search(sentence, done.stderr)
    assert "hunter2" not in done.stderr
    assert list(Path(env["HOME"]).iterdir()) == []


def test_a_login_on_a_full_disk_leaves_no_half_written_password(index: Index, run: Run, env: dict[str, str]) -> None:
    login = command("login", index.url, "--user", index.user)

    # Without what measures coverage, which would fail to write on that disk too.
    quiet = ("env", *(option for key in env if key.startswith("COVERAGE") for option in ("-u", key)))
    done = run("sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *quiet, *login, stdin=f"{index.password}\n")

    assert (done.returncode, "can't be used" in done.stderr) == (1, True)
    assert list(Path(env["HOME"]).rglob("*netrc*")) == []


def test_without_a_terminal_a_password_has_to_come_from_somewhere(index: Index, run: Run) -> None:
    done = run(*command("login", index.url, "--user", "me"))

    assert done.returncode == 1
    assert "no terminal to ask for the password at: give it as one line on standard input" in done.stderr


def test_without_a_login_there_is_no_logout(run: Run) -> None:
    done = run(*command("logout"))

    assert (done.returncode, done.stderr) == (1, "Error: there is no login, and so nothing to take back\n")


def test_on_a_terminal_a_login_asks_and_shows_no_password(index: Index, env: dict[str, str]) -> None:
    terminal = pexpect.spawn(sys.executable, command("login", index.url)[1:], env=env, timeout=60, encoding="utf-8")

    terminal.expect("User name")
    terminal.sendline(index.user)
    terminal.expect(f"Password of me on {index.url}:")
    terminal.sendline(index.password)
    terminal.expect(pexpect.EOF)

    said = str(terminal.before)
    assert f"Logged in to {index.url} as me" in said
    assert index.password not in said
    assert (Path(env["HOME"]) / ".netrc").is_file()


BACKEND = """
import json, pathlib
from keyring.backend import KeyringBackend
FILE = pathlib.Path(__file__).with_suffix(".json")
class Keyring(KeyringBackend):
    priority = 1
    def _all(self): return json.loads(FILE.read_text()) if FILE.exists() else {}
    def get_password(self, service, user): return self._all().get(service + " " + user)
    def set_password(self, service, user, word): FILE.write_text(json.dumps(self._all() | {service + " " + user: word}))
    def delete_password(self, service, user):
        FILE.write_text(json.dumps({k: v for k, v in self._all().items() if k != service + " " + user}))
"""


def test_a_keyring_keeps_the_password_out_of_files(
    index: Index, run: Run, env: dict[str, str], tmp_path: Path, make_wheel: Callable[..., Path]
) -> None:
    (tmp_path / "kept.py").write_text(BACKEND)
    keyring = {"PYTHON_KEYRING_BACKEND": "kept.Keyring", "PYTHONPATH": str(tmp_path)}
    login = command("login", index.url, "--user", "me", "--name", "team", "--keyring")

    logged_in = run(*login, stdin=f"{index.password}\n", **keyring)
    sent = run("twine", "upload", "--non-interactive", "-r", "team", make_wheel("acme-one"), **keyring)
    kept = (tmp_path / "kept.json").read_text()
    run(*command("logout"), **keyring)

    assert (logged_in.returncode, sent.returncode) == (0, 0), logged_in.stderr + sent.stdout
    assert index.url in kept
    assert (tmp_path / "kept.json").read_text() == "{}"
    assert list(Path(env["HOME"]).iterdir()) == []


def test_a_keyring_that_keeps_nothing_is_told(index: Index, run: Run) -> None:
    done = run(*command("login", index.url, "--user", "me", "--keyring"), stdin=f"{index.password}\n")

    assert done.returncode == 1
    assert "the keyring can't keep the password" in done.stderr
