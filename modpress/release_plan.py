"""What a release changes: which modules get which version, and each file's text before and after. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import Literal, get_args

from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from modpress.changelog import has_news, with_news
from modpress.edits import with_bounds, with_version
from modpress.errors import Fault
from modpress.module import PYPROJECT, Module
from modpress.versions import next_version

__all__ = ["CHANGELOG", "FOLLOW", "Bump", "Edit", "Follow", "Source", "Wanted", "as_diff", "commit_message", "plan"]

CHANGELOG = "CHANGELOG.md"
Follow = Literal["all", "needed", "none"]
FOLLOW: tuple[Follow, ...] = get_args(Follow)


class NotStatic(Fault):
    """A version stands nowhere that we could change."""

    def __init__(self, module: Module) -> None:
        super().__init__(
            f"{module.name} lets its build backend work its version out (project.dynamic in "
            f"{module.folder / PYPROJECT}): raise it where it comes from, commit, and run modpress publish"
        )


class NoNews(Fault):
    """Nobody could tell what a release brings."""

    def __init__(self, modules: Sequence[Module]) -> None:
        files = " and ".join(str(module.folder / CHANGELOG) for module in modules)
        super().__init__(
            f"{files} says nothing of what is new: write it there under the heading '## Unreleased', "
            "or say it with --message TEXT"
        )


@dataclass(frozen=True, kw_only=True)
class Source:
    """A module as it lies in the tree, with the texts that a release changes."""

    module: Module
    pyproject: str
    changelog: str | None = None
    is_released: bool = True


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One file's text before and after."""

    path: Path
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Bump:
    """A module that gets a version, why, and what of its files changes."""

    module: Module
    version: str
    reason: str
    edits: Sequence[Edit] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was asked for.

    Attributes:
        leads: the modules that were named.
        step: patch, minor, major or a version.
        follow: whose dependants are released too: all of them, those whose bounds exclude the new version, or none.
        news: an item for the changelogs of the modules that were named.
        date: of the release.

    """

    leads: Collection[NormalizedName] = ()
    step: str
    follow: Follow = "all"
    news: str | None = None
    date: str


def plan(tree: Sequence[Source], wanted: Wanted) -> list[Bump]:
    """Decide what a release changes.

    Args:
        tree: all modules of the repository, each after what it needs.
        wanted: what was asked for.

    Raises:
        Fault: it can't be done, or nobody would know what is new.

    """
    going: dict[NormalizedName, str] = {}
    bumps, silent = [], []
    for source in tree:
        key = source.module.key
        leaders = _leaders(source, going, wanted)
        if key not in wanted.leads and not leaders:
            continue
        going[key] = _version(source, wanted)
        news = _news(source, going, leaders, wanted)
        if source.changelog is not None and not news and not has_news(source.changelog, going[key]):
            silent.append(source.module)
        bumps.append(_bump(source, going, leaders, news, wanted))
    if silent:
        raise NoNews(silent)
    return bumps


def as_diff(bumps: Sequence[Bump], root: Path) -> str:
    """Return the changes as git would show them."""
    return "".join(
        "".join(
            unified_diff(
                edit.before.splitlines(keepends=True),
                edit.after.splitlines(keepends=True),
                f"a/{edit.path.relative_to(root).as_posix()}",
                f"b/{edit.path.relative_to(root).as_posix()}",
            )
        )
        for bump in bumps
        for edit in bump.edits
    )


def commit_message(bumps: Sequence[Bump]) -> str:
    """Return the message of the commit."""
    names = [f"{bump.module.name} {bump.version}" for bump in bumps]
    if len(names) == 1:
        return f"Release {names[0]}"
    title = f"Release {', '.join(names)}"
    body = "\n".join(f"- {name}: {bump.reason}" for name, bump in zip(names, bumps, strict=True))
    return f"{title if len(title) <= 72 else f'Release {len(names)} modules'}\n\n{body}"  # noqa: PLR2004 - git's width


def _leaders(source: Source, going: Mapping[NormalizedName, str], wanted: Wanted) -> list[NormalizedName]:
    """Return the modules that go out and that this one must follow."""
    if wanted.follow == "none":
        return []
    needed = {key: going[key] for key in sorted(source.module.dependencies & going.keys())}
    is_strict = wanted.follow == "needed"
    return [
        key
        for key, version in needed.items()
        if with_bounds(source.pyproject, {key: version}, only_if_excluded=is_strict) != source.pyproject
    ]


def _version(source: Source, wanted: Wanted) -> str:
    module = source.module
    if module.version is None:
        raise NotStatic(module)
    if module.key not in wanted.leads:
        # What nobody has yet need not be bumped a second time.
        return next_version(module.name, module.version, "patch") if source.is_released else module.version
    if not source.is_released and _is_same(wanted.step, module.version):
        return module.version
    return next_version(module.name, module.version, wanted.step)


def _is_same(step: str, version: str) -> bool:
    try:
        return Version(step) == Version(version)
    except InvalidVersion:
        return False


def _news(
    source: Source, going: Mapping[NormalizedName, str], leaders: Sequence[NormalizedName], wanted: Wanted
) -> list[str]:
    is_lead = source.module.key in wanted.leads
    told = [wanted.news] if wanted.news and is_lead else []
    needs = [f"{key} {going[key]}" for key in leaders]
    is_silent = not told and not has_news(source.changelog or "", going[source.module.key])
    # Who has news of its own need not tell its readers of siblings.
    return told + ([f"Needs {' and '.join(needs)}."] if needs and (is_silent or not is_lead) else [])


def _bump(
    source: Source,
    going: Mapping[NormalizedName, str],
    leaders: Sequence[NormalizedName],
    news: Sequence[str],
    wanted: Wanted,
) -> Bump:
    module, version = source.module, going[source.module.key]
    pyproject = with_bounds(source.pyproject, {key: going[key] for key in leaders})
    if version != module.version:
        pyproject = with_version(pyproject, version)
    edits = [Edit(path=module.folder / PYPROJECT, before=source.pyproject, after=pyproject)]
    if source.changelog is not None:
        changelog = with_news(source.changelog, version, wanted.date, news)
        edits.append(Edit(path=module.folder / CHANGELOG, before=source.changelog, after=changelog))
    is_lead = module.key in wanted.leads
    reason = f"{wanted.step}, was {module.version}" if is_lead else f"follows {' and '.join(leaders)}"
    return Bump(
        module=module, version=version, reason=reason, edits=[edit for edit in edits if edit.before != edit.after]
    )
