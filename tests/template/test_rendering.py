"""Every kind under every license is a whole, clean module."""

from __future__ import annotations

import itertools
import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.template.conftest import Make, Run

KINDS = ("library", "cli", "service", "worker")
LICENSES = {
    "MIT": ("MIT", "Permission is hereby granted, free of charge"),
    "BSD-3-Clause": ("BSD-3-Clause", "Neither the name of the copyright holder"),
    "Apache-2.0": ("Apache-2.0", "END OF TERMS AND CONDITIONS"),
    "Proprietary": ("LicenseRef-Proprietary", "All rights reserved."),
}
EVERY_MODULE = pytest.mark.parametrize(("kind", "license_"), list(itertools.product(KINDS, LICENSES)))
OF_A_KIND = {
    "library": set[str](),
    "cli": {"src/acme_tool/__main__.py", "src/acme_tool/cli.py", "tests/test_cli.py"},
    "service": {
        "Containerfile",
        "src/acme_tool/__main__.py",
        "src/acme_tool/service.py",
        "src/acme_tool/settings.py",
        "src/acme_tool/telemetry.py",
        "src/acme_tool/wiring.py",
        "tests/test_service.py",
        "tests/test_telemetry.py",
        "tests/test_wiring.py",
    },
    "worker": {
        "Containerfile",
        "src/acme_tool/__main__.py",
        "src/acme_tool/service.py",
        "src/acme_tool/telemetry.py",
        "src/acme_tool/wiring.py",
        "tests/test_service.py",
        "tests/test_telemetry.py",
        "tests/test_wiring.py",
    },
}


def files(module: Path) -> dict[str, bytes]:
    """Return every file of the module by its path."""
    paths = (path for path in module.rglob("*") if path.is_file())
    return {path.relative_to(module).as_posix(): path.read_bytes() for path in paths}


@EVERY_MODULE
def test_a_module_has_no_trace_of_the_template(make: Make, kind: str, license_: str) -> None:
    module = make(project_name="acme-tool", kind=kind, license=license_)

    for name, content in files(module).items():
        # What GitHub fills in looks alike, but for its dollar.
        assert not re.search(r"(?<!\$)\{\{|\{%|\{#|cookiecutter", name + content.decode("utf-8")), name
        assert content == b"" or (content.endswith(b"\n") and not content.endswith(b"\n\n")), name


@EVERY_MODULE
def test_a_module_says_its_license_everywhere(make: Make, kind: str, license_: str) -> None:
    module = make(project_name="acme-tool", kind=kind, license=license_)

    expression, sentence = LICENSES[license_]
    project = tomllib.loads((module / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == expression
    assert ("Private :: Do Not Upload" in project["classifiers"]) == (license_ == "Proprietary")
    text = (module / "LICENSE").read_text(encoding="utf-8")
    assert sentence in text
    assert ("Ada Lovelace" in text) == (license_ != "Apache-2.0")
    assert (module / "LICENSES" / f"{expression}.txt").read_text(encoding="utf-8") == text


@EVERY_MODULE
def test_ruff_has_nothing_to_say(make: Make, run: Run, kind: str, license_: str) -> None:
    module = make(project_name="acme-tool", kind=kind, license=license_)

    for command in (("check",), ("format", "--check", "--diff")):
        result = run("ruff", *command, "--no-cache", cwd=module)
        assert result.returncode == 0, result.stdout


@EVERY_MODULE
def test_recorded_answers_make_the_same_module_again(make: Make, kind: str, license_: str) -> None:
    module = make(project_name="Acme_Tool", kind=kind, license=license_, index_url="https://index.example.org/simple/")
    answers = json.loads((module / ".modpress.json").read_text(encoding="utf-8"))

    again = make("again", **answers)

    assert len(answers) == 8
    assert answers["project_name"] == "Acme_Tool"
    assert files(again) == files(module)


@pytest.mark.parametrize("kind", KINDS)
def test_mypy_has_nothing_to_say(make: Make, run: Run, kind: str) -> None:
    module = make(project_name="acme-tool", kind=kind)

    result = run("mypy", "--cache-dir=.cache", cwd=module)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_its_own_files_and_no_others(make: Make, kind: str) -> None:
    library = make("library", project_name="acme-tool", kind="library")
    module = make("module", project_name="acme-tool", kind=kind)

    assert set(files(module)) - set(files(library)) == OF_A_KIND[kind]
    project = tomllib.loads((module / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert ("scripts" in project) == (kind != "library")


@pytest.mark.parametrize(
    ("license_", "index_url", "sentence"),
    [
        pytest.param("MIT", "", "gh-action-pypi-publish", id="public"),
        pytest.param("MIT", "https://index.example.org/simple/", "nox --session publish", id="team"),
        pytest.param("Proprietary", "", "nox --session publish", id="proprietary"),
    ],
)
def test_a_release_goes_where_the_module_belongs(make: Make, license_: str, index_url: str, sentence: str) -> None:
    module = make(project_name="acme-tool", license=license_, index_url=index_url)

    assert sentence in (module / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")


def test_the_template_is_read_without_following_conditions(template: Path) -> None:
    (folder,) = template.glob("{{*}}")

    assert not [path for path in folder.rglob("*") if "{%" in path.name]
    conditional = [path.name for path in folder.rglob("*") if path.is_file() and b"{%- if" in path.read_bytes()]
    assert conditional == ["pyproject.toml"]
    hooks = [path.read_text(encoding="utf-8") for path in (template / "hooks").glob("*.py")]
    assert sum(len(text.splitlines()) for text in hooks) < 40


def test_the_longest_name_breaks_no_line(make: Make, run: Run) -> None:
    module = make(project_name="a" * 60, kind="cli")

    for command in (("check",), ("format", "--check", "--diff")):
        result = run("ruff", *command, "--no-cache", cwd=module)
        assert result.returncode == 0, result.stdout


def test_the_noxfile_is_the_same_in_every_module(make: Make, template: Path) -> None:
    one = make("one", project_name="acme-one", kind="library", license="MIT")
    two = make("two", project_name="acme-two", kind="cli", license="Proprietary")

    (literal,) = template.glob("{{*}}/noxfile.py")
    assert (one / "noxfile.py").read_bytes() == (two / "noxfile.py").read_bytes() == literal.read_bytes()
    assert len(literal.read_text(encoding="utf-8").splitlines()) < 120


def test_the_readme_installs_from_the_team_s_index(make: Make) -> None:
    module = make(project_name="acme-tool", index_url="https://index.example.org/simple/")

    readme = (module / "README.md").read_text(encoding="utf-8")
    assert "pip install --index-url https://index.example.org/simple/ acme-tool\n" in readme
