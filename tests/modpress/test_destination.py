"""Where a module goes is decided by what was said, the strongest first, and is never the public index by default."""

from pathlib import Path

import pytest

from modpress.destination import Destination, Wish, check_allowed, find_destination
from modpress.errors import AddressFault, BadIndexUrl, ElsewhereThanRead, NoIndex, NotPrivate, PublicIndexByAccident
from modpress.module import Module
from modpress.urls import Login

PUBLIC_UPLOAD, PUBLIC_SIMPLE = "https://upload.pypi.org/legacy/", "https://pypi.org/simple/"
PYPIRC = {"pypi": PUBLIC_UPLOAD, "team": "https://team.example/", "other": "https://other.example/up"}
NOTHING = Wish()


def module(index: str | None = None, *classifiers: str) -> Module:
    return Module(folder=Path("a"), name="a", version="1", index=index, classifiers=frozenset(classifiers))


@pytest.mark.parametrize(
    ("asked", "environment", "index", "upload_url", "simple_url"),
    [
        pytest.param(
            NOTHING, NOTHING, "https://own.example/simple/", "https://own.example/", "https://own.example/simple/",
            id="the module's own",
        ),
        pytest.param(
            NOTHING, Wish(index_url="https://env.example/simple"), "https://own.example/simple/",
            "https://env.example/", "https://env.example/simple/",
            id="MODPRESS_INDEX_URL before the module's own",
        ),
        pytest.param(
            Wish(index_url="https://cli.example/x/simple/"), Wish(index_url="https://env.example/simple/"), None,
            "https://cli.example/x/", "https://cli.example/x/simple/",
            id="--index-url before MODPRESS_INDEX_URL",
        ),
        pytest.param(
            Wish(index_url="https://cli.example/simple/"), Wish(repository_url="https://env.example/"), None,
            "https://env.example/", "https://cli.example/simple/",
            id="TWINE_REPOSITORY_URL before --index-url, which says where to read",
        ),
        pytest.param(
            NOTHING, Wish(repository_url="https://env.example/", repository="team"), None,
            "https://env.example/", "https://env.example/simple/",
            id="TWINE_REPOSITORY_URL before TWINE_REPOSITORY",
        ),
        pytest.param(
            Wish(repository="team"), Wish(repository_url="https://env.example/"), None,
            "https://team.example/", "https://team.example/simple/",
            id="-r before TWINE_REPOSITORY_URL",
        ),
        pytest.param(
            Wish(repository="other"), Wish(index_url="https://team.example/simple/"), "https://team.example/simple/",
            "https://other.example/up/", "https://other.example/up/simple/",
            id="the team's pages are not shown as another index's",
        ),
        pytest.param(
            Wish(repository="team"), Wish(index_url="https://team.example/root/dev/+simple/"), None,
            "https://team.example/", "https://team.example/root/dev/+simple/",
            id="the pages of the same server are its own",
        ),
        pytest.param(
            Wish(repository_url="https://team.example/legacy/"), NOTHING, None,
            "https://team.example/legacy/", "https://team.example/simple/",
            id="legacy/ has simple/ beside it",
        ),
        pytest.param(
            NOTHING, Wish(index_url="https://devpi.example/me/dev/+simple/"), None,
            "https://devpi.example/me/dev/", "https://devpi.example/me/dev/+simple/",
            id="a devpi's index",
        ),
        pytest.param(
            Wish(repository="pypi"), Wish(index_url="https://team.example/simple/"), None,
            PUBLIC_UPLOAD, PUBLIC_SIMPLE,
            id="the public index by name",
        ),
        pytest.param(
            Wish(repository_url=PUBLIC_UPLOAD), NOTHING, None, PUBLIC_UPLOAD, PUBLIC_SIMPLE,
            id="the public index by its URL",
        ),
        pytest.param(
            Wish(index_url=PUBLIC_SIMPLE), NOTHING, None, PUBLIC_UPLOAD, PUBLIC_SIMPLE,
            id="the public index by its simple URL",
        ),
    ],
)  # fmt: skip
def test_what_was_said_last_and_nearest_decides(
    asked: Wish, environment: Wish, index: str | None, upload_url: str, simple_url: str
) -> None:
    destination = find_destination(module(index), asked, environment, PYPIRC)

    assert (destination.upload_url, destination.simple_url) == (upload_url, simple_url)


