"""The reference says what the code says."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path

import pytest

from modpress.guards.table import every_guard
from tests.reference.places import REFERENCE
from tests.surroundings import clean_environment

# Where a variable is read, in whichever of the usual ways.
VARIABLE = re.compile(
    r"environ\[\"([A-Z_]+)\"\](?! = )|(?:environ\.get\(|getenv\(|envvar=)\"([A-Z_]+)|\"([A-Z_]+)\" in os\.environ"
)
# What every program reads.
EVERYBODYS = {"APPDATA", "NO_COLOR", "PATH"}


def _texts(folder: Path) -> dict[str, str]:
    return {page.name: page.read_text(encoding="utf-8") for page in folder.glob("*.md")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages as the code makes them, in a process of its own, since pypiserver warns of its own Bottle."""
    folder = tmp_path_factory.mktemp("reference")
    command = [sys.executable, "-m", "tests.reference", str(folder)]
    subprocess.run(command, env=clean_environment(folder), cwd=REFERENCE.parents[1], check=True)
    return _texts(folder)


def test_no_page_is_missing_and_none_is_too_many(made: dict[str, str]) -> None:
    assert sorted(_texts(REFERENCE)) == sorted(made), "run python -m tests.reference"


@pytest.mark.parametrize("page", sorted(_texts(REFERENCE)))
def test_each_line_of_a_page_is_what_the_code_makes_of_it(page: str, made: dict[str, str]) -> None:
    shown, true = (texts[page].splitlines() for texts in (_texts(REFERENCE), made))

    others = [
        f"docs/reference/{page}:{number}: {there!r} is {here!r}: run python -m tests.reference"
        for number, (there, here) in enumerate(zip_longest(shown, true), 1)
        if there != here
    ]

    assert others == []


@pytest.mark.parametrize("package", ["modpress", "private_index"])
def test_every_variable_that_a_command_reads_is_told(package: str, made: dict[str, str]) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (REFERENCE.parents[1] / package).rglob("*.py"))

    told = set(re.findall(r"\b[A-Z_]+\b", "".join(made.values())))

    read = {"".join(found) for found in VARIABLE.findall(code)}

    assert read
    assert read - EVERYBODYS - told == set()


def test_everything_that_a_pyproject_may_say_is_told(made: dict[str, str]) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (REFERENCE.parents[1] / "modpress").rglob("*.py"))
    publish = made["modpress.md"].partition("## modpress publish\n")[2].partition("\n## ")[0]

    read = set(re.findall(r"\"tool\", \"modpress\", \"([a-z-]+)\"", code))

    assert read
    assert {key for key in read if not re.search(rf"^ +{key} = ", publish, re.MULTILINE)} == set()


@pytest.mark.parametrize(
    ("page", "fault", "sentence"),
    [
        pytest.param("index-errors.md", "AlreadyPublished", "is already published", id="of an upload"),
        pytest.param("index-errors.md", "BadForm", "send one file at a time", id="told where it is raised"),
        pytest.param("index-errors.md", "KeptOut", "give a user", id="of a package in the package"),
        pytest.param("modpress-errors.md", "NotBumped", "Bump the version", id="of the author's tool"),
        pytest.param("modpress-errors.md", "SecretInImage", "holds the password of the index", id="beside a command"),
    ],
)
def test_every_fault_has_its_sentence(page: str, fault: str, sentence: str, made: dict[str, str]) -> None:
    section = made[page].partition(f"## {fault}\n")[2].partition("\n## ")[0]

    assert sentence in section


def test_every_guard_is_told_with_what_it_says(made: dict[str, str]) -> None:
    page = made["guards.md"]

    assert [guard.name for guard in every_guard()] == re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert "these files are not committed: {FILES}" in page
