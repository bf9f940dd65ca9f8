"""Events and counts, without a queue."""

from pathlib import Path

from events import Pages


def test_pages_are_counted_the_most_read_first(tmp_path: Path) -> None:
    pages = Pages(tmp_path / "var" / "events.db")

    for number, url in enumerate(["/", "/add", "/add"]):
        pages.record(str(number), "page", url)

    assert list(pages.summary().items()) == [("/add", 2), ("/", 1)]


def test_an_event_that_comes_twice_is_counted_once(tmp_path: Path) -> None:
    pages = Pages(tmp_path / "events.db")

    taken = [pages.record("same", "page", "/") for _ in range(3)]

    assert taken == [True, False, False]
    assert pages.summary() == {"/": 1}
