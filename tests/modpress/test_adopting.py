"""An existing project is shown how it differs from the template; it is marked only when that is asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PYPROJECT = """\
[project]
name = "Old-Tool"
version = "3.0"
description = "An \\"old\\" tool"
license = "MIT"
authors = [{ name = "Zoë", email = "zoe@example.org" }]

[project.scripts]
old-tool = "old_tool:main"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that nobody made from a template."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    return tmp_path / "old"


def adopt(project: Path, *arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "modpress", "adopt", str(project), *arguments]
    return subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False)


def test_the_difference_is_a_patch_and_changes_nothing(project: Path, env: dict[str, str]) -> None:
    done = adopt(project, env=env)

    assert done.returncode == 0, done.stderr
    assert "--- a/pyproject.toml\n+++ b/pyproject.toml\n" in done.stdout
    assert "--- /dev/null\n+++ b/noxfile.py\n" in done.stdout
    assert [path.name for path in project.iterdir()] == ["pyproject.toml"]
    patch = subprocess.run(["git", "apply", "-"], cwd=project, env=env, input=done.stdout.encode(), check=False)
    assert patch.returncode == 0
    assert (project / "noxfile.py").is_file()


def test_what_is_there_already_keeps_a_name_that_a_new_module_could_not_have(
    project: Path, env: dict[str, str]
) -> None:
    pyproject = project / "pyproject.toml"
    pyproject.write_text(PYPROJECT.replace("Old-Tool", "PyTest.Cov"), encoding="utf-8")

    done = adopt(project, env=env)

    assert done.returncode == 0, done.stderr
    assert '\n+name = "pytest-cov"\n' in done.stdout


@pytest.mark.parametrize("name", ["../up", "a b", ""])
def test_a_name_that_could_be_a_path_is_still_refused(project: Path, env: dict[str, str], name: str) -> None:
    done = adopt(project, f"project_name={name}", env=env)

    assert done.returncode == 1
    assert "; type a name like " in done.stderr
    assert [path.name for path in project.parent.iterdir()] == ["old"]


def test_when_told_the_project_is_marked_and_no_more(project: Path, env: dict[str, str]) -> None:
    done = adopt(project, "license=Apache-2.0", "--write", env=env)

    assert done.returncode == 0, done.stderr
    answers = json.loads((project / ".modpress.json").read_text(encoding="utf-8"))
    assert (answers["project_name"], answers["description"]) == ("Old-Tool", 'An "old" tool')
    assert (answers["author_name"], answers["author_email"]) == ("Zoë", "zoe@example.org")
    assert (answers["kind"], answers["license"]) == ("cli", "Apache-2.0")
    assert sorted(path.name for path in project.iterdir()) == [".modpress.json", "pyproject.toml"]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        pytest.param("kind=foo", "kind 'foo' is none of library, cli", id="kind"),
        pytest.param("kind", "'kind' answers no question: type one of project_name, ", id="no answer"),
        pytest.param("knd=cli", "'knd=cli' answers no question: type one of project_name, ", id="no question"),
        pytest.param("_extensions=", "'_extensions=' answers no question: type one of project_name, ", id="a setting"),
        pytest.param("__slug=../up", "'__slug=../up' answers no question: type one of project_name, ", id="a path"),
    ],
)
def test_a_wrong_answer_marks_nothing(project: Path, env: dict[str, str], answer: str, sentence: str) -> None:
    done = adopt(project, "--write", answer, env=env)

    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project / ".modpress.json").exists()
    assert not (project.parent / "up").exists()


def test_what_is_marked_is_not_adopted_again(project: Path, env: dict[str, str]) -> None:
    (project / ".modpress.json").write_text("{}")

    done = adopt(project, env=env)

    assert done.returncode == 1
    assert "`modpress update` brings it on" in done.stderr


def test_a_new_module_is_made_without_a_checkout_s_help(tmp_path: Path, env: dict[str, str]) -> None:
    command = [sys.executable, "-m", "modpress", "new", "--no-input", "project_name=acme-tool", "index_url="]

    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, encoding="utf-8", check=False)

    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "acme-tool" / ".modpress.json").read_text(encoding="utf-8"))["kind"] == "library"
