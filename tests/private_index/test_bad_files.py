"""Files over HTTP that no index may take: of a wrong name, no archives, damaged ones, bombs."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from tests.hand_made import metadata
from tests.real_index import Index, Make, Post, files_of

WHEEL = "acme_one-1.0-py3-none-any.whl"


def bomb(folder: Path) -> Path:
    """Write an sdist that unpacks to 200 MB."""
    path = folder / "acme_one-1.0.tar.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        entry = tarfile.TarInfo("acme_one-1.0/PKG-INFO")
        entry.size = len(metadata("acme-one", "1.0"))
        archive.addfile(entry, io.BytesIO(metadata("acme-one", "1.0")))
        entry = tarfile.TarInfo("acme_one-1.0/zeros")
        entry.size = 200_000_000
        archive.addfile(entry, io.BytesIO(b"\0" * entry.size))
    return path


INFO = "acme_one-1.0.dist-info/METADATA"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"inside": metadata("other", "1.0")}, "the name there is 'other'", id="other name"),
        pytest.param({"inside": metadata("acme-one", "2.0")}, "the version there is '2.0'", id="other version"),
        pytest.param({"inside": b"Name: acme-one\nVersion: 1.0\n"}, "no Metadata-Version", id="no metadata version"),
        pytest.param({"inside": b"Metadata-Version: 2.1\nVersion: 1.0\n"}, "it has no Name", id="no name"),
        pytest.param({"inside": metadata("acme-one", "1.0").replace(b"2.4", b"new")}, "is no version", id="no format"),
        pytest.param({"filename": "acme_one-v1.0-py3-none-any.whl"}, "does not begin with a digit", id="v1.0"),
        pytest.param({"extra": "Requires-Python: three"}, "Requires-Python", id="bad requires-python"),
        pytest.param({"members": {"../evil.py": b""}}, "outside of its folder", id="path trick"),
        pytest.param({"members": {"/etc/evil": b""}}, "outside of its folder", id="absolute path"),
        pytest.param({"members": {"x.dist-info/METADATA": b""}}, "2 files .dist-info/METADATA", id="two metadata"),
        pytest.param({"filename": "acme_one-1.0.whl"}, "no valid name", id="short wheel name"),
        pytest.param({"filename": "acme_one-1.0-py3.11.egg"}, "no valid name", id="egg"),
        pytest.param({"filename": "acme_one-1.0.zip"}, "PEP 625", id="zip"),
        pytest.param({"filename": "acme_one-1.0.exe"}, "no valid name", id="exe"),
        pytest.param({"filename": "acme_one-1.0.tar.gz"}, "can't be read", id="a wheel called an sdist"),
    ],
)
def test_what_is_no_valid_wheel_is_refused(
    strict_index: Index, post: Post, make_wheel: Make, changes: dict[str, object], sentence: str
) -> None:
    answer = post(strict_index, make_wheel(**changes))

    assert answer.status_code == 400
    assert sentence in answer.text
    assert files_of(strict_index) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"inside": metadata("other", "1.0")}, "the name there is 'other'", id="other name"),
        pytest.param({"filename": "acme_one-v1.0.tar.gz"}, "does not begin with a digit", id="v1.0"),
        pytest.param({"members": {"acme_one-1.0/../../x": b""}}, "outside of its folder", id="path trick"),
    ],
)
def test_what_is_no_valid_sdist_is_refused(
    strict_index: Index, post: Post, make_sdist: Make, changes: dict[str, object], sentence: str
) -> None:
    answer = post(strict_index, make_sdist(**changes))

    assert answer.status_code == 400
    assert sentence in answer.text
    assert files_of(strict_index) == []


@pytest.mark.parametrize(
    ("filename", "content"),
    [
        pytest.param(WHEEL, b"garbage", id="seven bytes as a wheel"),
        pytest.param("acme_one-1.0.tar.gz", b"garbage", id="seven bytes as an sdist"),
        pytest.param(WHEEL, b"", id="an empty wheel"),
        pytest.param("acme_one-1.0.tar.gz", b"", id="an empty sdist"),
        pytest.param("acme_one-1.0.tar.gz", gzip.compress(b""), id="an empty gzip"),
        pytest.param("acme_one-1.0.tar.gz", gzip.compress(b"\0" * 10240), id="an empty tar"),
    ],
)
def test_garbage_is_refused(strict_index: Index, post: Post, tmp_path: Path, filename: str, content: bytes) -> None:
    (tmp_path / filename).write_bytes(content)

    answer = post(strict_index, tmp_path / filename)

    assert answer.status_code == 400
    assert "can't be read as a distribution" in answer.text
    assert files_of(strict_index) == []


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_an_archive_that_is_cut_short_or_damaged_is_refused(
    strict_index: Index, post: Post, make_wheel: Make, make_sdist: Make, kind: str
) -> None:
    path = {"wheel": make_wheel, "sdist": make_sdist}[kind]()
    whole = path.read_bytes()
    middle = len(whole) // 2
    damages = [whole[:-20], whole[:middle], whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]]

    answers = []
    for content in damages:
        path.write_bytes(content)
        answers.append(post(strict_index, path))

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert files_of(strict_index) == []


def test_an_archive_bomb_is_refused(strict_index: Index, post: Post, tmp_path: Path) -> None:
    answer = post(strict_index, bomb(tmp_path))

    assert answer.status_code == 400
    assert "far more than its size" in answer.text


@pytest.mark.parametrize(
    "filename",
    [
        "../acme_one-1.0-py3-none-any.whl",
        "..\\x-1.0.tar.gz",
        ".evil-1.0.tar.gz",
        "a\0b-1.0.tar.gz",
        "a" * 300 + "-1.0.tar.gz",
    ],
)
def test_a_name_that_leaves_the_folder_or_hides_is_refused(
    strict_index: Index, post: Post, make_wheel: Make, filename: str
) -> None:
    answer = post(strict_index, make_wheel(), filename=filename)

    assert answer.status_code == 400
    assert "no valid name" in answer.text
    assert files_of(strict_index) == []
