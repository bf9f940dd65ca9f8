"""Bring every made module of a repository to the newest template, and keep those that pass their own nox."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from modpress.errors import Fault
from modpress.origins import RECORD, Origin
from modpress.repositories import Repository
from modpress.templates import QUESTIONS
from modpress.updating import Plan, Updater

__all__ = ["Outcome", "State", "find_made", "update_all"]

State = Literal["updated", "current", "conflict", "red", "skipped"]
# Within a session of nox these speak of that session.
OUTER = ("NOX", "VIRTUAL_ENV", "PYTHONPATH", "PYTEST_", "COV_")

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How the update of one module went.

    Attributes:
        name: the module's path in the repository.
        state: of its update.
        old: the version it was made from, if that is known.
        why: the files with conflicts, what nox said last, or the sentence of a fault.

    """

    name: str
    state: State
    old: str = ""
    why: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the module now is as the newest template would have it."""
        return self.state in {"updated", "current"}


def find_made(repository: Repository, below: Path) -> list[Path]:
    """Return the folders of the modules that git knows, in the order of their paths; a template's own is none."""
    folders = (record.parent for record in repository.files_named(RECORD, below))
    return sorted(folder for folder in folders if not _is_in_template(folder, repository.root))


def update_all(updater: Updater, folders: list[Path], tell: Tell) -> list[Outcome]:
    """Update modules one after another; whatever ends this, only green ones are changed."""
    outcomes = []
    for folder in folders:
        name = updater.repository.prefix_of(folder) or folder.name
        tell(f"{name}: ")
        outcome = _update(updater, folder, name, tell)
        tell(f"{outcome.state}\n")
        outcomes.append(outcome)
    return outcomes


def _update(updater: Updater, folder: Path, name: str, tell: Tell) -> Outcome:
    try:
        origin = Origin.read(folder)
        plan = updater.plan(origin, updater.repository.staged())
        if plan is None:
            return Outcome(name=name, state="current", old=str(origin.version))
        if plan.conflicts:
            return Outcome(name=name, state="conflict", old=plan.old, why="\n".join(plan.conflicts))
        tell("nox, ")
        why = _try(updater, plan)
    except Fault as fault:
        return Outcome(name=name, state="skipped", why=str(fault))
    return Outcome(name=name, state="updated" if why is None else "red", old=plan.old, why=why or "")


def _try(updater: Updater, plan: Plan) -> str | None:
    """Put an update in place and run its gates; unless they are green take it back and return what they said."""
    updater.apply(plan)
    is_green = False
    try:
        done = subprocess.run(
            [sys.executable, "-m", "nox"],
            cwd=plan.folder,
            env=_outside(updater.order.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        is_green = done.returncode == 0
    finally:
        if not is_green:
            updater.repository.take_back(plan.before)
    return None if is_green else done.stdout


def _outside(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith(OUTER)}


def _is_in_template(folder: Path, root: Path) -> bool:
    between = [folder, *folder.parents]
    return any((each / QUESTIONS).is_file() for each in between[: between.index(root) + 1])
