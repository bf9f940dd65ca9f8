"""The publication of a session: all that it stages is published at once, or nothing is."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import requests

from tests.private_index.authors import (
    JSON_PAGE,
    WHEEL,
    Author,
    packages,
    versions,
)
from tests.private_index.conftest import Command
from tests.private_index.sending import send
from tests.real_index import Index, Make, Serve


def test_a_publication_that_was_not_heard_of_may_be_repeated(author: Author, make_wheel: Make) -> None:
    author.open()
    author.upload(make_wheel())

    answers = [author.publish().status_code for _ in range(2)]

    assert answers == [201, 201]


def test_two_users_may_stage_one_release_and_one_of_them_publishes_it(
    author: Author, other: Author, make_wheel: Make, make_sdist: Make
) -> None:
    for one in (author, other):
        one.open()
    author.upload(make_wheel(code="x = 1"))
    other.upload(make_wheel(code="x = 2"), make_sdist())

    answers = [author.publish(), other.publish()]

    assert [answer.status_code for answer in answers] == [201, 409]
    assert "is already published; bump the version" in answers[1].json()["detail"]
    assert packages(author.index) == [WHEEL]


def test_a_name_that_was_taken_meanwhile_stops_all(author: Author, make_wheel: Make) -> None:
    author.open(("acme-one", "1.0"), ("acme-two", "1.0"))
    author.upload(make_wheel("acme-two"), make_wheel())
    send(author.index, make_wheel(code="x = 1"))

    answer = author.publish()

    assert answer.status_code == 409
    assert f"{WHEEL} is already published" in answer.json()["detail"]
    assert (versions(author.index.simple_url, "acme-two"), packages(author.index)) == ([], [WHEEL])
    assert author.status()["status"] == "open"


def test_what_is_published_meanwhile_with_the_same_bytes_is_no_hindrance(author: Author, make_wheel: Make) -> None:
    author.open(("acme-one", "1.0"), ("acme-two", "1.0"))
    author.upload(make_wheel("acme-two"), make_wheel())
    send(author.index, make_wheel())

    answer = author.publish()

    assert answer.status_code == 201
    assert packages(author.index) == [WHEEL, "acme_two-1.0-py3-none-any.whl"]


@pytest.mark.parametrize("status", ["archived", "quarantined"])
def test_a_project_that_was_closed_meanwhile_stops_all(
    author: Author, make_wheel: Make, command: Command, status: str
) -> None:
    send(author.index, make_wheel(version="0.9"))
    author.open(("acme-one", "1.0"), ("acme-two", "1.0"))
    author.upload(make_wheel("acme-two"), make_wheel())
    command("status", "acme-one", status, "--reason", "a leak")

    answer = author.publish()

    assert (answer.status_code, versions(author.index.simple_url, "acme-two")) == (403, [])
    assert f"acme-one is {status} (a leak) and takes no uploads" in answer.json()["detail"]


def test_a_session_without_files_is_not_published(author: Author) -> None:
    author.open()

    answer = author.publish()

    assert (answer.status_code, "upload them, then publish" in answer.json()["detail"]) == (409, True)


def test_a_reader_never_sees_a_part_of_a_set(serve: Serve, make_wheel: Make) -> None:
    author = Author(serve("--workers", "2"))
    names = [f"acme-{number}" for number in range(12)]
    for name in names:
        send(author.index, make_wheel(name))
    author.open(*((name, "2.0") for name in names))
    author.upload(*(make_wheel(name, "2.0") for name in names))
    reader = Reader(author.index, names)

    with reader:
        answer = author.publish()
        reader.wait()

    assert answer.status_code == 201
    # Whatever was asked for after something new was seen was new as well.
    assert reader.seen == sorted(reader.seen)
    assert set(reader.seen) == {False, True}


class Reader(threading.Thread):
    """Asks for the pages of projects, one after the other, over and over, and notes whether each shows version 2.0."""

    def __init__(self, index: Index, names: Sequence[str]) -> None:
        super().__init__()
        self.index = index
        self.names = names
        self.seen: list[bool] = []
        self.is_over = threading.Event()
        self.has_begun = threading.Event()

    def run(self) -> None:
        with requests.Session() as session:
            for name in itertools.cycle(self.names):
                page = session.get(f"{self.index.simple_url}{name}/", headers=JSON_PAGE, timeout=60)
                self.seen.append("2.0" in page.json()["versions"])
                self.has_begun.set()
                if self.is_over.is_set() and self.seen[-1]:
                    return

    def wait(self) -> None:
        """Let it see the end."""
        self.is_over.set()
        self.join(60)

    def __enter__(self) -> None:
        self.start()
        self.has_begun.wait(60)

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self.join(60)


ROT: dict[str, Callable[[Path], object]] = {
    "one byte is another": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"),
    "the end is lost": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "it is gone": Path.unlink,
}


@pytest.mark.parametrize("rot", list(ROT.values()), ids=list(ROT))
def test_a_staged_file_whose_bytes_the_disk_lost_is_not_published_and_may_be_uploaded_again(
    author: Author, make_wheel: Make, rot: Callable[[Path], object]
) -> None:
    author.open(("acme-one", "1.0"), ("acme-two", "1.0"))
    author.upload(make_wheel(), make_wheel("acme-two"))
    (path,) = (author.index.root / ".private-index" / "staged").rglob(WHEEL)
    rot(path)

    answer = author.publish()
    before = (versions(author.index.simple_url, "acme-two"), packages(author.index), list(author.status()["files"]))
    statuses = author.upload(make_wheel())
    again = author.publish()

    assert answer.status_code == 409
    assert answer.json()["detail"] == (
        f"the disk of the index lost bytes of the staged {WHEEL}: upload it again, then publish"
    )
    assert before == ([], [], ["acme_two-1.0-py3-none-any.whl"])
    assert (statuses, again.status_code) == ([200], 201)
    assert (author.index.root / WHEEL).read_bytes() == make_wheel().read_bytes()


def test_a_staged_file_whose_bytes_the_disk_lost_is_mended_by_an_upload_of_the_same(
    author: Author, make_wheel: Make
) -> None:
    author.open()
    author.upload(make_wheel())
    (path,) = (author.index.root / ".private-index" / "staged").rglob(WHEEL)
    ROT["one byte is another"](path)

    author.upload(make_wheel())

    assert author.publish().status_code == 201
    assert (author.index.root / WHEEL).read_bytes() == make_wheel().read_bytes()
