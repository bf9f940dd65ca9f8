"""Proof is taken from the index alone, waits for late pages, and finds out what is not as it was built."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from modpress.clients import ClientFailed, Pip, Source, Uv, clean, find_uv, python_in
from modpress.credentials import open_account
from modpress.destination import Destination
from modpress.errors import IndexFault, NotInstallable, NotListed, WrongBytes
from modpress.listing import Listing
from modpress.module import Module
from modpress.order import Manners
from modpress.proof import find_importable, prove
from modpress.release import Artifact, Release
from modpress.urls import Login
from tests.hand_made import write_sdist, write_wheel
from tests.modpress.conftest import Answer, Odd

PAGE = "/simple/acme-one/"


@pytest.fixture
def client(env: Mapping[str, str]) -> Uv:
    """The installer, with a cache of its own."""
    uv = find_uv()
    assert uv
    return Uv(uv, {**clean(env), "UV_CACHE_DIR": str(Path(env["HOME"]) / "cache")})


@pytest.fixture
def make_release(tmp_path: Path) -> Callable[..., Release]:
    """A function that writes a release."""

    def make(code: str = "", extra: str = "", requires_python: str = "") -> Release:
        return Release(
            module=Module(folder=tmp_path, name="acme-one", version="1.0"),
            sdist=Artifact.read(write_sdist(tmp_path, "acme-one", "1.0")),
            wheel=Artifact.read(write_wheel(tmp_path, "acme-one", "1.0", code=code, extra=extra)),
            requires_python=requires_python,
        )

    return make


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A folder for what a proof needs."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def files(release: Release) -> dict[str, Path]:
    return {artifact.filename: artifact.path for artifact in release.files}


def listing(odd: Odd, *, wait: float = 5, derived: bool = False) -> Listing:
    destination = Destination(
        upload_url=odd.url, simple_url=f"{odd.url}simple/", login=Login("bob", "hunter2"), is_derived=derived
    )
    return Listing(destination, open_account(destination, Manners(wait=wait)))


def test_a_page_that_is_late_is_waited_for(
    odd: Odd, make_release: Callable[..., Release], client: Uv, scratch: Path
) -> None:
    release = make_release()
    odd.show(PAGE, files(release), late=2)

    prove([release], listing(odd), client, scratch)

    assert [python_in(folder / "venv").exists() for folder in scratch.iterdir()] == [True]


def test_a_page_that_stays_behind_is_told_apart_from_a_failed_upload(
    odd: Odd, make_release: Callable[..., Release], client: Uv, scratch: Path
) -> None:
    release = make_release()
    odd.show(PAGE, {"acme_one-1.0.tar.gz": release.sdist.path})

    with pytest.raises(NotListed, match=r"took acme_one-1\.0-py3-none-any\.whl, yet .* after 0\.3 s: .*--index-url"):
        prove([release], listing(odd, wait=0.3), client, scratch)


def test_other_bytes_than_were_built_are_found_out(
    odd: Odd, make_release: Callable[..., Release], client: Uv, scratch: Path
) -> None:
    release = make_release()
    odd.show(PAGE, files(release))
    odd.answers["GET /files/acme_one-1.0.tar.gz"] = [Answer(body=b"something else")]

    with pytest.raises(WrongBytes, match=r"another acme_one-1\.0\.tar\.gz than was built"):
        prove([release], listing(odd), client, scratch)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param(
            {"code": "import no_such_module"}, "importing what .*(?s:.)*No module named 'no_such", id="import"
        ),
        pytest.param({"extra": "Requires-Dist: acme-nowhere\n"}, "installing (?s:.*)acme-nowhere", id="dependency"),
        pytest.param({"requires_python": ">=9"}, "making an environment for what", id="a Python that nobody has"),
    ],
)
def test_a_release_that_cannot_be_used_is_told_with_the_reason(  # noqa: PLR0913, PLR0917 - fixtures
    changes: dict[str, str],
    sentence: str,
    odd: Odd,
    make_release: Callable[..., Release],
    client: Uv,
    scratch: Path,
) -> None:
    release = make_release(**changes)
    odd.show(PAGE, files(release))

    with pytest.raises(NotInstallable, match=f"acme-one 1.0: published, but {sentence}"):
        prove([release], listing(odd), client, scratch)


def test_what_steers_installers_elsewhere_does_not_count(odd: Odd) -> None:
    steered = {
        "PIP_INDEX_URL": odd.url,
        "PIP_FIND_LINKS": "/opt",
        "UV_EXTRA_INDEX_URL": odd.url,
        "UV_EXCLUDE_NEWER": "2020-01-01",
        "TWINE_PASSWORD": "hunter2",
        "PYTHONPATH": "/opt",
        "VIRTUAL_ENV": "/opt",
    }
    reaching = {
        "PIP_CERT": "/ca",
        "UV_CACHE_DIR": "/cache",
        "HTTPS_PROXY": "http://proxy.example",
        "SSL_CERT_FILE": "/ca",
    }

    assert clean(steered | reaching) == reaching


def test_a_redirect_to_another_server_is_not_ours(odd: Odd) -> None:
    odd.answers[f"GET {PAGE}"] = [Answer(status=302, headers={"Location": "https://pypi.org/simple/acme-one/"})]

    assert listing(odd).files_of("acme-one") == {}


def test_a_redirect_on_the_same_server_is_followed(odd: Odd, make_release: Callable[..., Release]) -> None:
    odd.show("/elsewhere/", files(make_release()))
    odd.answers[f"GET {PAGE}"] = [Answer(status=301, headers={"Location": "/elsewhere/"})]

    assert set(listing(odd).files_of("acme-one")) == {"acme_one-1.0.tar.gz", "acme_one-1.0-py3-none-any.whl"}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(body=b"{", kind="application/vnd.pypi.simple.v1+json"), id="half a document"),
        pytest.param(Answer(body=b"{}", kind="application/vnd.pypi.simple.v1+json"), id="another document"),
        pytest.param(Answer(body=b"hello"), id="plain text"),
    ],
)
def test_what_is_no_page_of_an_index_is_told(answer: Answer, odd: Odd) -> None:
    odd.answers[f"GET {PAGE}"] = [answer]

    with pytest.raises(IndexFault, match="is no page of an index"):
        listing(odd).files_of("acme-one")


def test_a_password_does_not_follow_a_link_to_another_server(odd: Odd, make_release: Callable[..., Release]) -> None:
    release = make_release()
    odd.show("/there", files(release))
    elsewhere = odd.url.replace("127.0.0.1", "localhost")
    page = f'<a href="{elsewhere}files/{release.wheel.filename}">{release.wheel.filename}</a>'
    odd.answers[f"GET {PAGE}"] = [Answer(body=page.encode(), kind="text/html")]
    index = listing(odd)

    digest = index.digest_of_content(index.files_of("acme-one")[release.wheel.filename])

    assert digest == release.wheel.sha256
    assert [login is not None for _, _, login in odd.asked] == [True, False]


def test_a_file_may_lie_on_another_server(odd: Odd, make_release: Callable[..., Release]) -> None:
    release = make_release()
    odd.show(PAGE, {release.wheel.filename: release.wheel.path})
    odd.answers["GET /store"] = odd.answers[f"GET /files/{release.wheel.filename}"]
    away = Answer(status=302, headers={"Location": odd.url.replace("127.0.0.1", "localhost") + "store"})
    odd.answers[f"GET /files/{release.wheel.filename}"] = [away]
    index = listing(odd)

    digest = index.digest_of_content(index.files_of("acme-one")[release.wheel.filename])

    assert digest == release.wheel.sha256
    assert odd.asked[-1] == ("GET", "/store", None)


def test_a_devpi_says_where_its_pages_are(odd: Odd) -> None:
    stated = b'{"result": {"simpleindex": "/me/dev/+simple"}, "status": 200, "type": "apiconfig"}'
    odd.answers["GET /+api"] = [Answer(body=stated, kind="application/json")]

    assert listing(odd, derived=True).simple_url == f"{odd.url}me/dev/+simple/"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[]", id="a list"),
        pytest.param(b"hello", id="no JSON"),
        pytest.param(b'{"result": {"simpleindex": null}}', id="nothing"),
        pytest.param(b'{"result": {"simpleindex": 7}}', id="a number"),
        pytest.param(b'{"result": {"simpleindex": "http://elsewhere.example/"}}', id="another server"),
    ],
)
def test_what_is_no_devpi_has_its_pages_in_simple(body: bytes, odd: Odd) -> None:
    odd.answers["GET /+api"] = [Answer(body=body, kind="application/json")]

    assert listing(odd, derived=True).simple_url == f"{odd.url}simple/"


@pytest.mark.parametrize(
    ("members", "importable"),
    [
        pytest.param(
            ["a/__init__.py", "a/b.py", "a-1.dist-info/RECORD", "c.py"], ["a", "c"], id="packages and modules"
        ),
        pytest.param(["ns/a/__init__.py", "ns/b/c.py"], ["ns.a", "ns.b.c"], id="namespace packages"),
        pytest.param(["a-stubs/__init__.pyi", "a/py.typed", "a/table.json"], [], id="nothing to import"),
        pytest.param(["_a.cpython-311-x86_64-linux-gnu.so", "_b.pyd"], ["_a", "_b"], id="extensions"),
        pytest.param(["a-1.data/purelib/a.py", "a-1.data/scripts/b.py"], ["a"], id="data"),
        pytest.param(["__main__.py", "a b.py", "1.py"], [], id="names that nobody can import"),
    ],
)
def test_the_topmost_modules_are_imported(members: Sequence[str], importable: list[str]) -> None:
    assert find_importable(members) == importable


def test_pip_does_where_there_is_no_uv(
    odd: Odd, make_release: Callable[..., Release], env: Mapping[str, str], scratch: Path
) -> None:
    release = make_release(code="print('imported')")
    odd.show(PAGE, files(release))

    prove([release], listing(odd), Pip(clean(env)), scratch)

    assert all(login for _, _, login in odd.asked)


def test_pip_knows_no_other_python(env: Mapping[str, str], tmp_path: Path) -> None:
    with pytest.raises(ClientFailed, match=">=9, and this is 3"):
        Pip(clean(env)).make_environment(tmp_path / "venv", ">=9")


def test_a_password_is_in_no_command_line(env: Mapping[str, str], tmp_path: Path) -> None:
    spy = tmp_path / "uv"
    spy.write_text('#!/bin/sh\necho "$@"; exit 1\n')
    spy.chmod(0o755)
    if os.name == "nt":
        pytest.skip("the spy is a shell's script")

    with pytest.raises(ClientFailed) as caught:
        Uv(str(spy), env).install(["acme-one==1.0"], tmp_path, Source(url="https://bob:hunter2@team.example/simple/"))

    assert "acme-one==1.0" in str(caught.value)
    assert "hunter2" not in str(caught.value)
