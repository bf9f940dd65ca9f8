"""Release modules: write versions, bounds, changelogs and locks, commit, publish, tag. A dry run only shows it."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import NormalizedName

from modpress.clients import ClientFailed, find_uv, run
from modpress.errors import Fault, indented
from modpress.guards import may_write
from modpress.history import GitFailed, Repository, tag_name
from modpress.module import PYPROJECT, Module
from modpress.order import Order
from modpress.publication import Index, reach
from modpress.publishing import publish_modules
from modpress.release_plan import CHANGELOG, Bump, Source, Wanted, as_diff, commit_message, plan
from modpress.report import Report
from modpress.selection import find_around, find_modules, in_order
from modpress.together import releases_among

__all__ = ["ReleaseOrder", "release_modules"]

LOCKS = {"uv.lock": ("uv", "lock"), "poetry.lock": ("poetry", "lock"), "pdm.lock": ("pdm", "lock", "--update-reuse")}


class NoRepository(Fault):
    """A release is a commit and a tag, and there is no git to hold them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} is in no git repository, and a release is a commit and a tag: "
            "`git init && git add . && git commit -m 'Begin'` makes one; or raise the version and run modpress publish"
        )


class TwoRepositories(Fault):
    """Modules of two repositories can't be one commit."""

    def __init__(self, one: Path, other: Path) -> None:
        super().__init__(f"{one} and {other} are two repositories: release the modules of one at a time")


class Uncommitted(Fault):
    """There are changes that would get into the release's commit, or be released without being committed."""

    def __init__(self, files: Sequence[str]) -> None:
        super().__init__(f"these files are not committed: commit or stash them first{indented(chr(10).join(files))}")


class NoRight(Fault):
    """The index would not take the release from this user."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"{sentence}. Nothing was changed")


class Taken(Fault):
    """The index has a version already that was to be released."""

    def __init__(self, bumps: Sequence[Bump]) -> None:
        names = " and ".join(f"{bump.module.name} {bump.version}" for bump in bumps)
        super().__init__(
            f"the index has {names} already, though this tree comes before: git pull what was released elsewhere, "
            "or name a larger version"
        )


class LockFailed(Fault):
    """A lock file could not be renewed."""

    def __init__(self, lock: Path, tool: str, output: str) -> None:
        super().__init__(
            f"{lock} could not be renewed with {tool}, and nothing was changed; mend it, or leave the lock to "
            f"yourself with --no-lock{indented(output)}"
        )


class NotPublished(Fault):
    """The release is committed, and publishing it failed."""

    def __init__(self, fault: Fault, advice: str) -> None:
        super().__init__(f"{fault}\n{advice}")


@dataclass(frozen=True, kw_only=True)
class ReleaseOrder:
    """What was asked for.

    Attributes:
        order: what to release, and where to publish it.
        wanted: the step, and how; its `leads` are found here.
        renews_locks: whether lock files are renewed.
        is_rehearsal: whether the changes are only to be shown.

    """

    order: Order
    wanted: Wanted
    renews_locks: bool = True
    is_rehearsal: bool = False


def release_modules(asked: ReleaseOrder, report: Report) -> None:
    """Release what was ordered. Before the commit a fault leaves everything as it was; after it, the commit stays."""
    leads = in_order(find_modules(asked.order.paths))
    repository = _repository_of(leads)
    tree = in_order(find_around(repository, leads))
    wanted = replace(asked.wanted, leads={module.key for module in leads})
    bumps = _plan(tree, wanted, repository, asked.order)
    report.plan([*(f"{bump.module.name} {bump.module.version} -> {bump.version}  {bump.reason}" for bump in bumps), ""])
    locks = _locks(bumps, repository) if asked.renews_locks else {}
    if asked.is_rehearsal:
        report.plan(_rehearsal(bumps, locks, repository))
        return
    if files := repository.uncommitted([bump.module.folder for bump in bumps]):
        raise Uncommitted(files)
    _check_right(bumps, asked.order)
    commit = _commit(bumps, locks, repository, asked.order.environ)
    _publish(bumps, commit, asked.order, report)
    _tag(bumps, repository, report)


def _plan(tree: Sequence[Module], wanted: Wanted, repository: Repository, order: Order) -> list[Bump]:
    """Plan with what git and the index know: a version that nobody has is not raised again, one that is taken is."""
    tags = repository.tags()
    sources = [_source(module, is_released=tag_name(module, repository) in tags) for module in tree]
    # Without a tag only the index knows, and it is asked about those alone that would keep their version.
    index_of: dict[NormalizedName, Index] = {}
    while True:
        bumps = plan(sources, wanted)
        index_of |= reach([bump.module for bump in bumps if bump.module.key not in index_of], order)
        taken = {bump.module.key for bump in bumps if _is_taken(bump, index_of[bump.module.key])}
        stale = {source.module.key for source in sources if not source.is_released} & taken
        if not stale:
            break
        sources = [replace(each, is_released=each.is_released or each.module.key in stale) for each in sources]
    if taken:
        raise Taken([bump for bump in bumps if bump.module.key in taken])
    return bumps


def _is_taken(bump: Bump, index: Index) -> bool:
    return bump.version in releases_among(index.listing.files_of(bump.module.key))


def _check_right(bumps: Sequence[Bump], order: Order) -> None:
    """Refuse what the index would refuse: a wrong password is better known before the commit than after it."""
    index_of = reach([bump.module for bump in bumps], order)
    for bump in bumps:
        index = index_of[bump.module.key]
        verdict = may_write(replace(bump.module, version=bump.version), index.destination, index.account)
        if verdict.is_fault:
            raise NoRight(verdict.sentences[0])


def _repository_of(leads: Sequence[Module]) -> Repository:
    first, *others = (_repository_at(module.folder) for module in leads)
    for other in others:
        if other != first:
            raise TwoRepositories(first.root, other.root)
    return first


def _repository_at(folder: Path) -> Repository:
    repository = Repository.holding(folder)
    if repository is None or not repository.has_commits():
        raise NoRepository(folder)
    return repository


def _source(module: Module, *, is_released: bool) -> Source:
    changelog = module.folder / CHANGELOG
    return Source(
        module=replace(module, folder=module.folder.resolve()),
        pyproject=_read(module.folder / PYPROJECT),
        changelog=_read(changelog) if changelog.is_file() else None,
        is_released=is_released,
    )


def _read(path: Path) -> str:
    return path.read_bytes().decode()


def _locks(bumps: Sequence[Bump], repository: Repository) -> dict[Path, tuple[str, ...]]:
    """Return the lock files that a release makes stale, and what renews each."""
    folders = dict.fromkeys([*(bump.module.folder for bump in bumps), repository.root])
    return {folder / name: words for folder in folders for name, words in LOCKS.items() if (folder / name).is_file()}


def _rehearsal(bumps: Sequence[Bump], locks: Mapping[Path, tuple[str, ...]], repository: Repository) -> list[str]:
    tags = ", ".join(_tags(bumps, repository))
    return [
        as_diff(bumps, repository.root),
        *(
            f"Would renew {lock.relative_to(repository.root).as_posix()} with `{' '.join(locks[lock])}`"
            for lock in locks
        ),
        f"Would commit:  {commit_message(bumps).splitlines()[0]}",
        f"Would publish: {', '.join(f'{bump.module.name} {bump.version}' for bump in bumps)}",
        f"Would tag:     {tags}",
        "Nothing was changed.",
    ]


def _tags(bumps: Sequence[Bump], repository: Repository) -> list[str]:
    return [tag_name(replace(bump.module, version=bump.version), repository) for bump in bumps]


def _commit(
    bumps: Sequence[Bump], locks: Mapping[Path, tuple[str, ...]], repository: Repository, environ: Mapping[str, str]
) -> str | None:
    """Write, lock and commit; return the commit's name, or None if there was nothing to change."""
    edits = [edit for bump in bumps for edit in bump.edits]
    paths = [*(edit.path for edit in edits), *locks]
    with _restored_on_failure(paths, repository):
        for edit in edits:
            edit.path.write_bytes(edit.after.encode())
        for lock, words in locks.items():
            _renew(lock, words, environ)
        changed = repository.uncommitted(paths) if paths else []
        return (
            repository.commit([repository.root / name for name in changed], commit_message(bumps)) if changed else None
        )


