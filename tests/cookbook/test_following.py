"""The rules by which a page of the cookbook is followed, on small pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cookbook.following import Left, Mismatch, Reader, renew
from tests.cookbook.likeness import is_alike
from tests.cookbook.pages import NoName, read_page
from tests.cookbook.terminals import on_screen

Follow = Callable[[str], list[Mismatch | Left]]

PAGE = """# A page

Write `greet.py`:

```python
print("hello")
```

```console
$ python3 greet.py
hello
$ cd / && pwd
/
$ pwd
/
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Where the page is written."""
    return tmp_path / "page.md"


@pytest.fixture
def follow(page: Path, tmp_path: Path, env: dict[str, str]) -> Follow:
    """A function that follows a text as a page, in an empty home."""
    home = tmp_path / "home"
    home.mkdir()

    def follow_text(text: str) -> list[Mismatch | Left]:
        page.write_text(text, encoding="utf-8")
        return list(Reader(home, env).follow(page))

    return follow_text


def test_a_page_that_is_true_is_followed_to_its_end(follow: Follow) -> None:
    assert follow(PAGE) == []


def test_an_output_that_is_another_is_told_with_page_and_line(follow: Follow, page: Path) -> None:
    (found,) = follow(PAGE.replace("\nhello\n", "\nhallo\n"))

    assert str(found).startswith(f"{page}:10: the output is another\n--- shown\nhallo\n--- seen\nhello\n")


def test_what_was_seen_can_be_written_into_the_page(follow: Follow) -> None:
    wrong = PAGE.replace("\nhello\n", "\nhallo\n")

    assert renew(wrong, follow(wrong)) == PAGE


def test_what_is_written_into_an_item_of_a_list_is_indented_as_the_item(follow: Follow) -> None:
    true = "1. Say it:\n\n   ```console\n   $ echo a; echo b\n   a\n   b\n   ```\n"
    wrong = true.replace("   b\n", "")

    assert renew(wrong, follow(wrong)) == true


@pytest.mark.parametrize("shown", [pytest.param("", id="nothing"), pytest.param("…\n", id="anything")])
def test_a_command_that_shows_nothing_of_its_own_must_succeed(shown: str, follow: Follow) -> None:
    (found,) = follow(f"```console\n$ false\n{shown}```\n")

    assert isinstance(found, Mismatch)
    assert found.why == "the command fails with exit code 1"


def test_a_command_that_is_not_there_is_never_as_shown(follow: Follow) -> None:
    (found,) = follow("```console\n$ no-such-command\nbash: …\n```\n")

    assert isinstance(found, Mismatch)
    assert found.why == "there is no such command"


def test_a_command_goes_on_after_a_prompt_with_or_without_text(follow: Follow) -> None:
    assert follow("```console\n$ cat << END\n> one\n>\n> two\n> END\none\n\ntwo\n```\n") == []


def test_what_runs_in_another_terminal_runs_on_until_it_is_interrupted(follow: Follow) -> None:
    text = """```console
server$ echo $$ > pid; echo ready; sleep 1000
ready
```

```console
$ kill -0 $(cat pid) 2> /dev/null && echo runs
runs
```

```console
server$ ^C
```

```console
$ kill -0 $(cat pid) 2> /dev/null || echo gone
gone
```
"""

    assert follow(text) == []


@pytest.mark.parametrize(
    ("command", "left"),
    [
        pytest.param("$ sleep 1000 &", "sleep 1000", id="in the background"),
        pytest.param("server$ sleep 1000", "server", id="in another terminal"),
    ],
)
def test_what_still_runs_at_the_end_of_a_page_is_told(command: str, left: str, follow: Follow) -> None:
    (found,) = follow(f"```console\n$ true\n```\n\n```console\n{command}\n```\n")

    assert isinstance(found, Left)
    assert left in found.what


def test_a_page_is_followed_in_a_terminal(follow: Follow) -> None:
    assert follow("```console\n$ python3 -c 'import os; print(os.get_terminal_size(1).columns)'\n100\n```\n") == []


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        pytest.param("\x1b[31mred\x1b[0m\x1b(B", "red", id="colours"),
        pytest.param("\x1b]8;id=1;http://host/\x1b\\here\x1b]8;;\x1b\\", "here", id="links"),
        pytest.param("10 %\r100 %\n", "100 %\n", id="progress"),
        pytest.param("waiting\r\x1b[2K\rdone\n", "done\n", id="a line erased"),
        pytest.param("a\nb\n\x1b[1A\x1b[2K\x1b[1A\x1b[2Kc\n", "c\n", id="lines erased"),
    ],
)
def test_what_is_written_over_is_not_seen(said: str, seen: str) -> None:
    assert on_screen(said).rstrip("\n") == seen.rstrip("\n")


def test_a_port_that_a_page_names_is_a_free_one(follow: Follow, tmp_path: Path) -> None:
    found = follow("```console\n$ PORT=8080; echo $PORT $PRIVATE_INDEX_PORT; echo $PORT > port\n8080 8080\n```\n")

    assert found == []
    assert (tmp_path / "home" / "port").read_text().strip() != "8080"


def test_a_port_in_a_compose_file_is_the_same_free_one(follow: Follow, tmp_path: Path) -> None:
    listing = 'expose: ["3001"]\nenvironment: { PORT: "3001" }\nports: ["3001:3001"]\n'

    follow(f"`a.yaml`:\n\n```yaml\n{listing}```\n")

    written = (tmp_path / "home" / "a.yaml").read_text()
    free = written.partition('["')[2].partition('"')[0]
    assert free != "3001"
    assert written == listing.replace("3001", free)


def test_a_listing_without_a_file_is_refused() -> None:
    with pytest.raises(NoName, match="line 4: end the paragraph before this listing"):
        read_page("Some code:\n\n```python\nx = 1\n```\n")


@pytest.mark.parametrize(
    ("shown", "seen"),
    [
        pytest.param("took 0.1 s", "took 12.34 s", id="times"),
        pytest.param("at http://127.0.0.1:8080/", "at http://127.0.0.1:41235/", id="ports"),
        pytest.param("* lint: success, took a second", "* lint: success", id="times next to none"),
        pytest.param("==== 1 passed in 0.11s ====", "=== 1 passed in 10.11s ===", id="rules"),
        pytest.param("sha256 74338ac8", "sha256 8128c03c", id="hashes"),
        pytest.param("on 2026-11-24 10:00:01", "on 2027-01-01 23:59:59", id="dates"),
        pytest.param("one\n…\nfour", "one\ntwo\nthree\nfour", id="lines"),
        pytest.param("pip … from …", "pip 26 from here", id="text"),
    ],
)
def test_what_differs_each_time_is_left_aside(shown: str, seen: str) -> None:
    assert is_alike(shown, seen)


@pytest.mark.parametrize(
    ("shown", "seen"),
    [
        pytest.param("one", "two", id="words"),
        pytest.param("1 passed", "2 passed", id="figures"),
        pytest.param("one\n…\nfour", "one\ntwo", id="the end"),
        pytest.param("", "a warning", id="more than nothing"),
        pytest.param("version 1.2.0", "version 1.3.0", id="versions"),
    ],
)
def test_what_should_be_the_same_is_compared(shown: str, seen: str) -> None:
    assert not is_alike(shown, seen)
