"""What a page shows can be pasted: at a reader's prompt it means what it means in the tests' shell, which has none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cookbook.homes import BOOK, FIRST, pages
from tests.cookbook.pages import Command, read_page

QUOTED = re.compile(r"\"[^\"]*\"|'(?P<held>[^']*)'")


def searched(command: str) -> str:
    """Return what a shell with a prompt searches for `!`: all but what stands in single quotes."""
    return QUOTED.sub(lambda found: "" if found["held"] is not None else found[0], command)


@pytest.mark.parametrize("page", [pytest.param(one, id=one.relative_to(BOOK).as_posix()) for one in [FIRST, *pages()]])
def test_no_exclamation_mark_calls_up_the_readers_history(page: Path) -> None:
    steps = read_page(page.read_text(encoding="utf-8"))

    typed = [step for step in steps if isinstance(step, Command)]

    assert [step.line for step in typed if "!" in searched(step.command)] == []


@pytest.mark.parametrize("page", [pytest.param(one, id=one.relative_to(BOOK).as_posix()) for one in [FIRST, *pages()]])
def test_a_listing_is_for_one_terminal(page: Path) -> None:
    fences = re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)

    terminals = [set(re.findall(r"^ *([a-z]*)\$ ", fence, re.MULTILINE)) for fence in fences]

    # The button at its corner copies all that is typed in it, and it is pasted at once.
    assert [fence for fence, names in zip(fences, terminals, strict=True) if len(names) != 1] == []