@contextmanager
def _restored_on_failure(paths: Sequence[Path], repository: Repository) -> Iterator[None]:
    before = {path: path.read_bytes() for path in paths}
    try:
        yield
    except BaseException:
        for path, content in before.items():
            path.write_bytes(content)
        with suppress(GitFailed):
            repository.unstage(list(before))
        raise


def _renew(lock: Path, words: Sequence[str], environ: Mapping[str, str]) -> None:
    tool = find_uv() if words[0] == "uv" else shutil.which(words[0], path=environ.get("PATH"))
    if not tool:
        raise LockFailed(lock, words[0], f"{words[0]} is not installed here")
    try:
        run([tool, *words[1:]], {**environ, "VIRTUAL_ENV": ""}, lock.parent)
    except ClientFailed as error:
        raise LockFailed(lock, " ".join(words), str(error)) from None


def _publish(bumps: Sequence[Bump], commit: str | None, order: Order, report: Report) -> None:
    folders = [bump.module.folder for bump in bumps]
    advice = _advice(folders, commit)
    try:
        publish_modules(replace(order, paths=folders), report)
    except Fault as fault:
        raise NotPublished(fault, advice) from None
    except BaseException:
        report.warn(advice)
        raise


def _advice(folders: Sequence[Path], commit: str | None) -> str:
    done = f"The release is committed as {commit}" if commit else "The release was committed before"
    back = "\n  git reset --keep HEAD~1" if commit else ""
    return (
        f"{done} and not tagged. When the cause is mended, this goes on from there:\n"
        f"  modpress publish {' '.join(map(str, folders))}"
        + (f"\nAnd if nothing went up yet, this takes the commit back:{back}" if back else "")
    )


def _tag(bumps: Sequence[Bump], repository: Repository, report: Report) -> None:
    tags = _tags(bumps, repository)
    there = repository.tags()
    for tag, bump in zip(tags, bumps, strict=True):
        if tag not in there:
            repository.tag(tag, f"{bump.module.name} {bump.version}")
    report.conclude(["Share it:  git push --follow-tags"])
