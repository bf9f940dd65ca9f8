"""What git knows of a module: its tags, what was edited since one of them, and what is to be committed."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from modpress.errors import Fault
from modpress.git import run_git, undisturbed
from modpress.module import Module

__all__ = ["GitFailed", "Repository", "tag_name"]


class GitFailed(Fault):
    """git refused what it was asked."""

    def __init__(self, what: str, said: str) -> None:
        super().__init__(f"git {what} failed: {said}")


@dataclass(frozen=True)
class Repository:
    """A git repository's work tree.

    Attributes:
        root: its topmost folder.

    """

    root: Path

    @classmethod
    def holding(cls, folder: Path) -> "Repository | None":
        """Return the repository that a folder belongs to; None without one, or without git."""
        here = folder.resolve()
        # Walked here rather than asked of git: sixty modules would be sixty processes.
        root = next((each for each in (here, *here.parents) if (each / ".git").exists()), None)
        return cls(root) if root and shutil.which("git") else None

    @property
    def own_folder(self) -> Path:
        """Where git keeps what is its own of this work tree."""
        usual = self.root / ".git"
        return usual if usual.is_dir() else self.root / self.ask("rev-parse", "--git-dir").strip()

    def tags(self) -> frozenset[str]:
        """Return the names of all tags."""
        return frozenset(self.ask("tag", "--list").split())

    def tags_beside(self, tag: str) -> list[str]:
        """Return the names of all tags of a tag's commit, itself included."""
        return self.ask("tag", "--list", "--points-at", f"refs/tags/{tag}^{{commit}}").split()

    def has_commits(self) -> bool:
        """Whether anything was committed yet."""
        return self._git("rev-parse", "--verify", "--quiet", "HEAD").returncode == 0

    def edited_since(self, reference: str, folder: Path) -> list[str]:
        """Return the files below a folder that differ from a commit: committed since, or not committed at all."""
        place = os.path.relpath(folder.resolve(), self.root)
        changed = self.ask("diff", "--name-only", "--no-renames", "-z", reference, "--", place)
        new = self.ask("ls-files", "--others", "--exclude-standard", "-z", "--", place)
        return sorted({name for name in (changed + new).split("\0") if name})

    def uncommitted(self, folders: Sequence[Path]) -> list[str]:
        """Return the files below folders that differ from the last commit."""
        places = [os.path.relpath(folder.resolve(), self.root) for folder in folders]
        lines = self.ask("status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", *places)
        return sorted(line[3:] for line in lines.split("\0") if line)

    def commit(self, files: Sequence[Path], message: str) -> str:
        """Commit these files and nothing else, and return the commit's short name."""
        places = [os.path.relpath(file.resolve(), self.root) for file in files]
        self.ask("add", "--", *places)
        self.ask("commit", "--quiet", "--message", message, "--", *places)
        return self.ask("rev-parse", "--short", "HEAD").strip()

    def unstage(self, files: Sequence[Path]) -> None:
        """Take files out of what the next commit would hold, as they lie in the tree."""
        self.ask("reset", "--quiet", "--", *(os.path.relpath(file.resolve(), self.root) for file in files))

    def tag(self, name: str, message: str) -> None:
        """Tag the last commit."""
        self.ask("tag", "--annotate", "--message", message, name)

    def folders_with(self, filename: str) -> list[Path]:
        """Return the folders in which git knows a file of this name, or would take it in."""
        found = self.ask(
            "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", filename, f"*/{filename}"
        )
        return sorted({(self.root / name).parent for name in found.split("\0") if name})

    def ask(self, *words: str) -> str:
        """Run git and return what it says.

        Raises:
            GitFailed: it ended badly.

        """
        done = self._git(*words)
        if done.returncode:
            raise GitFailed(words[0], " ".join((done.stderr or done.stdout).split()))
        return done.stdout

    def _git(self, *words: str) -> CompletedProcess[str]:
        return run_git(words, self.root, undisturbed(os.environ))


def tag_name(module: Module, repository: Repository) -> str:
    """Return the tag of a module's release: v1.0.0 where the repository is one module, else NAME-v1.0.0."""
    is_alone = module.folder.resolve() == repository.root
    return f"v{module.version}" if is_alone else f"{module.key}-v{module.version}"
