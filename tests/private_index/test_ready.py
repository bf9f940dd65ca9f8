"""What is kept ready is never stale, whoever changed it, and never given to one who may not see it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.requests import Request

from private_index.answers import Answer, Sidecar
from private_index.negotiation import Negotiator
from private_index.reads import Reads
from private_index.ready import ALL_PROJECTS, Key, Shelf
from private_index.releases import Releases
from private_index.rows import Actor
from private_index.settings import STATE_FOLDER, Settings
from private_index.store import Store
from private_index.watch import News
from tests.hand_made import write_wheel
from tests.real_index import Index, Make, Post, Serve

Command = Callable[..., object]

JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}
TESTER = Actor(name=None, origin="a test")
KEY: Key = ("/simple/acme-one/", "text/html")


def page(index: Index) -> dict[str, Any]:
    """Return a project's page, over a connection of its own, so that any worker may answer."""
    found: dict[str, Any] = requests.get(f"{index.simple_url}acme-one/", headers=JSON, timeout=60).json()
    return found


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_change_by_another_process_is_seen_at_once_by_every_worker(
    serve: Serve, post: Post, make_wheel: Make, command: Command, workers: str
) -> None:
    index = serve("--workers", workers)
    post(index, make_wheel())
    before = [page(index)["files"][0]["yanked"] for _ in range(8)]

    command("yank", "acme-one", "1.0", "--reason", "it lies")
    after = [page(index)["files"][0]["yanked"] for _ in range(8)]

    assert before == [False] * 8
    assert after == ["it lies"] * 8


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_release_is_seen_at_once_by_every_worker(serve: Serve, post: Post, make_wheel: Make, workers: str) -> None:
    index = serve("--workers", workers)

    for count in range(1, 5):
        post(index, make_wheel(version=f"{count}.0"))

        assert [len(page(index)["files"]) for _ in range(6)] == [count] * 6


def test_a_new_project_is_on_the_list_at_once(index: Index, post: Post, make_wheel: Make) -> None:
    post(index, make_wheel())
    before = requests.get(index.simple_url, headers=JSON, timeout=60).json()

    post(index, make_wheel("acme-two"))
    after = requests.get(index.simple_url, headers=JSON, timeout=60).json()

    assert [project["name"] for project in before["projects"]] == ["acme-one"]
    assert [project["name"] for project in after["projects"]] == ["acme-one", "acme-two"]


def test_a_quarantine_hides_files_at_once_from_pages_and_by_their_urls(
    index: Index, post: Post, make_wheel: Make, command: Command
) -> None:
    wheel = make_wheel()
    post(index, wheel)
    urls = [f"{index.url}{path}" for path in (f"packages/{wheel.name}", f"packages/{wheel.name}.metadata")]
    robot = f"{index.url}pypi/acme-one/json"

    def statuses() -> list[int]:
        return [requests.get(url, timeout=60, allow_redirects=False).status_code for url in [*urls, robot]]

    before, listed = statuses(), page(index)
    command("status", "acme-one", "quarantined", "--reason", "a leak")

    assert (before, len(listed["files"])) == ([200, 200, 200], 1)
    assert page(index)["files"] == []
    assert page(index)["project-status"] == {"status": "quarantined", "reason": "a leak"}
    assert statuses() == [404, 404, 404]


def test_an_archived_project_is_listed_and_installs(
    index: Index, post: Post, make_wheel: Make, command: Command
) -> None:
    wheel = make_wheel()
    post(index, wheel)

    command("status", "acme-one", "archived")

    assert page(index)["project-status"] == {"status": "archived"}
    assert requests.get(f"{index.url}packages/{wheel.name}", timeout=60).content == wheel.read_bytes()


def test_a_deleted_file_is_gone_at_once(index: Index, post: Post, make_wheel: Make, command: Command) -> None:
    wheel = make_wheel()
    post(index, wheel)
    post(index, make_wheel(version="2.0"))
    url = f"{index.url}packages/{wheel.name}"
    before = requests.get(url, timeout=60).status_code

    command("delete", "acme-one", "1.0", "--yes")

    assert before == 200
    assert requests.get(url, timeout=60).status_code == 404
    assert [file["filename"] for file in page(index)["files"]] == ["acme_one-2.0-py3-none-any.whl"]


