"""Sessions: whose they are, how long they are kept, and that nobody sees what is staged in them."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import requests

from tests.private_index.authors import (
    MEDIA_TYPE,
    SDIST,
    WHEEL,
    Author,
    packages,
    staged,
    versions,
)
from tests.private_index.conftest import Command
from tests.private_index.sending import send
from tests.real_index import Index, Make


def test_nobody_sees_what_twine_staged_until_it_is_published(
    author: Author, make_wheel: Make, make_sdist: Make
) -> None:
    author.open()
    line = ["twine", "upload", "--non-interactive", "--repository-url", author.links["upload"]]
    run = subprocess.run(
        [*line, str(make_wheel()), str(make_sdist())], env=author.index.env, capture_output=True, text=True, check=False
    )
    before = (versions(author.index.simple_url), packages(author.index), sorted(author.status()["files"]))

    answer = author.publish()

    assert run.returncode == 0, run.stdout + run.stderr
    assert before == ([], [], [WHEEL, SDIST])
    assert (answer.status_code, answer.json()["status"], author.status()["status"]) == (201, "published", "published")
    assert (versions(author.index.simple_url), packages(author.index)) == (["1.0"], [WHEEL, SDIST])
    assert staged(author.index) == []


def test_an_index_tells_that_it_has_sessions(index: Index) -> None:
    answer = requests.get(f"{index.url}upload/2.0/", timeout=60)

    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert answer.json()["meta"] == {"api-version": "2.0"}


def test_one_release_may_be_named_as_the_draft_names_it(author: Author) -> None:
    answer = author.ask("POST", f"{author.index.url}upload/2.0/", json={"name": "Acme.One", "version": "v1.0"})

    assert answer.status_code == 201
    assert answer.headers["Location"] == answer.json()["links"]["session"]
    assert answer.json()["releases"] == [{"name": "acme-one", "version": "1.0"}]


def test_a_session_that_broke_off_is_found_and_gone_on_with(author: Author, make_wheel: Make, make_sdist: Make) -> None:
    author.open(("acme-one", "1.0"), ("acme-two", "2"))
    author.upload(make_wheel())

    again = author.open(("acme-one", "1.0.0"))

    assert (again.status_code, again.headers["Location"]) == (409, author.links["session"])
    assert author.upload(make_wheel(), make_sdist()) == [200, 200]
    assert author.publish().status_code == 201


def test_a_canceled_session_leaves_nothing_and_is_never_published(author: Author, make_wheel: Make) -> None:
    author.open()
    author.upload(make_wheel())

    answer = author.cancel()

    assert (answer.status_code, staged(author.index)) == (204, [])
    assert [author.publish().status_code, author.cancel().status_code, *author.upload(make_wheel())] == [404] * 3
    assert "publish again to open another" in author.publish().json()["detail"]
    assert versions(author.links["stage"]) == versions(author.index.simple_url) == []


def test_a_session_ends_when_its_time_is_over(author: Author, make_wheel: Make) -> None:
    author.open()
    author.upload(make_wheel())
    with closing(sqlite3.connect(author.index.root / ".private-index" / "catalogue.sqlite")) as connection:
        connection.execute("UPDATE sessions SET expires_at = '2020-01-01T00:00:00.000000Z'")
        connection.commit()

    answer = author.publish()
    opened = author.open()

    assert (answer.status_code, opened.status_code) == (404, 201)
    assert staged(author.index) == packages(author.index) == []


def test_a_session_is_kept_for_longer_when_asked(author: Author) -> None:
    until = author.open().json()["expires-at"]

    longer = author.ask("POST", author.links["extend"], json={"extend-for": 20 * 24 * 3600}).json()["expires-at"]
    shorter = author.ask("POST", author.links["extend"], json={"extend-for": 60}).json()["expires-at"]

    assert until < longer == shorter


def test_a_session_is_its_owners_alone(author: Author, other: Author, make_wheel: Make) -> None:
    author.open()
    author.upload(make_wheel())
    other.links.update(author.links)

    answers = [other.publish(), other.cancel(), other.ask("GET", other.links["session"])]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert other.upload(make_wheel()) == [403]
    assert requests.post(author.links["publish"], timeout=60).status_code == 401
    assert (author.status()["status"], packages(author.index)) == ("open", [])


def test_a_backup_holds_what_is_published_only(
    author: Author, make_wheel: Make, command: Command, tmp_path: Path
) -> None:
    send(author.index, make_wheel("acme-two"))
    author.open()
    author.upload(make_wheel())

    command("backup", tmp_path / "backup")

    assert "No session is open." in command("session", "list", root=tmp_path / "backup").stdout
    assert command("check", root=tmp_path / "backup").returncode == 0


def test_whoever_runs_the_index_sees_sessions_and_may_cancel_them(
    author: Author, make_wheel: Make, command: Command
) -> None:
    author.open()
    author.upload(make_wheel())
    nickname = author.links["session"].rpartition("/")[2][:8]

    listed = command("session", "list").stdout
    unknown = command("session", "cancel", "no-such-session", code=1)
    canceled = command("session", "cancel", nickname).stdout

    assert listed.startswith(f"{nickname}  me  until ")
    assert listed.endswith("  1 file  acme-one 1.0\n")
    assert "is the beginning of no open session" in unknown.stderr
    assert canceled == f"Canceled the session {nickname} of me\n"
    assert author.publish().status_code == 404


def test_the_log_says_of_a_file_which_session_brought_it(author: Author, make_wheel: Make, command: Command) -> None:
    author.open()
    author.upload(make_wheel())
    author.publish()

    log = command("log").stdout

    nickname = author.links["session"].rpartition("/")[2][:8]
    assert f"publish  {WHEEL}  me from 127.0.0.1, session {nickname}" in log
