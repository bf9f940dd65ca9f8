"""Many modules at once: what is known of each is gathered cheaply, without building any."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from modpress.changed import Facts, Verdict, judge
from modpress.history import GitFailed, Repository, tag_name
from modpress.module import Module

__all__ = ["as_lines", "releases_among", "surely_needed", "survey"]


def survey(modules: Iterable[Module], filenames_of: Callable[[Module], Iterable[str]]) -> list[Verdict]:
    """Decide for each module whether it has to be published, without building anything.

    Args:
        modules: each after what it needs.
        filenames_of: returns the names of the files that the module's index shows of it.

    """
    modules = list(modules)
    repositories = {module.key: Repository.holding(module.folder) for module in modules}
    tagged = {repository: _Tagged.read(repository) for repository in set(repositories.values())}
    return judge(
        _facts(module, releases_among(filenames_of(module)), tagged[repositories[module.key]]) for module in modules
    )


def surely_needed(modules: Iterable[Module]) -> list[Module]:
    """Return those that have to be built whatever their index holds: no tag says that they were published."""
    read = cache(_Tagged.read)
    return [module for module in modules if not read(Repository.holding(module.folder)).has(module)]


def as_lines(verdicts: Iterable[Verdict]) -> list[str]:
    """Return the reasons as a table."""
    rows = [(str(verdict.module), verdict.reason) for verdict in verdicts]
    width = max((len(name) for name, _ in rows), default=0)
    return [f"{name:<{width}}  {reason}" for name, reason in rows]


def releases_among(filenames: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Return version -> names of its files; what is no distribution's name is passed over."""
    releases: dict[str, set[str]] = defaultdict(set)
    for filename in filenames:
        with suppress(InvalidWheelFilename, InvalidSdistFilename):
            parsed = parse_wheel_filename(filename) if filename.endswith(".whl") else parse_sdist_filename(filename)
            releases[str(parsed[1])].add(filename)
    return {version: frozenset(names) for version, names in releases.items()}


@dataclass(frozen=True)
class _Tagged:
    """A repository with its tags, asked for once; without git there is neither."""

    repository: Repository | None = None
    tags: frozenset[str] = frozenset()

    @classmethod
    def read(cls, repository: Repository | None) -> "_Tagged":
        try:
            return cls(repository, repository.tags()) if repository else cls()
        except GitFailed:
            # A repository of another user, say. Then every module is built and compared.
            return cls()

    def has(self, module: Module) -> bool:
        """Whether there is a tag of a module's version."""
        return self.repository is not None and tag_name(module, self.repository) in self.tags

    def edited_since(self, module: Module) -> list[str] | None:
        """Return the files edited since the tag of a module's version; None if that can't be told."""
        if self.repository is None or not self.has(module):
            return None
        return self.repository.edited_since(f"refs/tags/{tag_name(module, self.repository)}", module.folder)


def _facts(module: Module, published: Mapping[str, frozenset[str]], tagged: _Tagged) -> Facts:
    known = Facts(module=module, published=published)
    if module.version is None:
        return known
    if known.held:
        return replace(known, edited=tagged.edited_since(module))
    return replace(known, edited_before=tagged.edited_since(replace(module, version=known.latest)))
