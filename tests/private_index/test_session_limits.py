"""What a session can't be talked into: too many, too much, twice the same; and what each costs the index."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from private_index.filenames import LONGEST_NAME
from private_index.staging import MOST_FILES, MOST_OPEN
from tests.private_index.authors import WHEEL, Author, packages
from tests.private_index.conftest import Command
from tests.private_index.sending import send
from tests.real_index import Index, Make, get

COUNT = "WITH RECURSIVE numbers(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < {most}) "


def multiply(index: Index, table: str, most: int, **changed: str) -> None:
    """Repeat the one row of a table until it has `most`, with some columns changed."""
    with closing(sqlite3.connect(index.root / ".private-index" / "catalogue.sqlite", timeout=60)) as connection:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        taken = [changed.get(name, name) for name in columns]
        connection.execute(
            f"{COUNT.format(most=most - 1)} INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 - all of it is ours
            f"SELECT {', '.join(taken)} FROM numbers, (SELECT * FROM {table} LIMIT 1)"
        )
        connection.commit()


def test_a_user_has_so_many_sessions_open_and_no_more(author: Author) -> None:
    author.open()
    multiply(author.index, "sessions", MOST_OPEN, id="'other' || n")

    answer = author.open(("acme-two", "1.0"))

    assert answer.status_code == 409
    assert f"{MOST_OPEN} sessions of yours are open" in answer.json()["detail"]
    assert author.cancel().status_code == 204
    assert author.open(("acme-two", "1.0")).status_code == 201


def test_a_session_takes_so_many_files_and_no_more(author: Author, make_wheel: Make, make_sdist: Make) -> None:
    author.open()
    author.upload(make_wheel())
    multiply(author.index, "staged_files", MOST_FILES, serial="serial + n", filename=f"replace('{WHEEL}', 'any', n)")

    door = author.links["upload"].removeprefix(author.index.url)
    answer = send(author.index, make_sdist(), door=door)

    assert (answer.status_code, f"a session takes {MOST_FILES:,} files" in answer.text) == (409, True)


@pytest.mark.parametrize(
    "release",
    [
        pytest.param(("a" * (LONGEST_NAME + 1), "1.0"), id="name"),
        pytest.param(("acme-one", "1." * LONGEST_NAME + "1"), id="version"),
    ],
)
def test_what_fits_into_no_file_name_is_no_release(author: Author, release: tuple[str, str]) -> None:
    answer = author.open(release)

    assert answer.status_code == 400
    assert len(answer.json()["detail"]) < 2 * LONGEST_NAME


def test_two_spellings_of_one_file_are_not_staged_since_only_one_could_be_published(
    author: Author, make_wheel: Make
) -> None:
    author.open()
    author.upload(make_wheel())

    door = author.links["upload"].removeprefix(author.index.url)
    answer = send(author.index, make_wheel(), filename="Acme_One-1.0-py3-none-any.whl", door=door)

    assert (answer.status_code, f"the same project, version and tags as {WHEEL}" in answer.text) == (409, True)
    assert (author.publish().status_code, packages(author.index)) == (201, [WHEEL])


def test_a_session_of_what_is_published_already_with_the_same_bytes_ends_well(
    author: Author, make_wheel: Make, command: Command
) -> None:
    send(author.index, make_wheel())
    author.open()
    author.upload(make_wheel())

    answer = author.publish()

    assert (answer.status_code, list(answer.json()["files"]), packages(author.index)) == (201, [WHEEL], [WHEEL])
    assert "0 problems found" in command("check").stdout
    assert command("log").stdout.count(" publish ") == 1


@pytest.mark.parametrize("said", [{"extend-for": 0}, {"extend-for": True}, {"extend-for": 1.5}, {}, [60]])
def test_how_long_a_session_is_kept_is_a_number_of_seconds(author: Author, said: object) -> None:
    author.open()

    answer = author.ask("POST", author.links["extend"], json=said)

    assert (answer.status_code, "extend-for is a whole number of seconds" in answer.json()["detail"]) == (400, True)


def test_the_log_never_shows_the_whole_id_of_a_session_since_it_opens_the_stage(author: Author) -> None:
    author.open()
    secret = author.links["session"].rpartition("/")[2]

    author.publish()
    author.index.stop()

    log = author.index.log.read_text()
    assert (f"/sessions/{secret[:8]}…/publish" in log, secret in log) == (True, False)


def test_a_name_that_is_spelled_otherwise_is_sent_on_within_the_stage_before_it_is_staged(author: Author) -> None:
    author.open()

    answer = get(f"{author.links['stage']}Acme_One/")

    stage = author.links["stage"].removeprefix(author.index.url)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/{stage}acme-one/")
    assert get(f"{author.links['stage']}-/").status_code == 404


def test_no_cache_keeps_that_a_session_is_not_there(index: Index) -> None:
    answer = get(f"{index.url}stage/guess/simple/")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
