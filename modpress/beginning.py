"""The git repository of a new module, which begins with the module as the template has made it."""

import json
from collections.abc import Callable
from pathlib import Path

from modpress.history import GitFailed, Repository

__all__ = ["begin"]

BRANCH = "main"


def begin(folder: Path, record: Path, say: Callable[[str], None]) -> None:
    """Make a folder a repository with one commit, unless it is in one already.

    Without an identity git can neither commit nor tag, so whoever has given none to git is, in this repository, whom
    the module names as its author.

    Args:
        folder: the module's.
        record: the file with the answers that it was made of.
        say: tells what was done, or why it was not.

    """
    if Repository.holding(folder) is not None:
        return
    answers = json.loads(record.read_text(encoding="utf-8"))
    try:
        _commit_all(Repository(folder), answers)
    except (GitFailed, FileNotFoundError) as fault:
        say(f"{folder.name} is made, but is no git repository with a first commit yet: {fault}")
    else:
        say(f"{folder.name} is a git repository, with all of this as its first commit.")


def _commit_all(repository: Repository, answers: dict[str, str]) -> None:
    repository.ask("init", "--quiet", "--initial-branch", BRANCH)
    for name in ("name", "email"):
        if not _is_known(repository, f"user.{name}"):
            repository.ask("config", f"user.{name}", answers[f"author_{name}"])
    repository.ask("add", "--all")
    # A signature would ask for a pass phrase, and this commit says nothing that is worth one.
    repository.ask("-c", "commit.gpgsign=false", "commit", "--quiet", "--message", "Begin with what the template makes")


def _is_known(repository: Repository, setting: str) -> bool:
    try:
        return bool(repository.ask("config", "--get", setting).strip())
    except GitFailed:
        return False
