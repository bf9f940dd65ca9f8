"""What git knows of a module's folder, asked of git itself: few commands, none of which changes anything."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from modpress.git import run_git, undisturbed

__all__ = ["GitFailed", "Repository"]

SECONDS = 20


class GitFailed(Exception):
    """git ended badly; the text is its own words."""


@dataclass(frozen=True)
class Repository:
    """The part of a repository that is one module.

    Attributes:
        folder: the module's.
        environ: for git.
        commit: what is checked out; empty before the first commit.
        branch: its name; None for a detached head.
        upstream: what the branch follows, such as origin/main.
        changed: the files of the module that differ from the commit, or are unknown to it.

    """

    folder: Path
    environ: Mapping[str, str]
    commit: str
    branch: str | None
    upstream: str | None
    changed: tuple[str, ...]

    @classmethod
    def find(cls, folder: Path, environ: Mapping[str, str]) -> Self | None:
        """Return the repository of a folder, or None if there is none, or no git."""
        environ = undisturbed(environ)
        command = ["status", "--porcelain=v2", "--branch", "--untracked-files=all", "-z", "--", "."]
        try:
            said = _run(command, folder, environ)
        except GitFailed as error:
            if "not a git repository" in str(error):
                return None
            raise
        except FileNotFoundError:
            return None
        fields = said.split("\0")
        heads = dict(line[2:].split(" ", 1) for line in fields if line.startswith("# branch."))
        return cls(
            folder=folder,
            environ=environ,
            commit=heads["branch.oid"].replace("(initial)", ""),
            branch=None if heads["branch.head"] == "(detached)" else heads["branch.head"],
            upstream=heads.get("branch.upstream"),
            changed=tuple(_changed(fields)),
        )

    def ask(self, *command: str) -> str:
        """Return what git says, without the last newline.

        Raises:
            GitFailed: with its words.

        """
        return _run(command, self.folder, self.environ).removesuffix("\n")

    def confirms(self, *command: str) -> bool:
        """Whether git ends well."""
        try:
            self.ask(*command)
        except GitFailed:
            return False
        return True

    def tracked(self) -> frozenset[str]:
        """Return the module's files that git knows, relative to its folder."""
        return frozenset(self.ask("ls-files", "-z", "--", ".").split("\0"))


def _changed(fields: Sequence[str]) -> list[str]:
    """Return the paths of a porcelain v2 status: what stands after the fixed number of columns of each kind."""
    columns = {"1": 8, "2": 9, "u": 10, "?": 1}
    paths, is_old_name = [], False
    for field in fields:
        if is_old_name or field[:1] not in columns:
            is_old_name = False
            continue
        paths.append(field.split(" ", columns[field[0]])[-1])
        is_old_name = field[0] == "2"
    return paths


def _run(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> str:
    try:
        done = run_git(command, folder, environ, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise GitFailed(f"git {command[0]} gave no answer within {SECONDS} s") from None
    if done.returncode:
        raise GitFailed(done.stderr.strip() or f"git {command[0]} ended with {done.returncode}")
    return done.stdout
