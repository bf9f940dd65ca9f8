"""What a session does not take: other bytes, other releases, other people's names, nonsense."""

from __future__ import annotations

import pytest

from tests.private_index.authors import (
    WHEEL,
    Author,
    staged,
)
from tests.private_index.conftest import Command
from tests.private_index.sending import send
from tests.real_index import Make, Serve


def test_a_deleted_file_stays_away(author: Author, make_wheel: Make, command: Command) -> None:
    send(author.index, make_wheel())
    command("delete", "acme-one", "1.0", "--yes")
    author.open()

    statuses = author.upload(make_wheel())

    assert (statuses, author.publish().status_code) == ([409], 409)


def test_other_bytes_are_not_staged_over_published_or_staged_ones(author: Author, make_wheel: Make) -> None:
    author.open(("acme-one", "1.0"), ("acme-two", "1.0"))
    send(author.index, make_wheel())
    author.upload(make_wheel("acme-two"))

    statuses = author.upload(make_wheel(code="x = 1"), make_wheel("acme-two", code="x = 1"))

    assert statuses == [409, 409]


def test_a_wrong_digest_is_not_staged(author: Author, make_wheel: Make) -> None:
    author.open()

    door = author.links["upload"].removeprefix(author.index.url)
    answer = send(author.index, make_wheel(), door=door, fields={"sha256_digest": "0" * 64})

    assert (answer.status_code, author.status()["files"], staged(author.index)) == (400, {}, [])


def test_a_session_takes_its_releases_only(author: Author, make_wheel: Make) -> None:
    author.open()

    statuses = author.upload(make_wheel("acme-two"), make_wheel(version="2.0"))

    assert (statuses, staged(author.index)) == ([409, 409], [])


def test_a_reserved_name_is_refused_before_anything_is_uploaded(serve: Serve) -> None:
    author = Author(serve("--reserved", "acme-*=somebody"))

    answer = author.open(("free", "1.0"), ("acme-one", "1.0"))

    assert answer.status_code == 403
    assert "me may not publish acme-one" in answer.json()["detail"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({}, id="nothing"),
        pytest.param([], id="no object"),
        pytest.param({"name": "acme-one"}, id="no version"),
        pytest.param({"name": "acme-one", "version": "new"}, id="no valid version"),
        pytest.param({"name": "-", "version": "1"}, id="no valid name"),
        pytest.param({"releases": []}, id="no releases"),
        pytest.param({"releases": ["acme-one"]}, id="no pairs"),
        pytest.param({"releases": [{"name": "a", "version": "1"}] * 501}, id="too many"),
        pytest.param({"name": "a" * 70_000, "version": "1"}, id="too large"),
    ],
)
def test_a_session_of_nonsense_is_refused_with_a_sentence(author: Author, content: object) -> None:
    answer = author.ask("POST", f"{author.index.url}upload/2.0/", json=content)

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["detail"].startswith("this opens no session: ")


def test_another_way_of_sending_files_is_refused_as_the_draft_says(author: Author) -> None:
    author.open()

    answer = author.ask("POST", author.links["upload"], json={"filename": WHEEL, "mechanism": "http-post-bytes"})

    assert answer.status_code == 422
