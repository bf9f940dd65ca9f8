"""Files and their metadata: the same for ever, whole or in exact ranges, and HEAD like GET."""

from __future__ import annotations

import hashlib
import os
import zipfile

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.real_index import Index, Make, Post, get


@pytest.fixture(params=["", ".metadata"], ids=["file", "sidecar"])
def forever(filled: Index, request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """The URL of something that never changes, and its bytes."""
    wheel = filled.root / "acme_one-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        sidecar = archive.read("acme_one-1.0.dist-info/METADATA")
    return f"{filled.url}packages/{wheel.name}{request.param}", sidecar if request.param else wheel.read_bytes()


def test_what_never_changes_is_served_as_it_is_for_ever_and_answers_head_like_get(forever: tuple[str, bytes]) -> None:
    url, content = forever

    for _ in range(2):
        whole = requests.get(url, headers={"Accept-Encoding": "gzip, zstd"}, timeout=60)
        head = requests.head(url, headers={"Range": "bytes=0-1"}, timeout=60)

        assert whole.content == content
        assert whole.headers["Cache-Control"] == "public, max-age=365000000, immutable"
        assert whole.headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
        assert whole.headers["Accept-Ranges"] == "bytes"
        assert "Content-Encoding" not in whole.headers
        assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(len(content)))


def test_who_has_what_never_changes_is_told_so(forever: tuple[str, bytes]) -> None:
    url, content = forever
    etag = f'"{hashlib.sha256(content).hexdigest()}"'

    same = requests.get(url, headers={"If-None-Match": etag}, timeout=60)
    other = requests.get(url, headers={"If-Match": '"another"'}, timeout=60)

    assert (same.status_code, same.content) == (304, b"")
    assert other.status_code == 412


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, 2000), length=st.integers(1, 2000), form=st.sampled_from(["{0}-{1}", "{0}-", "-{2}"]))
def test_a_range_is_exactly_those_bytes(forever: tuple[str, bytes], first: int, length: int, form: str) -> None:
    url, content = forever
    asked = form.format(first, first + length - 1, length)
    expected = {"{0}-{1}": content[first : first + length], "{0}-": content[first:], "-{2}": content[-length:]}[form]

    answer = requests.get(url, headers={"Range": f"bytes={asked}"}, timeout=60)

    if expected:
        start = max(len(content) - length, 0) if form == "-{2}" else first
        place = f"bytes {start}-{start + len(expected) - 1}/{len(content)}"
        assert (answer.status_code, answer.content) == (206, expected)
        assert (answer.headers["Content-Range"], answer.headers["Content-Length"]) == (place, str(len(expected)))
    else:
        assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(content)}")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Range": "bytes=0-1,4-5"}, id="several"),
        pytest.param({"Range": "bytes=5-1"}, id="backwards"),
        pytest.param({"Range": "lines=0-1"}, id="no bytes"),
        pytest.param({"Range": "bytes=0-1", "If-Range": '"another"'}, id="of another file"),
    ],
)
def test_where_there_is_no_such_range_the_whole_comes(forever: tuple[str, bytes], headers: dict[str, str]) -> None:
    url, content = forever

    answer = requests.get(url, headers=headers, timeout=60)

    assert (answer.status_code, answer.content) == (200, content)


def test_a_large_file_comes_whole_and_is_resumed_where_it_broke_off(index: Index, post: Post, make_wheel: Make) -> None:
    wheel = make_wheel(members={"acme_one/noise": os.urandom(900_000)})
    content = wheel.read_bytes()
    post(index, wheel)
    url = f"{index.url}packages/{wheel.name}"
    whole = requests.get(url, timeout=60)
    etag = whole.headers["ETag"]

    rest = requests.get(url, headers={"Range": "bytes=1000-", "If-Range": etag}, timeout=60)

    assert whole.content == content
    assert (rest.status_code, rest.content) == (206, content[1000:])


@pytest.mark.parametrize(
    "path",
    ["packages/acme_one-9.9-py3-none-any.whl", "packages/..%2f..%2fetc%2fpasswd", "packages/.private-index", "nowhere"],
)
def test_what_is_not_published_is_not_found(filled: Index, path: str) -> None:
    assert get(f"{filled.url}{path}").status_code == 404
