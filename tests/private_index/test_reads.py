"""Reading: pages in the form that a client likes best, files for ever, names that never leave the house."""

from __future__ import annotations

import sys

import pytest
import requests

from tests.real_index import Index, Make, Post, Serve, get

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"
PIP = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"
UV = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"


@pytest.fixture
def page_url(filled: Index) -> str:
    """The URL of a project's page that is long enough to be worth packing."""
    return f"{filled.simple_url}acme-one/"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        pytest.param(PIP, JSON, id="pip"),
        pytest.param(UV, JSON, id="uv"),
        pytest.param("application/vnd.pypi.simple.v1+json, */*;q=0.1", JSON, id="poetry"),
        pytest.param("application/vnd.pypi.simple.latest+json", JSON, id="latest"),
        pytest.param(f"{HTML}, {JSON};q=0.5", HTML, id="html first"),
        pytest.param(f"{JSON};q=0", "text/html; charset=utf-8", id="not json"),
        pytest.param("*/*", "text/html; charset=utf-8", id="anything"),
        pytest.param("image/png;q=many", "text/html; charset=utf-8", id="junk"),
        pytest.param(None, "text/html; charset=utf-8", id="nothing"),
    ],
)
def test_a_page_comes_in_the_form_that_the_client_likes_best(filled: Index, accept: str | None, kind: str) -> None:
    for page in ("", "acme-one/"):
        answer = get(f"{filled.simple_url}{page}", accept)

        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["Vary"] == "Accept, Accept-Encoding"
        assert "acme-one" in answer.text


def test_a_project_page_tells_what_installers_need(
    index: Index, post: Post, make_wheel: Make, make_sdist: Make
) -> None:
    wheel = make_wheel(extra="Requires-Python: >=3.8")
    post(index, make_sdist(version="1.0"))
    post(index, wheel)
    post(index, make_wheel(version="2.0"))

    page = get(f"{index.simple_url}acme-one/", JSON).json()

    assert page["name"] == "acme-one"
    assert page["versions"] == ["1.0", "2.0"]
    assert [file["filename"] for file in page["files"]][:2] == ["acme_one-1.0.tar.gz", wheel.name]
    assert page["files"][1]["requires-python"] == ">=3.8"
    assert page["files"][1]["size"] == wheel.stat().st_size
    assert page["files"][1]["upload-time"].endswith("Z")


def test_a_page_that_did_not_change_is_not_sent_again(index: Index, post: Post, make_wheel: Make) -> None:
    post(index, make_wheel())
    url = f"{index.simple_url}acme-one/"
    etag = get(url).headers["ETag"]

    same = requests.get(url, headers={"If-None-Match": f'"x", W/{etag}'}, timeout=60)
    post(index, make_wheel(version="2.0"))
    other = requests.get(url, headers={"If-None-Match": etag}, timeout=60)

    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", etag)
    assert other.status_code == 200


@pytest.mark.parametrize("etag", ['"x{0}"', '"{0}x"', "{0}", '"{0}-gzip"'])
def test_a_part_of_a_tag_is_not_the_tag(page_url: str, etag: str) -> None:
    inside = get(page_url).headers["ETag"].strip('"')

    answer = requests.get(page_url, headers={"If-None-Match": etag.format(inside)}, timeout=60)

    assert answer.status_code == 200


def test_each_form_and_encoding_of_a_page_has_its_own_tag_and_the_same_text(page_url: str) -> None:
    answers = [
        requests.get(page_url, headers={"Accept": kind, "Accept-Encoding": encoding}, timeout=60)
        for kind in (JSON, HTML, "text/html")
        for encoding in ("identity", "gzip", "zstd")
    ]

    assert len({answer.headers["ETag"] for answer in answers}) == 9
    assert [answer.headers.get("Content-Encoding") for answer in answers] == [None, "gzip", "zstd"] * 3
    assert len({unpacked(answer) for answer in answers}) == 2
    assert {answer.headers["Cache-Control"] for answer in answers} == {"public, max-age=0, must-revalidate"}


