"""The examples are what the template makes today, but for what is their author's own."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.template.conftest import CHECKOUT, Make

RECORD = ".modpress.json"
EXAMPLES = sorted(path.parent for path in CHECKOUT.glob(f"examples/*/{RECORD}"))
# What locked/ holds depends on what the author needs.
AUTHORS_FOLDERS = ("locked", "src", "tests")
AUTHORS_FILES = ("CHANGELOG.md", "CONTRIBUTING.md", "README.md")
AUTHORS_KEYS = ("dependencies", "keywords", "optional-dependencies", "scripts", "version")


def managed_files(module: Path) -> list[str]:
    """Return the paths that belong to the template."""
    paths = (path.relative_to(module) for path in module.rglob("*") if path.is_file())
    mine = (path for path in paths if path.parts[0] not in AUTHORS_FOLDERS and path.name not in AUTHORS_FILES)
    return sorted(path.as_posix() for path in mine)


def managed_keys(pyproject: Path) -> dict[str, Any]:
    """Return pyproject.toml without what belongs to the author."""
    settings = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    project = {key: value for key, value in settings["project"].items() if key not in AUTHORS_KEYS}
    groups = {key: value for key, value in settings["dependency-groups"].items() if key != "test"}
    return settings | {"project": project, "dependency-groups": groups}


def recorded_answers(module: Path) -> dict[str, str]:
    """Return what was answered. An example may be of an earlier version: what it differs in shows in its files."""
    record = json.loads((module / RECORD).read_text(encoding="utf-8"))
    assert record.pop("modpress"), "the version is what an update merges from"
    return dict(record)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_a_managed_file_is_the_template_s(make: Make, example: Path) -> None:
    made = make(**recorded_answers(example))

    differing = [
        name
        for name in managed_files(made)
        if name not in {"pyproject.toml", RECORD}
        if not (example / name).is_file() or (example / name).read_bytes() != (made / name).read_bytes()
    ]
    assert not differing, f"{example.name}: these differ from the template: {', '.join(differing)}"
    assert recorded_answers(example) == recorded_answers(made), RECORD
    assert managed_keys(example / "pyproject.toml") == managed_keys(made / "pyproject.toml"), "pyproject.toml"


def test_every_kind_has_an_example() -> None:
    kinds = {recorded_answers(path)["kind"] for path in EXAMPLES}

    assert kinds == {"library", "cli", "service", "worker"}
