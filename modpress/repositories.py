"""A git repository as an update needs it: trees are merged apart from any file, and then put in place whole."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Self

from modpress.git import run_git, undisturbed
from modpress.update_errors import GitFailed, NotCommitted, NotInGit, OldGit, UncommittedChanges

__all__ = ["Entry", "Merge", "Repository"]

NEEDED = (2, 38)
NOBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "modpress"), ("EMAIL", "modpress"), ("DATE", "2000-01-01T00:00:00Z"))
}
OURS = "2"
YOURS = "modpress/yours"
RENAMES = ("-c", "merge.renames=true", "-c", "diff.renames=true")


@dataclass(frozen=True)
class Entry:
    """One side of a conflict, as the index holds it: stage 1 is the old template, 2 the author, 3 the new template."""

    mode: str
    blob: str
    stage: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Merge:
    """What comes of a merge: a tree, in which files with a conflict have its marks, and the conflicts."""

    tree: str
    entries: Sequence[Entry] = ()

    @property
    def conflicts(self) -> list[str]:
        """The files with a conflict."""
        return sorted({entry.path for entry in self.entries})

    @property
    def left_by_author(self) -> list[str]:
        """Those that the author has deleted, or moved beyond recognition, while the template changed them."""
        kept = {entry.path for entry in self.entries if entry.stage == OURS}
        return [path for path in self.conflicts if path not in kept]


class Repository:
    """One repository, spoken to through git's own commands."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        self.environ = environ

    @classmethod
    def around(cls, folder: Path, environ: Mapping[str, str]) -> Self:
        """Return the repository that a folder is in."""
        environ = undisturbed(environ) | NOBODY
        if not shutil.which("git", path=environ.get("PATH")):
            raise GitFailed("be found", "install git, 2.38 or newer")
        here = cls(folder, environ)
        here.check_version()
        try:
            return cls(
                Path(here.git("find the repository", "rev-parse", "--show-toplevel").removesuffix("\n")), environ
            )
        except GitFailed as fault:
            if "not a git repository" in str(fault):
                raise NotInGit(folder) from None
            raise

    def check_version(self) -> None:
        """Refuse a git that cannot merge trees."""
        said = self.git("say its version", "version").strip()
        found = re.search(r"(\d+)\.(\d+)", said)
        if found and tuple(map(int, found.groups())) < NEEDED:
            raise OldGit(said.removeprefix("git version "))

    def check_clean(self) -> None:
        """Refuse what is not committed; files that git does not know are in nobody's way."""
        # With locks allowed, git also notes which files are unchanged though they look touched.
        options = ("status", "--porcelain", "--untracked-files=no")
        changes = self.git("tell what has changed", *options, variables={"GIT_OPTIONAL_LOCKS": "1"}).splitlines()
        if changes:
            raise UncommittedChanges(changes)

    def prefix_of(self, folder: Path) -> str:
        """Return a folder's path in the repository; empty for the root."""
        relative = folder.resolve().relative_to(self.root.resolve()).as_posix()
        return "" if relative == "." else relative

    def tree_of(self, folder: Path, whole: str = "HEAD") -> str:
        """Return the tree of a folder, as it is committed unless a tree of the whole repository is given."""
        try:
            return self.git("find the commit", "rev-parse", "--verify", f"{whole}:{self.prefix_of(folder)}").strip()
        except GitFailed:
            raise NotCommitted(folder) from None

    def staged(self) -> str:
        """Return the tree of the whole index."""
        return self.git("write a tree", "write-tree").strip()

    def files_named(self, name: str, below: Path) -> list[Path]:
        """Return the files of a name that git knows below a folder."""
        pathspec = f":(top,glob){'/'.join(filter(None, [_literal(self.prefix_of(below)), '**', name]))}"
        return [self.root / path for path in _split(self.git("list files", "ls-files", "-z", "--", pathspec))]

    def keep(self, folder: Path) -> str:
        """Write all the files of a folder as a tree, and return it."""
        with _other_index() as index:
            where = {**index, "GIT_WORK_TREE": os.fspath(folder)}
            # Neither a .gitignore of the template nor the person's own keeps anything out.
            self.git(
                "read the files",
                "--git-dir",
                self._git_dir(),
                "add",
                "--all",
                "--force",
                ".",
                cwd=folder,
                variables=where,
            )
            return self.git("write a tree", "write-tree", variables=index).strip()

    def merge(self, base: str, ours: str, theirs: str, label: str) -> Merge:
        """Merge three trees; neither index nor files are touched. The label names the last in marks of conflicts."""
        # Only since 2.40 can the base be named; a common ancestor of commits says it as well.
        ancestor = self._commit(base)
        commits = {YOURS: self._commit(ours, ancestor), label: self._commit(theirs, ancestor)}
        with self._named(commits):
            command = (*RENAMES, "merge-tree", "--write-tree", "-z", "--no-messages", *commits)
            tree, *fields = _split(self.git("merge", *command, fine=(0, 1)))
        return Merge(tree=tree, entries=[_entry(field) for field in fields if field])

    def without(self, tree: str, paths: Iterable[str]) -> str:
        """Return a tree without some of its files."""
        with _other_index() as index:
            self.git("read a tree", "read-tree", tree, variables=index)
            lines = "".join(f"0 {'0' * len(tree)}\t{path}\0" for path in paths)
            self.git("remove files", "update-index", "-z", "--index-info", stdin=lines, variables=index)
            return self.git("write a tree", "write-tree", variables=index).strip()

    def placed(self, whole: str, folder: Path, tree: str) -> str:
        """Return a tree of the whole repository with another tree in a folder's place."""
        prefix = self.prefix_of(folder)
        if not prefix:
            return tree
        with _other_index() as index:
            self.git("read a tree", "read-tree", whole, variables=index)
            self.git(
                "clear a folder", "rm", "-r", "-f", "-q", "--cached", "--", f":(top,literal){prefix}", variables=index
            )
            self.git("fill a folder", "read-tree", f"--prefix={prefix}/", tree, variables=index)
            return self.git("write a tree", "write-tree", variables=index).strip()

    def changes(self, before: str, after: str) -> list[str]:
        """Return a line for each file that differs between two trees."""
        command = ("diff-tree", "-r", "-z", "--find-renames", "--name-status", before, after)
        fields = iter(_split(self.git("compare", *command)))
        return [_change(status, fields) for status in fields]

    def put(self, before: str, after: str) -> None:
        """Change index and files from one tree to another; refuse, changing nothing, if a file is in the way."""
        self.git("put the files in place", "read-tree", "-m", "-u", before, after)

    def take_back(self, before: str) -> None:
        """Set index and files back to a tree, whatever has been done to files that git knows."""
        self.git("take the files back", "read-tree", "--reset", "-u", before)

    def mark(self, folder: Path, entries: Iterable[Entry]) -> None:
        """Note conflicts in the index, where `git status` and every merge tool look for them."""
        prefix = self.prefix_of(folder)
        placed = [Entry(each.mode, each.blob, each.stage, f"{prefix}/{each.path}".lstrip("/")) for each in entries]
        gone = dict.fromkeys(each.path for each in placed)
        lines = [f"0 {'0' * 40}\t{path}\0" for path in gone]
        lines += [f"{each.mode} {each.blob} {each.stage}\t{each.path}\0" for each in placed]
        self.git("note the conflicts", "update-index", "-z", "--index-info", stdin="".join(lines))

    def git(
        self,
        what: str,
        *arguments: str,
        stdin: str = "",
        cwd: Path | None = None,
        fine: Sequence[int] = (0,),
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Run a git command and return what it said.

        Args:
            what: it is to do, for the sentence if it cannot.
            arguments: of git.
            stdin: what it reads.
            cwd: where it runs; at the root unless told.
            fine: the exit codes that are no failure.
            variables: git's own, beside those of the environment.

        """
        done = run_git(arguments, cwd or self.root, {**self.environ, **variables}, stdin=stdin)
        if done.returncode not in fine:
            raise GitFailed(what, done.stderr or done.stdout)
        return done.stdout

    @contextmanager
    def _named(self, commits: Mapping[str, str]) -> Iterator[None]:
        """Give commits names for a while: git marks conflicts with the words it is given."""
        try:
            for name, commit in commits.items():
                self.git("name a commit", "update-ref", f"refs/{name}", commit)
            yield
        finally:
            for name in commits:
                self.git("forget a name", "update-ref", "-d", f"refs/{name}")

    def _git_dir(self) -> str:
        return self.git("find its folder", "rev-parse", "--absolute-git-dir").removesuffix("\n")

    def _commit(self, tree: str, *parents: str) -> str:
        options = [word for parent in parents for word in ("-p", parent)]
        return self.git("commit", "commit-tree", "-m", "modpress", *options, tree).strip()


@contextmanager
def _other_index() -> Iterator[dict[str, str]]:
    """Give what makes git work on an index that nobody else sees."""
    with tempfile.TemporaryDirectory(prefix="modpress-") as folder:
        yield {"GIT_INDEX_FILE": f"{folder}/index"}


def _split(output: str) -> list[str]:
    return output.removesuffix("\0").split("\0") if output else []


def _entry(field: str) -> Entry:
    about, path = field.split("\t", 1)
    mode, blob, stage = about.split(" ")
    return Entry(mode, blob, stage, path)


def _change(status: str, fields: Iterator[str]) -> str:
    words = {"A": "added", "D": "removed", "R": "moved", "M": "changed", "T": "changed"}
    path = next(fields)
    moved = f"{path} -> {next(fields)}" if status.startswith("R") else path
    return f"{words.get(status[0], status):<8} {moved}"


def _literal(path: str) -> str:
    return re.sub(r"([*?\[\]\\])", r"\\\1", path)