def unpacked(answer: requests.Response) -> bytes:
    """Return a page's text, whether requests knows zstd or not."""
    content = answer.content
    return zstd.decompress(content) if content.startswith(b"\x28\xb5\x2f\xfd") else content


def test_a_page_answers_head_as_it_answers_get(page_url: str) -> None:
    for _ in range(2):
        head, whole = requests.head(page_url, timeout=60), requests.get(page_url, timeout=10)

        names = set(whole.headers) - {"date"}
        assert {name: head.headers.get(name) for name in names} == {name: whole.headers[name] for name in names}
        assert head.content == b""


@pytest.mark.parametrize("asked", ["Acme.One/", "acme_one/", "ACME-ONE", "acme-one"])
def test_another_spelling_is_sent_to_the_normal_name(filled: Index, asked: str) -> None:
    answer = get(f"{filled.simple_url}{asked}")

    assert answer.status_code == 301
    assert answer.headers["Location"] == "/simple/acme-one/"


@pytest.mark.parametrize("asked", ["-/", "%00/", "a%20b/", "%2e%2e/", "ünï/"])
def test_what_can_be_no_name_is_not_found(filled: Index, asked: str) -> None:
    answer = get(f"{filled.simple_url}{asked}")

    assert answer.status_code == 404


def test_an_unknown_project_is_redirected_to_the_public_index(serve: Serve) -> None:
    index = serve("--fallback-url", "https://public.example/simple")

    answer = get(f"{index.simple_url}requests/")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "https://public.example/simple/requests/"


@pytest.mark.parametrize("name", ["acme-secret", "Acme_Secret", "modpress", "tools-acme-x"])
def test_a_reserved_name_never_leaves_the_house(serve: Serve, name: str) -> None:
    index = serve("--reserved", "acme-*", "--reserved", "*-ACME-*")

    answer = requests.get(f"{index.simple_url}{name}/", timeout=60)

    assert answer.status_code == 404
    assert answer.history == [] or answer.history[0].headers["Location"].startswith("/simple/")


def test_a_name_that_was_ever_held_never_leaves_the_house(serve: Serve, post: Post, make_wheel: Make) -> None:
    index = serve()
    wheel = make_wheel()
    post(index, wheel)
    index.stop()
    (index.root / wheel.name).unlink()

    again = serve()

    assert get(f"{again.simple_url}acme-one/").status_code == 404
    assert "acme-one" not in get(again.simple_url).text


def test_a_file_that_was_lost_can_be_uploaded_again_but_only_the_same_bytes(
    serve: Serve, post: Post, make_wheel: Make
) -> None:
    index = serve()
    wheel = make_wheel()
    first = wheel.read_bytes()
    post(index, wheel)
    index.stop()
    (index.root / wheel.name).unlink()
    again = serve()

    other = post(again, make_wheel(code="x = 1"))
    make_wheel().write_bytes(first)
    same = post(again, wheel)

    assert (other.status_code, same.status_code) == (409, 200)
    assert get(f"{again.url}packages/{wheel.name}").content == first


def test_without_a_fallback_an_unknown_project_is_not_found(serve: Serve) -> None:
    index = serve("--no-fallback")

    assert get(f"{index.simple_url}requests/").status_code == 404


def test_a_closed_index_shows_nothing_to_strangers(serve: Serve, post: Post, make_wheel: Make) -> None:
    index = serve("--read", "users")
    wheel = make_wheel()
    post(index, wheel)
    pages = ["", "simple/", "simple/acme-one/", "simple/unknown/", f"packages/{wheel.name}"]

    strangers = [get(f"{index.url}{page}").status_code for page in pages]
    users = [get(f"{index.url}{page}", auth=(index.user, index.password)).status_code for page in pages]

    assert strangers == [401] * 5
    assert users == [200, 200, 200, 302, 200]


def test_a_person_with_a_browser_is_told_what_to_type(index: Index) -> None:
    assert f"pip install --index-url {index.simple_url} NAME" in get(index.url).text


def test_a_version_that_nobody_can_read_is_not_published(filled: Index) -> None:
    assert get(f"{filled.url}pypi/acme-one/{'1' * 5000}/json").status_code == 404
