"""Show how an existing project differs from what the template would make of it, and mark it as made from there."""

import difflib
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modpress.errors import BadField, Unreadable
from modpress.module import PYPROJECT, Module
from modpress.origins import RECORD
from modpress.rendering import render
from modpress.templates import AUTHORS_OWN, Template
from modpress.update_errors import AlreadyMade

__all__ = ["Adoption", "answers_of", "compare"]

LICENSES = ("MIT", "BSD-3-Clause", "Apache-2.0")


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """What the template would make of a project, beside what is there.

    Attributes:
        record: the text of the file that marks a project as made from the template.
        patch: from the project's files to the template's, as `git apply` reads it.
        left: files that the template would make and that are the author's own; no patch speaks of them.

    """

    record: str
    patch: str
    left: tuple[str, ...]


def answers_of(folder: Path) -> dict[str, str]:
    """Return the answers to the template's questions that a project's pyproject.toml gives."""
    module = Module.read(folder)
    project = _project(folder / PYPROJECT)
    author = next((each for each in project.get("authors", []) if isinstance(each, dict)), {})
    spdx = project.get("license")
    answers = {
        "project_name": module.name,
        "description": project.get("description", ""),
        "author_name": author.get("name", ""),
        "author_email": author.get("email", ""),
        "kind": "cli" if project.get("scripts") else "library",
        "license": spdx if spdx in LICENSES else "Proprietary",
        "index_url": module.index or "",
    }
    return {key: str(value) for key, value in answers.items()}


def compare(folder: Path, newest: Template, answers: Mapping[str, str], environ: Mapping[str, str]) -> Adoption:
    """Make the project anew, elsewhere, and compare; nothing of it is changed."""
    if (folder / RECORD).exists():
        raise AlreadyMade(folder)
    with tempfile.TemporaryDirectory(prefix="modpress-") as scratch:
        made = render(newest.folder, newest.version, answers, Path(scratch), environ)
        names = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
        managed = [name for name in names if not name.startswith(AUTHORS_OWN) and name != RECORD]
        return Adoption(
            record=(made / RECORD).read_text(encoding="utf-8"),
            patch="".join(text for name in managed for text in _difference(folder / name, made / name, name)),
            left=tuple(name for name in names if name.startswith(AUTHORS_OWN) and not (folder / name).exists()),
        )


def _difference(old: Path, new: Path, name: str) -> Iterator[str]:
    before = old.read_text(encoding="utf-8", errors="replace") if old.is_file() else ""
    after = new.read_text(encoding="utf-8")
    source = f"a/{name}" if old.is_file() else "/dev/null"
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), source, f"b/{name}")
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _project(pyproject: Path) -> dict[str, Any]:
    try:
        project: Any = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("project")
    except (OSError, ValueError) as error:
        raise Unreadable(pyproject, str(error)) from None
    if not isinstance(project, dict):
        raise BadField(pyproject, "project", "is no table")
    return project