def test_without_an_index_a_sentence_says_what_to_set() -> None:
    with pytest.raises(NoIndex, match=r"MODPRESS_INDEX_URL.*\[tool\.modpress\].*--index-url"):
        find_destination(module(), NOTHING, Wish(repository="", repository_url="", index_url=""), PYPIRC)


@pytest.mark.parametrize(
    ("environment", "index"),
    [
        pytest.param(Wish(index_url=PUBLIC_SIMPLE), None, id="by the environment"),
        pytest.param(NOTHING, PUBLIC_SIMPLE, id="by the module"),
    ],
)
def test_a_configured_public_index_is_an_accident(environment: Wish, index: str | None) -> None:
    with pytest.raises(PublicIndexByAccident, match="-r pypi"):
        find_destination(module(index), NOTHING, environment, PYPIRC)


def test_an_unknown_repository_is_named() -> None:
    with pytest.raises(AddressFault, match=r"TWINE_REPOSITORY is 'teem'.*\[teem\]"):
        find_destination(module(), NOTHING, Wish(repository="teem"), PYPIRC)


def test_a_wrong_url_beside_an_upload_url_is_told() -> None:
    environment = Wish(repository_url="https://team.example/", index_url="https://me:secret@team.example:port/simple/")

    with pytest.raises(BadIndexUrl, match="MODPRESS_INDEX_URL is ") as caught:
        find_destination(module(), NOTHING, environment, PYPIRC)

    assert "secret" not in str(caught.value)


def test_what_a_team_index_takes_is_not_looked_for_on_the_public_one() -> None:
    environment = Wish(repository_url="https://team.example/")

    with pytest.raises(ElsewhereThanRead, match=r"TWINE_REPOSITORY_URL.*https://team\.example/.*leave --index-url out"):
        find_destination(module(), Wish(index_url=PUBLIC_SIMPLE), environment, PYPIRC)


def test_an_index_url_that_tells_no_upload_url_is_refused() -> None:
    with pytest.raises(BadIndexUrl, match="--repository-url"):
        find_destination(module(), Wish(index_url="https://team.example/packages/"), NOTHING, PYPIRC)


def test_a_section_with_that_url_counts() -> None:
    destination = find_destination(module("https://other.example/up/simple/"), NOTHING, NOTHING, PYPIRC)

    assert destination.section == "other"


def test_a_login_in_a_url_is_kept_apart_from_it() -> None:
    index = "https://me:secret@team.example/simple/"

    by_index = find_destination(module(index), NOTHING, NOTHING, {})
    by_upload = find_destination(module(index), NOTHING, Wish(repository_url="https://team.example/"), {})

    for destination in (by_index, by_upload):
        assert destination.login == Login("me", "secret")
        assert "secret" not in repr(destination)


@pytest.mark.parametrize("url", [PUBLIC_UPLOAD, "https://test.pypi.org/legacy/"])
def test_a_private_module_does_not_go_to_the_public_index(url: str) -> None:
    with pytest.raises(NotPrivate, match="Do Not Upload"):
        check_allowed(module(None, "Private :: Do Not Upload"), Destination(upload_url=url, simple_url=PUBLIC_SIMPLE))


def test_a_private_module_goes_to_the_teams_index() -> None:
    destination = find_destination(module("https://team.example/simple/"), NOTHING, NOTHING, {})

    check_allowed(module(None, "Private :: Do Not Upload"), destination)
