"""Every command of ours in the tables for those who come from elsewhere is one, with the options that it is given."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.cookbook.homes import CHECKOUT

TABLES = sorted((CHECKOUT / "docs" / "coming-from").glob("*.md"))
SPAN = re.compile(r"`([^`]+)`")
OURS = {"modpress": "modpress", "private-index": "private_index"}
# What stands alone in a help's list of commands, and how an option is written there.
NAME, OPTION = re.compile(r"^  ([a-z]+) ", re.MULTILINE), re.compile(r"(?<![\w-])--?[a-z][a-z-]*")

# Each help takes a start of Python.
pytestmark = pytest.mark.cookbook


def commands() -> Iterator[tuple[Path, str]]:
    """Return each command of ours with the page that names it."""
    for page in TABLES:
        for line in page.read_text(encoding="utf-8").splitlines():
            ours = line.rpartition(" | ")[2] if line.startswith("|") else ""
            yield from ((page, span) for span in SPAN.findall(ours) if span.split()[0] in {*OURS, "nox"})


def said(*command: str, env: Mapping[str, str]) -> str:
    """Return what a command of this checkout prints."""
    return subprocess.run(
        [sys.executable, "-m", *command], env=dict(env), cwd=CHECKOUT, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture(scope="module")
def helps() -> dict[tuple[str, ...], str]:
    """What has been asked already, since each help takes a start of Python."""
    return {}


@pytest.mark.parametrize(("page", "command"), [pytest.param(p, c, id=f"{p.stem}: {c}") for p, c in commands()])
def test_a_command_of_ours_exists(
    page: Path, command: str, env: dict[str, str], helps: dict[tuple[str, ...], str]
) -> None:
    program, *words = shlex.split(command)
    if program == "nox":
        noxfile = (CHECKOUT / "examples" / "hsl-to-hex" / "noxfile.py").read_text(encoding="utf-8")
        assert all(f"def {word}(" in noxfile for word in words if word != "-s"), page
        return

    path: tuple[str, ...] = (OURS[program],)
    text = ""
    for word in ["", *words]:
        if word and word not in NAME.findall(text):
            break
        path = (*path, word) if word else path
        text = helps[path] = helps.get(path) or said(*path, "--help", env=env)

    options = {word for word in words if word.startswith("-")}
    assert len(path) > 1, f"{page}: {command}"
    assert options <= set(OPTION.findall(text)), f"{page}: {command}"
