"""A new module can begin with a git repository of its own, so that its first release can be tagged."""

import subprocess
import sys
from pathlib import Path

ANSWERS = ("--no-input", "project_name=acme-tool", "author_name=Zoë O'Brien", "author_email=zoe@example.org")


def new(folder: Path, env: dict[str, str], *options: str) -> str:
    """Make a module and return what was said."""
    command = [sys.executable, "-m", "modpress", "new", *options, *ANSWERS]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True).stdout


def git(folder: Path, env: dict[str, str], *words: str) -> str:
    """Ask git."""
    return subprocess.run(["git", *words], cwd=folder, env=env, capture_output=True, text=True, check=True).stdout


def test_a_module_begins_with_one_commit_by_its_author_where_git_knows_nobody(
    tmp_path: Path, env: dict[str, str]
) -> None:
    said = new(tmp_path, env, "--git")

    module = tmp_path / "acme-tool"
    assert git(module, env, "log", "--format=%an <%ae>", "main") == "Zoë O'Brien <zoe@example.org>\n"
    assert git(module, env, "status", "--porcelain") == ""
    assert said.endswith("acme-tool is a git repository, with all of this as its first commit.\n")


def test_whom_git_knows_stays_who_commits(tmp_path: Path, env: dict[str, str]) -> None:
    (Path(env["HOME"]) / ".gitconfig").write_text("[user]\n\tname = Me\n\temail = me@example.org\n")

    new(tmp_path, env, "--git")

    assert git(tmp_path / "acme-tool", env, "log", "--format=%an <%ae>") == "Me <me@example.org>\n"


def test_within_a_repository_no_other_is_begun(tmp_path: Path, env: dict[str, str]) -> None:
    git(tmp_path, env, "init", "--quiet")

    new(tmp_path, env, "--git")

    assert not (tmp_path / "acme-tool" / ".git").exists()


def test_unless_asked_nothing_is_begun(tmp_path: Path, env: dict[str, str]) -> None:
    new(tmp_path, env)

    assert not (tmp_path / "acme-tool" / ".git").exists()
