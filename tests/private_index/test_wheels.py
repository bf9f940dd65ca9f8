"""Wheels: a RECORD that tells the truth, a format that installers know, an archive that all of them read alike."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from private_index.distributions import read_distribution
from tests.archives import refusals, rewrite
from tests.hand_made import metadata
from tests.real_index import Make

INFO = "acme_one-1.0.dist-info"
WHEEL = "acme_one-1.0-py3-none-any.whl"


def set_record(old: bytes, new: bytes) -> Callable[[dict[str, bytes]], object]:
    """Return a change of RECORD."""
    return lambda contents: contents.update({f"{INFO}/RECORD": contents[f"{INFO}/RECORD"].replace(old, new)})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(lambda contents: contents.pop(f"{INFO}/RECORD"), "is not there", id="no RECORD"),
        pytest.param(
            lambda contents: contents.update({"acme_one/more.py": b""}),
            "has no entry for acme_one/more.py",
            id="lacks one",
        ),
        pytest.param(
            lambda contents: contents.update({f"{INFO}/RECORD": b""}),
            f"has no entry for {INFO}/METADATA, {INFO}/WHEEL, acme_one/__init__.py",
            id="empty",
        ),
        pytest.param(
            lambda contents: contents.pop("acme_one/__init__.py"),
            "names what is not there: acme_one/__init__.py",
            id="has one too many",
        ),
        pytest.param(
            lambda contents: contents.update({"acme_one/__init__.py": b"evil"}),
            "has a wrong digest for acme_one/__init__.py",
            id="wrong digest",
        ),
        pytest.param(set_record(b",0\n", b",7\n"), "has a wrong size for acme_one/__init__.py", id="wrong size"),
        pytest.param(set_record(b"sha256=", b"md5="), "has no digest by sha256 or better", id="weak digest"),
        pytest.param(set_record(b"__init__.py,sha256=", b"__init__.py,,"), "columns instead of 3", id="four columns"),
        pytest.param(set_record(b"acme_one/__init__", b"\xff"), "can't be read", id="not UTF-8"),
        pytest.param(
            lambda contents: contents.update({f"{INFO}/RECORD": contents[f"{INFO}/RECORD"] * 2}), "twice", id="twice"
        ),
    ],
)
def test_a_record_that_lies_is_refused(
    make_wheel: Make, change: Callable[[dict[str, bytes]], object], sentence: str
) -> None:
    wheel = rewrite(make_wheel(), change)

    assert any(said.startswith(f"the RECORD in {WHEEL} ") and sentence in said for said in refusals(wheel))


def test_a_record_need_not_name_itself_nor_signatures_nor_folders(make_wheel: Make) -> None:
    def sign(contents: dict[str, bytes]) -> None:
        contents |= {f"{INFO}/RECORD.jws": b"{}", f"{INFO}/RECORD.p7s": b"", "acme_one/": b""}
        set_record(f"{INFO}/RECORD,,\n".encode(), b"")(contents)

    assert read_distribution(rewrite(make_wheel(), sign), WHEEL).name == "acme-one"


@pytest.mark.parametrize(
    ("wheel", "sentence"),
    [
        pytest.param(
            b"Wheel-Version: 2.0\n", "is a wheel of the format 2.0, which installers do not know", id="format 2"
        ),
        pytest.param(b"Wheel-Version: one\n", "says Wheel-Version 'one'", id="no version"),
        pytest.param(b"", "says Wheel-Version ''", id="empty"),
        pytest.param(b"Wheel-Version: " + b"9" * 5000, "says Wheel-Version '9999", id="more digits than a number has"),
        pytest.param(None, "holds no .dist-info/WHEEL", id="no WHEEL"),
    ],
)
def test_a_wheel_that_no_installer_knows_is_refused(make_wheel: Make, wheel: bytes | None, sentence: str) -> None:
    path = make_wheel()
    name = f"{INFO}/WHEEL"
    rewrite(path, lambda contents: contents.pop(name) if wheel is None else contents.update({name: wheel}))

    assert any(sentence in said for said in refusals(path))


def test_a_wheel_of_a_newer_minor_format_is_taken(make_wheel: Make) -> None:
    wheel = make_wheel(members={f"{INFO}/WHEEL": b"Wheel-Version: 1.9\n"})

    assert read_distribution(wheel, WHEEL).version == "1.0"


def test_the_folder_of_metadata_is_called_after_the_file(make_wheel: Make) -> None:
    wheel = make_wheel("acme-two", "1.0", inside=metadata("acme-one", "1.0"), filename=WHEEL)

    assert "is not called after the project and the version" in refusals(wheel)[0]


def test_a_link_out_of_a_wheel_is_refused(make_wheel: Make) -> None:
    wheel = make_wheel()
    with zipfile.ZipFile(wheel, "a") as archive:
        link = zipfile.ZipInfo("acme_one/link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "../../etc/passwd")

    assert any("links to outside" in said for said in refusals(wheel))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda content: b"#!/bin/sh\n" + content, id="before"),
        pytest.param(lambda content: content + b"evil", id="after"),
    ],
)
def test_what_stands_around_a_wheel_is_refused(make_wheel: Make, change: Callable[[bytes], bytes]) -> None:
    wheel = make_wheel()
    wheel.write_bytes(change(wheel.read_bytes()))

    assert "something stands before or after the archive" in refusals(wheel)[0]


def hide(wheel: Path) -> None:
    """Drop a member from the directory, though its bytes stay: only who reads from the front sees it."""
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("hidden.py", "evil")
        archive.writestr("shown.py", "")
        archive.filelist = [member for member in archive.filelist if member.filename != "hidden.py"]


def overlap(wheel: Path) -> None:
    """Let two members be the same bytes."""
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("one.py", "1")
        twin = zipfile.ZipInfo("one.py")
        for slot in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
            setattr(twin, slot, getattr(archive.filelist[-1], slot))
        archive.filelist.append(twin)


@pytest.mark.parametrize("trick", [hide, overlap])
def test_a_wheel_that_two_installers_would_read_differently_is_refused(
    make_wheel: Make, trick: Callable[[Path], None]
) -> None:
    wheel = make_wheel()

    trick(wheel)

    assert "overlap, or something is hidden between them" in refusals(wheel)[0]


def test_a_wheel_in_an_odd_compression_is_refused(make_wheel: Make) -> None:
    wheel = make_wheel()
    with zipfile.ZipFile(wheel, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x.py", "x" * 100)

    assert "not every installer reads" in refusals(wheel)[0]
