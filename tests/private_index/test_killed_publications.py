"""What a publication leaves that is killed: it is told apart from what somebody put there by hand, and goes."""

from __future__ import annotations

import shutil
import signal

import requests

from tests.private_index.authors import (
    WHEEL,
    Author,
    cut_short,
    packages,
    placed,
    versions,
)
from tests.private_index.conftest import Command
from tests.private_index.sending import send
from tests.real_index import Make, Serve


def test_what_a_killed_publication_placed_is_taken_back_at_the_next_start_and_can_be_published_then(
    serve: Serve, make_wheel: Make
) -> None:
    author = Author(serve())
    author.open(("acme-one", "1.0"), ("acme-two", "1.0"))
    author.upload(make_wheel(), make_wheel("acme-two"))
    cut_short(author.index, WHEEL)

    again = Author(serve(), links=author.links)
    before = (versions(again.index.simple_url), packages(again.index))
    moved = {key: link.replace(author.index.url, again.index.url) for key, link in author.links.items()}
    answer = again.ask("POST", moved["publish"])

    assert before == ([], [])
    assert answer.status_code == 201
    assert packages(again.index) == [WHEEL, "acme_two-1.0-py3-none-any.whl"]


def test_a_file_that_somebody_put_there_by_hand_is_not_taken_for_a_killed_publications(
    serve: Serve, make_wheel: Make
) -> None:
    author = Author(serve())
    author.open()
    author.upload(make_wheel())
    author.index.stop(signal.SIGKILL)
    shutil.copy(make_wheel(), author.index.root)

    again = serve()

    assert versions(again.simple_url) == ["1.0"]


def test_an_upload_goes_over_what_a_killed_publication_placed(author: Author, make_wheel: Make) -> None:
    author.open()
    author.upload(make_wheel())
    placed(author.index, WHEEL)

    answer = send(author.index, make_wheel(code="x = 1"))

    assert answer.status_code == 200
    assert (
        requests.get(f"{author.index.url}packages/{WHEEL}", timeout=60).content == make_wheel(code="x = 1").read_bytes()
    )


def test_a_check_tells_of_a_killed_publication_and_mends_it(author: Author, make_wheel: Make, command: Command) -> None:
    author.open()
    author.upload(make_wheel())
    quiet = command("check").stdout
    cut_short(author.index, WHEEL)

    told = command("check", "--repair", code=1).stdout

    assert "0 problems found" in quiet
    assert f"{WHEEL} was left by a session whose publication was cut short; it is staged still; removed" in told
    assert (packages(author.index), command("check").stdout) == ([], quiet)
