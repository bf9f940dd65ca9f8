"""Guards of the tree: what is published is what everybody can check out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from modpress.clients import ClientFailed, find_uv, run
from modpress.guards.case import Case
from modpress.guards.git import GitFailed, Repository
from modpress.guards.shape import Guard, Lane, Verdict, failed, judged, passed, skipped

__all__ = ["Behind", "Branch", "Changelog", "Clean", "Lock", "find_entry"]

NO_GIT = "it is in no git repository"
SHOWN = 10
LOCK_SECONDS = 60
USUAL_BRANCHES = ("main", "master", "trunk")
REMOTE = "origin"
# A heading of Markdown, or a line that reStructuredText underlines.
HEADING = re.compile(r"^(?:#+[ \t]+(?P<marked>.+)|(?P<underlined>\S.*)\n[=\-~^]{3,}[ \t]*)$", re.MULTILINE)


class Clean(Guard):
    """A tree with edits is nobody else's tree."""

    name = "clean"
    family = "tree"
    says = "No file of the module differs from its last commit, and none is unknown to git."
    lane = Lane.GIT

    def check(self, case: Case) -> Verdict:
        """Name the files."""
        repository = case.repository
        if not repository:
            return skipped(NO_GIT)
        if not repository.changed:
            return passed()
        files = ", ".join(repository.changed[:SHOWN])
        more = f" and {len(repository.changed) - SHOWN} more" if len(repository.changed) > SHOWN else ""
        return failed(f"these files are not committed: {files}{more}; commit them, or add them to .gitignore")


class Branch(Guard):
    """Releases come from one branch."""

    name = "branch"
    family = "tree"
    says = "What is checked out is the default branch, or a commit of it."
    lane = Lane.GIT

    def check(self, case: Case) -> Verdict:
        """Compare with what the remote calls its default, or with the usual names."""
        repository = case.repository
        if not repository:
            return skipped(NO_GIT)
        default = default_branch(repository)
        if repository.branch in ([default] if default else USUAL_BRANCHES):
            return passed()
        expected = default or " or ".join(USUAL_BRANCHES)
        if repository.branch:
            return failed(f"the branch is {repository.branch}, and releases come from {expected}: switch to it")
        # A robot checks a commit out, not a branch.
        candidates = [default] if default else USUAL_BRANCHES
        places = [ref for name in candidates for ref in (f"refs/remotes/{REMOTE}/{name}", f"refs/heads/{name}")]
        if any(repository.confirms("merge-base", "--is-ancestor", "HEAD", place) for place in places):
            return passed()
        return failed(f"commit {repository.commit[:12]} is not on {expected}: switch to it")


class Behind(Guard):
    """Who publishes an old tree undoes what others have merged."""

    name = "behind"
    family = "tree"
    says = "The remote has no commit of this branch that is missing here."
    lane = Lane.GIT

    def check(self, case: Case) -> Verdict:
        """Ask the remote, not what was fetched of it some time."""
        repository = case.repository
        if not repository:
            return skipped(NO_GIT)
        if not repository.branch:
            return skipped("no branch is checked out")
        remote, branch = followed(repository)
        if remote not in repository.ask("remote").splitlines():
            return skipped("its repository has no remote")
        try:
            said = repository.ask("ls-remote", "--heads", remote, f"refs/heads/{branch}")
        except GitFailed as error:
            return failed(f"{remote} cannot be asked whether it has newer commits: {error}")
        theirs = said.split("\t")[0]
        if not theirs or repository.confirms("merge-base", "--is-ancestor", theirs, "HEAD"):
            return passed()
        return failed(f"{remote}/{branch} has commits that are not here: git pull {remote} {branch}")


class Changelog(Guard):
    """Who upgrades wants to know what changes."""

    name = "changelog"
    family = "tree"
    says = "The module's changelog has an entry for this version."

    def check(self, case: Case) -> Verdict:
        """Find the heading, and something below it."""
        path = next((file for file in sorted(case.folder.iterdir()) if is_changelog(file)), None)
        if not path:
            return skipped("it has no changelog")
        entry = find_entry(path.read_text(encoding="utf-8", errors="replace"), case.version)
        if entry is None:
            return failed(f"{path.name} has no entry for {case.version}: add '## {case.version}' and what changes")
        return judged([] if entry else [f"{path.name} says nothing under {case.version}: add what changes"])


