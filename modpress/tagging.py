"""Tags: a release that is published and proved gets its name in git, last of all, so that a tag never says too much."""

from collections.abc import Iterable, Sequence

from modpress.history import GitFailed, Repository, tag_name
from modpress.module import Module
from modpress.report import Report

__all__ = ["tag_releases"]


def tag_releases(modules: Iterable[Module], report: Report) -> None:
    """Tag the commit that modules were published from; a tag that is there already stays as it is.

    What can't be tagged is published all the same, so it is a warning: the same command again makes up for it.
    """
    for module in modules:
        repository = Repository.holding(module.folder)
        if repository is None:
            continue
        name = tag_name(module, repository)
        try:
            _tag(module, name, repository, report)
        except GitFailed as fault:
            report.warn(f"{module} is published, but has no tag {name} yet: {fault}")


def _tag(module: Module, name: str, repository: Repository, report: Report) -> None:
    if name in repository.tags() or not repository.has_commits():
        return
    changed = repository.uncommitted([module.folder])
    if changed:
        report.warn(f"{module} is published, but not tagged {name}: {_listed(changed)} not committed")
        return
    repository.tag(name, str(module))
    report.say(module, f"tagged {name}")


def _listed(files: Sequence[str]) -> str:
    return f"{files[0]} is" if len(files) == 1 else f"{files[0]} and {len(files) - 1} more are"
