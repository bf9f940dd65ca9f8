"""A tag is set last, where there is git: on the commit that was published, and again where it is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from modpress.module import Module
from modpress.report import Report
from modpress.tagging import tag_releases


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with one module at its root and one in a folder."""
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "user.name", "A test")
    git(tmp_path, "config", "user.email", "test@example.org")
    for folder, name in ((tmp_path, "acme"), (tmp_path / "libs" / "tint", "Acme.Tint")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "1.0"\n')
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Begin")
    return tmp_path


def git(folder: Path, *words: str) -> str:
    run = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return run.stdout


def test_a_tag_names_the_module_unless_it_is_the_whole_repository(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    modules = [Module.read(repository / "libs" / "tint"), Module.read(repository)]

    tag_releases(modules, Report(sys.stdout, sys.stderr))

    assert git(repository, "tag", "--list").split() == ["acme-tint-v1.0", "v1.0"]
    assert git(repository, "cat-file", "-t", "v1.0") == "tag\n"
    assert capsys.readouterr().err == ""


def test_a_tag_that_is_there_stays_where_it_is(repository: Path) -> None:
    git(repository, "tag", "v1.0")
    before = git(repository, "rev-parse", "v1.0")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "Go on")

    tag_releases([Module.read(repository)], Report(sys.stdout, sys.stderr))

    assert git(repository, "rev-parse", "v1.0") == before


def test_what_is_not_committed_is_not_tagged(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "libs" / "tint" / "new.py").write_text("")
    module = Module.read(repository / "libs" / "tint")

    tag_releases([module], Report(sys.stdout, sys.stderr))

    assert git(repository, "tag", "--list") == ""
    assert "not tagged acme-tint-v1.0: libs/tint/new.py is not committed" in capsys.readouterr().err


def test_without_git_nothing_is_tagged_and_nothing_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "acme"\nversion = "1.0"\n')

    tag_releases([Module.read(tmp_path)], Report(sys.stdout, sys.stderr))

    assert capsys.readouterr() == ("", "")


def test_a_repository_that_can_not_be_tagged_is_a_warning(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / ".git" / "refs" / "tags" / "v1.0.lock").write_text("")

    tag_releases([Module.read(repository)], Report(sys.stdout, sys.stderr))

    assert "Warning: acme 1.0 is published, but has no tag v1.0 yet: git tag failed:" in capsys.readouterr().err