class Lock(Guard):
    """A lock that is behind installs something else than what was tested."""

    name = "lock"
    family = "tree"
    says = "uv.lock and pylock.toml, where the module has them, are what pyproject.toml asks for."
    lane = Lane.GIT

    def check(self, case: Case) -> Verdict:
        """Ask uv of its own lock; compare the standard one (PEP 751) with what is asked for."""
        own, standard = case.folder / "uv.lock", case.folder / "pylock.toml"
        faults = []
        if own.is_file():
            faults += self._uv_faults(case)
        if standard.is_file():
            faults += lock_faults(standard, case.strings("project", "dependencies"))
        return judged(faults) if own.is_file() or standard.is_file() else skipped("it has no lock")

    def _uv_faults(self, case: Case) -> list[str]:
        uv = find_uv()
        if not uv:
            return ["uv.lock can't be checked without uv: install it"]
        try:
            run([uv, "lock", "--check", "--quiet"], case.options.environ, case.folder, LOCK_SECONDS)
        except ClientFailed as error:
            return [f"uv.lock is not what pyproject.toml asks for: run uv lock ({error})"]
        return []


def lock_faults(path: Path, dependencies: Sequence[str]) -> Iterator[str]:
    """Yield what a module asks for and its lock does not give."""
    from packaging.pylock import Pylock  # noqa: PLC0415 - only who has such a lock needs it

    packages = Pylock.from_dict(tomllib.loads(path.read_text(encoding="utf-8"))).packages
    locked = {package.name: package.version for package in packages}
    for requirement in map(Requirement, dependencies):
        name = canonicalize_name(requirement.name)
        version = locked.get(name)
        if requirement.marker and not requirement.marker.evaluate():
            continue
        if name not in locked:
            yield f"{path.name} lacks {name}, which pyproject.toml asks for: lock again"
        elif version and not requirement.specifier.contains(version, prereleases=True):
            yield f"{path.name} has {name} {version}, and pyproject.toml asks for {requirement.specifier}: lock again"


def default_branch(repository: Repository) -> str | None:
    """Return what the remote calls its default branch, as far as it was ever told here."""
    try:
        return repository.ask("symbolic-ref", "--short", f"refs/remotes/{REMOTE}/HEAD").removeprefix(f"{REMOTE}/")
    except GitFailed:
        return None


def followed(repository: Repository) -> tuple[str, str]:
    """Return the remote and the branch there that a branch follows."""
    remote, _, branch = (repository.upstream or f"{REMOTE}/{repository.branch}").partition("/")
    return remote, branch


def is_changelog(path: Path) -> bool:
    """Whether a file is called as changelogs are."""
    return path.stem.upper() in {"CHANGELOG", "CHANGES", "HISTORY", "NEWS"} and path.is_file()


def find_entry(text: str, version: Version) -> str | None:
    """Return what a changelog says of a version, or of the one it is a post-release or a rehearsal of."""
    entries = dict(_entries(text))
    return next((entries[each] for each in (version, Version(version.base_version)) if each in entries), None)


def _entries(text: str) -> Iterator[tuple[Version, str]]:
    versions = [(heading, version) for heading in HEADING.finditer(text) if (version := _version_in(heading))]
    ends = [*(heading.start() for heading, _ in versions), len(text)]
    for (heading, version), end in zip(versions, ends[1:], strict=True):
        yield version, text[heading.end() : end].strip()


def _version_in(heading: re.Match[str]) -> Version | None:
    """Return the first word of a heading that is a version, as in "[1.2.0] - 2026-01-31" or "acme v1.2.0"."""
    for word in (heading["marked"] or heading["underlined"]).split():
        try:
            return Version(word.strip("[]():,`*").partition("]")[0])
        except InvalidVersion:
            continue
    return None
