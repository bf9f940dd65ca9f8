"""As whom to publish: found where twine finds it, shown to one server only, and missed before anything is done."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from modpress.credentials import open_account, read_pypirc
from modpress.destination import Destination
from modpress.errors import AddressFault
from modpress.order import Manners
from modpress.urls import Login

MANNERS = Manners(wait=5)
TEAM = Destination(upload_url="https://team.example/", simple_url="https://team.example/simple/")
PYPIRC = """
[distutils]
index-servers = team
    halfway
[team]
repository = https://team.example/
username = bob
password = from-the-file
[halfway]
username = eve
"""


@pytest.fixture
def home(env: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, in which nothing says who the user is."""
    for variable in ("TWINE_USERNAME", "TWINE_PASSWORD", "TWINE_CERT"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("HOME", "PYTHON_KEYRING_BACKEND"):
        monkeypatch.setenv(variable, env[variable])
    monkeypatch.setenv("USERPROFILE", env["HOME"])
    return Path(env["HOME"])


@pytest.mark.usefixtures("home")
def test_without_credentials_a_sentence_says_where_to_put_them() -> None:
    with pytest.raises(AddressFault, match=r"https://team.example/ wants .*TWINE_USERNAME.*repository = https://team"):
        open_account(TEAM, MANNERS)


@pytest.mark.usefixtures("home")
def test_half_of_the_credentials_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINE_USERNAME", "bob")

    with pytest.raises(AddressFault, match="TWINE_PASSWORD"):
        open_account(TEAM, MANNERS)


@pytest.mark.usefixtures("home")
def test_the_environment_comes_before_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINE_USERNAME", "bob")
    monkeypatch.setenv("TWINE_PASSWORD", "from-the-environment")
    destination = Destination(
        upload_url=TEAM.upload_url, simple_url=TEAM.simple_url, login=Login("eve", "from-the-url")
    )

    account = open_account(destination, MANNERS)

    assert (account.login, account.source) == (Login("bob", "from-the-environment"), "TWINE_PASSWORD")


def test_a_section_of_pypirc_holds_credentials(home: Path) -> None:
    (home / ".pypirc").write_text(PYPIRC)
    destination = Destination(upload_url=TEAM.upload_url, simple_url=TEAM.simple_url, section="team")

    account = open_account(destination, MANNERS)

    assert (account.login, account.source) == (Login("bob", "from-the-file"), "[team] of ~/.pypirc")


def test_sections_are_read_with_their_urls(home: Path) -> None:
    (home / ".pypirc").write_text(PYPIRC)

    sections = read_pypirc()

    assert sections["team"] == "https://team.example/"
    assert sections["pypi"] == "https://upload.pypi.org/legacy/"
    assert "halfway" not in sections


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"password = hunter2\n", id="no section"),
        pytest.param(b"[team]\npassword hunter2 \xff\xfe\n", id="no text"),
    ],
)
def test_a_broken_pypirc_is_told_without_a_word_of_it(content: bytes, home: Path) -> None:
    (home / ".pypirc").write_bytes(content)

    with pytest.raises(AddressFault, match="pypirc") as caught:
        read_pypirc()

    assert "hunter2" not in str(caught.value)


@pytest.mark.usefixtures("home")
def test_a_password_is_not_shown_to_a_server_that_only_lists() -> None:
    destination = Destination(
        upload_url="https://upload.example/", simple_url="https://read.example/simple/", login=Login("bob", "secret")
    )

    account = open_account(destination, MANNERS)

    assert account.reading_login(destination) is None
