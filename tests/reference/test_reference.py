"""The reference says what the code says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from modpress.guards.table import every_guard
from tests.reference.places import REFERENCE
from tests.surroundings import clean_environment


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages as the code makes them, in a process of its own, since pypiserver warns of its own Bottle."""
    folder = tmp_path_factory.mktemp("reference")
    command = [sys.executable, "-m", "tests.reference", str(folder)]
    subprocess.run(command, env=clean_environment(folder), cwd=REFERENCE.parents[1], check=True)
    return _texts(folder)


def _texts(folder: Path) -> dict[str, str]:
    return {page.name: page.read_text(encoding="utf-8") for page in folder.glob("*.md")}


def test_each_page_of_the_reference_is_what_the_code_makes_of_it(made: dict[str, str]) -> None:
    assert _texts(REFERENCE) == made, "run python -m tests.reference"


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
