"""What can stand in the way of an update. Each class makes its own sentence: what, which one, what to do now."""

from collections.abc import Iterable
from pathlib import Path

from modpress.errors import Fault, indented

__all__ = [
    "AlreadyMade",
    "BadOrigin",
    "BadTemplate",
    "GitFailed",
    "NewerThanTool",
    "NoMaker",
    "NoQuestion",
    "NotCommitted",
    "NotInGit",
    "NotMade",
    "NotRendered",
    "NothingMade",
    "OldGit",
    "TemplateUnavailable",
    "UncommittedChanges",
    "UnknownVersion",
]

SHOWN = 10


class NotMade(Fault):
    """A folder was not made from the template."""

    def __init__(self, folder: Path, record: str) -> None:
        super().__init__(
            f"{folder} has no {record}: it was not made from the template, or does not say so; "
            "`modpress adopt` shows how it differs from the template, and can mark it"
        )


class AlreadyMade(Fault):
    """A project that is to be adopted was made from the template."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is marked as made from the template already: `modpress update` brings it on")


class NothingMade(Fault):
    """No module of a repository was made from the template."""

    def __init__(self, folder: Path, record: str) -> None:
        super().__init__(f"no module in {folder} was made from the template: git knows no {record} there")


class BadOrigin(Fault):
    """The record of a module's answers cannot be used."""

    def __init__(self, record: Path, wrong: str) -> None:
        super().__init__(f"{record} {wrong}: take it back from an earlier commit")


class UnknownVersion(Fault):
    """A module does not say which version of the template it was made from."""

    def __init__(self, record: Path) -> None:
        super().__init__(
            f'{record} does not say which modpress made it: put "modpress": "VERSION" there, '
            "or say --from VERSION, a wheel of modpress, or a folder with the template"
        )


class NewerThanTool(Fault):
    """A module was made by a newer modpress than this one."""

    def __init__(self, folder: Path, made_by: str, version: str) -> None:
        super().__init__(f"{folder} was made by modpress {made_by}, and this is {version}: upgrade modpress")


class TemplateUnavailable(Fault):
    """The template that a module was made from cannot be had."""

    def __init__(self, version: str, where: str, wrong: str) -> None:
        super().__init__(
            f"the template of modpress {version}, from which to merge, cannot be had from {where}: {wrong}; "
            "say where it is with --from and a wheel of modpress, or a folder with the template"
        )


class BadTemplate(Fault):
    """What was named as the old template is none."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"--from is {source!r}, which is no version, no wheel of modpress and no folder with a cookiecutter.json"
        )


class NotRendered(Fault):
    """A template cannot make a module of the recorded answers."""

    def __init__(self, template: str, said: str) -> None:
        super().__init__(f"the template of modpress {template} made nothing of the answers:{indented(said)}")


class NotInGit(Fault):
    """Only what git knows can be merged, and taken back."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} is in no git repository, and an update is a merge: "
            "run `git init`, `git add -A` and `git commit -m First` there, then again"
        )


class NotCommitted(Fault):
    """A module has no commit to merge with."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is not committed yet, and an update is a merge: commit it, then again")


class UncommittedChanges(Fault):
    """An update on top of unfinished work could not be taken back."""

    def __init__(self, changes: Iterable[str]) -> None:
        lines = list(changes)
        more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
        super().__init__(
            "the repository has changes that are not committed: commit or stash them, then again"
            + indented("\n".join([*lines[:SHOWN], *more]))
        )


class OldGit(Fault):
    """git merges trees since 2.38."""

    def __init__(self, version: str) -> None:
        super().__init__(f"git 2.38 or newer is needed, and this is {version}: upgrade git")


class NoQuestion(Fault):
    """An answer is to none of the template's questions."""

    def __init__(self, answer: str, asked: Iterable[str]) -> None:
        super().__init__(f"{answer!r} answers no question: type one of {', '.join(asked)}, then = and the answer")


class NoMaker(Fault):
    """What makes a module of a template is not installed."""

    def __init__(self) -> None:
        super().__init__("cookiecutter is not installed: install modpress[template]")


class GitFailed(Fault):
    """git refused something; its own words say what."""

    def __init__(self, what: str, said: str) -> None:
        super().__init__(f"git could not {what}:{indented(said)}")