@pytest.mark.parametrize("change", [Path.unlink, lambda path: path.write_bytes(b"short")], ids=["removed", "cut short"])
def test_a_file_that_was_changed_by_hand_is_not_served(
    index: Index, post: Post, make_wheel: Make, change: Callable[[Path], object]
) -> None:
    wheel = make_wheel()
    post(index, wheel)
    url = f"{index.url}packages/{wheel.name}"
    before = requests.get(url, timeout=60).status_code

    change(index.root / wheel.name)

    assert (before, requests.get(url, timeout=60).status_code) == (200, 404)


def test_what_a_user_was_shown_is_not_shown_to_a_stranger(serve: Serve, post: Post, make_wheel: Make) -> None:
    index = serve("--read", "users")
    wheel = make_wheel()
    post(index, wheel)
    paths = ["simple/", "simple/acme-one/", f"packages/{wheel.name}", f"packages/{wheel.name}.metadata"]
    urls = [f"{index.url}{path}" for path in [*paths, "pypi/acme-one/json", "pypi/acme-one/1.0/json"]]

    answers = [requests.get(url, auth=(index.user, index.password), timeout=60) for url in urls]
    strangers = [requests.get(url, timeout=60).status_code for url in urls]

    assert [answer.status_code for answer in answers] == [200] * 6
    assert all(answer.headers["Cache-Control"].startswith("private, ") for answer in answers)
    assert strangers == [401] * 6


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with acme-one 1.0."""
    store = Store(Settings(root=tmp_path / "packages", users=tmp_path / "users"))
    store.adopt(write_wheel(tmp_path, "acme-one", "1.0"), TESTER)
    yield store
    store.close()


@pytest.fixture
def shelf(store: Store) -> Iterator[Shelf]:
    """A shelf for five answers of a kilobyte."""
    watch = store.catalogue.watch()
    yield Shelf(watch, most_bytes=5 * 2048)
    watch.close()


def answer() -> Answer:
    """Return an answer that weighs two kilobytes."""
    return Sidecar(b"x" * 1024, "0" * 64, "public")


def fetch(
    shelf: Shelf, key: Key = KEY, subject: str = "acme-one", make: Callable[[], Answer] = answer
) -> Answer | None:
    """Ask a shelf as an endpoint does."""
    return asyncio.run(shelf.fetch(key, subject, make))


def test_what_many_ask_for_at_once_is_made_once(shelf: Shelf) -> None:
    made: list[Answer] = []

    def make() -> Answer:
        made.append(answer())
        return made[-1]

    async def ask() -> list[Answer | None]:
        return await asyncio.gather(*[shelf.fetch(KEY, "acme-one", make) for _ in range(20)])

    assert asyncio.run(ask()) == made * 20
    assert len(made) == 1


def test_what_changed_while_it_was_made_is_not_kept(shelf: Shelf, store: Store) -> None:
    begun, changed = threading.Event(), threading.Event()

    def make() -> Answer:
        begun.set()
        assert changed.wait(60)
        return answer()

    async def ask() -> None:
        asking = asyncio.create_task(shelf.fetch(KEY, "acme-one", make))
        await asyncio.to_thread(begun.wait, 10)
        Releases(store, TESTER).yank("acme-one", "1.0", "it lies")
        # Somebody else asks for something else, and the shelf hears of the change.
        assert shelf.get(("/simple/", "text/html")) is None
        changed.set()
        assert await asking is not None

    asyncio.run(ask())

    assert shelf.get(KEY) is None


def test_a_file_that_is_quarantined_while_it_is_asked_for_is_not_served(shelf: Shelf, store: Store) -> None:
    filename = "acme_one-1.0-py3-none-any.whl"
    reads = Reads(Settings(root=Path(), users=Path()), store, shelf, Negotiator())
    request = Request({"type": "http", "method": "GET", "headers": [], "path_params": {"filename": filename}})
    begun, changed = threading.Event(), threading.Event()

    def make() -> None:
        begun.set()
        assert changed.wait(60)

    async def ask() -> Any:  # noqa: ANN401 - any ASGI application
        # Another asks for the same and is slow about it, so that the file is quarantined after it was asked for.
        first = asyncio.create_task(shelf.fetch((f"/packages/{filename}", ""), "acme-one", make))
        await asyncio.to_thread(begun.wait, 10)
        second = asyncio.create_task(reads.file(request))
        await asyncio.sleep(0)
        Releases(store, TESTER).set_status("acme-one", "quarantined", "it lies")
        changed.set()
        await first
        return await second

    assert asyncio.run(ask()).status_code == 404


def test_what_was_made_while_the_catalogue_did_not_answer_is_not_kept(shelf: Shelf, tmp_path: Path) -> None:
    catalogue = tmp_path / "packages" / STATE_FOLDER / "catalogue.sqlite"

    def make() -> Answer:
        with closing(sqlite3.connect(catalogue)) as connection:
            connection.execute("ALTER TABLE changes RENAME TO lost")
            shelf.refresh()
            connection.execute("ALTER TABLE lost RENAME TO changes")
        return answer()

    assert fetch(shelf, make=make) is not None
    assert shelf.get(KEY) is None


def test_a_change_that_could_not_be_read_is_told_the_next_time(store: Store) -> None:
    watch = store.catalogue.watch()
    Releases(store, TESTER).yank("acme-one", "1.0", "it lies")

    # The disk fails between the two questions.
    watch._connection.set_authorizer(lambda action, *_: action == sqlite3.SQLITE_READ)  # noqa: SLF001 - no other way in
    with pytest.raises(sqlite3.DatabaseError):
        watch.news()
    watch._connection.set_authorizer(None)  # noqa: SLF001 - as above

    assert watch.news() == [News("acme-one", "yank")]
    watch.close()


def test_what_failed_to_be_made_is_made_anew(shelf: Shelf) -> None:
    def fail() -> Answer:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - the very one
        fetch(shelf, make=fail)

    assert fetch(shelf) is not None
    assert shelf.get(KEY) is not None


def test_a_shelf_stays_within_its_memory_and_forgets_the_least_used(shelf: Shelf) -> None:
    keys = [(f"/simple/acme-{number}/", "text/html") for number in range(20)]
    for key in keys:
        fetch(shelf, key, key[0])
        shelf.get(keys[0])

    assert shelf.size <= 5 * 2048
    assert [key for key in keys if shelf.get(key)] == [keys[0], *keys[-4:]]


def test_what_is_larger_than_the_shelf_is_given_but_not_kept(shelf: Shelf) -> None:
    given = fetch(shelf, make=lambda: Sidecar(b"x" * 20_000, "0" * 64, "public"))

    assert given is not None
    assert (shelf.get(KEY), shelf.size) == (None, 0)


def test_a_change_of_one_project_leaves_the_others_ready(shelf: Shelf, store: Store) -> None:
    other: Key = ("/simple/acme-two/", "text/html")
    names: Key = ("/simple/", "text/html")
    for key, subject in ((KEY, "acme-one"), (other, "acme-two"), (names, ALL_PROJECTS)):
        fetch(shelf, key, subject)

    Releases(store, TESTER).yank("acme-one", "1.0", "it lies")

    assert [shelf.get(key) is not None for key in (KEY, other, names)] == [False, True, True]


def test_a_catalogue_that_was_set_back_makes_everything_stale(shelf: Shelf, tmp_path: Path) -> None:
    fetch(shelf)

    with sqlite3.connect(tmp_path / "packages" / STATE_FOLDER / "catalogue.sqlite") as connection:
        connection.execute("DELETE FROM changes")
    connection.close()

    assert shelf.get(KEY) is None
