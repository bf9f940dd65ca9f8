"""What tests of updates share: a repository, a modpress of the next version, and the template of the last one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.template_versions import FIRST, LINES, Team, Tool, template, write_modpress_wheel

OLD, NEW = "1.0", "2.0"
FIRST_GUIDE = FIRST["{{ cookiecutter.project_name }}/guide.txt"]
AT_CONFLICT = 3

Install = Callable[..., Tool]


@pytest.fixture
def team(tmp_path: Path, env: dict[str, str]) -> Team:
    """An empty repository."""
    (tmp_path / "repository").mkdir()
    team = Team(tmp_path / "repository", env)
    team.git("init", "--quiet", "--initial-branch=main")
    return team


@pytest.fixture
def install(tmp_path: Path, env: dict[str, str]) -> Install:
    """A function that installs modpress 2.0 with a template that differs from the first by the given files."""
    return lambda **changes: Tool.installed(tmp_path / "library", NEW, template(NEW, **changes), env)


@pytest.fixture
def old(tmp_path: Path) -> str:
    """The option that says where the template of modpress 1.0 is."""
    return f"--from={write_modpress_wheel(tmp_path / 'dist', OLD, template(OLD))}"


def lines(**changes: str) -> str:
    """Return the twenty lines with some replaced: line_3="other"."""
    text = LINES
    for name, words in changes.items():
        text = text.replace(f"{name.replace('_', ' ')}\n", f"{words}\n")
    return text
